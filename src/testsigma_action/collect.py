"""From a completed run to its result tree: a ladder of calls, each rung optional above the one below.

What a rung cannot give is left out and named in one line: trouble with details never makes a verdict better, and
makes it worse only where the evidence for a pass is missing (see `verdict`).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeVar

from testsigma_action import graft
from testsigma_action.api.decode import CaseDetails, CasePage, MachineDetails, SuiteDetails
from testsigma_action.api.remote import Remote
from testsigma_action.cancel import Late
from testsigma_action.errors import ApiError, Refused, Unreachable
from testsigma_action.model import Run
from testsigma_action.tree import CaseResult, ResultTree, StepResult

T = TypeVar("T")
Details = Literal["failed", "all", "none"]

# Requests at a time.
WIDTH = 8
# How long one optional thing is tried: no detail is worth the whole time for collecting (seconds).
PATIENCE = 60.0
# Cases that are asked for one by one where they are in no index, the broken ones first.
MOST_SINGLES = 200
MOST_PAGES = 10_000


def collect(run: Run, remote: Remote, details: Details, *, until: float) -> Iterator[ResultTree]:
    """Yield the tree after every rung, each better than the one before; stop asking at `until` (monotonic clock).

    Raises Cancelled on a signal, and no ApiError.
    """
    collector = _Collector(run.id, remote, until)
    tree = collector.with_cases(ResultTree(run))
    yield tree
    tree, detailed = collector.with_run_details(tree)
    yield tree
    if not detailed:
        return
    tree = collector.with_places(tree)
    yield tree
    tree = collector.with_case_details(tree)
    yield tree
    if details != "none":
        yield collector.with_steps(tree, details)


@dataclass(frozen=True, slots=True)
class _Collector:
    """The rungs of the ladder."""

    run_id: str
    remote: Remote
    until: float

    def with_cases(self, tree: ResultTree) -> ResultTree:
        """Names, IDs and results of all cases."""
        machines = self._ask(lambda: self.remote.client.fetch_case_list(self.run_id, until=self.until))
        if isinstance(machines, ApiError):
            absent = isinstance(machines, Refused) and machines.status == 404
            tree = replace(tree, unreadable=not absent)
            return _with_gap(tree, "The list of cases", [machines])
        tree = graft.each_case(replace(tree, machines=machines, listed=True), self._linked)
        listed, total = sum(1 for _ in tree.cases()), tree.run.counts.total or 0
        if listed < total:
            return replace(tree, gaps=(*tree.gaps, f"{total - listed} of {total} cases: the list has {listed}."))
        return tree

    def _linked(self, case: CaseResult) -> CaseResult:
        return replace(case, url=self.remote.client.case_url(case.id)) if case.id else case

    def with_run_details(self, tree: ResultTree) -> tuple[ResultTree, bool]:
        """Counters and times by the detailed calls, and whether there are such calls at all."""
        until = self._patience()
        details = self._ask(lambda: self.remote.client.fetch_run_details(self.run_id, until=until))
        if isinstance(details, ApiError):
            return _with_gap(tree, "Times of machines, suites and cases, and all steps", [details]), False
        known = (*details.counts, tree.run.counts, *tree.run.other_counts)
        run = replace(tree.run, counts=known[0], other_counts=known[1:])
        return replace(tree, run=run, details_result=details.result), True

    def with_places(self, tree: ResultTree) -> ResultTree:
        """Devices, results and times of machines and suites."""
        machine_ids = [machine.id for machine in tree.machines if machine.id]
        suite_ids = [suite.id for machine in tree.machines for suite in machine.suites if suite.id]
        machines, lost_machines = self._fetch_each(machine_ids, self._machine)
        suites, lost_suites = self._fetch_each(suite_ids, self._suite)
        tree = graft.with_places(tree, machines, suites)
        tree = _with_gap(tree, f"The details of {len(lost_machines)} of {len(machine_ids)} machines", lost_machines)
        return _with_gap(tree, f"The details of {len(lost_suites)} of {len(suite_ids)} suites", lost_suites)

    def with_case_details(self, tree: ResultTree) -> ResultTree:
        """Times and flags of cases, from the index if there is one, else one by one within a budget."""
        first = self._ask(lambda: self._case_page(0)) if tree.machines else None
        if isinstance(first, CasePage):
            return graft.with_case_details(tree, self._index(first, tree))
        cases = sorted((case for case in tree.cases() if case.id), key=lambda case: case.result.tolerable)
        found, lost = self._fetch_each([case.id for case in cases[:MOST_SINGLES]], self._case)
        tree = graft.with_case_details(tree, found)
        left = len(cases) - len(found)
        trouble = lost or ([first] if isinstance(first, ApiError) else [])
        return _with_gap(tree, f"The times of {left} of {len(cases)} cases", trouble if left else [])

    def _index(self, first: CasePage, tree: ResultTree) -> dict[str, CaseDetails]:
        """All pages of the index, as many as our own number of cases and data sets asks for: no total is trusted."""
        found = {details.id: details for details in first.rows}
        if first.last or not found:
            return found
        wanted = sum(1 + len(case.iterations) for case in tree.cases())
        pages = min(MOST_PAGES, math.ceil(wanted / len(first.rows)))
        # One page more than it takes, where cases are still missing: pages may be counted from 1.
        for numbers in (range(1, pages), range(pages, pages + 1)):
            if all(case.id in found for case in tree.cases()):
                break
            fetched, _ = self._fetch_each([str(number) for number in numbers], lambda one: self._case_page(int(one)))
            found |= {details.id: details for page in fetched.values() for details in page.rows}
        return found

    def with_steps(self, tree: ResultTree, details: Details) -> ResultTree:
        """Steps of the cases that were asked for; of a data-driven case, those of its iterations."""
        wanted = [case for case in tree.cases() if details == "all" or not case.acceptable]
        ids = [identity for case in wanted for identity in _step_owners(case, details)]
        steps, lost = self._fetch_each(ids, self._steps)
        return _with_gap(graft.with_steps(tree, steps), f"The steps of {len(lost)} of {len(ids)} cases", lost)

    def _machine(self, identity: str) -> MachineDetails:
        return self.remote.client.fetch_machine(self.run_id, identity, until=self._patience())

    def _suite(self, identity: str) -> SuiteDetails:
        return self.remote.client.fetch_suite(self.run_id, identity, until=self._patience())

    def _case(self, identity: str) -> CaseDetails:
        return self.remote.client.fetch_case(self.run_id, identity, until=self._patience())

    def _case_page(self, number: int) -> CasePage:
        return self.remote.client.fetch_case_page(self.run_id, number, until=self._patience())

    def _steps(self, identity: str) -> tuple[StepResult, ...]:
        return self.remote.client.fetch_steps(self.run_id, identity, until=self._patience())

    def _patience(self) -> float:
        return min(self.until, self.remote.after(PATIENCE))

    def _ask(self, call: Callable[[], T]) -> T | ApiError:
        try:
            return self.remote.calls.run(call, until=self.until)
        except ApiError as error:
            return error
        except Late:
            return Unreachable("The time for collecting results was over.", code="api-unreachable")

    def _fetch_each(self, identities: Sequence[str], fetch: Callable[[str], T]) -> tuple[dict[str, T], list[ApiError]]:
        """What could be fetched by ID, and the errors of the rest."""
        unique = list(dict.fromkeys(identities))
        calls = [partial(fetch, identity) for identity in unique]
        answers = self.remote.calls.gather(calls, width=self._width, until=self.until)
        found = {one: answer for one, answer in zip(unique, answers, strict=True) if not isinstance(answer, ApiError)}
        return found, [answer for answer in answers if isinstance(answer, ApiError)]

    def _width(self) -> int:
        """Half as many at a time for every time that the service found it too many."""
        return max(1, WIDTH >> min(self.remote.client.too_many, WIDTH))


def _with_gap(tree: ResultTree, what: str, lost: Sequence[ApiError]) -> ResultTree:
    """Name what could not be had, with the first reason for it; nothing where nothing was lost."""
    return replace(tree, gaps=(*tree.gaps, f"{what}. {lost[0].message}")) if lost else tree


def _step_owners(case: CaseResult, details: Details) -> list[str]:
    """The IDs that the steps of a case are kept under."""
    iterations = [one.id for one in case.iterations if one.id and (details == "all" or not one.result.tolerable)]
    return iterations or ([case.id] if case.id else [])
