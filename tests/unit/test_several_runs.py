"""What is printed while the step waits for several runs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tests.listening import Listening
from tests.samples import case, machine, suite
from testsigma_action.domain.events import (
    Activity,
    Answered,
    CasesFailed,
    Ended,
    RerunAwaited,
    RerunStarted,
    Retry,
    Started,
    Starting,
)
from testsigma_action.domain.report import Conclusion
from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Status
from testsigma_action.errors import InputError
from testsigma_action.reporting.progress.one_run import SILENCE
from testsigma_action.reporting.progress.several_runs import BOARD

DOWN = Retry("503.")


class Several(Listening):
    """A progress of several runs, called a, b, c ..."""

    def __init__(self, number: int = 3, *, named: bool = True, live: bool = False) -> None:
        """Begin at 0."""
        specs = [
            RunSpec(str(431 + index), name="abcdefghijklmnopqrst"[index] if named else "") for index in range(number)
        ]
        super().__init__(specs, live=live)
        self.runs = [
            Run(str(9 + index), Status.CREATED, Result.QUEUED, spec.plan_id) for index, spec in enumerate(specs)
        ]

    def start(self, *indices: int) -> None:
        """These runs exist now."""
        for index in indices:
            self.tell(index, Started(self.runs[index]))

    def see(self, index: int, run: Run, left: timedelta | None = None, queued: timedelta | None = None) -> None:
        """A session tells an answer."""
        before, self.runs[index] = self.runs[index], run
        self.tell(index, Answered(before, run, left, queued))

    def going(self, index: int, done: int = 0, failed: int = 0, total: int = 10) -> Run:
        """A run at work."""
        counts = Counts(total=total, passed=done - failed, failed=failed, running=min(1, total - done))
        return replace(self.runs[index], status=Status.IN_PROGRESS, status_label="P", counts=counts)

    def over(self, index: int, failed: int = 0, total: int = 10) -> Run:
        """A run that completed."""
        result = Result.FAILED if failed else Result.PASSED
        return replace(self.going(index, total, failed, total), status=Status.COMPLETED, result=result)

    def since(self, begin: int) -> Sequence[str]:
        """The lines that were printed after so many."""
        return self.lines[begin:]


def test_every_line_of_a_run_begins_with_its_name() -> None:
    """Start, failures and end of a run are told, each on a line that stands for itself."""
    several = Several(2)
    several.tell(0, Starting(RunSpec("431", build_number="b1", name="a")))
    several.runs[0] = replace(several.runs[0], build_number="b1")
    several.start(0)
    several.see(0, several.going(0))
    several.wait(40)
    several.see(0, several.going(0, 3, 1))
    several.tell(0, CasesFailed([(machine(), suite(), case("Sign in", Result.FAILED))]))
    several.see(0, several.going(0, 4, 2))
    several.see(0, several.over(0, 2))
    several.tell(0, Ended(conclusion=Conclusion.FAILED))
    several.tell(1, Ended(InputError("There is no plan 432."), conclusion=Conclusion.ERROR))
    assert several.lines == [
        "a | Run 9 (plan 431; build number b1)",
        "a | [0:00:40] in progress, 3 of 10 cases done, 1 failed",
        "a | Failed: Sign in (Login, Chrome)",
        "a | [0:00:40] failed: 10 of 10 cases done, 2 failed",
        "b | [0:00:40] error: There is no plan 432.",
    ]


def test_counters_are_told_of_all_runs_together() -> None:
    """Every heartbeat says how far all runs are, and which ones are waited for."""
    several = Several(7)
    several.start(0, 1, 2, 3, 4)
    several.tell(0, Ended(conclusion=Conclusion.FAILED))
    several.see(1, several.going(1, 4, 1))
    several.see(2, replace(several.going(2), counts=Counts(total=10, queued=10, running=0)))
    several.see(3, several.over(3))
    several.tell(3, Activity.COLLECTING)
    several.see(4, several.going(4))
    several.tell(5, Activity.STARTING)
    begin = len(several.lines)
    several.wait(SILENCE)
    (line,) = several.since(begin)
    assert line.split("; ") == [
        "[0:00:50] 1 of 7 runs finished, 1 failed",
        "14 of 40 cases done, 1 failed",
        "waiting for b, e",
        "in the queue: c",
        "1 starting",
        "1 collecting results",
        "1 not started yet",
    ]


def test_a_run_that_has_lines_of_its_own_hides_no_sign_of_life() -> None:
    """How far all runs are is told now and then even if the log is never silent."""
    several = Several()
    several.start(0, 1)
    for number in range(int(3 * BOARD / 20)):
        several.wait(20)
        several.tell(0, CasesFailed([(machine(), suite(), case(f"C{number}", Result.FAILED))]))
    assert sum("runs finished" in line for line in several.lines) in {2, 3}


def test_twenty_runs_do_not_flood_the_log() -> None:
    """In an hour of answers every 10 s and with no news, there is one heartbeat a minute and nothing else."""
    several = Several(20)
    several.start(*range(20))
    begin = len(several.lines)
    for second in range(0, 3600, 10):
        for index in range(20):
            several.see(index, several.going(index, second, total=5000))
        several.wait(10)
    signs = several.since(begin)
    assert 55 <= len(signs) <= 3600 / SILENCE
    assert all("0 of 20 runs finished" in line for line in signs)
    assert "waiting for a, b, c, d and 16 more" in signs[-1]


def test_the_time_left_is_that_of_the_last_run() -> None:
    """It is told only if it is known of every run that goes on, and no run has yet to start."""
    several = Several(2)
    several.start(0)
    several.see(0, several.going(0), left=timedelta(minutes=9))
    several.wait(SILENCE)
    assert "left" not in several.lines[-1]
    several.start(1)
    several.see(1, several.going(1), left=timedelta(minutes=4))
    several.wait(SILENCE)
    assert several.lines[-1].endswith("; about 7 min left")


def test_leaving_the_queue_is_news_of_a_run_that_waited_long() -> None:
    """Every run waits for a moment; that is not worth a line for each of them."""
    several = Several()
    several.start(0, 1)
    begin = len(several.lines)
    several.see(0, several.going(0))
    several.see(1, several.going(1), queued=timedelta(minutes=2))
    assert [line.partition("] ")[2] for line in several.since(begin)] == [
        "in progress, 0 of 10 cases done, left the queue after 2 min 00 s"
    ]


def test_an_unknown_status_is_told_now_and_then() -> None:
    """It is news once; a status that changes with every answer has a line every 30 s at most."""
    several = Several()
    several.start(0)
    begin = len(several.lines)
    for number in range(30):
        several.see(0, replace(several.runs[0], status=Status.UNKNOWN, status_label=f"ODD_{number}"))
        several.wait(5)
    told = [line for line in several.since(begin) if "unknown status" in line]
    assert len(told) == 5


def test_an_outage_of_the_service_is_told_once() -> None:
    """All sessions feel it: one line says that it began and how many runs it affects, one that it is over."""
    several = Several(20)
    several.start(*range(20))
    begin = len(several.lines)
    for index in range(20):
        several.tell(index, DOWN)
    several.wait(30)
    for index in range(20):
        several.tell(index, Retry())
        several.tell(index, Retry())
    assert several.since(begin) == [
        "Testsigma does not answer (20 of 20 runs affected); retrying. Runs that were started continue. 503.",
        "Testsigma answers again after 30 s.",
    ]


def test_an_outage_of_one_run_has_its_name() -> None:
    """Where only the requests of one run fail, the lines say which run it is."""
    several = Several()
    several.start(0, 1)
    begin = len(several.lines)
    several.tell(1, DOWN)
    several.wait(60)
    several.see(1, several.going(1))
    several.wait(5)
    told = [line.partition(" | ")[2] or line for line in several.since(begin)]
    assert told == [
        "Testsigma does not answer; retrying. The run continues. 503.",
        "[0:01:00] 0 of 3 runs finished; in the queue: a, b; 1 not started yet; no answer about b",
        "Testsigma answers again after 1 min 00 s.",
    ]
    assert several.since(begin)[0].startswith("b ")
    assert several.since(begin)[2].startswith("b ")


def test_a_short_outage_is_not_told() -> None:
    """With many runs some request fails all the time; what passes within seconds matters to nobody."""
    several = Several()
    several.start(0)
    begin = len(several.lines)
    several.tell(0, DOWN)
    several.wait(5)
    several.tell(0, Retry())
    several.wait(30)
    assert several.since(begin) == []


def test_a_run_that_ends_in_an_outage_does_not_end_the_outage() -> None:
    """That a session gave up does not say that the service answers again."""
    several = Several()
    several.start(0)
    several.tell(0, DOWN)
    several.wait(30)
    begin = len(several.lines)
    several.tell(0, Ended(InputError("Gave up."), conclusion=Conclusion.TIMED_OUT))
    assert [line.partition(" | ")[2] for line in several.since(begin)] == ["[0:00:30] timed out: Gave up."]


def test_an_outage_before_anything_was_started() -> None:
    """That nothing was started is said of the one run that it affects."""
    several = Several()
    several.tell(0, Activity.PREPARING)
    several.tell(0, DOWN)
    several.wait(30)
    assert several.lines[0].endswith("| Testsigma does not answer; retrying. Nothing was started yet. 503.")


def test_reruns_of_one_of_several_runs() -> None:
    """The rerun has its own result; the cases of the whole are counted once."""
    several = Several(2)
    several.start(0, 1)
    several.see(0, several.over(0, 1))
    several.tell(0, RerunAwaited(several.runs[0]))
    begin = len(several.lines)
    several.wait(SILENCE)
    rerun = replace(several.going(0, total=1), id="99", parent_id="9", result=Result.QUEUED)
    several.tell(0, RerunStarted(rerun))
    several.runs[0] = rerun
    several.see(0, several.over(0, total=1))
    several.tell(0, Ended(conclusion=Conclusion.PASSED))
    several.wait(SILENCE)
    assert [line.partition(" | ")[2] or line for line in several.since(begin)] == [
        "[0:00:50] 0 of 2 runs finished; 10 of 10 cases done, 1 failed; in the queue: b; 1 waiting for a rerun",
        "Run 9: its failed cases run again as run 99",
        "[0:00:50] rerun: passed: 1 of 1 cases done",
        "[0:01:40] 1 of 2 runs finished; 10 of 10 cases done, 1 failed; in the queue: b",
    ]


def test_a_result_that_is_corrected_is_told_again() -> None:
    """A completed run may show its result late."""
    several = Several(2)
    several.start(0)
    begin = len(several.lines)
    late = replace(several.over(0), result=Result.UNKNOWN)
    for run in (late, late, several.over(0), several.over(0)):
        several.see(0, run)
    assert [line.partition("] ")[2].partition(":")[0] for line in several.since(begin)] == ["no known result", "passed"]


def test_a_run_that_was_over_at_once_has_its_result() -> None:
    """Whatever answer says so first."""
    several = Several(2)
    several.runs[0] = several.over(0)
    several.start(0)
    several.tell(0, Ended(conclusion=Conclusion.PASSED))
    assert several.lines[-1].endswith("| [0:00:00] passed: 10 of 10 cases done")


def test_what_counts_as_failed() -> None:
    """A run that ended without a pass is counted as failed, whatever its result; one that nobody waits for is not."""
    several = Several(3)
    several.start(0, 1)
    several.see(0, several.over(0))
    several.tell(0, Ended(conclusion=Conclusion.FAILED))
    several.tell(1, Ended(conclusion=Conclusion.STARTED))
    several.wait(SILENCE)
    assert "2 of 3 runs finished, 1 failed;" in several.lines[-1]


def test_the_name_of_the_plan_is_told_where_it_is_not_the_name_of_the_run() -> None:
    """It became known too late: the log calls the run by its plan's ID already."""
    several = Several(2, named=False)
    several.start(0)
    several.see(0, replace(several.going(0), plan_name="Checkout"))
    several.see(0, replace(several.going(0, 3, 1), plan_name="Checkout"))
    several.runs[1] = replace(several.runs[1], plan_name="Search")
    several.start(1)
    assert several.lines == [
        "plan 431 | Run 9 (plan 431)",
        "plan 431 | The plan is called Checkout.",
        "plan 431 | [0:00:00] in progress, 3 of 10 cases done, 1 failed",
        "Search   | Run 10 (plan 432)",
    ]


def test_a_terminal_has_one_bar_for_all_runs() -> None:
    """It is drawn again with every heartbeat; there are no other heartbeats."""
    several = Several(3, live=True)
    several.start(0, 1)
    several.see(0, several.over(0, 1))
    several.tell(0, Ended(conclusion=Conclusion.FAILED))
    several.see(1, several.going(1, 5))
    several.tell(1, DOWN)
    several.wait(5)
    drawn = several.stream.getvalue().split("\r\x1b[K")
    assert drawn[-1] == "0:00:05  1/3 done [=====.....] 15/20 cases, 1 failed, no answer about 1"
    several.wait(300)
    assert "runs finished" not in several.stream.getvalue()


def test_the_bar_before_anything_is_known() -> None:
    """It says how many runs there are."""
    several = Several(3, live=True)
    several.wait(1)
    assert several.stream.getvalue().endswith("0:00:01  0/3 done [..........]")
