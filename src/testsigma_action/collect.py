"""From a completed run to its result tree: a ladder of calls, each rung optional above the one below.

What a rung cannot give is left out and named in one line: trouble with details never makes a verdict better, and
makes it worse only where the evidence for a pass is missing (see `verdict`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeVar

from testsigma_action.api.decode import MachineDetails, SuiteDetails
from testsigma_action.api.remote import Remote
from testsigma_action.cancel import Late
from testsigma_action.errors import ApiError, Refused, Unreachable
from testsigma_action.model import (
    CaseResult,
    Iteration,
    MachineResult,
    Result,
    ResultTree,
    Run,
    StepResult,
    SuiteResult,
)

T = TypeVar("T")
Details = Literal["failed", "all", "none"]
Steps = Mapping[str, tuple[StepResult, ...]]

# Requests at a time.
WIDTH = 8
# How long one optional thing is tried: no detail is worth the whole time for collecting (seconds).
PATIENCE = 60.0


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
            return replace(tree, unreadable=not absent, gaps=(*tree.gaps, f"The list of cases. {machines.message}"))
        tree = replace(tree, machines=tuple(self._linked(machine) for machine in machines), listed=True)
        listed, total = sum(1 for _ in tree.cases()), tree.run.counts.total or 0
        if listed < total:
            return replace(tree, gaps=(*tree.gaps, f"{total - listed} of {total} cases: the list has {listed}."))
        return tree

    def _linked(self, machine: MachineResult) -> MachineResult:
        def link(case: CaseResult) -> CaseResult:
            return replace(case, url=self.remote.client.case_url(case.id) if case.id else "")

        return _with_each_case(machine, link)

    def with_run_details(self, tree: ResultTree) -> tuple[ResultTree, bool]:
        """Counters and times by the detailed calls, and whether there are such calls at all."""
        until = self._patience()
        details = self._ask(lambda: self.remote.client.fetch_run_details(self.run_id, until=until))
        if isinstance(details, ApiError):
            gap = f"Times of machines and suites, and all steps. {details.message}"
            return replace(tree, gaps=(*tree.gaps, gap)), False
        known = (*details.counts, tree.run.counts, *tree.run.other_counts)
        run = replace(tree.run, counts=known[0], other_counts=known[1:])
        return replace(tree, run=run, details_result=details.result), True

    def with_places(self, tree: ResultTree) -> ResultTree:
        """Devices, results and times of machines and suites."""
        machine_ids = [machine.id for machine in tree.machines if machine.id]
        suite_ids = [suite.id for machine in tree.machines for suite in machine.suites if suite.id]
        machines, lost = self._fetch_each(machine_ids, self._machine)
        suites, lost_suites = self._fetch_each(suite_ids, self._suite)
        gaps = (*tree.gaps, *_gap("the details of {} of {} machines", lost, machine_ids))
        gaps = (*gaps, *_gap("the details of {} of {} suites", lost_suites, suite_ids))
        placed = tuple(_placed(machine, machines, suites) for machine in tree.machines)
        return replace(tree, machines=placed, gaps=gaps)

    def with_steps(self, tree: ResultTree, details: Details) -> ResultTree:
        """Steps of the cases that were asked for; of a data-driven case, those of its iterations."""
        wanted = [case for case in tree.cases() if details == "all" or _broken(case.result)]
        ids = [identity for case in wanted for identity in _step_owners(case, details)]
        steps, lost = self._fetch_each(ids, self._steps)
        gaps = (*tree.gaps, *_gap("the steps of {} of {} cases", lost, ids))

        def add(case: CaseResult) -> CaseResult:
            return _with_steps(case, steps)

        return replace(tree, machines=tuple(_with_each_case(machine, add) for machine in tree.machines), gaps=gaps)

    def _machine(self, identity: str) -> MachineDetails:
        return self.remote.client.fetch_machine(self.run_id, identity, until=self._patience())

    def _suite(self, identity: str) -> SuiteDetails:
        return self.remote.client.fetch_suite(self.run_id, identity, until=self._patience())

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
        answers = self.remote.calls.gather(calls, width=WIDTH, until=self.until)
        found = {one: answer for one, answer in zip(unique, answers, strict=True) if not isinstance(answer, ApiError)}
        return found, [answer for answer in answers if isinstance(answer, ApiError)]


def _gap(words: str, lost: Sequence[ApiError], wanted: Sequence[str]) -> tuple[str, ...]:
    if not lost:
        return ()
    sentence = words.format(len(lost), len(wanted))
    return (f"{sentence[0].upper()}{sentence[1:]}. {lost[0].message}",)


def _broken(result: Result) -> bool:
    return not result.tolerable


def _step_owners(case: CaseResult, details: Details) -> list[str]:
    """The IDs that the steps of a case are kept under."""
    iterations = [one.id for one in case.iterations if one.id and (details == "all" or _broken(one.result))]
    return iterations or ([case.id] if case.id else [])


def _with_steps(case: CaseResult, steps: Steps) -> CaseResult:
    def filled(iteration: Iteration) -> Iteration:
        return replace(iteration, steps=steps[iteration.id]) if iteration.id in steps else iteration

    if not steps.keys() & {case.id, *(iteration.id for iteration in case.iterations)}:
        return case
    return replace(case, steps=steps.get(case.id), iterations=tuple(filled(one) for one in case.iterations))


def _with_each_case(machine: MachineResult, change: Callable[[CaseResult], CaseResult]) -> MachineResult:
    suites = (replace(suite, cases=tuple(change(case) for case in suite.cases)) for suite in machine.suites)
    return replace(machine, suites=tuple(suites))


def _placed(
    machine: MachineResult, machines: Mapping[str, MachineDetails], suites: Mapping[str, SuiteDetails]
) -> MachineResult:
    placed_suites = tuple(_placed_suite(suite, suites.get(suite.id)) for suite in machine.suites)
    details = machines.get(machine.id)
    if not details:
        return replace(machine, suites=placed_suites)
    return replace(
        machine,
        title=details.title or machine.title,
        suites=placed_suites,
        result=details.result,
        timing=details.timing,
        device=details.device,
    )


def _placed_suite(suite: SuiteResult, details: SuiteDetails | None) -> SuiteResult:
    return replace(suite, result=details.result, timing=details.timing) if details else suite
