"""What runs again: every case that did not pass, in the run that is rerun, or nothing with a reason."""

from dataclasses import replace
from datetime import date

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.property.test_reruns import attempts, exit_code, placed
from tests.unit.test_infrastructure import tree
from testsigma_action.domain.attempts import merged
from testsigma_action.domain.ending import NotRunAgain
from testsigma_action.domain.quarantine import purely_failed
from testsigma_action.domain.rerun_choice import Choice, choose
from testsigma_action.domain.results import CaseResult, ResultTree
from testsigma_action.domain.run import Result
from testsigma_action.domain.tolerance import EVERY_CASE, QuarantineEntry, Share


def with_ids(tree: ResultTree, number: int) -> ResultTree:
    """The same tree as a service would give it: a plan, and result IDs that no other run has."""
    machines = tuple(
        replace(
            machine,
            suites=tuple(
                replace(
                    suite, cases=tuple(replace(case, id=f"{machine.title}{case.name}{number}") for case in suite.cases)
                )
                for suite in machine.suites
            ),
        )
        for machine in tree.machines
    )
    return replace(tree, machines=machines, run=replace(tree.run, plan_id="420"))


@settings(database=None, deadline=None, max_examples=1000)
@given(attempts(), st.booleans())
def test_nothing_is_forgotten(drawn: list[ResultTree], strict: bool) -> None:  # noqa: FBT001 - drawn
    """Each case of the first run has passed in the end, or is picked by its ID in the last run, or the step is red."""
    found = [with_ids(tree, number) for number, tree in enumerate(drawn)]
    reruns = [tree.run for tree in found[1:]]
    choice = choose(found, reruns, Share(1) if strict else EVERY_CASE)
    whole = merged(found, reruns)
    bad = [case for _, case in placed(whole) if not case.acceptable or case.left_out]
    if isinstance(choice, Choice):
        event("picked")
        last = {case.id for case in found[-1].cases()}
        assert choice.parent is found[-1].run
        assert {pick.case_id for pick in choice.picks} <= last
        assert len(choice.picks) == len(bad)
        assert not strict or len(bad) <= 1
        return
    event("a reason" if isinstance(choice, NotRunAgain) else "nothing to do")
    assert exit_code(found) == 1 or not bad


@settings(database=None, deadline=None, max_examples=500)
@given(attempts())
def test_excused_failures_do_not_run_again(drawn: list[ResultTree]) -> None:
    """Cases whose failure does not count are not picked, and nothing runs again where no other case failed."""
    found = [with_ids(tree, number) for number, tree in enumerate(drawn)]
    reruns = [tree.run for tree in found[1:]]
    for name in ("*", "A"):
        choice = choose(found, reruns, EVERY_CASE, [QuarantineEntry(name, "", date.max)])
        bad = [row for row in merged(found, reruns).placed_cases() if not row[2].acceptable or row[2].left_out]
        counting = [row for row in bad if not purely_failed(row[2]) or name not in {"*", row[2].name}]
        picked = {pick.case_id[:-1] for pick in choice.picks} if isinstance(choice, Choice) else set()
        assert picked <= {f"{machine.title}{case.name}" for machine, _, case in counting}


@settings(database=None, deadline=None, max_examples=300)
@given(attempts(), st.sampled_from([Result.PASSED, Result.STOPPED, Result.UNKNOWN]))
def test_no_rerun_after_these_results(drawn: list[ResultTree], result: Result) -> None:
    """Not of a run that passed, that somebody stopped, or of which nobody knows how it went."""
    first = replace(drawn[0], run=replace(drawn[0].run, result=result))
    assert choose([first], [], EVERY_CASE) is None


def test_the_last_run_has_to_have_the_cases() -> None:
    """Of a chain of reruns only the last run can be rerun: a case that it does not have cannot be picked."""
    skipped = CaseResult("9", "9", "Log out", Result.NOT_EXECUTED)
    failed = CaseResult("4", "5", "Pay", Result.FAILED)
    found = [tree(Result.FAILED, "", failed, skipped), tree(Result.FAILED, "", failed, run_id="2")]
    found = [replace(one, run=replace(one.run, plan_id="420")) for one in found]
    why = choose(found, [found[1].run], EVERY_CASE)
    assert isinstance(why, NotRunAgain)
    assert (why.why.value, why.cases) == ("not-in-last-run", 2)
