"""What is printed while the step waits for one run."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.listening import Listening
from tests.samples import case, machine, suite
from testsigma_action.domain.events import (
    Activity,
    Answered,
    AnswerLost,
    Attached,
    CasesFailed,
    Event,
    PlanBusy,
    Retry,
    Started,
    Starting,
)
from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Status
from testsigma_action.reporting.progress.listener import BEAT
from testsigma_action.reporting.progress.one_run import SILENCE

SPEC = RunSpec("12", build_number="b1")
RUN = Run(
    "9",
    Status.QUEUED,
    Result.QUEUED,
    status_label="STATUS_QUEUED",
    build_number="b1",
    url="https://testsigma.example/9",
)
BEGAN = Retry("Could not read it.")
ENDED = Retry()


class Watched(Listening):
    """A progress of one run on a clock that goes when it is told to."""

    def __init__(self, *, live: bool = False) -> None:
        """Begin at 0."""
        super().__init__([SPEC], live=live)
        self.run = RUN

    def hears(self, event: Event) -> None:
        """The session tells an event."""
        self.tell(0, event)

    def after(
        self, seconds: float, run: Run | None = None, left: timedelta | None = None, queued: timedelta | None = None
    ) -> None:
        """Time passes, with its heartbeats; then an answer comes."""
        self.wait(seconds)
        if run:
            before, self.run = self.run, run
            self.hears(Answered(before, run, left, queued))


@pytest.fixture
def watched() -> Watched:
    """Nothing was printed yet."""
    return Watched()


def going(done: int = 0, total: int = 5000, failed: int = 0) -> Run:
    """A run at work."""
    counts = Counts(total=total, passed=done - failed, failed=failed)
    return replace(RUN, status=Status.IN_PROGRESS, status_label="STATUS_IN_PROGRESS", counts=counts)


def over() -> Run:
    """A run that is completed."""
    return replace(going(5000), status=Status.COMPLETED, status_label="STATUS_COMPLETED")


def test_the_link_comes_first(watched: Watched) -> None:
    """Where the run is to be seen, before anything else is known of it."""
    watched.hears(Started(RUN))
    assert watched.lines == ["Run 9: https://testsigma.example/9"]


def test_every_change_of_status_is_told(watched: Watched) -> None:
    """At once, however often it changes; what does not change is not repeated."""
    for run in (RUN, going(), going(), RUN, going(), over()):
        watched.after(0.1, run)
    assert [line.partition("] ")[2].partition(",")[0] for line in watched.lines] == [
        "in progress",
        "queued",
        "in progress",
        "completed",
    ]


def test_the_end_of_the_queue_is_told(watched: Watched) -> None:
    """Also where the status stays the same: it is in progress before a machine works on it."""
    idle = replace(going(total=11), counts=Counts(total=11, queued=11, running=0))
    watched.after(20.0, idle)
    watched.after(20.0, replace(idle, counts=Counts(total=11, queued=10, running=1)), queued=timedelta(seconds=40))
    assert watched.lines == [
        "[0:00:20] waiting for a machine, 0 of 11 cases done",
        "[0:00:40] in progress, 0 of 11 cases done, left the queue after 40 s",
    ]


def test_a_large_run_does_not_flood_the_log(watched: Watched) -> None:
    """5,000 cases, one every 0.1 s, and as many answers: tens of lines, the last of them complete."""
    watched.after(0.0, going())
    for done in range(1, 5000):
        watched.after(0.1, going(done))
    watched.after(0.1, over())
    assert 20 < len(watched.lines) < 60
    assert watched.lines[-1] == "[0:08:20] completed, 5,000 of 5,000 cases done"


def test_a_small_run_is_told_case_by_case(watched: Watched) -> None:
    """A case every ten seconds is worth a line."""
    watched.after(0.0, going(0, 6))
    for done in range(1, 7):
        watched.after(10.0, going(done, 6))
    assert [line.partition(", ")[2] for line in watched.lines[1:]] == [
        f"{done} of 6 cases done" for done in range(1, 7)
    ]


def test_progress_that_was_held_back_is_told_later(watched: Watched) -> None:
    """What came too soon after a line is told when the next answer comes, though that brings nothing new."""
    watched.after(0.0, going())
    watched.after(0.1, going(7))
    assert len(watched.lines) == 1
    watched.after(10.0, going(7))
    assert watched.lines[1:] == ["[0:00:10] in progress, 7 of 5,000 cases done"]


def test_the_first_failure_is_told_at_once(watched: Watched) -> None:
    """Whoever looks on may want to stop the run; the second one is progress like any other."""
    watched.after(0.0, going())
    watched.after(0.1, going(1, failed=1))
    watched.after(0.1, going(2, failed=2))
    assert watched.lines[1:] == ["[0:00:00] in progress, 1 of 5,000 cases done, 1 failed"]


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("starting", "still starting the run"),
        ("queued", "queued"),
        ("at work", "in progress, 5 of 5,000 cases done"),
        ("outage", "no answer from Testsigma for"),
        ("collecting", "still collecting the results"),
    ],
)
def test_a_sign_of_life_every_minute(watched: Watched, stage: str, said: str) -> None:
    """Whatever the step waits for, without any answer: two hours have a line in every minute."""
    watched.hears(Activity.STARTING)
    if stage != "starting":
        watched.hears(Started(RUN))
    if stage in {"at work", "outage"}:
        watched.after(0.0, going(5))
    if stage == "collecting":
        watched.after(0.0, over())
        watched.hears(Activity.COLLECTING)
    if stage == "outage":
        watched.hears(BEGAN)
    begin = len(watched.lines)
    watched.after(7200.0)
    signs = watched.lines[begin:]
    assert 7200 / (SILENCE + BEAT) - 1 <= len(signs) <= 7200 / SILENCE
    instants = [
        0,
        *(int(hours) * 3600 + int(minutes) * 60 + int(seconds) for hours, minutes, seconds in map(_time, signs)),
    ]
    assert max(after - before for before, after in pairwise(instants)) < 60
    assert all(said in line for line in signs)


def _time(line: str) -> list[str]:
    return line[1:].partition("]")[0].split(":")


def test_signs_of_life_are_for_silence_only(watched: Watched) -> None:
    """Where there is something to tell every half a minute, nothing else is told."""
    for done in range(10):
        watched.after(30.0, going(done))
    assert len(watched.lines) == 10


def test_old_news_say_how_old_they_are(watched: Watched) -> None:
    """An answer that takes minutes is not covered up by what the one before it said."""
    watched.hears(Started(RUN))
    watched.after(0.0, going(5))
    watched.after(180.0)
    assert watched.lines[-1] == "[0:02:30] in progress, 5 of 5,000 cases done, last answer 2 min 30 s ago"


def test_an_outage_has_a_beginning_and_an_end(watched: Watched) -> None:
    """Each is told once, however often requests fail in between."""
    watched.hears(Started(RUN))
    watched.hears(BEGAN)
    watched.after(20.0)
    watched.hears(BEGAN)
    watched.after(20.0)
    watched.hears(ENDED)
    watched.hears(ENDED)
    assert watched.lines[1:] == [
        "Testsigma does not answer; retrying. The run continues. Could not read it.",
        "Testsigma answers again after 40 s.",
    ]


def test_an_answer_ends_an_outage(watched: Watched) -> None:
    """Whatever was said of trouble: the service has answered."""
    watched.hears(Started(RUN))
    watched.hears(BEGAN)
    watched.after(5.0, going())
    assert watched.lines[2:] == ["Testsigma answers again after 5 s.", "[0:00:05] in progress, 0 of 5,000 cases done"]


def test_the_queue_is_told_apart(watched: Watched) -> None:
    """How long it took is said when the run leaves it and at the end, not in between."""
    queued = timedelta(seconds=125)
    watched.after(0.0, RUN)
    watched.after(125.0, going(0, 40), queued=queued)
    watched.after(475.0, going(20, 40), queued=queued)
    watched.after(300.0, over(), queued=queued)
    told = [line for line in watched.lines if "queue " in line or line.endswith("queue")]
    assert told == [
        "[0:02:05] in progress, 0 of 40 cases done, left the queue after 2 min 05 s",
        "[0:15:00] completed, 5,000 of 5,000 cases done, 2 min 05 s of it in the queue",
    ]


def test_the_time_left_is_told(watched: Watched) -> None:
    """It shrinks between two answers, and is not told any more once the expected end has passed."""
    watched.hears(Started(RUN))
    watched.after(10.0, going(5), left=timedelta(minutes=2))
    watched.after(170.0)
    assert watched.lines[1:] == [
        "[0:00:10] in progress, 5 of 5,000 cases done, about 2 min left",
        "[0:01:00] in progress, 5 of 5,000 cases done, about 1 min left",
        "[0:01:50] in progress, 5 of 5,000 cases done, less than a minute left, last answer 1 min 40 s ago",
        "[0:02:40] in progress, 5 of 5,000 cases done, last answer 2 min 30 s ago",
    ]


def test_a_terminal_has_a_line_that_is_drawn_anew() -> None:
    """Progress is drawn every second, changes of status are printed."""
    watched = Watched(live=True)
    watched.hears(Activity.STARTING)
    watched.after(2.0)
    watched.hears(Started(RUN))
    watched.after(1.0, going(1250))
    watched.after(1.0, going(2500))
    drawn = watched.stream.getvalue().split("\r\x1b[K")
    assert "0:00:02  starting the run ..." in drawn
    assert "[0:00:03] in progress, 1,250 of 5,000 cases done\n" in drawn
    assert drawn[-1] == "0:00:04  [==========..........] 2,500 of 5,000 cases done"


def test_the_story_of_a_start(watched: Watched) -> None:
    """What is started, what keeps it from starting (once for each run that does), how it was found, where it is."""
    watched.hears(Starting(SPEC))
    for run_id in ("7", "7", "8", "7"):
        watched.hears(PlanBusy("12", run_id, timedelta(minutes=20)))
    watched.hears(AnswerLost("The answer to the start was lost.", "b1"))
    watched.hears(Started(RUN, adopted=True))
    watched.hears(Activity.COLLECTING)
    assert watched.lines == [
        "Plan 12; build number b1",
        "Plan 12 is busy with run 7. Waiting until it can be started, for up to 20 min 00 s (timeout).",
        "Plan 12 is busy with run 8. Waiting until it can be started, for up to 20 min 00 s (timeout).",
        "The answer to the start was lost. Looking for a run with the build number b1, for up to a minute.",
        "The answer to the start was lost. Found run 9 by its build number; continuing with it.",
        "Run 9: https://testsigma.example/9",
        "Collecting the results.",
    ]


@pytest.mark.parametrize(
    ("activity", "consequence"),
    [
        (Activity.PREPARING, "Nothing was started yet. "),
        (Activity.WAITING_FOR_PLAN, "Nothing was started yet. "),
        (Activity.STARTING, ""),
        (Activity.ATTACHING, ""),
    ],
)
def test_an_outage_before_there_is_a_run(watched: Watched, activity: Activity, consequence: str) -> None:
    """That nothing was started is said only where that is certain; a run to attach to exists already."""
    watched.hears(activity)
    watched.hears(BEGAN)
    assert watched.lines == [f"Testsigma does not answer; retrying. {consequence}Could not read it."]


def test_an_attached_run_is_watched(watched: Watched) -> None:
    """It is told whose run it is, and from then on heartbeats are about it."""
    watched.hears(Attached(replace(going(5), plan_name="Checkout", build_number="b7")))
    watched.after(55.0)
    assert watched.lines == [
        "Attached to run 9 of Checkout; build number b7",
        "Run 9: https://testsigma.example/9",
        "[0:00:50] in progress, 5 of 5,000 cases done",
    ]


def test_failed_cases_are_named_while_the_run_goes_on(watched: Watched) -> None:
    """At once, with what is known of their place; of many the first, and of all runs the first fifty."""
    known = (machine(title="Chrome"), suite(name="Login"), case("Wrong password", Result.FAILED))
    bare = (machine(title=""), suite(name=""), case("Lost", Result.ABORTED))
    nowhere = (replace(bare[0], device=replace(bare[0].device, name="")), bare[1], bare[2])
    watched.hears(CasesFailed([known, nowhere]))
    assert watched.lines == ["Failed: Wrong password (Login, Chrome)", "Aborted: Lost"]
    for _ in range(4):
        watched.hears(CasesFailed([known] * 24))
    later = watched.lines[2:]
    assert [line for line in later if not line.startswith("Failed: ")] == [
        "4 more cases failed",
        "4 more cases failed",
        "24 more cases failed",
        "24 more cases failed",
    ]
    assert len(later) == 4 + 20 + 20


def test_without_a_run_there_are_signs_of_life() -> None:
    """Where the inputs are wrong, no run is known; the step may still be busy for a while."""
    nothing = Listening([RunSpec()])
    nothing.wait(55.0)
    assert nothing.lines == ["[0:00:50] still preparing"]
