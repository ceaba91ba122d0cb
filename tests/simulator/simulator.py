"""The simulator without sockets: a request goes in, a response comes out, time comes from a clock that is given."""

import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from threading import RLock
from typing import Final

from tests.simulator import answers_uploads as uploads
from tests.simulator import answers_v1 as v1
from tests.simulator import answers_v2 as v2
from tests.simulator.bodies_v1 import run_object
from tests.simulator.dress import dressed, encoded
from tests.simulator.faults import Fault, Faults
from tests.simulator.recording import Recording, Seen
from tests.simulator.routes import Match, match
from tests.simulator.runs import Run
from tests.simulator.scenario import Scenario
from tests.simulator.selection import again_by_itself
from tests.simulator.service import Service
from tests.simulator.uploads import Upload, parsed_form
from tests.simulator.wire import (
    FORM_TYPE,
    Refusal,
    Request,
    Response,
    error_response,
    json_response,
    parsed,
    text_response,
)

Answer = Callable[[Service, Request, Match, float], Response]
_ANSWERS: Final[dict[str, Answer]] = {
    "start": v1.start,
    "rerun": v1.rerun,
    "status": v1.status,
    "stop": v1.stop,
    "stop-all": v1.stop_all,
    "cases": v1.cases,
    "configs": v1.configs,
    "environments": v1.environments,
    "environment": v1.environment,
    "upload-new": uploads.create,
    "uploads": uploads.many,
    "upload-version": uploads.update,
    "upload": uploads.one,
    "upload-versions": uploads.versions,
    "raw-cases": v1.raw_cases,
    "newest": v1.newest,
    "junit": v1.junit,
    "index-runs": v2.index_runs,
    "run": v2.run,
    "index-machines": v2.index_machines,
    "machine": v2.machine,
    "index-suites": v2.index_suites,
    "suite": v2.suite,
    "index-cases": v2.index_cases,
    "case": v2.case,
    "steps": v2.steps,
}
# Calls whose body is a form.
FORMS = {"upload-new", "upload-version"}
_SILENT = {"reset", "close", "garbage"}


class Simulator:
    """One account of the service in the state that a scenario describes; safe for several threads."""

    def __init__(self, scenario: Scenario, clock: Callable[[], float] = time.time) -> None:
        """`clock` returns seconds; what it returns is also the wall time in the bodies."""
        self.scenario = scenario
        self.recording = Recording()
        self._clock = clock
        self._born = clock()
        self._service = Service(scenario, self._born)
        self._faults = Faults(scenario.faults)
        self._lock = RLock()

    def answer(self, request: Request) -> Response:
        """Act on a request, record it, and say what is to be sent."""
        with self._lock:
            now = self._clock()
            found = match(request)
            self._service.tick(now)
            response = encoded(self._dated(self._faulty(request, found, now), now), self.scenario.options)
            self._record(request, found.call, response, now)
        return response

    def release(self, run_id: int | None = None) -> None:
        """Let a run, or all runs, leave the phase that holds them; it also counts for a hold that is yet to come."""
        with self._lock:
            for run in self._service.runs.values():
                if run_id in {None, run.id}:
                    run.life.release()

    def rerun(self, run_id: int) -> None:
        """The plan, or somebody, runs the failed cases of a run again."""
        with self._lock:
            run = self._service.run(run_id)
            self._service.spawn(run, again_by_itself(run), self._clock())

    def stop(self, run_id: int) -> None:
        """Somebody stops a run."""
        with self._lock:
            self._service.stop(self._service.run(run_id), self._clock())

    def statuses(self) -> dict[int, str]:
        """The status of every run by its ID, without any call."""
        with self._lock:
            self._service.tick(self._clock())
            return {run.id: run.status for run in self._service.runs.values()}

    def runs(self) -> dict[int, Run]:
        """Every run by its ID, as the service itself knows it: the truth that tests compare with."""
        with self._lock:
            self._service.tick(self._clock())
            return dict(self._service.runs)

    def uploads(self) -> dict[int, Upload]:
        """Every upload by its ID, as the service itself knows it."""
        with self._lock:
            return dict(self._service.uploads.all)

    def _faulty(self, request: Request, found: Match, now: float) -> Response:
        fault = self._faults.next(found.call, request, now - self._born)
        if fault is None:
            return self._regular(request, found, now)
        if not fault.replaces:
            return fault.applied(fault.patched(self._regular(request, found, now)))
        return fault.applied(self._replaced(fault, request, found, now))

    def _replaced(self, fault: Fault, request: Request, found: Match, now: float) -> Response:
        if fault.takes_effect:
            self._regular(request, found, now)
        if fault.run is not None:
            return fault.patched(self._about(fault.run, fault.status or 200, at_start=found.call in {"start", "rerun"}))
        return fault.replacement()

    def _about(self, run_id: int, status: int, *, at_start: bool) -> Response:
        """The run object of a run, whoever asked for something else; it is the service's last word on that run."""
        options = self.scenario.options
        try:
            run = self._service.run(run_id)
        except Refusal as refusal:
            return error_response(refusal.status, refusal.message, refusal.code)
        body = run_object(run, options, at_start=at_start)
        return dressed(json_response(body, status), options)

    def _dated(self, response: Response, now: float) -> Response:
        named = any(name.lower() == "date" for name, _ in response.headers)
        if named or not self.scenario.options.dates:
            return response
        return replace(response, headers=(*response.headers, ("Date", formatdate(now, usegmt=True))))

    def _regular(self, request: Request, found: Match, now: float) -> Response:
        refused = self._unauthorized(request)
        if refused is not None:
            return refused
        if found.call == "wrong-method":
            return error_response(405, f"Request method '{request.method}' not supported")
        if found.call == "unknown":
            return error_response(404, f"No handler found for {request.method} {request.path}")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        wanted = FORM_TYPE if found.call in FORMS else "application/json"
        if request.method in {"POST", "PUT"} and kind != wanted:
            return error_response(415, f"Content type '{kind}' not supported")
        first = self._acted_on(request, found, now)
        doubled = self.scenario.options.doubled_starts if found.call in {"start", "rerun"} else ""
        last = self._acted_on(request, found, now) if doubled else first
        return first if doubled == "first" else last

    def _acted_on(self, request: Request, found: Match, now: float) -> Response:
        try:
            response = _ANSWERS[found.call](self._service, request, found, now)
        except Refusal as refusal:
            return error_response(refusal.status, refusal.message, refusal.code)
        return dressed(response, self.scenario.options)

    def _unauthorized(self, request: Request) -> Response | None:
        scheme, _blank, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            return text_response("No JWT token found", 401)
        return None if key in self.scenario.api_keys else text_response("Invalid JWT token", 401)

    def _record(self, request: Request, call: str, response: Response, now: float) -> None:
        status = 0 if response.delivery.kind in _SILENT else response.status
        seen = Seen(0, now, call, request.method, request.path, request.queries, request.headers, None, status)
        self.recording.add(lambda number: replace(seen, number=number, body=_recorded(request)))


def _recorded(request: Request) -> object:
    """The body of a request; of a form its fields, and the name, the size and a digest of its file."""
    form = parsed_form(request)
    if form is None:
        return parsed(request.body)
    return {**form.fields, "file": form.file_name, "size": len(form.content), "digest": form.digest}
