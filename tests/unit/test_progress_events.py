"""What is printed of an event, whether it is about one run or one of several."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.samples import RUN_URL, run
from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.events import (
    Activity,
    Attached,
    Ended,
    Event,
    JobRerun,
    PlanBusy,
    RerunAwaited,
    RerunIgnored,
    RerunStarted,
    ResultsLag,
    Retry,
    Started,
)
from testsigma_action.domain.identity import Foreign
from testsigma_action.domain.job_rerun import Continued, EarlierRun, NewRun, StartsAnew
from testsigma_action.domain.report import Conclusion
from testsigma_action.domain.run import ConfigurationRef, Result, Run, RunSpec
from testsigma_action.errors import ErrorCode, InputError, TimedOut
from testsigma_action.reporting.progress import endings, events
from testsigma_action.reporting.progress.tracked import NO_RUN, TrackedRun

SPEC = RunSpec(
    plan_id="12",
    environment_id="4",
    build_number="b1",
    configuration=ConfigurationRef(id="77"),
    runtime_data={"user": "value-of-user", "base": "value-of-base"},
    upload_versions={"3": "44"},
)
DETAILS = (
    "build number b1; environment 4; configuration 77; runtime data (values not shown) base, user; "
    "uploads for devices 3"
)


def of_run(event: Event) -> list[str]:
    """The lines for an event of a run of which nothing was told before."""
    return events.of_run(event, TrackedRun(SPEC, Activity.STARTING))


def test_starting() -> None:
    """What will be run is told with runtime data by name, never by value."""
    assert events.starting(SPEC) == [f"Plan 12; {DETAILS}"]


def test_started() -> None:
    """The link of a run is told as soon as the run exists; with several runs, together with what identifies it."""
    ours = replace(run(), build_number="b1")
    assert events.started(Started(ours), SPEC, alone=True) == [f"Run 9001: {RUN_URL}"]
    assert events.started(Started(replace(ours, url="")), SPEC, alone=True) == ["Run 9001"]
    assert events.started(Started(ours), SPEC, alone=False) == [f"Run 9001: {RUN_URL} (plan 12; {DETAILS})"]


def test_started_in_an_odd_way() -> None:
    """How the run was found, and that the service gave it another build number, stands before its link."""
    adopted = "The answer to the start was lost. Found run 9001 by its build number; continuing with it."
    for alone in (True, False):
        assert events.started(Started(run(), adopted=True), SPEC, alone=alone)[0] == adopted
    for build, named in (("b2", "has the build number b2"), ("", "has no build number")):
        other = Started(replace(run(), build_number=build))
        assert events.started(other, SPEC, alone=True)[0] == (
            f"Warning: Run 9001 {named}, not b1. It is accepted as ours: it began after our request, and no run has "
            "our "
            "build number."
        )


def test_attached() -> None:
    """An attached run is named by its plan, as far as that is known."""
    bare = replace(run(), plan_name="", build_number="")
    assert of_run(Attached(bare))[0] == "Attached to run 9001 of plan 12"
    assert of_run(Attached(replace(bare, plan_id="")))[0] == "Attached to run 9001"
    assert of_run(Attached(run()))[0].startswith("Attached to run 9001 of Checkout; build number ")


@pytest.mark.parametrize("how", Continued)
def test_a_second_attempt_that_continues(how: Continued) -> None:
    """One line says which run was found, of which attempt, and what happens with it."""
    [line] = of_run(JobRerun(3, EarlierRun(2, run(), (), how)))
    assert line.startswith("This is attempt 3 of the job. Run 9001 of attempt 2 ")


@pytest.mark.parametrize("why", StartsAnew)
def test_a_second_attempt_that_starts_a_new_run(why: StartsAnew) -> None:
    """One line says why. An ID that came from a list is no command."""
    for run_id in ("", "9001", "9\n##[error]x"):
        [line] = of_run(JobRerun(2, NewRun(why, run_id)))
        assert line.startswith("This is attempt 2 of the job. A new run is started: ")
        assert "##[" not in line
        assert line.endswith(".")


def test_a_busy_plan_whose_run_is_unknown() -> None:
    """Which run keeps the plan busy may not be known."""
    assert of_run(PlanBusy("12", "", timedelta(minutes=2)))[0].startswith("Plan 12 is busy. Waiting until")


def test_reruns() -> None:
    """That a rerun is waited for, and that it began, is told with its link."""
    failed = "Run 9001: failed. Its plan runs failed cases again. Waiting for the rerun."
    assert events.about(RerunAwaited(run(Result.FAILED))) == [failed]
    again = replace(run(number=9002), parent_id="9001")
    assert events.about(RerunStarted(again)) == [
        f"Run 9001: its failed cases run again as run 9002: {RUN_URL.replace('9001', '9002')}"
    ]
    assert events.about(RerunStarted(replace(again, url="")))[0].endswith("again as run 9002")


@pytest.mark.parametrize("why", Foreign)
def test_a_rerun_that_is_ignored(why: Foreign) -> None:
    """Each reason has its words, and the line says what follows from it."""
    (line,) = events.about(RerunIgnored(run(number=9002), run(), why))
    assert line.startswith("Warning: Testsigma names run 9002 as the rerun of run 9001, but it ")
    assert line.endswith("It is ignored: the step neither waits for it nor stops it, and its result does not count.")


def test_results_that_lag() -> None:
    """That results are read again is told with the limit."""
    (line,) = events.about(ResultsLag(run()))
    assert line == ("Run 9001: its results are incomplete or contradictory. Reading them again for up to 30 s.")


def test_what_has_no_words_of_its_own() -> None:
    """Other events are told elsewhere, or not at all."""
    assert of_run(Retry()) == []


PASSED, FAILED = run(Result.PASSED), run(Result.FAILED)
NO_PLAN = InputError("There is no plan 12.")


@pytest.mark.parametrize(
    ("event", "last", "said"),
    [
        (Ended(conclusion=Conclusion.PASSED), PASSED, ""),
        (Ended(conclusion=Conclusion.FAILED), FAILED, ""),
        (Ended(conclusion=Conclusion.STARTED), NO_RUN, ""),
        (Ended(), FAILED, ""),
        (Ended(conclusion=Conclusion.FAILED), PASSED, "failed. The end of the log says why."),
        (Ended(conclusion=Conclusion.PASSED), FAILED, "passed. The end of the log says why."),
        (Ended(conclusion=Conclusion.ERROR), NO_RUN, "error. The end of the log says why."),
        (Ended(NO_PLAN, conclusion=Conclusion.ERROR), NO_RUN, "error: There is no plan 12."),
        (Ended(NO_PLAN), NO_RUN, "ended: There is no plan 12."),
        (
            Ended(NO_PLAN, Ending(Disposition.NOTHING_STARTED), Conclusion.ERROR),
            NO_RUN,
            "error: There is no plan 12. Nothing was started.",
        ),
    ],
)
def test_the_end_of_one_of_several(event: Ended, last: Run, said: str) -> None:
    """It is told where the result of the run does not say it already."""
    told = endings.ended(event, last, timedelta(seconds=5))
    assert told == ([f"[0:00:05] {said}"] if said else [])


@pytest.mark.parametrize(
    ("disposition", "said"),
    [
        (Disposition.COMPLETED, ""),
        (Disposition.STOP_CONFIRMED, " Stopped run 9001."),
        (Disposition.STOP_UNCONFIRMED, " Stopping run 9001 was not confirmed: it may still be running."),
        (Disposition.LEFT_RUNNING, " Left run 9001 running."),
        (Disposition.UNKNOWN, " A run may have been started."),
    ],
)
def test_what_became_of_the_run(disposition: Disposition, said: str) -> None:
    """Each way to leave a run has its words."""
    known = None if disposition is Disposition.UNKNOWN else run(Result.STOPPED)
    event = Ended(TimedOut("Gave up.", code=ErrorCode.TIMED_OUT), Ending(disposition, known), Conclusion.TIMED_OUT)
    assert endings.ended(event, known or NO_RUN, timedelta()) == [f"[0:00:00] timed out: Gave up.{said}"]


@pytest.mark.parametrize(
    ("result", "said"),
    [(Result.STOPPED, "Stopped run 9001."), (Result.PASSED, "Run 9001 completed before it could be stopped.")],
)
def test_a_run_that_completed_before_its_stop(result: Result, said: str) -> None:
    """The log does not call a run stopped that came to its own end."""
    known = run(result=result)
    event = Ended(None, Ending(Disposition.STOP_CONFIRMED, known), Conclusion.CANCELLED)
    assert endings.ended(event, known, timedelta()) == [f"[0:00:00] cancelled: {said}"]
