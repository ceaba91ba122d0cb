"""Every code, finding and disposition has its words; what a step with several plans says fits on a line."""

import re
from collections.abc import Hashable, Iterator
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any, cast, get_args

import pytest

from tests import samples
from tests.untrusted.filled import filled
from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.events import StoppedAfterFailures
from testsigma_action.domain.evidence import BadCounter, Contradiction, CounterName, Oddity, UnreadableFields
from testsigma_action.domain.findings import (
    CalledPassed,
    Doubt,
    Fact,
    Failures,
    Finding,
    MayStillRun,
    MorePlans,
    NoKnownResult,
    OfPlans,
    Passed,
    RunDoubt,
    ServiceMessage,
    Tally,
)
from testsigma_action.domain.gaps import Gap, Missing, Why
from testsigma_action.domain.report import Conclusion, Verdict
from testsigma_action.domain.rerun_judgement import judge_reruns
from testsigma_action.domain.results import StepResult
from testsigma_action.domain.run import Counts, Result, Run, Status
from testsigma_action.domain.verdict import (
    NOT_FINISHED,
    combined,
    of_error,
    of_step,
    started,
    stopped_after_failures,
)
from testsigma_action.errors import (
    Bug,
    Cancelled,
    ErrorCode,
    ExitCode,
    InputError,
    ReportError,
    StartError,
    TimedOut,
    exit_code_of,
)
from testsigma_action.reporting import wording
from testsigma_action.reporting.finding_wording import sentence
from testsigma_action.reporting.gap_wording import gap
from testsigma_action.reporting.wording import hint, hints, reason, reason_lines, step_and_message

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "troubleshooting.md").read_text("utf-8")
RUN = Run("518", Status.IN_PROGRESS, Result.UNKNOWN)
DONE = replace(RUN, status=Status.COMPLETED, result=Result.PASSED)


def variants(kind: type) -> Iterator[object]:
    """Values of one kind of finding: all members of an enumeration, else one for each choice of its parts."""
    if issubclass(kind, Enum):
        yield from kind
    else:
        yield from (filled(cast("Hashable", kind), "word", choice) for choice in range(len(Result)))


FINDINGS = [found for kind in get_args(Finding) for found in variants(kind)]
CONTRADICTIONS: list[Any] = [found for kind in get_args(Contradiction) for found in variants(kind)]
OTHERS: list[Finding] = [
    *(RunDoubt("518", doubt) for doubt in Doubt),
    *(Ending(left, RUN) for left in Disposition),
    *(Ending(left, replace(DONE, result=result)) for left in Disposition for result in Result),
    *(Ending(left) for left in Disposition),
    Ending(Disposition.STOP_UNCONFIRMED, RUN, trouble="Could not stop run 518", by_timeout=True),
    Ending(Disposition.COMPLETED, DONE, may_run_again=True),
    Passed(0, 0),
    Passed(1, 1),
    Passed(3, 4),
    Passed(4, 4, reruns=1),
    Passed(4, 4, reruns=1, flaky=1),
    Failures(),
    Failures(1, 1),
    Failures(hooks=2),
    NoKnownResult(),
    NoKnownResult(unreadable=True),
    ServiceMessage("No agent."),
    CalledPassed(UnreadableFields(("a", "b", "c", "d"))),
    Tally(3, 3, cases=1240),
    Tally(3, 3),
    Tally(3, 1),
    Tally(3, 1, failed=2),
    Tally(3, 0, failed=3),
    Tally(3, 0, started=3),
    Tally(3, 0, started=2),
    MorePlans(1),
    MayStillRun(1),
    MayStillRun(8),
    OfPlans(("smoke", "mobile"), Failures(3, 40), 5),
]


def of(*findings: Finding, code: ErrorCode = ErrorCode.TESTS_FAILED) -> Verdict:
    """A verdict that is not a pass, with these findings."""
    return Verdict(Conclusion.FAILED, ExitCode.FAILED, code, findings)


@pytest.mark.parametrize("finding", [*FINDINGS, *(CalledPassed(one) for one in CONTRADICTIONS), *OTHERS], ids=repr)
def test_every_finding_has_a_sentence(finding: Finding) -> None:
    """It begins like a sentence, ends with a full stop, and holds no double blank, no `None` and no bare enum."""
    told = reason(of(finding))
    assert re.fullmatch(r"[^\s].*[.!?…]", told), told
    assert "  " not in told
    assert not re.search(r"\bNone\b(?! of its)|Disposition|Result\.|Fact\.|Doubt\.|Oddity\.|CounterName\.", told), told
    assert not re.search(r"[.:,]\.|\.:", told), told


def test_every_gap_has_a_sentence() -> None:
    """Every kind and every cause has words of its own, and none is without the numbers and IDs that it needs."""
    kinds = [gap(Gap(one, message="No answer came.", number=1, total=1200, run_id="7")) for one in Missing]
    causes = [gap(Gap(Missing.COMPARISON, one, "No answer came.", run_id="7", plan_id="12")) for one in Why]
    assert len({*kinds, *causes}) == len(Missing) + len(Why) - 1
    assert all(re.fullmatch(r"[A-Z0-9][^{}]*\.", text) for text in (*kinds, *causes)), (kinds, causes)
    assert gap(Gap(Missing.STEPS, message="No.", number=2, total=1200)) == "The steps of 2 of 1,200 cases. No."
    assert gap(Gap(Missing.STEPS, message="No.", number=2, total=3, run_id="{7}")).startswith("In run {7}: The steps")
    belongs = gap(Gap(Missing.COMPARISON, Why.ANOTHER_PLAN, run_id="7", plan_id="12"))
    assert belongs == "Comparison with run 7. Run 7 belongs to another plan (12)."


@pytest.mark.parametrize("finding", [*FINDINGS, *OTHERS], ids=repr)
def test_hints_are_sentences_too(finding: Finding) -> None:
    """What to do is empty, or sentences; a verdict that is a pass needs none."""
    told = hint(of(finding))
    assert told in ("", "word") or told.endswith("."), told
    assert "  " not in told
    assert hint(Verdict(Conclusion.PASSED, ExitCode.PASSED, findings=(finding,))) == ""


@pytest.mark.parametrize(
    "findings",
    [
        list(Fact),
        [CalledPassed(one) for one in Oddity],
        [CalledPassed(BadCounter(one, 2)) for one in CounterName],
        [RunDoubt("518", one) for one in Doubt],
        [Ending(one, RUN) for one in Disposition],
    ],
)
def test_members_are_told_apart(findings: list[Finding]) -> None:
    """No two members of an enumeration have the same words."""
    assert len({reason(of(one)) for one in findings}) == len(findings) > 1


def verdicts_of_codes() -> dict[ErrorCode, Verdict]:
    """A verdict for every code that an error can have, made like the step makes it."""
    stop = Ending(Disposition.STOP_CONFIRMED, replace(DONE, result=Result.STOPPED))
    made = {code: of_error(StartError("It failed.", code=code), stop) for code in ErrorCode if code}
    return made | {
        ErrorCode.NOT_FINISHED: NOT_FINISHED,
        ErrorCode.STOPPED_AFTER_FAILURES: stopped_after_failures(StoppedAfterFailures(2, 2), stop),
        ErrorCode.CANCELLED: of_error(Cancelled(2), stop),
        ErrorCode.BUG: of_error(Bug(ValueError()), Ending(Disposition.LEFT_RUNNING, RUN)),
        ErrorCode.BAD_INPUT: of_error(InputError("timeout: 'soon' is not accepted.")),
    }


@pytest.mark.parametrize("code", [code for code in ErrorCode if code])
def test_every_code_has_a_reason(code: ErrorCode) -> None:
    """One line that ends like a sentence."""
    verdict = verdicts_of_codes()[code]
    assert verdict.code is code
    assert reason(verdict).endswith(".")
    assert len(reason_lines(verdict)) == 1


def test_the_guide_quotes_the_words() -> None:
    """The examples of the codes that no step of the simulation reaches are what the words say."""
    made = verdicts_of_codes()
    for code in (ErrorCode.NOT_FINISHED, ErrorCode.STOPPED_AFTER_FAILURES, ErrorCode.BUG):
        example = re.search(rf"\(exit code (\d+), {code}\): [\w ]+?\. (.+)\n", GUIDE)
        told = reason(made[code]).replace("ValueError", "AttributeError").replace("518", "9001")
        assert example
        assert (int(example[1]), example[2]) == (made[code].exit_code, told)


def test_a_verdict_without_findings_has_a_reason() -> None:
    """Nothing is ever empty."""
    assert reason(Verdict(Conclusion.ERROR, ExitCode.BUG)) == "The step ended: error."


def test_problems_with_inputs_have_a_line_each() -> None:
    """Other findings share one more line. With one problem alone there is one line, which ends the log."""
    bad = of_error(InputError("a: wrong.", "b: wrong"))
    lost = of_error(ReportError("Could not write x", code=ErrorCode.REPORT_UNWRITABLE, hint="Check the path."))
    assert reason_lines(combined([lost, bad])) == ["a: wrong.", "b: wrong.", "Could not write x."]
    assert reason_lines(combined([lost, of_error(InputError("a: wrong."))])) == ["a: wrong. Could not write x."]
    assert hints(combined([lost, bad])) == (bad.findings[0].hint, "Check the path.")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("ending", "told", "advice"),
    [
        (Ending(Disposition.NOTHING_STARTED), "Nothing was started.", ""),
        (Ending(Disposition.COMPLETED, DONE), "Run 518 had completed by then, with the result passed.", ""),
        (
            Ending(Disposition.COMPLETED, DONE, may_run_again=True),
            "Run 518 had completed by then, with the result passed. Its plan may still run failed cases again.",
            "",
        ),
        (Ending(Disposition.STOP_CONFIRMED, replace(DONE, result=Result.STOPPED)), "Run 518 was stopped.", ""),
        (
            Ending(Disposition.STOP_CONFIRMED, DONE),
            "Run 518 completed before it could be stopped, with the result passed.",
            "",
        ),
        (
            Ending(Disposition.STOP_UNCONFIRMED, RUN, trouble="No answer."),
            "Run 518 was to be stopped, but that is not confirmed: it may still be running. No answer.",
            "run-id: 518",
        ),
        (
            Ending(Disposition.STOP_UNCONFIRMED, RUN, by_timeout=True),
            "Run 518 was to be stopped at the timeout, but that is not confirmed: it may still be running.",
            "run-id: 518",
        ),
        (Ending(Disposition.LEFT_RUNNING, RUN), "Run 518 was left running.", "run-id: 518"),
        (
            Ending(Disposition.LEFT_RUNNING, replace(RUN, status=Status.UNKNOWN)),
            "Run 518 was left as it is: its status is not known.",
            "run-id: 518",
        ),
        (
            Ending(Disposition.UNKNOWN, plan_id="431", build_number="build 7"),
            "A run may have been started.",
            "look in Testsigma for a run of plan 431 with the build number 'build 7'",
        ),
    ],
)
def test_what_became_of_a_run(ending: Ending, told: str, advice: str) -> None:
    """The sentence stands behind that of the error, and what to do names the run."""
    verdict = of_error(TimedOut("It took too long.", code=ErrorCode.TIMED_OUT, hint="Raise timeout."), ending)
    assert sentence(ending) == told
    assert reason(verdict) == f"It took too long. {told}"
    assert hints(verdict)[0] == "Raise timeout."
    assert advice in hint(verdict)
    assert len(hints(verdict)) == 1 + bool(advice)


def test_a_run_that_is_not_waited_for() -> None:
    """The reason says how to wait for it later."""
    verdict = started(RUN)
    assert (verdict.conclusion, verdict.exit_code, hint(verdict)) == (Conclusion.STARTED, 0, "")
    assert "run-id: 518" in reason(verdict)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ((Fact.RERUN_NEVER_BEGAN,), "The plan is set to run failed cases again, but no rerun has started."),
        (
            of_error(
                TimedOut("Run 519 took too long.", code=ErrorCode.TIMED_OUT), Ending(Disposition.LEFT_RUNNING, RUN)
            ).findings,
            "Run 519 took too long. Run 518 was left running.",
        ),
    ],
)
def test_trouble_with_reruns(trouble: tuple[Finding, ...], told: str) -> None:
    """It is added to a verdict that is not a pass, and never changes its code; a pass says nothing about it."""
    failed = samples.failing().runs[0].tree
    assert failed
    alone, both = judge_reruns([failed], failed), judge_reruns([failed], failed, trouble)
    assert (both.code, both.exit_code) == (alone.code, alone.exit_code) == ("tests-failed", 1)
    assert reason(both) == f"{reason(alone)} {told}"
    remote = replace(samples.run(Result.PASSED), counts=Counts(total=1, passed=1))
    passed = samples.tree(
        samples.machine(samples.suite(samples.case(), result=Result.PASSED), result=Result.PASSED), remote=remote
    )
    assert judge_reruns([passed], passed, trouble) == judge_reruns([passed], passed)


PASS = Verdict(Conclusion.PASSED, ExitCode.PASSED, findings=(Passed(413, 413),))
FAIL = of(Failures(3, 40), ServiceMessage("No agent"))
STOP = stopped_after_failures(StoppedAfterFailures(3, 3), Ending(Disposition.NOTHING_STARTED))
LOST = of_error(ReportError("Could not write x.", code=ErrorCode.REPORT_UNWRITABLE, hint="Check the path."))


def test_one_run_speaks_for_the_step() -> None:
    """With one run, or none, the step says all that there is."""
    assert of_step([FAIL], []) == FAIL
    assert of_step([FAIL], [LOST]) == combined([FAIL, LOST])
    assert of_step([], [LOST]) == LOST


def test_several_plans_that_passed() -> None:
    """One sentence, with the number of their cases."""
    verdict = of_step([PASS] * 3, [])
    assert (verdict.conclusion, verdict.exit_code, verdict.code) == (Conclusion.PASSED, 0, "")
    assert reason(verdict) == "All 3 plans passed (1,239 cases)."
    lost = of_step([PASS] * 2, [LOST])
    assert (lost.exit_code, lost.code, hint(lost)) == (5, "report-unwritable", "Check the path.")
    assert reason(lost) == "Could not write x. All 2 plans passed (826 cases)."


def test_several_plans_that_were_started() -> None:
    """Nothing is claimed about their results."""
    verdict = of_step([started(RUN), started(DONE)], [])
    assert (verdict.conclusion, verdict.exit_code) == (Conclusion.STARTED, 0)
    assert reason(verdict) == "All 2 plans were started. This step does not wait for them."


def test_several_plans_of_which_one_failed() -> None:
    """How many failed, and the first finding of the one that did."""
    verdict = of_step([PASS, FAIL, PASS], [], ["mobile", "smoke", "web"])
    assert (verdict.exit_code, verdict.code) == (1, "tests-failed")
    assert reason(verdict) == "1 of 3 plans failed. smoke: 3 of 40 cases failed."
    assert "plan 2: The run failed." in reason(of_step([PASS, of()], []))
    assert "plan 2: 3 of 40" in reason(of_step([PASS, FAIL, PASS], []))


def test_the_worst_plans_are_told_first() -> None:
    """The order of precedence decides, and the code is that of the worst."""
    late = of_error(TimedOut("Run 518 took too long.", code=ErrorCode.TIMED_OUT))
    verdict = of_step([FAIL, PASS, late], [], ["a", "b", "c"])
    assert (verdict.conclusion, verdict.exit_code, verdict.code) == (Conclusion.TIMED_OUT, 4, "timed-out")
    assert reason(verdict) == "2 of 3 plans did not pass. c: Run 518 took too long. a: 3 of 40 cases failed."


def test_twenty_plans_fit_on_a_line() -> None:
    """Plans with the same finding are told together; of the others the worst few are told, and the rest is counted."""
    names = [f"plan {number} {'n' * 200}" for number in range(20)]
    same = of_step([FAIL] * 20, [], names)
    assert same.findings == (Tally(20, 0, failed=20), OfPlans(tuple(names[:3]), Failures(3, 40), 17))
    different = [of_error(TimedOut(f"Run {number}: {'long ' * 500}", code=ErrorCode.TIMED_OUT)) for number in range(20)]
    told = reason(of_step(different, [], names))
    assert told.endswith(" And 17 more plans.")
    assert len(told) < 1500
    assert "\n" not in told


def test_counters_of_several_plans_are_those_of_each() -> None:
    """Plans with the same counters are told together, and nobody takes the counters for a sum."""
    assert reason(of_step([FAIL, PASS, FAIL], [], ["a", "b", "c"])) == (
        "2 of 3 plans failed. a, c (each): 3 of 40 cases failed."
    )


def test_all_of_several_plans_failed() -> None:
    """A plan that was stopped because others failed did not fail itself."""
    assert reason(of_step([FAIL] * 2, [])).startswith("All 2 plans failed. ")
    assert reason(of_step([FAIL, STOP], [])).startswith("None of the 2 plans passed. ")


def test_a_cancelled_step_says_so_once() -> None:
    """What went wrong around the runs is not repeated where the runs have the same finding."""
    runs = [of_error(Cancelled(15), Ending(Disposition.STOP_CONFIRMED, DONE)), of_error(Cancelled(15))]
    verdict = of_step([*runs, PASS], [of_error(Cancelled(15))], ["a", "b", "c"])
    assert (verdict.exit_code, verdict.conclusion) == (exit_code_of(15), Conclusion.CANCELLED)
    assert reason(verdict) == "2 of 3 plans did not pass. a, b: The step was cancelled (SIGTERM)."


def test_plans_that_were_stopped_are_not_the_cause() -> None:
    """The code of the step is that of the plan that failed; without one it is that of the stop."""
    assert of_step([STOP, FAIL], []).code == "tests-failed"
    assert of_step([STOP, STOP], []).code == "stopped-after-failures"
    assert STOP.findings[0] == StoppedAfterFailures(3, 3)
    assert reason(STOP) == "3 cases failed, counted over all runs; stop-after-failures is 3. Nothing was started."
    assert "stop-after-failures" in hint(STOP)


@pytest.mark.parametrize(
    ("result", "step", "told"),
    [
        (
            Result.FAILED,
            StepResult("1", 4, "Click", Result.FAILED, "No such button"),
            ("Step 4: Click", "No such button"),
        ),
        (Result.FAILED, StepResult("1", 4, "Click", Result.ABORTED), ("", "Step 4 aborted: Click")),
        (Result.FAILED, None, ("", "Result: failed. No failing step is known.")),
        (Result.UNKNOWN, None, ("", "Result: no known result (ODD). No failing step is known.")),
    ],
)
def test_step_and_message(result: Result, step: StepResult | None, told: tuple[str, str]) -> None:
    """The step where it says something itself, and why the case did not pass."""
    assert step_and_message(result, step, "ODD") == told


def test_what_the_service_says_is_told_once() -> None:
    """It is no longer told beside a verdict that quotes all of it."""
    remote = samples.run(Result.STOPPED, message="No agent")
    assert wording.service_message(samples.run_report(samples.FAILED, remote=remote)) == "No agent"
    quoted = replace(samples.FAILED, findings=(ServiceMessage("No agent"),))
    assert wording.service_message(samples.run_report(quoted, remote=remote)) == ""
    assert wording.service_message(samples.run_report(samples.FAILED)) == ""
