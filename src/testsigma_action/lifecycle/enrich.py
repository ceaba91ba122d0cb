"""Merges details into a result tree. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from testsigma_action.api.decode import CaseDetails, MachineDetails, SuiteDetails
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, ResultTree, StepResult, SuiteResult

Steps = Mapping[str, tuple[StepResult, ...]]


def each_case(tree: ResultTree, change: Callable[[CaseResult], CaseResult]) -> ResultTree:
    """The tree with every case changed."""
    return tree.with_rows(lambda placed: change(placed[2]))


def with_places(
    tree: ResultTree, machines: Mapping[str, MachineDetails], suites: Mapping[str, SuiteDetails]
) -> ResultTree:
    """The tree with the details of machines and suites, by the IDs of their results."""

    def suite(given: SuiteResult) -> SuiteResult:
        details = suites.get(given.id)
        return replace(given, result=details.result, timing=details.timing) if details else given

    def machine(given: MachineResult) -> MachineResult:
        placed = replace(given, suites=tuple(suite(one) for one in given.suites))
        details = machines.get(given.id)
        if not details:
            return placed
        return replace(
            placed,
            title=details.title or given.title,
            result=details.result,
            timing=details.timing,
            device=details.device,
            listed_as=given.title,
            app_details=details.app_details,
        )

    broken = (
        *(f"{name} of machine {one}" for one, known in machines.items() for name in known.unreadable),
        *(f"{name} of suite {one}" for one, known in suites.items() for name in known.unreadable),
    )
    placed = tuple(machine(one) for one in tree.machines)
    return replace(tree, machines=placed, unreadable_fields=(*tree.unreadable_fields, *broken))


def with_case_details(tree: ResultTree, details: Mapping[str, CaseDetails]) -> ResultTree:
    """The tree with times and flags of cases, by the IDs of their results. Results can only become worse."""

    def change(case: CaseResult) -> CaseResult:
        known = details.get(case.id)
        if not known:
            return case
        worse = case.result.tolerable and (known.result.contradicts_pass or bool(known.unreadable))
        return replace(
            case,
            result=known.result if worse else case.result,
            result_label="" if worse and known.unreadable else case.result_label,
            disabled=known.disabled,
            data_driven=case.data_driven or known.data_driven,
            timing=known.timing,
        )

    return each_case(tree, change)


def with_steps(tree: ResultTree, steps: Steps) -> ResultTree:
    """The tree with steps, by the IDs of the results of cases and iterations."""

    def filled(iteration: Iteration) -> Iteration:
        return replace(iteration, steps=steps[iteration.id]) if iteration.id in steps else iteration

    def change(case: CaseResult) -> CaseResult:
        if case.id not in steps and not any(iteration.id in steps for iteration in case.iterations):
            return case
        return replace(case, steps=steps.get(case.id), iterations=tuple(filled(one) for one in case.iterations))

    return each_case(tree, change)
