"""The report of a dry run: what is said about outcomes, and what text of others cannot do to it."""

import pytest

from tests.property.reports import HOSTILE
from tests.unit.test_text import COMMANDS
from testsigma_action.domain.checkup import (
    Answer,
    Call,
    Checkup,
    Difference,
    Findings,
    Kind,
    Level,
    Outcome,
    Subject,
    Surroundings,
    in_one_row,
)
from testsigma_action.domain.verdict import checked
from testsigma_action.errors import ActionError, Bug, Cancelled, InputError, NoThreads, Outage
from testsigma_action.reporting.checkup import block, lines, summary

AROUND = Surroundings(
    "1.0", "3.13.1", "linux x86_64", "GitHub Actions", "app.testsigma.com", proxy=True, own_certificates=True
)
MISSING = Call(Level.RUN, "v2", Answer.MISSING, 404, 0.01)
FOUND = Call(Level.RUN, "v3", Answer.ANSWERED, 200, 0.02, recognised=True)
NOTHING = Findings(AROUND, {Subject.INPUTS: Outcome.FINE}, ())


def test_the_worst_outcome_counts() -> None:
    """A subject that was checked several times is as bad as its worst check; one that was not is not checked."""
    checkup = Checkup()
    for outcome in (Outcome.FINE, Outcome.WRONG, Outcome.NO_RUN):
        checkup.note(Subject.PLANS, outcome)
    found = checkup.of([Subject.PLANS, Subject.KEY])
    assert found == {Subject.PLANS: Outcome.WRONG, Subject.KEY: Outcome.NOT_CHECKED}


def test_calls_of_a_kind_are_one_row() -> None:
    """It has the last answer, the longest time, and the differences of all."""
    first = Call(Level.STEPS, "v2", Answer.FAILED, 503, 3.0, frozenset({Difference("a", Kind.TEXT, Kind.NULL)}))
    second = Call(Level.STEPS, "v2", Answer.ANSWERED, 200, 1.0, frozenset({Difference("b", Kind.TEXT, Kind.NULL)}))
    (row,) = in_one_row([first, second])
    assert (row.answer, row.status, row.seconds, row.requests, len(row.differences)) == (
        Answer.ANSWERED,
        200,
        3.0,
        2,
        2,
    )


def test_the_head_of_the_block() -> None:
    """It says where the step runs, and no more."""
    assert block(NOTHING, checked([]))[1:4] == [
        "testsigma-action 1.0, Python 3.13.1, linux x86_64, GitHub Actions",
        "base-url: app.testsigma.com, a proxy, own certificates",
        "verdict: CHECKED (exit code 0)",
    ]


def test_a_call_that_another_version_answers() -> None:
    """Nothing is lost then, so nothing is said about it below the table."""
    without = Call(Level.STEPS, "v3", Answer.MISSING, 404, 0.01)
    found = Findings(AROUND, {}, (MISSING, FOUND, without))
    told = [line for line in block(found, checked([])) if "without it" in line]
    assert told == ["  without it: reports have no steps and messages"]


@pytest.mark.parametrize(
    ("error", "said", "found"),
    [
        (InputError("a", "b"), "CHECKED (exit code 2, bad-input)", "found 2 problems"),
        (Outage("a"), "CHECKED (exit code 3, api-unreachable)", "found 1 problem"),
        (NoThreads(), "CHECKED (exit code 2, no-threads)", "found 1 problem"),
        (Cancelled(2), "CANCELLED (exit code 130, cancelled)", "was cut short"),
        (Bug(ValueError()), "ERROR (exit code 70, bug)", "was cut short"),
    ],
)
def test_the_last_line(error: ActionError, said: str, found: str) -> None:
    """It has exit code, error code, and how many problems there are."""
    assert lines(NOTHING, checked([error]), {})[-1] == f"{said}: The dry run {found}. Nothing was started."


def test_what_is_wrong_in_the_last_line() -> None:
    """It names what is wrong, so that nobody has to look for it above the block, but has no text of the problem."""
    found = Findings(AROUND, {Subject.INPUTS: Outcome.FINE, Subject.ENVIRONMENT: Outcome.WRONG}, ())
    last = lines(found, checked([InputError("environment-id: no environment is called 'shop'.")]), {})[-1]
    assert "The dry run found 1 problem (environment). Nothing was started." in last
    assert "shop" not in last


@pytest.mark.parametrize("text", [*COMMANDS, *HOSTILE])
def test_hostile_text(text: str) -> None:
    """What a problem quotes stays within its line of the log, and is inert in the summary; the block never has it."""
    verdict = checked([InputError(f"plan-id: {text}")])
    said = lines(NOTHING, verdict, {text: Outcome.NO_RUN})
    assert all(line.splitlines() in ([line], []) for line in said)
    assert block(NOTHING, verdict) == block(NOTHING, checked([InputError("plan-id: 7")]))
    above = summary(NOTHING, verdict, {}).partition("```text")[0]
    assert "<script" not in above
    assert above.count("<h2>") == 1
