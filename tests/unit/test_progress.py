"""What is printed while the step waits."""

import io
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.simulation import VirtualClock
from testsigma_action.api.error_response import Trouble
from testsigma_action.domain.pacing import Pace
from testsigma_action.domain.run import Counts, Result, Run, Status, Timing
from testsigma_action.platforms.log import Log
from testsigma_action.reporting.progress import BEAT, SILENCE, Progress

RUN = Run("9", Status.QUEUED, Result.QUEUED, status_label="STATUS_QUEUED", url="https://testsigma.example/9")
TROUBLE = Trouble("read the status of run 9", 1, "Could not read it.", 10.0)
OVER = Trouble("read the status of run 9", 2)


class Watched:
    """A progress on a clock that goes when it is told to, and what it printed."""

    def __init__(self, *, live: bool = False) -> None:
        """Begin at 0."""
        self.clock = VirtualClock()
        self.stream = io.StringIO()
        self.progress = Progress(Log(self.stream), self.clock, live=live)
        self.run = RUN

    def after(self, seconds: float, run: Run | None = None) -> None:
        """Time passes, with its beats; then an answer comes."""
        beats, rest = divmod(seconds, self.progress.interval)
        for _ in range(int(beats)):
            self.clock.skip(self.progress.interval)
            self.progress.beat()
        self.clock.skip(rest)
        if run:
            before, self.run = self.run, run
            self.progress.of(before, run)

    @property
    def lines(self) -> list[str]:
        """What was printed."""
        return self.stream.getvalue().splitlines()


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
    watched.progress.started(RUN)
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
    pace = Pace(0.0)
    watched.progress.paced(pace)
    for run in (idle, replace(idle, counts=Counts(total=11, queued=10, running=1))):
        watched.after(20.0)
        pace.saw(run, watched.clock.monotonic())
        watched.after(0.0, run)
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
        ("outage", "no answer from the service for"),
        ("collecting", "still collecting the results"),
    ],
)
def test_a_sign_of_life_every_minute(watched: Watched, stage: str, said: str) -> None:
    """Whatever the step waits for, without any answer: two hours have a line in every minute."""
    watched.progress.does("starting the run")
    if stage != "starting":
        watched.progress.started(RUN)
    if stage in {"at work", "outage"}:
        watched.after(0.0, going(5))
    if stage == "collecting":
        watched.after(0.0, over())
        watched.progress.does("collecting the results")
    if stage == "outage":
        watched.progress.trouble(TROUBLE)
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
    watched.progress.started(RUN)
    watched.after(0.0, going(5))
    watched.after(180.0)
    assert watched.lines[-1] == "[0:02:30] in progress, 5 of 5,000 cases done, by the last answer, 2 min 30 s ago"


def test_an_outage_has_a_beginning_and_an_end(watched: Watched) -> None:
    """Each is told once; the length is that of the outage, whatever the wall clock does."""
    watched.progress.started(RUN)
    watched.progress.trouble(TROUBLE)
    watched.clock.ahead = -3600.0
    watched.after(20.0)
    watched.progress.trouble(TROUBLE)
    watched.after(20.0)
    watched.progress.trouble(OVER)
    watched.progress.trouble(OVER)
    assert watched.lines[1:] == [
        "The service does not answer, trying again; the run goes on without us. Could not read it.",
        "The service answers again after 40 s.",
    ]


def test_an_answer_ends_an_outage(watched: Watched) -> None:
    """Whatever was said of trouble: the service has answered."""
    watched.progress.started(RUN)
    watched.progress.trouble(TROUBLE)
    watched.after(5.0, going())
    assert watched.lines[2:] == ["The service answers again after 5 s.", "[0:00:05] in progress, 0 of 5,000 cases done"]


def test_trouble_that_does_not_matter_is_not_told(watched: Watched) -> None:
    """What is asked for by the way may fail without anybody noticing."""
    with watched.progress.aside():
        watched.progress.trouble(TROUBLE)
    assert watched.lines == []
    watched.progress.trouble(TROUBLE)
    assert len(watched.lines) == 1


def test_the_queue_is_told_apart(watched: Watched) -> None:
    """How long it took is said when the run leaves it, and at the end."""
    pace = Pace(0.0)
    watched.progress.paced(pace)
    for seconds, run in ((0.0, RUN), (125.0, going(0, 40)), (600.0, going(20, 40)), (900.0, over())):
        watched.after(seconds - watched.clock.elapsed)
        pace.saw(run, seconds)
        watched.after(0.0, run)
    told = [line for line in watched.lines if "queue " in line or line.endswith("queue")]
    assert told == [
        "[0:02:05] in progress, 0 of 40 cases done, left the queue after 2 min 05 s",
        "[0:15:00] completed, 5,000 of 5,000 cases done, 2 min 05 s of it in the queue",
    ]


def test_a_short_queue_is_no_news(watched: Watched) -> None:
    """Every run is in the queue for a moment."""
    pace = Pace(0.0)
    watched.progress.paced(pace)
    pace.saw(RUN, 0.0)
    pace.saw(going(), 5.0)
    watched.after(5.0, going())
    assert watched.lines == ["[0:00:05] in progress, 0 of 5,000 cases done"]


def test_the_time_left_is_told(watched: Watched) -> None:
    """As soon as there is an estimate that is worth it."""
    pace = Pace(0.0)
    pace.before = replace(over(), timing=Timing(duration=timedelta(minutes=10)))
    watched.progress.paced(pace)
    pace.saw(going(), 0.0)
    watched.after(10.0, going())
    assert watched.lines == ["[0:00:10] in progress, 0 of 5,000 cases done, about 10 min left"]


def test_a_terminal_has_a_line_that_is_drawn_anew() -> None:
    """Progress is drawn every second, changes of status are printed."""
    watched = Watched(live=True)
    watched.progress.does("starting the run")
    watched.after(2.0)
    watched.progress.started(RUN)
    watched.after(1.0, going(1250))
    watched.after(1.0, going(2500))
    drawn = watched.stream.getvalue().split("\r\x1b[K")
    assert "0:00:02  starting the run ..." in drawn
    assert "[0:00:03] in progress, 1,250 of 5,000 cases done\n" in drawn
    assert drawn[-1] == "0:00:04  [==========..........] 2,500 of 5,000 cases done"
