"""The history in words and signs: in the summary, the log and annotations."""

import re
from dataclasses import replace

import pytest

from tests import samples
from tests.samples import case, machine, run, run_report, suite, tree
from testsigma_action.domain.history import History, Mark
from testsigma_action.domain.report import RunReport
from testsigma_action.domain.run import Result
from testsigma_action.reporting import annotations, end_of_log, history_wording
from testsigma_action.reporting.summary import document as summary
from testsigma_action.reporting.summary.page import BUDGET

LETTERS = {"P": Mark.PASSED, "F": Mark.FAILED, "S": Mark.OTHER_SETS, "n": Mark.NOT_EXECUTED, "u": Mark.UNREAD}


def report(*strips: str, build: str = "") -> RunReport:
    """A run with a failing case for each strip of letters, one for each earlier run, the oldest first."""
    now = (machine(suite(*(case(f"Case {number}", Result.FAILED) for number in range(len(strips))))),)
    before = [replace(run(number=900 + number), build_number=build) for number in range(len(strips[0]))]
    columns = zip(*strips, strict=True)
    marks = {one.id: [LETTERS[letter] for letter in column] for one, column in zip(before, columns, strict=True)}
    return replace(run_report(results=tree(*now)), history=History.of(before, now, marks))


@pytest.mark.parametrize(
    ("letters", "signs", "said"),
    [
        ("PPFF", "✅✅❌❌❌", "failed in 3 of the last 5 runs, since run 902"),
        ("PPPP", "✅✅✅✅❌", "first failure in the last 5 runs"),
        ("FFFF", "❌❌❌❌❌", "failed in all of the last 5 runs, since run 900 or earlier"),
        ("PFPP", "✅❌✅✅❌", "flaky: failed in 2 of the last 5 runs"),
        ("PnFu", "✅⬜❌❔❌", "failed in 2 of the 3 runs that executed it, since run 902"),
        ("PS", "✅🟠❌", "failed in 2 of the last 3 runs"),
        ("nn", "⬜⬜❌", "first run of this case"),
    ],
)
def test_a_strip(letters: str, signs: str, said: str) -> None:
    """One sign for each run, this one last, and the same in words."""
    found = report(letters)
    assert found.history is not None
    (one,) = found.history.cases
    assert (history_wording.signs(one), history_wording.sentence(found.history, one)) == (signs, said)
    plain = re.sub(r"<[^>]*>", "", summary.render(samples.report(found)))
    assert f"{signs} {said}" in plain


def test_text_for_readers_who_cannot_see_the_strip() -> None:
    """A screen reader reads how many runs in a row had which result, not the name of each sign."""
    text = summary.render(samples.report(report("PPFn")))
    label = "oldest first: 2 passed, 1 failed, 1 not executed, 1 failed"
    assert f'<span role="img" aria-label="{label}">✅✅❌⬜❌</span>' in text


def test_a_case_that_passed_when_it_was_run_again() -> None:
    """Its strip is in the list of flaky cases, and ends with a sign of its own."""
    now = (machine(suite(samples.rerun(case("Case"), case("Case", Result.FAILED)))),)
    results = replace(tree(*now), reruns=(run(number=9002),))
    found = replace(
        run_report(samples.PASSED, results=results),
        history=History.of((run(number=899), run(number=900)), now, {"899": [Mark.PASSED], "900": [Mark.PASSED]}),
    )
    text = summary.render(samples.report(found))
    assert ">✅✅🔁</span> flaky: first failure in the last 3 runs" in text


def test_one_earlier_run_makes_no_strip() -> None:
    """It tells no more than the comparison with it, which the summary has."""
    text = summary.render(samples.report(report("P")))
    assert "Case 0" in text
    assert "✅❌" not in text


def test_build_numbers_are_untrusted() -> None:
    """The build number of an earlier run keeps its characters and does nothing."""
    text = summary.render(samples.report(report("PF", build="<b>@octocat</b>")))
    assert "(build <code>&lt;b&gt;@octocat&lt;/b&gt;</code>)" in text


def test_the_line_about_the_plan() -> None:
    """Pass rate, and the duration against the usual one."""
    text = summary.render(samples.report(report("PPP")))
    assert "The plan passed in 0 of 3 earlier runs (0 %) · as long as usual (4 min 12 s)" in text


def test_log_and_annotations() -> None:
    """The log has one line; the annotation of a known failure says since when it fails."""
    found = report("PF", "PP", build="12")
    assert [*end_of_log.remarks(found)] == ["History: the plan passed in 0 of 2 earlier runs; 1 new, 1 known"]
    first, second = annotations.render(samples.report(found))
    assert "History: failed in 2 of the last 3 runs, since run 901 (build 12)." in first.message
    assert "History" not in second.message


def test_many_failures_with_a_long_history() -> None:
    """The summary stays within its limit; strips are left out together with messages."""
    strips = ["PF" * 25] * 6000
    text = summary.render(samples.report(report(*strips)))
    assert len(text.encode()) <= BUDGET
    assert text.count('<span role="img"') < 6000
    assert "all but the names of" in text
