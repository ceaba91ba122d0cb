"""One method for each endpoint of the service. See docs/api.md for the facts and their sources."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from testsigma_action.api import bodies, cases, decode, lists
from testsigma_action.api.error_response import OnRetry, ignore
from testsigma_action.api.fields import DecodeError, Decoder, T, about, part
from testsigma_action.api.http import Json, Limits, Request
from testsigma_action.api.retry import Transport
from testsigma_action.api.start_body import private_texts, rerun_body, start_body
from testsigma_action.api.versions import Versions
from testsigma_action.domain.identity import Mismatch, RunKey, same_id
from testsigma_action.domain.results import MachineResult, StepResult
from testsigma_action.domain.run import Run, RunSpec

if TYPE_CHECKING:
    from testsigma_action.api.named import Named
    from testsigma_action.api.uploads import Uploads
    from testsigma_action.domain.rerun_choice import Choice

Cases = tuple[MachineResult, ...]

RUNS = "/api/v1/execution_results"
# The service may take long to start a run. A stop must finish before the CI system kills the step.
START_LIMITS = Limits(total=45.0)
STOP_LIMITS = Limits(connect=2.0, read=2.0, total=2.5)
CASE_LIST_LIMITS = Limits(total=120.0, size=bodies.LARGEST)
# Retry deadline for errors of the service itself while results are read (seconds).
ERROR_RETRY_LIMIT = 60.0
# How many of a plan's runs are listed to find one that was just started.
NEWEST = 50
# Values that can be used in a query without being parsed as an operator.
PLAIN = re.compile(r"[A-Za-z0-9._#/-]+")
# Maximum number of steps that are read of one case, and of their pages.
MAX_STEPS, MAX_PAGES = 10_000, 200
# What an answer describes that is not about the requested run.
OTHERS = {
    Mismatch.RUN: "another run",
    Mismatch.PLAN: "a run of another plan",
    Mismatch.BUILD: "a run with another build number",
}


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """One account of one service. GETs are retried until `until`, an instant of the monotonic clock.

    `on_retry` is called for each retry, and when a retry succeeds.
    Each call raises ApiError: DeadlineExceeded if there was no answer by then.
    """

    _transport: Transport
    on_retry: OnRetry = ignore
    _results: Versions = field(default_factory=Versions)

    @property
    def version(self) -> str:
        """The API version that has answered with detailed results; empty before."""
        return self._results.answering

    @property
    def uploads(self) -> "Uploads":
        """The calls about uploads, which most steps do not need."""
        from testsigma_action.api.uploads import Uploads

        return Uploads(self._transport, self.on_retry)

    @property
    def too_many(self) -> int:
        """Number of answers with status 429 so far."""
        return self._transport.too_many

    def server_time(self, instant: float) -> datetime | None:
        """A lower bound of the service's time at an instant; None if no answer had a date."""
        return self._transport.http.server_clock.at(instant)

    def run_url(self, run_id: str) -> str:
        """The page of a run in the web application. Not documented as stable; only shown to people."""
        return f"{self._transport.route.base_url}/ui/td/runs/{part(run_id)}"

    def case_url(self, case_result_id: str) -> str:
        """The page of a case result in the web application."""
        return f"{self._transport.route.base_url}/ui/td/test_case_results/{part(case_result_id)}"

    def _run(self, body: Json) -> Run:
        run = decode.run(body)
        return replace(run, url=self.run_url(run.id))

    async def _get(self, request: Request, decoder: Decoder[T], until: float) -> T:
        return await self._transport.get(request, decoder, until=until, on_retry=self.on_retry)

    async def _get_result(self, request: Request, decoder: Decoder[T], until: float) -> T:
        """One result, or its steps, by a path below `test_runs`."""
        return await self._results.single(request, lambda one: self._get(one, decoder, until))

    async def _get_part(self, run_id: str, kind: str, part_id: str, decoder: Decoder[T], until: float) -> T:
        """One machine, suite or case."""
        path = f"/{part(run_id)}/test_{kind}_results/{part(part_id)}"
        request = Request("GET", path, f"read {kind} {part_id}")
        return await self._get_result(request, about(part_id, decoder), until)

    async def _get_index(
        self, run_id: str, kind: str, number: str, decoder: Decoder[T], until: float
    ) -> lists.IndexPage[T]:
        """A page of the index of suites or cases, the first one without a number."""
        purpose = f"read the index of {kind}s of run {run_id}"
        query = {"page": number} if number else {}
        request = Request("GET", f"/{part(run_id)}/test_{kind}_results", purpose, query)
        decode_page = partial(lists.index_page, decoder=decoder)
        return await self._results.page(request, lambda one: self._get(one, decode_page, until))

    async def start_run(self, spec: RunSpec, *, until: float) -> Run:
        """Start a run of a plan. Sent once: after Transient or DeadlineExceeded there may be a run.

        The caller checks that the run in the answer is ours (`identity.claim`).
        """
        purpose, texts = f"start plan {spec.plan_id}", private_texts(spec)
        request = Request("POST", RUNS, purpose, body=start_body(spec), limits=START_LIMITS, private=texts)
        return await self._transport.send(request, self._run, until=until)

    async def rerun(self, choice: "Choice", *, until: float) -> Run:
        """Run cases of a run again, as a new run. Sent once, like a start."""
        purpose = f"run cases of run {choice.parent.id} again"
        request = Request("POST", RUNS, purpose, body=rerun_body(choice), limits=START_LIMITS)
        return await self._transport.send(request, self._run, until=until)

    async def fetch_run(self, key: RunKey, *, until: float) -> Run:
        """The status of a run: the only endpoint that has it. An answer about another run is handled like a 502."""

        def of_this_run(body: Json) -> Run:
            run = self._run(body)
            if mismatch := key.mismatch(run):
                raise DecodeError(f"that describes {OTHERS[mismatch]}")
            return run

        request = Request("GET", f"{RUNS}/{part(key.id)}", f"read the status of run {key.id}", last_try=True)
        return await self._get(request, of_this_run, until)

    async def stop_run(self, run_id: str, *, until: float) -> None:
        """Request the stop of one run, never of all. Sent once; `fetch_run` shows whether the run has stopped."""
        body = {"canStopAll": False, "result": "STOPPED"}
        path = f"{RUNS}/{part(run_id)}"
        request = Request("PUT", path, f"stop run {run_id}", body=body, limits=STOP_LIMITS, ignores_body=True)
        await self._transport.send(request, ignore, until=until)

    async def fetch_newest_runs(self, plan_id: str, *, until: float, retried: bool = True) -> lists.FoundRuns:
        """The newest runs of a plan. Seen in public scripts only, so it may be missing (Refused with 404)."""
        query = {"page": "0", "size": str(NEWEST), "sortBy": "id", "direction": "DESC"}
        path = f"/api/v1/executions/{part(plan_id)}/test_plan_results"
        request = Request("GET", path, f"look for runs of plan {plan_id}", query, optional=True, retried=retried)
        return await self._get(request, lists.newest_runs, until)

    async def fetch_indexed_runs(self, plan_id: str, build_number: str, *, until: float) -> lists.FoundRuns:
        """Runs of a plan by the index. Documented once, so it may be missing; it may ignore the query."""
        criteria = [f"testPlanId:{plan_id}", f"buildNo:{build_number}"]
        query = {"query": ",".join(criteria if PLAIN.fullmatch(build_number) else criteria[:1]), "page": "0"}
        request = Request("GET", "", f"look for runs of plan {plan_id}", query)
        return await self._results.page(request, lambda one: self._get(one, lists.found_runs, until))

    async def fetch_saved_configurations(self, *, until: float) -> "tuple[Named, ...]":
        """All saved configurations for partial runs."""
        from testsigma_action.api import named

        request = Request("GET", "/api/v1/saved_execution_configs", "read the saved configurations")
        return await self._get(request, named.saved_configurations, until)

    async def fetch_environments(self, *, until: float) -> "tuple[Named, ...]":
        """All environments of the account. Raises Refused if there are too many pages."""
        from testsigma_action.api import named

        request = Request("GET", "/api/v1/environments", "read the environments")
        return await named.all_pages(request, lambda page: self._get(page, named.environments, until))

    async def fetch_case_list(self, run_id: str, *, until: float) -> Cases:
        """Names, IDs and results of all cases of a run, as a tree of machines and suites."""
        return await self._get(_case_list_request(run_id), partial(cases.case_list, run_id), until)

    async def scan_case_list(self, run_id: str, read: Callable[[Cases], T], *, until: float) -> T:
        """What `read` makes of the same list. It is called while the list is decoded, so that no two are in memory.

        The request is sent once, without retries.
        """
        request = replace(_case_list_request(run_id), retried=False, last_try=False)
        return await self._get(request, lambda body: read(cases.case_list(run_id, body)), until)

    async def fetch_run_details(self, run_id: str, *, until: float) -> decode.RunDetails:
        """Counters and times of a run."""
        request = Request("GET", f"/{part(run_id)}", f"read the details of run {run_id}")
        return await self._get_result(request, about(run_id, decode.run_details), until)

    async def fetch_machine(self, run_id: str, machine_id: str, *, until: float) -> decode.MachineDetails:
        """Device, result and times of one machine."""
        return await self._get_part(run_id, "machine", machine_id, decode.machine_details, until)

    async def fetch_suite(self, run_id: str, suite_id: str, *, until: float) -> decode.Details:
        """Result and times of one suite."""
        return await self._get_part(run_id, "suite", suite_id, decode.suite_details, until)

    async def fetch_suite_page(self, run_id: str, number: str, *, until: float) -> lists.IndexPage[decode.Details]:
        """A page of the index of suites, the first one without a number. Documented once, so it may be missing."""
        return await self._get_index(run_id, "suite", number, decode.suite_details, until)

    async def fetch_case(self, run_id: str, case_id: str, *, until: float) -> decode.CaseDetails:
        """Result, times and flags of one case."""
        return await self._get_part(run_id, "case", case_id, decode.case_details, until)

    async def fetch_case_page(self, run_id: str, number: str, *, until: float) -> lists.IndexPage[decode.CaseDetails]:
        """A page of the index of cases, the first one without a number. Documented once, so it may be missing.

        The service may ignore the run in the path, so rows of other runs are dropped here.
        """
        page = await self._get_index(run_id, "case", number, decode.case_details, until)
        ours = {one: case for one, case in page.rows.items() if same_id(case.run_id or run_id, run_id)}
        return replace(page, rows=ours)

    async def fetch_steps(self, run_id: str, case_id: str, *, until: float) -> tuple[StepResult, ...]:
        """All steps of a case (or of one iteration: their IDs come from the same space), in order."""
        path = f"/{part(run_id)}/test_case_results/{part(case_id)}/step_results"
        request = Request("GET", path, f"read the steps of case {case_id}")
        rows: list[object] = []
        seen: set[str] = set()
        for number in range(MAX_PAGES):
            # The first page has no number, since it may be 0 or 1.
            paged = replace(request, query={"page": str(number)}) if number else request
            page = await self._get_result(paged, lists.page, until)
            fresh = [row for row in page.rows if lists.is_new(row, seen)]
            rows += fresh
            # It is not documented whether pages count from 0 or 1: page 1 may be the first page again.
            if page.last or len(rows) > MAX_STEPS or (not fresh and number != 1):
                break
        return tuple(cases.step(row, position) for position, row in enumerate(rows[:MAX_STEPS], 1))


def _case_list_request(run_id: str) -> Request:
    path = f"{RUNS}/{part(run_id)}/test_case_results"
    purpose = f"read the list of cases of run {run_id}"
    return Request("GET", path, purpose, limits=CASE_LIST_LIMITS, last_try=True, error_retry_limit=ERROR_RETRY_LIMIT)
