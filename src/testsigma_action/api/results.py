"""The calls that read the results of a run. See docs/api.md for the facts and their sources."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from testsigma_action.api import bodies, cases, details, lists
from testsigma_action.api.client import RUNS
from testsigma_action.api.fields import Decoder, T, about, part
from testsigma_action.api.http import Json, Limits, Request
from testsigma_action.api.retry import Endpoints
from testsigma_action.api.versions import Versions
from testsigma_action.domain.identity import same_id
from testsigma_action.domain.results import MachineResult, StepResult

Cases = tuple[MachineResult, ...]

CASE_LIST_LIMITS = Limits(total=120.0, size=bodies.LARGEST)
# Retry deadline for errors of the service itself while results are read (seconds).
ERROR_RETRY_LIMIT = 60.0
# Maximum number of steps that are read of one case, and of their pages.
MAX_STEPS, MAX_PAGES = 10_000, 200


@dataclass(frozen=True, slots=True, eq=False)
class Results(Endpoints):
    """The results of the runs of one account. See `Endpoints` for `until` and the errors."""

    _versions: Versions

    def _cases(self, run_id: str, body: Json) -> Cases:
        return cases.case_list(run_id, body, f"{self._transport.route.base_url}/ui/td/test_case_results")

    async def _get_result(self, request: Request, decoder: Decoder[T], until: float) -> T:
        """One result, or its steps, by a path below `test_runs`."""
        return await self._versions.single(request, lambda one: self._get(one, decoder, until))

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
        return await self._versions.page(request, lambda one: self._get(one, decode_page, until))

    async def fetch_case_list(self, run_id: str, *, until: float) -> Cases:
        """Names, IDs and results of all cases of a run, as a tree of machines and suites."""
        return await self._get(_case_list_request(run_id), partial(self._cases, run_id), until)

    async def scan_case_list(self, run_id: str, read: Callable[[Cases], T], *, until: float) -> T:
        """What `read` makes of the same list. It is called while the list is decoded, so that no two are in memory.

        The request is sent once, without retries.
        """
        request = replace(_case_list_request(run_id), retried=False)
        return await self._get(request, lambda body: read(self._cases(run_id, body)), until)

    async def fetch_run_details(self, run_id: str, *, until: float) -> details.RunDetails:
        """Counters and times of a run."""
        request = Request("GET", f"/{part(run_id)}", f"read the details of run {run_id}")
        return await self._get_result(request, about(run_id, details.run_details), until)

    async def fetch_machine(self, run_id: str, machine_id: str, *, until: float) -> details.MachineDetails:
        """Device, result and times of one machine."""
        return await self._get_part(run_id, "machine", machine_id, details.machine_details, until)

    async def fetch_suite(self, run_id: str, suite_id: str, *, until: float) -> details.Details:
        """Result and times of one suite."""
        return await self._get_part(run_id, "suite", suite_id, details.suite_details, until)

    async def fetch_suite_page(self, run_id: str, number: str, *, until: float) -> lists.IndexPage[details.Details]:
        """A page of the index of suites, the first one without a number. Documented once, so it may be missing."""
        return await self._get_index(run_id, "suite", number, details.suite_details, until)

    async def fetch_case(self, run_id: str, case_id: str, *, until: float) -> details.CaseDetails:
        """Result, times and flags of one case."""
        return await self._get_part(run_id, "case", case_id, details.case_details, until)

    async def fetch_case_page(self, run_id: str, number: str, *, until: float) -> lists.IndexPage[details.CaseDetails]:
        """A page of the index of cases, the first one without a number. Documented once, so it may be missing.

        The service may ignore the run in the path, so rows of other runs are dropped here.
        """
        page = await self._get_index(run_id, "case", number, details.case_details, until)
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
