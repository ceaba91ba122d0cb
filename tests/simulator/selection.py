"""Which cases of a plan or a run a call picks: saved configurations and reruns."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tests.simulator.content import Case, Iteration, Machine, SavedConfiguration, Suite
from tests.simulator.runs import Run
from tests.simulator.tree import CaseNode, Ids, Keep, suite_id
from tests.simulator.wire import Refusal, as_id

FAILED = {"FAILURE", "FAILED", "ABORTED", "STOPPED"}


def kept_by(configuration: SavedConfiguration | None, ids: Ids) -> Keep:
    """What a saved configuration leaves of a plan."""
    if configuration is None:
        return lambda _machine, _suite, case: case
    named, excluded = set(configuration.suites), configuration.excluded
    return lambda _machine, suite, case: case if (suite_id(suite, ids) in named) != excluded else None


def place(case: CaseNode) -> tuple[int, int, int]:
    """What tells a case of a plan from all others, even where machines share suites."""
    suite = case.suite
    return id(suite.machine.content), id(suite.content), id((case.parent or case).origin)


def kept_again(cases: Sequence[CaseNode]) -> Keep:
    """What a rerun has of a plan: these cases; of a case of which data sets are named, those only."""
    named = {place(case): _sets(case, cases) for case in cases}

    def keep(machine: Machine, suite: Suite, case: Case) -> Case | None:
        sets = named.get((id(machine), id(suite), id(case)))
        return None if sets is None else replace(case, iterations=sets)

    return keep


def _sets(case: CaseNode, cases: Sequence[CaseNode]) -> tuple[Iteration, ...]:
    whole = case.parent or case
    named = {one.content.name for one in cases if one.parent is whole}
    # A rerun of a rerun has no more data sets than that.
    plan = [
        one for one in whole.content.iterations if any(one.set_name == node.content.name for node in whole.iterations)
    ]
    return tuple(one for one in plan if one.set_name in named or not named)


def failed_cases(run: Run) -> list[CaseNode]:
    """The cases of a run that did not pass, apart from those that were not executed."""
    return [case for case in run.tree.cases if run.case_result(case) in FAILED]


def again_by_itself(run: Run) -> Sequence[CaseNode]:
    """The cases that a plan runs again by itself."""
    names = run.plan.reruns.cases
    if names is not None:
        return [case for case in run.tree.cases if case.content.name in names]
    return run.tree.cases if run.plan.rerun_type == "ALL_TESTS" else failed_cases(run)


def _wanted(picked: object) -> list[int]:
    """The result IDs that an entry of a rerun call picks: those of data sets, or that of a case."""
    if not isinstance(picked, dict):
        return [-1]
    sets = picked.get("iterationResultIds") if picked.get("iterationReRunType") == "USER_PICKED" else None
    return [as_id(one) for one in sets] if isinstance(sets, list) and sets else [as_id(picked.get("id"))]


def cases_to_rerun(run: Run, body: Mapping[str, object]) -> Sequence[CaseNode]:
    """The cases that a rerun call asks for: those it lists, else all or the failed ones."""
    listed = body.get("testCaseResultRequests")
    if isinstance(listed, list):
        wanted = [one for each in listed for one in _wanted(each)]
        unknown = [case_id for case_id in wanted if case_id not in run.tree.rows]
        if unknown:
            raise Refusal(400, f"Given test case result id {unknown[0]} is not related to execution run {run.id}")
        return [run.tree.rows[case_id] for case_id in wanted]
    if body.get("reRunType") in {"ALL_TESTS", "ALL_ITERATIONS"}:
        return run.tree.cases
    if body.get("reRunType") in {"ONLY_FAILED_TESTS", "ONLY_FAILED_ITERATIONS"}:
        return failed_cases(run)
    raise Refusal(400, f"Unknown rerun type: {body.get('reRunType')}")
