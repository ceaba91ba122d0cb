"""Merges details into a result tree. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from testsigma_action.api.details import CaseDetails, Details, MachineDetails
from testsigma_action.domain.results import CaseResult, MachineResult, Placed, ResultTree, StepResult, SuiteResult

Steps = Mapping[str, tuple[StepResult, ...]]


def with_machine_details(tree: ResultTree, details: Mapping[str, MachineDetails]) -> ResultTree:
    """The tree with the details of machines, by the IDs of their results."""

    def change(machine: MachineResult) -> MachineResult:
        known = details.get(machine.id)
        if not known:
            return machine
        return replace(
            machine,
            title=known.title or machine.title,
            result=known.result,
            timing=known.timing,
            device=known.device,
            listed_as=machine.title,
            app_details=known.app_details,
        )

    tree = replace(tree, machines=tuple(map(change, tree.machines)))
    return _with_unreadable(tree, "machine", details)


def with_suite_details(tree: ResultTree, details: Mapping[str, Details]) -> ResultTree:
    """The tree with the details of suites, by the IDs of their results."""

    def change(suite: SuiteResult) -> SuiteResult:
        known = details.get(suite.id)
        return replace(suite, result=known.result, timing=known.timing) if known else suite

    machines = (replace(machine, suites=tuple(map(change, machine.suites))) for machine in tree.machines)
    return _with_unreadable(replace(tree, machines=tuple(machines)), "suite", details)


def _with_unreadable(tree: ResultTree, kind: str, details: Mapping[str, Details]) -> ResultTree:
    broken = (f"{name} of {kind} {one}" for one, known in details.items() for name in known.unreadable)
    return replace(tree, unreadable_fields=(*tree.unreadable_fields, *broken))


def with_case_details(tree: ResultTree, details: Mapping[str, CaseDetails]) -> ResultTree:
    """The tree with times and flags of cases, by the IDs of their results. Results can only become worse."""

    def change(placed: Placed) -> CaseResult:
        case = placed[2]
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
            by_details=worse,
        )

    return tree.with_rows(change)


def with_steps(tree: ResultTree, steps: Steps) -> ResultTree:
    """The tree with steps, by the IDs of the results of cases and iterations; those without steps have None."""

    def change(placed: Placed) -> CaseResult:
        case = placed[2]
        # Most cases passed, so their steps were not read.
        if case.id not in steps and not case.iterations:
            return case
        iterations = tuple(replace(iteration, steps=steps.get(iteration.id)) for iteration in case.iterations)
        return replace(case, steps=steps.get(case.id), iterations=iterations)

    return tree.with_rows(change)
