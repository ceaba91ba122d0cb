"""Whatever was found, the reason is there, is made of sentences, and fits on a line for any number of plans."""

from enum import Enum
from typing import TypeVar, get_args, get_type_hints

from hypothesis import given, settings
from hypothesis import strategies as st

from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.evidence import Contradiction, UnknownCaseResult, UnreadableFields
from testsigma_action.domain.findings import (
    CalledPassed,
    ErrorFinding,
    FailedAgain,
    Failures,
    Finding,
    OfPlans,
    Passed,
    RerunFindings,
    RunUnreadable,
)
from testsigma_action.domain.policy_findings import NotAccounted
from testsigma_action.domain.report import Conclusion, Verdict
from testsigma_action.domain.run import Result, Run, Status
from testsigma_action.domain.verdict import CONCLUSIONS, PRECEDENCE, combined, of_step
from testsigma_action.errors import ErrorCode, ExitCode
from testsigma_action.reporting.wording import hint, reason, reason_lines

T = TypeVar("T")
WORDS = st.text("ab", min_size=1, max_size=9)
NUMBERS = st.integers(0, 20_000)
RUNS = st.builds(Run, WORDS, st.sampled_from(Status), st.sampled_from(Result))
ENDINGS = st.builds(Ending, st.sampled_from(Disposition), st.none() | RUNS, st.just("") | WORDS, st.booleans())
NESTED = {CalledPassed, NotAccounted, FailedAgain, RerunFindings, RunUnreadable, OfPlans, Ending}
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(tuple)
UNKNOWN = st.builds(UnknownCaseResult, WORDS, st.just("") | WORDS, st.none() | WORDS)
PARTS: dict[object, st.SearchStrategy[object]] = {
    str: WORDS,
    int: NUMBERS,
    bool: st.booleans(),
    tuple[str, ...]: NAMES,
    UnknownCaseResult | None: st.none() | UNKNOWN,
}


def values(kind: type[T]) -> st.SearchStrategy[T]:
    """Values of one kind of finding: its members if it is an enumeration, else any parts."""
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    parts = {
        name: PARTS[part] if part in PARTS else st.sampled_from(part) for name, part in get_type_hints(kind).items()
    }
    return st.builds(kind, **parts)


SIMPLE: st.SearchStrategy[Finding] = st.one_of(*(values(one) for one in get_args(Finding) if one not in NESTED))
AGAINST = st.one_of(*(values(one) for one in get_args(Contradiction)))
FINDINGS = st.one_of(
    SIMPLE,
    ENDINGS,
    AGAINST.map(CalledPassed),
    AGAINST.map(NotAccounted),
    st.builds(FailedAgain, values(Failures), WORDS),
    st.builds(RerunFindings, WORDS, st.lists(SIMPLE, min_size=1, max_size=3).map(tuple)),
    st.builds(RunUnreadable, WORDS, values(UnreadableFields)),
    st.builds(OfPlans, st.lists(WORDS, min_size=1, max_size=3).map(tuple), SIMPLE, NUMBERS),
)


@st.composite
def verdicts(draw: st.DrawFn, *codes: ExitCode) -> Verdict:
    """A verdict with any findings, and with one of these exit codes if there are some."""
    exit_code = draw(st.sampled_from(codes or PRECEDENCE))
    code = draw(st.sampled_from([code for code in ErrorCode if code])) if exit_code else ErrorCode.NONE
    findings = draw(st.lists(FINDINGS, min_size=1, max_size=4, unique=True))
    return Verdict(CONCLUSIONS.get(exit_code, Conclusion.ERROR), exit_code, code, tuple(findings))


@given(verdicts())
def test_a_reason_is_made_of_sentences(verdict: Verdict) -> None:
    """None is empty, ends without a full stop, holds a double blank or shows what the code calls something."""
    lines = reason_lines(verdict)
    assert lines
    assert reason(verdict) == "\n".join(lines)
    for told in (*lines, *filter(None, [hint(verdict)])):
        assert told.strip() == told != ""
        assert "  " not in told
        assert not any(name in told for name in ("None ", "Disposition.", "Result.", "<", "=")) or "None of" in told
    assert all(line.endswith((".", "…")) for line in lines)


@settings(max_examples=50)
@given(st.lists(verdicts(), min_size=1, max_size=5))
def test_what_is_combined_is_told_once_and_lost_never(found: list[Verdict]) -> None:
    """No finding is there twice, each is there, and combining again changes nothing; of endings of a run one stays."""
    both = combined(found)
    assert combined([both]) == both
    assert len(set(both.findings)) == len(both.findings)
    for finding in (finding for verdict in found for finding in verdict.findings):
        if isinstance(finding, Ending) and finding.run:
            runs = [one.run.id for one in both.findings if isinstance(one, Ending) and one.run]
            assert runs.count(finding.run.id) == 1
        else:
            assert finding in both.findings


@settings(max_examples=50)
@given(st.lists(verdicts(), min_size=2, max_size=12), st.lists(verdicts(), max_size=2))
def test_a_step_is_as_bad_as_its_worst_part(runs: list[Verdict], around: list[Verdict]) -> None:
    """Its exit code is the first in the order; it is green only if all are, and its reason does not grow with plans."""
    step = of_step(runs, around)
    worst = min((verdict.exit_code for verdict in (*runs, *around)), key=PRECEDENCE.index)
    assert step.exit_code == worst
    assert (step.exit_code == 0) is all(verdict.exit_code == 0 for verdict in (*runs, *around))
    assert step.code in {verdict.code for verdict in (*runs, *around) if verdict.exit_code == worst}
    assert len(reason(of_step(runs, []))) < 1500
    assert len(reason_lines(of_step(runs, []))) == 1


@settings(max_examples=30)
@given(st.lists(verdicts(ExitCode.PASSED), min_size=2, max_size=9), st.text(max_size=3000))
def test_names_of_any_length(runs: list[Verdict], text: str) -> None:
    """A name or a message of any length leaves the line of the step short."""
    bad = Verdict(Conclusion.ERROR, ExitCode.SERVICE, ErrorCode.API_UNREACHABLE, (ErrorFinding(text),))
    assert len(reason(of_step([*runs, bad], [], [text] * (len(runs) + 1)))) < 1500


def test_passed_cases_add_up() -> None:
    """The number of cases behind the plans that passed is the sum of theirs."""
    runs = [Verdict(Conclusion.PASSED, ExitCode.PASSED, findings=(Passed(number, number),)) for number in (3, 4)]
    assert reason(of_step(runs, [])) == "All 2 plans passed (7 cases)."
