"""From a completed run to its result tree: a ladder of calls, each rung optional above the one below.

What a rung cannot give is left out and named in one line: trouble with details never makes a verdict better, and
makes it worse only where the evidence for a pass is missing (see `verdict`).
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from testsigma_action.api.client import Client
from testsigma_action.api.decode import CaseDetails, MachineDetails, SuiteDetails
from testsigma_action.api.lists import IndexPage
from testsigma_action.api.remote import Remote
from testsigma_action.domain.evidence import lagging
from testsigma_action.domain.results import CaseResult, Iteration, ResultTree, StepResult
from testsigma_action.domain.run import Result, Run
from testsigma_action.errors import ApiError, Refused, Unreachable
from testsigma_action.lifecycle import enrich
from testsigma_action.lifecycle.batch import WIDTH, Asking, Budgeted
from testsigma_action.lifecycle.settle import Settling, replaces, with_result_of

Details = Literal["failed", "all", "none"]
Lost = Mapping[str, ApiError]
Part = TypeVar("Part", CaseResult, Iteration)

# Cases that are asked for one by one where they are in no index, the broken ones first.
MOST_SINGLES = 200
# How much of the time that is left some rungs may take, so that the rungs above have the rest.
LIST_SHARE, SHARE, SETS_SHARE = 0.9, 0.25, 0.5


def collect(
    run: Run, remote: Remote, details: Details, *, until: float, settling: Settling | None = None
) -> Iterator[ResultTree]:
    """Yield the tree after every rung, each better than the one before; stop asking at `until` (monotonic clock).

    With `settling`, what does not fit together is read again before it is given out as the last word. Raises Cancelled
    on a signal, and no ApiError.
    """
    collector, asking = _Collector(run.id, remote.client), Asking(remote, until)

    def read_all(again: Run) -> Rungs:
        base = yield from collector.read_base(again, asking.hurried())
        return (yield from collector.read_parts(base, asking.hurried()))

    found = yield from collector.read_base(run, asking)
    found = yield from _settled(found, lambda again: collector.read_base(again, asking.hurried()), settling)
    found = yield from collector.read_parts(found, asking)
    found = yield from _settled(found, read_all, settling)
    tree = _with_missing_cases(found.tree)
    if tree is not found.tree:
        yield tree
    if details != "none" and found.has_details:
        yield collector.with_steps(tree, details, found.hurried(asking))


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read of a run so far, and what kept us from the details of the run."""

    tree: ResultTree
    trouble: ApiError | None

    @property
    def has_details(self) -> bool:
        """Whether the detailed calls can be used: a refusal concerns all of them."""
        return self.trouble is None or isinstance(self.trouble, Unreachable)

    def hurried(self, asking: Asking) -> Asking:
        """The same asking, with less patience where the detailed calls are out of order."""
        return asking.hurried() if self.trouble else asking


# Yields the tree after each of some rungs, and returns what was read.
Rungs = Generator[ResultTree, None, _Reading]


def _settled(found: _Reading, read: Callable[[Run], Rungs], settling: Settling | None) -> Rungs:
    """Read again while what was read does not fit together and there is time.

    Of a reading with less in it than the one before, only the run's result counts: the rest could have lost what speaks
    against a pass.
    """
    while settling and lagging(found.tree) and settling.again(found.tree.run):
        run = settling.reread(found.tree.run)
        if not run:
            continue
        again = _returned(read(run))
        found = again if replaces(found.tree, again.tree) else replace(found, tree=with_result_of(run, found.tree))
        yield found.tree
    return found


def _returned(rungs: Rungs) -> _Reading:
    """What comes of these rungs, without the trees on the way."""
    while True:
        try:
            next(rungs)
        except StopIteration as end:
            reading: _Reading = end.value
            return reading


@dataclass(frozen=True, slots=True)
class _Collector:
    """The rungs of the ladder."""

    run_id: str
    client: Client

    def read_base(self, run: Run, asking: Asking) -> Rungs:
        """The list of cases, and the details of the run."""
        tree = self.with_cases(ResultTree(run), asking.within(LIST_SHARE))
        yield tree
        tree, trouble = self.with_run_details(tree, asking)
        yield tree
        return _Reading(tree, trouble)

    def read_parts(self, base: _Reading, asking: Asking) -> Rungs:
        """The details of machines, suites and cases."""
        if not base.has_details:
            return base
        asking = base.hurried(asking)
        tree = self.with_machines(base.tree, asking.within(SHARE))
        tree = self.with_suites(tree, asking.within(SHARE))
        yield tree
        tree = self.with_case_details(tree, asking.within(SHARE))
        yield tree
        return replace(base, tree=tree)

    def with_cases(self, tree: ResultTree, asking: Asking) -> ResultTree:
        """Names, IDs and results of all cases."""
        machines = asking.once(lambda _: self.client.fetch_case_list(self.run_id, until=asking.until))
        if isinstance(machines, ApiError):
            absent = isinstance(machines, Refused) and machines.status == 404
            return _with_gap(replace(tree, unreadable=not absent), "The list of cases", {"": machines})
        return enrich.each_case(replace(tree, machines=machines, listed=True), self._linked)

    def _linked(self, case: CaseResult) -> CaseResult:
        return replace(case, url=self.client.case_url(case.id)) if case.id else case

    def with_run_details(self, tree: ResultTree, asking: Asking) -> tuple[ResultTree, ApiError | None]:
        """Result and counters by the detailed calls, and what kept us from them: a refusal concerns all of them."""
        details = asking.once(lambda until: self.client.fetch_run_details(self.run_id, until=until))
        if isinstance(details, ApiError):
            what = "Times of machines, suites and cases, and all steps"
            if isinstance(details, Unreachable):
                what = "What the detailed calls say of the run"
            return _with_gap(tree, what, {"": details}), details
        known = (*details.counts, *tree.run.all_counts)
        together = (*details.consolidated_counts, *tree.run.consolidated_counts)
        run = replace(tree.run, counts=known[0], other_counts=known[1:], consolidated_counts=together)
        broken = tuple(f"{name} of the details" for name in details.unreadable)
        return replace(tree, run=run, details_result=details.result, unreadable_fields=broken), None

    def with_machines(self, tree: ResultTree, asking: Asking) -> ResultTree:
        """Devices, results and times of machines."""
        ids = [machine.id for machine in tree.machines if machine.id]
        found, lost = asking.each(ids, self._machine)
        return _with_gap(
            enrich.with_places(tree, found, {}), f"The details of {len(lost)} of {len(ids)} machines", lost
        )

    def with_suites(self, tree: ResultTree, asking: Asking) -> ResultTree:
        """Results and times of suites; of many of them, from the index if there is one."""
        ids = [suite.id for machine in tree.machines for suite in machine.suites if suite.id]
        found = asking.index(self._suite_page, ids) if len(ids) > WIDTH else {}
        singles, lost = asking.each([one for one in ids if one not in found], self._suite)
        tree = enrich.with_places(tree, {}, found | singles)
        return _with_gap(tree, f"The details of {len(lost)} of {len(ids)} suites", lost)

    def with_case_details(self, tree: ResultTree, asking: Asking) -> ResultTree:
        """Times and flags of cases, from the index if there is one; the others one by one within a budget."""
        cases = [case for case in tree.rows() if case.id]
        found = asking.index(self._case_page, [case.id for case in cases], sum(len(case.iterations) for case in cases))
        missing = sorted((case for case in cases if case.id not in found), key=lambda case: case.acceptable)
        singles, lost = asking.each([case.id for case in missing[:MOST_SINGLES]], self._case)
        tree = enrich.with_case_details(tree, found | singles)
        left = len(missing) - len(singles)
        what = f"The times of {left} of {len(cases)} cases"
        if left and not lost:
            return replace(tree, gaps=(*tree.gaps, f"{what}: {MOST_SINGLES} at most are asked for one by one."))
        return _with_gap(tree, what, lost)

    def with_steps(self, tree: ResultTree, details: Details, asking: Asking) -> ResultTree:
        """Steps of the cases that were asked for: of a data-driven case those of its data sets.

        Where the service does not know the steps of a data set, those of the whole case are asked for, once.
        """
        cases = _failed_first(case for case in tree.rows() if details == "all" or not case.acceptable)
        wanted = [(case.id, _sets(case, details)) for case in cases]
        fetch = Budgeted(self._steps)
        steps, lost = asking.within(SETS_SHARE).each([one for _, sets in wanted for one in sets], fetch)
        whole = [case for case, sets in wanted if case and _unknown(sets, steps, lost)]
        own, lost_own = asking.each(whole, fetch)
        errors = {**lost, **lost_own}
        left = [(case, one) for case, sets in wanted if case not in own for one in (case, *sets) if one in errors]
        without = {case: errors[one] for case, one in left}
        tree = enrich.with_steps(tree, steps | own)
        return _with_gap(tree, f"The steps of {len(without)} of {len(wanted)} cases", without)

    def _machine(self, identity: str, until: float) -> MachineDetails:
        return self.client.fetch_machine(self.run_id, identity, until=until)

    def _suite(self, identity: str, until: float) -> SuiteDetails:
        return self.client.fetch_suite(self.run_id, identity, until=until)

    def _suite_page(self, number: str, until: float) -> IndexPage[SuiteDetails]:
        return self.client.fetch_suite_page(self.run_id, number, until=until)

    def _case(self, identity: str, until: float) -> CaseDetails:
        return self.client.fetch_case(self.run_id, identity, until=until)

    def _case_page(self, number: str, until: float) -> IndexPage[CaseDetails]:
        return self.client.fetch_case_page(self.run_id, number, until=until)

    def _steps(self, identity: str, until: float) -> tuple[StepResult, ...]:
        return self.client.fetch_steps(self.run_id, identity, until=until)


def _with_missing_cases(tree: ResultTree) -> ResultTree:
    """Name the cases that are missing in the list, if it is there."""
    listed, total = tree.distinct, tree.run.counts.total or 0
    if not tree.listed or listed >= total:
        return tree
    return replace(tree, gaps=(f"{total - listed} of {total} cases: the list has {listed}.", *tree.gaps))


def _with_gap(tree: ResultTree, what: str, lost: Lost) -> ResultTree:
    """Name what could not be had, with the first reason for it; nothing where nothing was lost."""
    return replace(tree, gaps=(*tree.gaps, f"{what}. {next(iter(lost.values())).message}")) if lost else tree


def _sets(case: CaseResult, details: Details) -> list[str]:
    """The IDs of the data sets whose steps are asked for."""
    asked = (one for one in case.iterations if one.id and (details == "all" or not one.result.tolerable))
    return [one.id for one in _failed_first(asked)]


def _failed_first(parts: Iterable[Part]) -> list[Part]:
    """What was aborted or never begun may have no steps: the first few that are asked for should be those that do."""
    return sorted(parts, key=lambda part: part.result is not Result.FAILED)


def _unknown(sets: list[str], steps: enrich.Steps, lost: Lost) -> bool:
    """Whether the steps of these data sets are not to be had under their own IDs: not found, or none at all."""
    return any(one in lost and lost[one].status == 404 for one in sets) or not any(steps.get(one, True) for one in sets)
