"""Trouble of the infrastructure: known by the words of the service, with an error code of its own, never a pass."""

from dataclasses import replace

import pytest

from testsigma_action.domain.attempts import merged
from testsigma_action.domain.infrastructure import PHRASES, explains, is_trouble
from testsigma_action.domain.judgement import judge
from testsigma_action.domain.rerun_judgement import judge_reruns
from testsigma_action.domain.results import CaseResult, MachineResult, ResultTree, StepResult, SuiteResult
from testsigma_action.domain.run import Result, Run, Status

OFFLINE = "Device is not online. Please check the device connection"
SAID = (
    "Agent is out of Sync. Please restart Agent",
    OFFLINE,
    "Parallel Executions Limit exceeded.Please upgrade to community edition for more parallel runs.",
    "Unable to create a new Test Session due to unexpected failure(0x537). Please contact Support for more details.",
    "Test Case execution Aborted on session failure.",
    "The associated device Pixel 9 is available. Please check if its connected or not.",
)
HARMLESS = ("", "Test plan execution failed", "User stopped the Test Plan", "The agent name is not displayed")


def tree(result: Result, message: str = "", *cases: CaseResult, run_id: str = "1") -> ResultTree:
    """A completed run with these cases."""
    suite = SuiteResult("2", "Smoke", cases, suite_id="7")
    machine = MachineResult("3", "Chrome", (suite,), machine_id="8")
    return ResultTree(Run(run_id, Status.COMPLETED, result, message=message), (machine,), listed=True)


def case(result: Result, message: str = "") -> CaseResult:
    """A case; with a message, its failing step has it."""
    steps = (StepResult("1", 1, "Click", result, message),) if message else None
    return CaseResult("4", "5", "Pay", result, steps=steps)


@pytest.mark.parametrize("message", SAID)
def test_every_phrase_is_known(message: str) -> None:
    """Also with other capitals, and on several lines; each of the phrases is one of these messages."""
    assert is_trouble(message)
    assert is_trouble(f"Chrome:\n {message.upper().replace(' ', chr(10), 1)}")
    assert len(SAID) == len(PHRASES)


@pytest.mark.parametrize("message", HARMLESS)
def test_other_messages_are_no_trouble(message: str) -> None:
    """Words that merely look like it prove nothing."""
    assert not is_trouble(message)


@pytest.mark.parametrize("result", [Result.FAILED, Result.ABORTED, Result.STOPPED, Result.NOT_EXECUTED])
@pytest.mark.parametrize("message", SAID)
def test_the_code_of_a_run(result: Result, message: str) -> None:
    """A run that did not pass and has such a message gets the code; the step fails."""
    verdict = judge(tree(result, message, case(Result.NOT_EXECUTED)))
    assert (verdict.code, verdict.exit_code) == ("infrastructure", 1)


def test_a_pass_stays_a_pass() -> None:
    """The message changes no result, in neither direction."""
    assert judge(tree(Result.PASSED, OFFLINE, case(Result.PASSED))).exit_code == 0


@pytest.mark.parametrize(
    ("run_said", "case_said", "expected"),
    [
        (OFFLINE, "", True),
        (OFFLINE, "No such button", False),
        ("", OFFLINE, True),
        ("", "No such button", False),
        ("", "", False),
    ],
)
def test_single_cases(run_said: str, case_said: str, expected: bool) -> None:  # noqa: FBT001 - a column
    """A case that failed for a reason of its own is a failed test, whatever the run says."""
    assert explains(tree(Result.FAILED, run_said, case(Result.FAILED, case_said))) is expected


def test_trouble_of_a_rerun_does_not_hide_a_failed_test() -> None:
    """The code is given only if every run that did not pass had such trouble."""
    failed = tree(Result.FAILED, "", case(Result.FAILED, "No such button"))
    trouble = tree(Result.FAILED, OFFLINE, case(Result.NOT_EXECUTED), run_id="2")
    for attempts, code in (([failed, trouble], "tests-failed"), ([trouble, replace(trouble)], "infrastructure")):
        verdict = judge_reruns(attempts, merged(attempts, [attempts[1].run]))
        assert (verdict.code, verdict.exit_code) == (code, 1)
