"""Collects the result tree of a completed run in several stages. Each stage adds details, and may fail.

Missing details become a gap for each stage. An error with details never improves a verdict, and makes it worse only
if the evidence for a pass is missing (see `verdict`).
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from testsigma_action.api.client import Client
from testsigma_action.api.decode import CaseDetails, MachineDetails, SuiteDetails
from testsigma_action.api.lists import IndexPage
from testsigma_action.domain.evidence import lagging
from testsigma_action.domain.gaps import Gap, Missing, Why
from testsigma_action.domain.results import CaseResult, Iteration, ResultTree, StepResult
from testsigma_action.domain.run import Result, Run
from testsigma_action.errors import ApiError, Refused, Unreachable
from testsigma_action.lifecycle import enrich
from testsigma_action.lifecycle.batch import BatchFetcher, Budgeted, LimitReached, gap_of
from testsigma_action.lifecycle.remote import DETAIL_LANES, Remote
from testsigma_action.lifecycle.settle import LagRetry, replaces, with_result_of

Details = Literal["failed", "all", "none"]
Lost = Mapping[str, ApiError]
Keep = Callable[[ResultTree], object]
Part = TypeVar("Part", CaseResult, Iteration)

# Maximum number of cases that are read one by one if the index does not list them; failed ones first.
MAX_SINGLES = 200
# Share of the remaining time that a stage may use, so that later stages have the rest.
LIST_SHARE, SHARE, SETS_SHARE = 0.9, 0.25, 0.5


async def collect(
    run: Run, remote: Remote, details: Details, keep: Keep, *, until: float, lag_retry: LagRetry | None = None
) -> None:
    """Call `keep` with the tree after every stage; stop at `until` (monotonic clock).

    With `lag_retry`, inconsistent results are read again. Raises no ApiError.
    """
    collector, fetcher = _Collector(run.id, remote.client), BatchFetcher(remote, until)

    async def read_base(again: Run) -> _Reading:
        return await collector.read_base(again, fetcher.with_short_timeouts(), _ignore)

    async def read_all(again: Run) -> _Reading:
        base = await read_base(again)
        return await collector.read_parts(base, fetcher.with_short_timeouts(), _ignore)

    found = await collector.read_base(run, fetcher, keep)
    found = await _reread(found, read_base, keep, lag_retry)
    found = await collector.read_parts(found, fetcher, keep)
    found = await _reread(found, read_all, keep, lag_retry)
    tree = _with_missing_cases(found.tree)
    if tree is not found.tree:
        keep(tree)
    if details != "none" and found.has_details:
        keep(await collector.with_steps(tree, details, found.adapted(fetcher)))


def _ignore(_: ResultTree) -> None:
    """Ignore intermediate trees."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """The tree that was read so far, and the error of the details of the run if any."""

    tree: ResultTree
    error: ApiError | None

    @property
    def has_details(self) -> bool:
        """Whether the detail endpoints can be used: a refusal applies to all of them."""
        return self.error is None or isinstance(self.error, Unreachable)

    def adapted(self, fetcher: BatchFetcher) -> BatchFetcher:
        """The same fetcher, with shorter timeouts if the detail endpoints are failing."""
        return fetcher.with_short_timeouts() if self.error else fetcher


async def _reread(
    found: _Reading, read: Callable[[Run], Awaitable[_Reading]], keep: Keep, lag_retry: LagRetry | None
) -> _Reading:
    """Read again while the results are inconsistent and there is time.

    If a new reading has less than the one before, only the run's result is taken from it: it could lack evidence
    against a pass.
    """
    while lag_retry and lagging(found.tree) and await lag_retry.again(found.tree.run):
        run = await lag_retry.reread(found.tree.run)
        if not run:
            continue
        again = await read(run)
        found = again if replaces(found.tree, again.tree) else replace(found, tree=with_result_of(run, found.tree))
        keep(found.tree)
    return found


@dataclass(frozen=True, slots=True)
class _Collector:
    """The stages, each of which returns a tree with more details."""

    run_id: str
    client: Client

    async def read_base(self, run: Run, fetcher: BatchFetcher, keep: Keep) -> _Reading:
        """The list of cases, and the details of the run."""
        tree = await self.with_cases(ResultTree(run), fetcher.within(LIST_SHARE))
        keep(tree)
        tree, error = await self.with_run_details(tree, fetcher)
        keep(tree)
        return _Reading(tree, error)

    async def read_parts(self, base: _Reading, fetcher: BatchFetcher, keep: Keep) -> _Reading:
        """The details of machines, suites and cases."""
        if not base.has_details:
            return base
        fetcher = base.adapted(fetcher)
        tree = await self.with_machines(base.tree, fetcher.within(SHARE))
        tree = await self.with_suites(tree, fetcher.within(SHARE))
        keep(tree)
        tree = await self.with_case_details(tree, fetcher.within(SHARE))
        keep(tree)
        return replace(base, tree=tree)

    async def with_cases(self, tree: ResultTree, fetcher: BatchFetcher) -> ResultTree:
        """Names, IDs and results of all cases."""
        machines = await fetcher.once(lambda _: self.client.fetch_case_list(self.run_id, until=fetcher.until))
        if isinstance(machines, ApiError):
            absent = isinstance(machines, Refused) and machines.status == 404
            return _with_gap(replace(tree, unreadable=not absent), Missing.CASE_LIST, {"": machines})
        return enrich.each_case(replace(tree, machines=machines, listed=True), self._linked)

    def _linked(self, case: CaseResult) -> CaseResult:
        return replace(case, url=self.client.case_url(case.id)) if case.id else case

    async def with_run_details(self, tree: ResultTree, fetcher: BatchFetcher) -> tuple[ResultTree, ApiError | None]:
        """Result and counters of the detail endpoints, and the error if they are not available."""
        details = await fetcher.once(lambda until: self.client.fetch_run_details(self.run_id, until=until))
        if isinstance(details, ApiError):
            missing = Missing.RUN_DETAILS if isinstance(details, Unreachable) else Missing.ALL_DETAILS
            return _with_gap(tree, missing, {"": details}), details
        known = (*details.counts, *tree.run.all_counts)
        together = (*details.consolidated_counts, *tree.run.consolidated_counts)
        run = replace(tree.run, counts=known[0], other_counts=known[1:], consolidated_counts=together)
        broken = tuple(f"{name} of the details" for name in details.unreadable)
        return replace(tree, run=run, details_result=details.result, unreadable_fields=broken), None

    async def with_machines(self, tree: ResultTree, fetcher: BatchFetcher) -> ResultTree:
        """Devices, results and times of machines."""
        ids = [machine.id for machine in tree.machines if machine.id]
        found, lost = await fetcher.each(ids, self._machine)
        tree = enrich.with_places(tree, found, {})
        return _with_gap(tree, Missing.MACHINE_DETAILS, lost, len(lost), len(ids))

    async def with_suites(self, tree: ResultTree, fetcher: BatchFetcher) -> ResultTree:
        """Results and times of suites; many of them are read from the index if there is one."""
        ids = [suite.id for machine in tree.machines for suite in machine.suites if suite.id]
        found = await fetcher.index(self._suite_page, ids) if len(ids) > DETAIL_LANES else {}
        singles, lost = await fetcher.each([one for one in ids if one not in found], self._suite)
        tree = enrich.with_places(tree, {}, found | singles)
        return _with_gap(tree, Missing.SUITE_DETAILS, lost, len(lost), len(ids))

    async def with_case_details(self, tree: ResultTree, fetcher: BatchFetcher) -> ResultTree:
        """Times and flags of cases, from the index if there is one; a limited number of others one by one."""
        cases = [case for case in tree.rows() if case.id]
        found = await fetcher.index(
            self._case_page, [case.id for case in cases], sum(len(case.iterations) for case in cases)
        )
        missing = sorted((case for case in cases if case.id not in found), key=lambda case: case.acceptable)
        singles, lost = await fetcher.each([case.id for case in missing[:MAX_SINGLES]], self._case)
        tree = enrich.with_case_details(tree, found | singles)
        left = len(missing) - len(singles)
        if left and not lost:
            lost = {"": LimitReached(Why.SINGLES_LIMIT)}
        return _with_gap(tree, Missing.CASE_TIMES, lost, left, len(cases))

    async def with_steps(self, tree: ResultTree, details: Details, fetcher: BatchFetcher) -> ResultTree:
        """Steps of the requested cases; for a data-driven case those of its data sets.

        If the service does not have the steps of a data set, those of the whole case are read instead.
        """
        cases = _failed_first(case for case in tree.rows() if details == "all" or not case.acceptable)
        wanted = [(case.id, _sets(case, details)) for case in cases]
        fetch = Budgeted(self._steps)
        steps, lost = await fetcher.within(SETS_SHARE).each([one for _, sets in wanted for one in sets], fetch)
        whole = [case for case, sets in wanted if case and _unknown(sets, steps, lost)]
        own, lost_own = await fetcher.each(whole, fetch)
        errors = {**lost, **lost_own}
        left = [(case, one) for case, sets in wanted if case not in own for one in (case, *sets) if one in errors]
        without = {case: errors[one] for case, one in left}
        tree = enrich.with_steps(tree, steps | own)
        return _with_gap(tree, Missing.STEPS, without, len(without), len(wanted))

    async def _machine(self, identity: str, until: float) -> MachineDetails:
        return await self.client.fetch_machine(self.run_id, identity, until=until)

    async def _suite(self, identity: str, until: float) -> SuiteDetails:
        return await self.client.fetch_suite(self.run_id, identity, until=until)

    async def _suite_page(self, number: str, until: float) -> IndexPage[SuiteDetails]:
        return await self.client.fetch_suite_page(self.run_id, number, until=until)

    async def _case(self, identity: str, until: float) -> CaseDetails:
        return await self.client.fetch_case(self.run_id, identity, until=until)

    async def _case_page(self, number: str, until: float) -> IndexPage[CaseDetails]:
        return await self.client.fetch_case_page(self.run_id, number, until=until)

    async def _steps(self, identity: str, until: float) -> tuple[StepResult, ...]:
        return await self.client.fetch_steps(self.run_id, identity, until=until)


def _with_missing_cases(tree: ResultTree) -> ResultTree:
    """Add a gap for the cases that are missing in the list."""
    listed, total = tree.distinct, tree.run.counts.total or 0
    if not tree.listed or listed >= total:
        return tree
    gap = Gap(Missing.UNLISTED_CASES, Why.NOT_LISTED, number=total - listed, total=total)
    return replace(tree, gaps=(gap, *tree.gaps))


def _with_gap(tree: ResultTree, missing: Missing, lost: Lost, number: int = 0, total: int = 0) -> ResultTree:
    """Add a gap with the first of the errors; unchanged if there is none."""
    return replace(tree, gaps=(*tree.gaps, gap_of(next(iter(lost.values())), missing, number, total))) if lost else tree


def _sets(case: CaseResult, details: Details) -> list[str]:
    """The IDs of the data sets whose steps are read."""
    asked = (one for one in case.iterations if one.id and (details == "all" or not one.result.tolerable))
    return [one.id for one in _failed_first(asked)]


def _failed_first(parts: Iterable[Part]) -> list[Part]:
    """Failed parts first: aborted ones, and ones that did not start, may have no steps."""
    return sorted(parts, key=lambda part: part.result is not Result.FAILED)


def _unknown(sets: list[str], steps: enrich.Steps, lost: Lost) -> bool:
    """Whether the steps of these data sets are not available under their own IDs: not found, or all empty."""
    return any(one in lost and lost[one].status == 404 for one in sets) or not any(steps.get(one, True) for one in sets)
