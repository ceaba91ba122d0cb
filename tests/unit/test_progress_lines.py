"""How far a run is, in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.samples import run
from testsigma_action.domain.events import Activity, Answered, RerunAwaited, Retry
from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Status
from testsigma_action.reporting.progress import lines
from testsigma_action.reporting.progress.tracked import NO_RUN, OLD, Moment, Outage, TrackedRun


def going(**counts: int) -> Run:
    """A run at work, with these counters."""
    return run(Result.QUEUED, Status.IN_PROGRESS, Counts(**counts))


def at(seconds: float) -> Moment:
    """An instant so many seconds after the begin of the step."""
    return Moment(seconds, timedelta(seconds=seconds), silence=0)


def tracked(
    one: Run = NO_RUN, seconds: float = 0, left: float | None = None, activity: Activity = Activity.WATCHING
) -> TrackedRun:
    """A run with an answer of this time."""
    found = TrackedRun(RunSpec(), activity)
    if one is not NO_RUN:
        found.take(Answered(one, one, None if left is None else timedelta(seconds=left)), seconds)
    return found


def test_progress() -> None:
    """Progress has the time, the status in words, and what is done and failed of how many."""
    one = going(total=40, passed=11, failed=1, not_executed=0)
    assert lines.progress(tracked(one, 3725), at(3725)) == "[1:02:05] in progress, 12 of 40 cases done, 1 failed"
    assert lines.progress(tracked(run(status=Status.QUEUED)), at(-1)) == "[0:00:00] queued"
    assert lines.progress(tracked(going(passed=2)), at(0)) == "[0:00:00] in progress, 2 cases done"


@pytest.mark.parametrize("result", [Result.STOPPED, Result.ABORTED])
def test_progress_of_a_run_that_was_cut_short(result: Result) -> None:
    """It is not just completed, and the cases that were cut short are counted."""
    over = run(result, Status.COMPLETED, Counts(total=11, stopped=1, aborted=2, not_executed=8))
    line = f"[0:00:05] {result.value}, 11 of 11 cases done, 2 aborted, 1 stopped, 8 not executed"
    assert lines.progress(tracked(over), at(5)) == line


def test_progress_with_all_that_is_known() -> None:
    """The time left is an estimate, and of a run that goes on only; queue and age are told apart."""
    one = going(total=40, passed=11)
    queued = timedelta(seconds=125)
    assert lines.progress(tracked(one, 300, left=250), at(300)).endswith(", about 4 min left")
    assert lines.progress(tracked(one, 300), at(300), queued).endswith(", left the queue after 2 min 05 s")
    assert lines.progress(tracked(one, 200), at(300)).endswith(", last answer 1 min 40 s ago")
    assert "last answer" not in lines.progress(tracked(one, 200), at(200 + OLD))
    over = tracked(replace(one, status=Status.COMPLETED), 300, left=250)
    assert lines.progress(over, at(300), queued).endswith("done, 2 min 05 s of it in the queue")


def test_progress_with_an_unknown_status() -> None:
    """A status that we have no name for is shown with the service's own word."""
    odd = replace(run(status=Status.UNKNOWN), status_label="STATUS_PONDERING")
    assert lines.progress(tracked(odd), at(2)) == "[0:00:02] unknown status 'STATUS_PONDERING', still waiting"
    assert "'none'" in lines.progress(tracked(replace(odd, status_label="")), at(0))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute left"),
        (29, "less than a minute left"),
        (31, "about 1 min left"),
        (250, "about 4 min left"),
        (13 * 60, "about 15 min left"),
        (58 * 60, "about 1 h 00 min left"),
        (131 * 60, "about 2 h 10 min left"),
    ],
)
def test_the_time_left_is_rounded(seconds: float, words: str) -> None:
    """An estimate does not look more exact than it is."""
    assert lines.time_left(timedelta(seconds=seconds)) == words


def test_every_activity_has_words() -> None:
    """Whatever the step does, a heartbeat can say it."""
    said = {lines.heartbeat(tracked(activity=activity), Outage(grace=0), at(0)) for activity in Activity}
    assert len(said) == len(Activity)


def test_signs_of_life() -> None:
    """They say what is waited for, how far a run is, and for how long the service has been silent."""
    collecting, outage = tracked(activity=Activity.COLLECTING), Outage(grace=0)
    assert lines.heartbeat(collecting, outage, at(180)) == "[0:03:00] still collecting the results"
    watched = tracked(going(passed=2))
    assert lines.heartbeat(watched, outage, at(5)) == lines.progress(watched, at(5))
    outage.take(0, Retry("503."), 1670)
    silent = "[0:30:00] no answer from Testsigma for 2 min 10 s, still retrying"
    assert lines.heartbeat(watched, outage, at(1800)) == silent


def test_outage() -> None:
    """Begin and end are told with what they mean for the run, as far as that is certain."""
    for activity, one, consequence in (
        (Activity.WATCHING, going(), "The run continues. "),
        (Activity.PREPARING, NO_RUN, "Nothing was started yet. "),
        (Activity.STARTING, NO_RUN, ""),
    ):
        assert (
            lines.outage_began("503.", tracked(one, activity=activity))
            == f"Testsigma does not answer; retrying. {consequence}503."
        )
    assert lines.outage_ended(timedelta(minutes=2)) == ["Testsigma answers again after 2 min 00 s."]
    assert lines.outage_ended(None) == []


def test_result() -> None:
    """The end of one of several runs is its result, with its numbers where there are any."""
    over = run(Result.FAILED, Status.COMPLETED, Counts(total=11, passed=10, failed=1))
    assert lines.result(tracked(over), at(5)) == "[0:00:05] failed: 11 of 11 cases done, 1 failed"
    bare = tracked(run(Result.UNKNOWN, Status.COMPLETED))
    bare.take(RerunAwaited(bare.run), 0)
    assert lines.result(bare, at(5)) == "[0:00:05] rerun: no known result"


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ({"total": 40, "passed": 9, "failed": 1}, "0:01:00  [=====...............] 10 of 40 cases done, 1 failed"),
        ({"total": 40, "passed": 40}, "0:01:00  [====================] 40 of 40 cases done"),
        ({"total": 4, "passed": 40}, "0:01:00  [====================] 40 of 40 cases done"),
        ({"passed": 3}, "0:01:00  3 cases done"),
        ({}, "0:01:00  in progress"),
    ],
)
def test_the_bar(counts: dict[str, int], line: str) -> None:
    """A terminal shows the share of the cases, as far as it is known."""
    assert lines.bar(tracked(going(**counts)), at(60)) == line


def test_the_bar_without_a_run() -> None:
    """Before there is a run and after its end, it says what the step does."""
    assert lines.bar(tracked(activity=Activity.STARTING), at(5)) == "0:00:05  starting the run ..."
    over = run(Result.PASSED, Status.COMPLETED)
    assert lines.bar(tracked(over, activity=Activity.COLLECTING), at(5)) == "0:00:05  collecting the results ..."


def test_the_bar_with_all_that_is_known() -> None:
    """Time left, and that the service is silent."""
    line = lines.bar(tracked(going(total=40, passed=10), 60, left=300), at(180))
    assert line.endswith("10 of 40 cases done, about 3 min left, no answer for 2 min 00 s")
