"""What the service offers: one method an endpoint. See docs/api.md for the facts and their sources."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from testsigma_action.api import decode, lists
from testsigma_action.api.fields import IDENTITY, DecodeError, Fields
from testsigma_action.api.transport import MEGABYTE, Json, Limits, Request, Transport
from testsigma_action.errors import Refused
from testsigma_action.model import ConfigurationRef, Run, RunSpec
from testsigma_action.tree import MachineResult, StepResult

T = TypeVar("T")

RUNS = "/api/v1/execution_results"
# The newest documented version first; the other only where the first does not know the path.
VERSIONS = ("v2", "v3")
# The start may take long on the service's side; a stop must be over before the platform loses its patience.
START_LIMITS = Limits(total=45.0)
STOP_LIMITS = Limits(connect=2.0, read=2.0, total=2.5)
CASE_LIST_LIMITS = Limits(total=120.0, size=128 * MEGABYTE)
# How many of a plan's runs are looked at to find one that was just started.
NEWEST = 50
# What may stand in a criterion of a query without being taken for an operator.
PLAIN = re.compile(r"[A-Za-z0-9._#/-]+")
# No case has more steps than this many pages hold.
MOST_PAGES = 200


class Client:
    """One account of one service. GETs are tried again until the instant that each call is given."""

    def __init__(self, transport: Transport) -> None:
        """Wrap a transport; nothing is sent yet."""
        self._transport = transport
        self._version: str | None = None

    @property
    def too_many(self) -> int:
        """How often the service found that these were too many requests."""
        return self._transport.too_many

    def run_url(self, run_id: str) -> str:
        """The page of a run in the web application. Not documented as stable: a convenience for people."""
        return f"{self._transport.base_url}/ui/td/runs/{_part(run_id)}"

    def case_url(self, case_result_id: str) -> str:
        """The page of a case result in the web application."""
        return f"{self._transport.base_url}/ui/td/test_case_results/{_part(case_result_id)}"

    def _run(self, body: Json) -> Run:
        run = decode.run(body)
        return replace(run, url=self.run_url(run.id))

    def start_run(self, spec: RunSpec) -> Run:
        """Start a run of a plan. Sent once: raises Transient when it is not known what became of it."""
        request = Request("POST", RUNS, f"start plan {spec.plan_id}", body=start_body(spec), limits=START_LIMITS)

        def of_this_plan(body: Json) -> Run:
            run = self._run(body)
            if run.plan_id.lstrip("0") not in {"", spec.plan_id.lstrip("0")}:
                raise DecodeError("that describes a run of another plan")
            return run

        return self._transport.send(request, of_this_plan)

    def fetch_run(self, run_id: str, *, until: float) -> Run:
        """The status of a run: the only call that has one."""

        def of_this_run(body: Json) -> Run:
            run = self._run(body)
            if run.id != run_id:
                raise DecodeError("that describes another run")
            return run

        request = Request("GET", f"{RUNS}/{_part(run_id)}", f"read the status of run {run_id}")
        return self._transport.get(request, of_this_run, until=until)

    def stop_run(self, run_id: str) -> None:
        """Ask for the end of one run, never of all. Sent once; whether it ended is for the status to say."""
        body = {"canStopAll": False, "result": "STOPPED"}
        path = f"{RUNS}/{_part(run_id)}"
        request = Request("PUT", path, f"stop run {run_id}", body=body, limits=STOP_LIMITS)
        self._transport.send(request, lambda _: None)

    def fetch_newest_runs(self, plan_id: str, *, until: float) -> lists.FoundRuns:
        """The newest runs of a plan. Seen in public scripts only, so it may be missing (Refused with 404)."""
        query = {"page": "0", "size": str(NEWEST), "sortBy": "id", "direction": "DESC"}
        path = f"/api/v1/executions/{_part(plan_id)}/test_plan_results"
        request = Request("GET", path, f"look for runs of plan {plan_id}", query=query)
        return self._transport.get(request, lists.newest_runs, until=until)

    def fetch_indexed_runs(self, plan_id: str, build_number: str, *, until: float) -> lists.FoundRuns:
        """Runs of a plan by the index. Documented once, so it may be missing; whether it filters is not certain."""
        criteria = [f"testPlanId:{plan_id}", f"buildNo:{build_number}"]
        query = {"query": ",".join(criteria if PLAIN.fullmatch(build_number) else criteria[:1]), "page": "0"}
        request = Request("GET", "/api/v2/test_runs", f"look for runs of plan {plan_id}", query=query)
        return self._transport.get(request, lists.found_runs, until=until)

    def fetch_saved_configurations(self, *, until: float) -> tuple[lists.SavedConfiguration, ...]:
        """All saved configurations for partial runs."""
        request = Request("GET", "/api/v1/saved_execution_configs", "read the saved configurations")
        return self._transport.get(request, lists.saved_configurations, until=until)

    def fetch_case_list(self, run_id: str, *, until: float) -> tuple[MachineResult, ...]:
        """Names, IDs and results of all cases of a run, as a tree of machines and suites."""

        def of_this_run(body: Json) -> tuple[MachineResult, ...]:
            owner, machines = decode.case_list(body)
            if owner not in {run_id, ""}:
                raise DecodeError("that lists the cases of another run")
            return machines

        path = f"{RUNS}/{_part(run_id)}/test_case_results"
        request = Request("GET", path, f"read the list of cases of run {run_id}", limits=CASE_LIST_LIMITS)
        return self._transport.get(request, of_this_run, until=until)

    def fetch_run_details(self, run_id: str, *, until: float) -> decode.RunDetails:
        """Counters and times of a run by v2 or v3."""
        return self._versioned(
            run_id, "", f"read the details of run {run_id}", _about(run_id, decode.run_details), until
        )

    def fetch_machine(self, run_id: str, machine_id: str, *, until: float) -> decode.MachineDetails:
        """Device, result and times of one machine."""
        path = f"/test_machine_results/{_part(machine_id)}"
        return self._versioned(
            run_id, path, f"read machine {machine_id}", _about(machine_id, decode.machine_details), until
        )

    def fetch_suite(self, run_id: str, suite_id: str, *, until: float) -> decode.SuiteDetails:
        """Result and times of one suite."""
        path = f"/test_suite_results/{_part(suite_id)}"
        return self._versioned(run_id, path, f"read suite {suite_id}", _about(suite_id, decode.suite_details), until)

    def fetch_case(self, run_id: str, case_id: str, *, until: float) -> decode.CaseDetails:
        """Result, times and flags of one case."""
        path = f"/test_case_results/{_part(case_id)}"
        return self._versioned(run_id, path, f"read case {case_id}", _about(case_id, decode.case_details), until)

    def fetch_case_page(self, run_id: str, number: int, *, until: float) -> decode.CasePage:
        """A page of the index of cases, from 0 on. Documented once, so it may be missing (Refused with 404).

        Whether the service filters by run is not certain: rows of other runs are dropped here.
        """
        query = {"page": str(number)} if number else {}
        purpose = f"read the index of cases of run {run_id}"
        page = self._versioned(run_id, "/test_case_results", purpose, decode.case_page, until, query=query)
        return decode.CasePage(tuple(row for row in page.rows if row.run_id in {"", run_id}), page.last)

    def fetch_steps(self, run_id: str, case_id: str, *, until: float) -> tuple[StepResult, ...]:
        """All steps of a case (or of one iteration: their IDs come from the same space), in order."""
        path = f"/test_case_results/{_part(case_id)}/step_results"
        purpose = f"read the steps of case {case_id}"
        rows: list[object] = []
        seen: set[str] = set()
        for number in range(MOST_PAGES):
            query = {"page": str(number)} if number else {}
            page = self._versioned(run_id, path, purpose, lists.page, until, query=query)
            fresh = [row for row in page.rows if _is_new(row, seen)]
            rows += fresh
            # Whether pages are asked for from 0 or from 1 on is not said: page 1 may be the first page again.
            if page.last or (not fresh and number != 1):
                break
        return tuple(decode.step(row, position) for position, row in enumerate(rows, 1))

    def _versioned(
        self,
        run_id: str,
        path: str,
        purpose: str,
        decoder: Callable[[Json], T],
        until: float,
        *,
        query: dict[str, str] | None = None,
    ) -> T:
        """Fetch from the version that answers. Only a path that is not found asks for the other version."""
        for version in (self._version,) if self._version else VERSIONS:
            request = Request("GET", f"/api/{version}/test_runs/{_part(run_id)}{path}", purpose, query=query or {})
            try:
                value = self._transport.get(request, decoder, until=until)
            except Refused as refusal:
                if refusal.status != 404 or version == (self._version or VERSIONS[-1]):
                    raise
            else:
                self._version = version
                return value
        raise AssertionError("the last version returns or raises")


def _about(identity: str, decoder: Callable[[Json], T]) -> Callable[[Json], T]:
    """Decode only what is about the thing that was asked for."""

    def decoded(body: Json) -> T:
        if Fields(body).identity("id") != identity:
            raise DecodeError("that is about something else")
        return decoder(body)

    return decoded


def start_body(spec: RunSpec) -> dict[str, object]:
    """The body of the start call: numeric IDs as numbers, the build number always as a string."""
    body: dict[str, object] = {"executionId": _wire_id(spec.plan_id), "buildNo": spec.build_number}
    if spec.environment_id:
        body["environmentId"] = _wire_id(spec.environment_id)
    if spec.configuration:
        body["executionConfig"] = _configuration(spec.configuration)
    if spec.runtime_data:
        body["runtimeData"] = dict(spec.runtime_data)
    if spec.upload_versions:
        body["uploadVersions"] = dict(spec.upload_versions)
    return body


def _configuration(configuration: ConfigurationRef) -> dict[str, object]:
    if configuration.id:
        return {"id": _wire_id(configuration.id)}
    return {"name": configuration.name}


def _wire_id(identity: str) -> int | str:
    """As a number, unless that would change it (letters, leading zeros)."""
    return int(identity) if identity.isascii() and identity.isdecimal() and str(int(identity)) == identity else identity


def _part(identity: str) -> str:
    """An ID as one part of a path. Raises ValueError where it would change the path: a stop without an ID stops all."""
    if not IDENTITY.fullmatch(identity):
        raise ValueError(f"{identity!r} is no ID")
    return identity


def _is_new(row: object, seen: set[str]) -> bool:
    """Whether this row's ID was not seen yet: a page that repeats itself is the end of the list."""
    identity = decode.step(row, 0).id
    if identity and identity in seen:
        return False
    seen.add(identity)
    return True
