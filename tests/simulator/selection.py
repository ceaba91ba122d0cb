"""Which cases of a plan or a run a call picks: saved configurations and reruns."""

from collections.abc import Mapping, Sequence

from tests.simulator.content import SavedConfiguration
from tests.simulator.runs import Run
from tests.simulator.tree import CaseNode, Ids, Keep, suite_id
from tests.simulator.wire import Refusal, as_id

FAILED = {"FAILURE", "FAILED", "ABORTED", "STOPPED"}


def kept_by(configuration: SavedConfiguration | None, ids: Ids) -> Keep:
    """What a saved configuration leaves of a plan."""
    if configuration is None:
        return lambda _machine, _suite, _case: True
    named, excluded = set(configuration.suites), configuration.excluded
    return lambda _machine, suite, _case: (suite_id(suite, ids) in named) != excluded


def place(case: CaseNode) -> tuple[int, int, int]:
    """What tells a case of a plan from all others, even where machines share suites."""
    suite = case.suite
    return id(suite.machine.content), id(suite.content), id((case.parent or case).content)


def failed_cases(run: Run) -> list[CaseNode]:
    """The cases of a run that did not pass, apart from those that were not executed."""
    return [case for case in run.tree.cases if run.case_result(case) in FAILED]


def again_by_itself(run: Run) -> Sequence[CaseNode]:
    """The cases that a plan runs again by itself."""
    names = run.plan.reruns.cases
    if names is not None:
        return [case for case in run.tree.cases if case.content.name in names]
    return run.tree.cases if run.plan.rerun_type == "ALL_TESTS" else failed_cases(run)


def cases_to_rerun(run: Run, body: Mapping[str, object]) -> Sequence[CaseNode]:
    """The cases that a rerun call asks for: those it lists, else all or the failed ones."""
    listed = body.get("testCaseResultRequests")
    if isinstance(listed, list):
        wanted = [as_id(each.get("id")) if isinstance(each, dict) else -1 for each in listed]
        unknown = [case_id for case_id in wanted if case_id not in run.tree.rows]
        if unknown:
            raise Refusal(400, f"Given test case result id {unknown[0]} is not related to execution run {run.id}")
        return [run.tree.rows[case_id] for case_id in wanted]
    if body.get("reRunType") in {"ALL_TESTS", "ALL_ITERATIONS"}:
        return run.tree.cases
    if body.get("reRunType") in {"ONLY_FAILED_TESTS", "ONLY_FAILED_ITERATIONS"}:
        return failed_cases(run)
    raise Refusal(400, f"Unknown rerun type: {body.get('reRunType')}")
