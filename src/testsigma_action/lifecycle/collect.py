"""Collects the result tree of a completed run in several stages. Each stage adds details, and may fail.

Missing details become a gap for each stage. An error with details never improves a verdict, and makes it worse only
if the evidence for a pass is missing (see `verdict`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeVar

from testsigma_action.api.details import CaseDetails
from testsigma_action.api.details import Details as SuiteDetails
from testsigma_action.api.error_response import ignore
from testsigma_action.api.lists import IndexPage
from testsigma_action.api.results import Results
from testsigma_action.domain.evidence import lagging
from testsigma_action.domain.gaps import Gap, Missing, Why
from testsigma_action.domain.readings import lacks, updated
from testsigma_action.domain.results import CaseResult, Iteration, ResultTree
from testsigma_action.domain.run import Result, Run
from testsigma_action.errors import ApiError, Outage, Refused
from testsigma_action.lifecycle import enrich
from testsigma_action.lifecycle.batch import BatchFetcher, Budgeted, LimitReached, gap_of
from testsigma_action.lifecycle.remote import DETAIL_LANES
from testsigma_action.lifecycle.settle import LagRetry

Details = Literal["failed", "all", "none"]
Lost = Mapping[str, ApiError]
Keep = Callable[[ResultTree], object]
Part = TypeVar("Part", CaseResult, Iteration)

# Maximum number of cases that are read one by one if the index does not list them; failed ones first.
MAX_SINGLES = 200
# Share of the remaining time that a stage may use, so that later stages have the rest.
LIST_SHARE, SHARE, SETS_SHARE = 0.9, 0.25, 0.5


async def collect(
    run: Run,
    fetcher: BatchFetcher,
    details: Details,
    keep: Keep,
    *,
    lag_retry: LagRetry | None = None,
    before: ResultTree | None = None,
) -> None:
    """Call `keep` with the tree after every stage; stop when the time of the fetcher is over.

    With `lag_retry`, inconsistent results are read again. `before` is an earlier reading of the run, without steps: it
    stays until all but the steps is read again, and is merged with that. Raises no ApiError.
    """
    # Of a further reading only the whole is kept.
    collector = _Collector(run.id, fetcher.remote.client.results, fetcher, ignore if before else keep)
    again = replace(collector, fetcher=replace(fetcher, short_timeouts=True), keep=ignore)

    async def settled(tree: ResultTree, read: Callable[[Run], Awaitable[ResultTree]]) -> ResultTree:
        while lag_retry and lagging(tree) and (seen := await lag_retry.reread(tree.run)):
            tree = updated(tree, await read(seen))
            collector.keep(tree)
        return tree

    tree = await settled(await collector.read_base(run), again.read_base)
    tree = await settled(await collector.read_parts(tree), again.read_all)
    if before:
        tree = updated(before, tree)
        keep(tree)
    listed, total = tree.distinct, tree.run.counts.total or 0
    if tree.listed and listed < total:
        gap = Gap(Missing.UNLISTED_CASES, Why.NOT_LISTED, number=total - listed, total=total)
        tree = replace(tree, gaps=(gap, *tree.gaps))
        keep(tree)
    if details != "none" and not lacks(tree, Missing.ALL_DETAILS):
        keep(await collector.with_steps(tree, details))


@dataclass(frozen=True, slots=True)
class _Collector:
    """The stages, each of which returns a tree with more details."""

    run_id: str
    results: Results
    fetcher: BatchFetcher
    keep: Keep

    async def read_all(self, run: Run) -> ResultTree:
        """Everything but the steps."""
        return await self.read_parts(await self.read_base(run))

    async def read_base(self, run: Run) -> ResultTree:
        """The list of cases, and the details of the run."""
        tree = await self.with_cases(ResultTree(run), self.fetcher.within(LIST_SHARE))
        self.keep(tree)
        tree = await self.with_run_details(tree)
        self.keep(tree)
        return tree

    async def read_parts(self, tree: ResultTree) -> ResultTree:
        """The details of machines, suites and cases. First pages are read at the same time as machines."""
        if lacks(tree, Missing.ALL_DETAILS):
            return tree
        fetcher = self._adapted(tree)
        async with asyncio.TaskGroup() as group:
            machines = group.create_task(self.with_machines(tree, fetcher.within(SHARE)))
            if not fetcher.remote.client.version:
                # As long as the API version is unknown, one request finds it out.
                await asyncio.wait([machines])
            suites, cases = await self.first_pages(tree, fetcher.within(SHARE))
        tree = await self.with_suites(machines.result(), fetcher.within(SHARE), suites)
        self.keep(tree)
        tree = await self.with_case_details(tree, fetcher.within(SHARE), cases)
        self.keep(tree)
        return tree

    def _adapted(self, tree: ResultTree) -> BatchFetcher:
        """The fetcher, with shorter timeouts if the detail endpoints are failing."""
        return replace(self.fetcher, short_timeouts=lacks(tree, Missing.RUN_DETAILS))

    async def with_cases(self, tree: ResultTree, fetcher: BatchFetcher) -> ResultTree:
        """Names, IDs and results of all cases."""
        machines = await fetcher.once(lambda _: self.results.fetch_case_list(self.run_id, until=fetcher.until))
        if isinstance(machines, ApiError):
            absent = isinstance(machines, Refused) and machines.status == 404
            return _with_gap(replace(tree, unreadable=not absent), Missing.CASE_LIST, {"": machines})
        return replace(tree, machines=machines, listed=True)

    async def with_run_details(self, tree: ResultTree) -> ResultTree:
        """Result and counters of the detail endpoints. A refusal applies to all of them."""
        details = await self.fetcher.once(lambda until: self.results.fetch_run_details(self.run_id, until=until))
        if isinstance(details, ApiError):
            missing = Missing.RUN_DETAILS if isinstance(details, Outage) else Missing.ALL_DETAILS
            return _with_gap(tree, missing, {"": details})
        known = (*details.counts, *tree.run.all_counts)
        together = (*details.consolidated_counts, *tree.run.consolidated_counts)
        run = replace(tree.run, counts=known[0], other_counts=known[1:], consolidated_counts=together)
        broken = tuple(f"{name} of the details" for name in details.unreadable)
        return replace(tree, run=run, details_result=details.result, unreadable_fields=broken)

    async def with_machines(self, tree: ResultTree, fetcher: BatchFetcher) -> ResultTree:
        """Devices, results and times of machines."""
        ids = [machine.id for machine in tree.machines if machine.id]
        found, lost = await fetcher.each(ids, partial(self.results.fetch_machine, self.run_id))
        tree = enrich.with_machine_details(tree, found)
        return _with_gap(tree, Missing.MACHINE_DETAILS, lost, len(lost), len(ids))

    async def first_pages(
        self, tree: ResultTree, fetcher: BatchFetcher
    ) -> tuple[IndexPage[SuiteDetails] | None, IndexPage[CaseDetails] | None]:
        """The first pages of the indexes of suites, if there are many, and of cases."""
        suites = cases = None
        if len(_suite_ids(tree)) > DETAIL_LANES:
            suites = await fetcher.first_page(partial(self.results.fetch_suite_page, self.run_id))
        if any(case.id for case in tree.rows()):
            cases = await fetcher.first_page(partial(self.results.fetch_case_page, self.run_id))
        return suites, cases

    async def with_suites(
        self, tree: ResultTree, fetcher: BatchFetcher, first: IndexPage[SuiteDetails] | None
    ) -> ResultTree:
        """Results and times of suites, from the index or one by one."""
        ids = _suite_ids(tree)
        single = partial(self.results.fetch_suite, self.run_id)
        found = await fetcher.index(first, partial(self.results.fetch_suite_page, self.run_id), ids)
        singles, lost = await fetcher.each([one for one in ids if one not in found], single)
        tree = enrich.with_suite_details(tree, found | singles)
        return _with_gap(tree, Missing.SUITE_DETAILS, lost, len(lost), len(ids))

    async def with_case_details(
        self, tree: ResultTree, fetcher: BatchFetcher, first: IndexPage[CaseDetails] | None
    ) -> ResultTree:
        """Times and flags of cases, from the index if there is one; a limited number of others one by one."""
        cases = [case for case in tree.rows() if case.id]
        page = partial(self.results.fetch_case_page, self.run_id)
        single = partial(self.results.fetch_case, self.run_id)
        iterations = sum(len(case.iterations) for case in cases)
        found = await fetcher.index(first, page, [case.id for case in cases], iterations)
        missing = sorted((case for case in cases if case.id not in found), key=lambda case: case.acceptable)
        singles, lost = await fetcher.each([case.id for case in missing[:MAX_SINGLES]], single)
        tree = enrich.with_case_details(tree, found | singles)
        left = sum(case.id not in singles for case in missing)
        if left and not lost:
            lost = {"": LimitReached(Why.SINGLES_LIMIT)}
        return _with_gap(tree, Missing.CASE_TIMES, lost, left, len(cases))

    async def with_steps(self, tree: ResultTree, details: Details) -> ResultTree:
        """Steps of the requested cases; for a data-driven case those of its data sets.

        If the service does not have the steps of a data set, those of the whole case are read instead.
        """
        cases = _failed_first(case for case in tree.rows() if details == "all" or not case.acceptable)
        wanted = [(case.id, _sets(case, details)) for case in cases]
        fetcher, fetch = self._adapted(tree), Budgeted(partial(self.results.fetch_steps, self.run_id))
        steps, lost = await fetcher.within(SETS_SHARE).each([one for _, sets in wanted for one in sets], fetch)
        whole = [case for case, sets in wanted if case and _unknown(sets, steps, lost)]
        own, lost_own = await fetcher.each(whole, fetch)
        errors = {**lost, **lost_own}
        left = [(case, one) for case, sets in wanted if case not in own for one in (case, *sets) if one in errors]
        without = {case: errors[one] for case, one in left}
        tree = enrich.with_steps(tree, steps | own)
        return _with_gap(tree, Missing.STEPS, without, len(without), len(wanted))


def _with_gap(tree: ResultTree, missing: Missing, lost: Lost, number: int = 0, total: int = 0) -> ResultTree:
    """Add a gap with the first of the errors; unchanged if there is none."""
    return replace(tree, gaps=(*tree.gaps, gap_of(next(iter(lost.values())), missing, number, total))) if lost else tree


def _suite_ids(tree: ResultTree) -> list[str]:
    return [suite.id for machine in tree.machines for suite in machine.suites if suite.id]


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
