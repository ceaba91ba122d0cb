"""The words of the domain: what results mean, how they are counted, what a tree and a report say."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, ResultTree, StepResult, SuiteResult
from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Status
from testsigma_action.errors import ExitCode
from testsigma_action.secret import NO_SECRET, Secret

RUN = Run("302", Status.COMPLETED, Result.PASSED)
PASSED = Verdict(Conclusion.PASSED, ExitCode.PASSED)


def step(result: Result, message: str = "", position: int = 1) -> StepResult:
    """A step with a message."""
    return StepResult("s", position, "Click", result, message)


def case(result: Result, *steps: StepResult, iterations: tuple[Iteration, ...] = ()) -> CaseResult:
    """A case with steps."""
    return CaseResult("1", "1", "Case", result, steps=steps or None, iterations=iterations)


def tree(*results: Result, run: Run = RUN, listed: bool = True) -> ResultTree:
    """A tree with one case for every result."""
    suite = SuiteResult(
        "1", "Smoke", tuple(replace(case(result), id=str(number)) for number, result in enumerate(results))
    )
    return ResultTree(run, (MachineResult("1", "Chrome", (suite,)),), listed=listed)


def test_only_passed_and_not_executed_are_tolerable() -> None:
    """Everything else under a pass is a contradiction."""
    assert {result for result in Result if result.tolerable} == {Result.PASSED, Result.NOT_EXECUTED}


def test_what_was_carried_out() -> None:
    """What waits, was left out or is unknown shows no execution."""
    executed = {Result.PASSED, Result.FAILED, Result.ABORTED, Result.STOPPED}
    assert {result for result in Result if result.executed} == executed


def test_only_completed_is_an_end() -> None:
    """An unknown status is neither an end nor a place in the queue."""
    assert [status for status in Status if replace(RUN, status=status).completed] == [Status.COMPLETED]
    waiting = {status for status in Status if replace(RUN, status=status).waiting}
    assert waiting == {Status.CREATED, Status.QUEUED, Status.PRE_FLIGHT}


@pytest.mark.parametrize(
    ("counts", "waiting"),
    [
        (Counts(total=11, passed=0, queued=11, running=0), True),
        (Counts(total=11, running=0), True),
        (Counts(queued=11, running=0), True),
        (Counts(total=11, queued=10, running=1), False),
        (Counts(total=11, passed=1, queued=10, running=0), False),
        (Counts(total=11, failed=1, running=0), False),
        (Counts(total=11, aborted=1, running=0), False),
        (Counts(total=11, stopped=1, running=0), False),
        (Counts(total=11, not_executed=1, running=0), False),
        (Counts(total=11, queued=11), False),
        (Counts(0, 0, 0, 0, 0, 0, 0, 0), False),
        (Counts(), False),
    ],
)
def test_a_run_in_progress_may_wait(counts: Counts, waiting: bool) -> None:  # noqa: FBT001
    """It waits where its counters say that nothing runs and nothing is done; without such counters it has begun."""
    run = replace(RUN, status=Status.IN_PROGRESS, counts=counts)
    assert run.waiting is waiting
    assert replace(run, counts=Counts(), other_counts=(counts,)).waiting is waiting
    assert not replace(run, status=Status.COMPLETED).waiting


def test_one_set_of_counters_is_enough_to_show_work() -> None:
    """Where two sets of counters contradict each other, the run has begun."""
    idle, busy = Counts(total=11, running=0), Counts(total=11, running=1)
    for counts in ((idle, busy), (busy, idle)):
        run = replace(RUN, status=Status.IN_PROGRESS, counts=counts[0], other_counts=counts[1:])
        assert (run.waiting, run.begun) == (False, True)


def test_a_secret_shows_itself_only_when_asked() -> None:
    """Neither repr nor str nor a containing object shows it; it is equal to itself."""
    secret = Secret("key-for-tests")
    assert "key" not in f"{secret!r}{secret}{[secret]}".replace("Secret", "")
    assert secret.reveal() == "key-for-tests"
    assert secret == Secret("key-for-tests")
    assert bool(secret)
    assert not NO_SECRET


@pytest.mark.parametrize(
    ("counts", "known", "executed", "done"),
    [
        (Counts(), False, 0, 0),
        (Counts(0, 0, 0, 0, 0, 0, 0, 0), False, 0, 0),
        (Counts(queued=3, running=1), False, 0, 0),
        (Counts(total=3), True, 0, 0),
        (Counts(passed=1), True, 1, 1),
        (Counts(10, 1, 2, 3, 4, 5), True, 10, 15),
        (Counts(not_executed=2), True, 0, 2),
    ],
)
def test_counts(counts: Counts, known: bool, executed: int, done: int) -> None:  # noqa: FBT001
    """Zeros and what waits say nothing; what is over was executed or left out."""
    assert (counts.known, counts.executed, counts.done) == (known, executed, done)


def test_our_own_count() -> None:
    """Every result has its counter; what is unknown counts as not over."""
    counts = Counts.of([*Result, Result.PASSED])
    assert counts == Counts(8, 2, 1, 1, 1, 1, 2, 0)
    assert Counts.of([]) == Counts(0, 0, 0, 0, 0, 0, 0, 0)


def test_the_failing_step_is_the_first_that_failed() -> None:
    """A step that failed comes before one that was only aborted, wherever it stands."""
    steps = (step(Result.PASSED), step(Result.ABORTED, "gone"), step(Result.FAILED, "no"), step(Result.FAILED, "late"))
    assert case(Result.FAILED, *steps).message == "no"
    assert case(Result.ABORTED, *steps[:2]).message == "gone"


def test_the_failing_step_of_a_data_set() -> None:
    """A data-driven case is broken by a step of one of its iterations."""
    sets = (
        Iteration("1", "a", Result.PASSED, (step(Result.PASSED),)),
        Iteration("2", "b", Result.FAILED, (step(Result.FAILED, "no"),)),
        Iteration("3", "c", Result.FAILED),
    )
    assert case(Result.FAILED, iterations=sets).message == "no"


def test_no_steps_no_message() -> None:
    """Where steps were not fetched, or none is broken, there is no message."""
    for quiet in (case(Result.FAILED), case(Result.FAILED, step(Result.PASSED), step(Result.NOT_EXECUTED, "x"))):
        assert quiet.failing_step is None
        assert quiet.message == ""


def test_cases_come_in_the_order_of_machines_and_suites() -> None:
    """The same order with and without their places."""
    suites = tuple(
        SuiteResult(str(s), f"S{s}", tuple(CaseResult(f"{s}{c}", "", "C", Result.PASSED) for c in range(2)))
        for s in range(2)
    )
    found = ResultTree(RUN, (MachineResult("1", "A", suites[:1]), MachineResult("2", "B", suites[1:])))
    assert [each.id for each in found.cases()] == ["00", "01", "10", "11"]
    assert [(machine.title, suite.name, each.id) for machine, suite, each in found.placed_cases()] == [
        ("A", "S0", "00"),
        ("A", "S0", "01"),
        ("B", "S1", "10"),
        ("B", "S1", "11"),
    ]


def test_our_own_count_is_shown_unless_the_list_is_short() -> None:
    """A list that is missing or has less than the run says cannot be counted."""
    said = replace(RUN, counts=Counts(total=3, passed=2, failed=1))
    assert tree(Result.PASSED, run=said).counts == said.counts
    assert tree(Result.PASSED, run=said, listed=False).counts == said.counts
    full = tree(Result.PASSED, Result.PASSED, Result.PASSED, run=said)
    assert (full.counts.total, full.counts.passed) == (3, 3)
    assert tree(Result.PASSED).counts.total == 1


def test_a_report_has_the_best_numbers_there_are() -> None:
    """Those of the tree, else those of the run, else none."""
    said = replace(RUN, counts=Counts(total=3))
    assert RunReport(RunSpec(), PASSED, said, tree(Result.PASSED)).counts.total == 1
    assert RunReport(RunSpec(), PASSED, said).counts.total == 3
    assert RunReport(RunSpec(), PASSED).counts == Counts()


@pytest.mark.parametrize(
    ("spec", "run", "title"),
    [
        (RunSpec(plan_id="420"), replace(RUN, plan_name="Shop"), "Shop"),
        (RunSpec(plan_id="420"), RUN, "Plan 420"),
        (RunSpec(), RUN, "Run 302"),
        (RunSpec(), None, "Testsigma"),
    ],
)
def test_a_report_always_has_a_title(spec: RunSpec, run: Run | None, title: str) -> None:
    """The plan's name, else its ID, else the run's."""
    assert RunReport(spec, PASSED, run).title == title


def test_a_report_does_not_show_runtime_data() -> None:
    """Values of runtime data are part of no repr, however deep they stand."""
    spec = RunSpec(plan_id="420", runtime_data={"password": "hush"})
    moment = datetime(2026, 3, 4, tzinfo=UTC)
    assert "hush" not in repr(Report(PASSED, (RunReport(spec, PASSED),), moment, moment))
