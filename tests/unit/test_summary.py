"""The summary: understood in ten seconds, never too large, its numbers always those of everything."""

import time
from dataclasses import replace

import pytest

from tests import samples
from tests.samples import broken_steps, case, machine, of_cases, run, run_report, step, suite, tree
from testsigma_action.model import Counts, Result, Timing
from testsigma_action.report import Report, Verdict
from testsigma_action.reporters import summary
from testsigma_action.reporters.page import BUDGET, REST, Page
from testsigma_action.tree import Device, Iteration


def test_verdict_and_reason_come_first() -> None:
    """The first lines say what, how it ended and why; then numbers and the link to the run."""
    lines = [line for line in summary.render(samples.failing()).split("\n") if line]
    assert lines[:2] == ["## ❌ Checkout: failed", "<b>2 of 6 cases failed.</b>"]
    assert f'<a href="{samples.RUN_URL}">Open the run</a>' in lines[2]
    assert lines[5] == (
        '<tr><td>Checkout</td><td>❌ failed</td><td align="right">6</td><td align="right">3</td>'
        '<td align="right">2</td><td align="right">1 not executed</td><td align="right">4 min 12 s</td></tr>'
    )


def test_failures_come_before_the_rest() -> None:
    """Failures stand first, by machine and suite, each with step, message, link and folded steps."""
    text = summary.render(samples.failing())
    order = [
        "### 2 cases did not pass",
        "#### Chrome / Login",
        "#### Chrome / Basket",
        "### Machines",
        "### Not available",
    ]
    assert sorted(order, key=text.index) == order
    failure = text[text.index("#### Chrome / Login") : text.index("#### Chrome / Basket")]
    assert "<b>Wrong password is refused</b> · failed · 12.3 s · <a href=" in failure
    assert "<br>Step 4: Verify that the text" in failure
    assert "is displayed<br>" not in failure[failure.index("<blockquote>") :].split("</blockquote>")[1]
    assert "<details><summary>4 steps up to this one</summary>✅ 1. Navigate" in failure


def test_title_that_was_asked_for() -> None:
    """The title of the input replaces the plan's name in the heading."""
    assert summary.render(replace(samples.failing(), title="Nightly")).startswith("## ❌ Nightly: failed\n")


def test_failed_mode_is_headline_and_failures() -> None:
    """The mode `failed` leaves out machines and gaps, nothing else."""
    full, failed = summary.render(samples.failing(), "full"), summary.render(samples.failing(), "failed")
    assert full.startswith(failed)
    assert "Machines" not in failed
    assert "did not pass" in failed


@pytest.mark.parametrize("verdict", samples.VERDICTS, ids=lambda verdict: str(verdict.conclusion))
@pytest.mark.parametrize("mode", ["full", "failed"])
def test_every_way_out(verdict: Verdict, mode: summary.Mode) -> None:
    """Every conclusion has a heading, its reason, its hint, and its stable name where it is an error."""
    for runs in ((), (run_report(verdict),), (run_report(verdict, remote=run(Result.QUEUED)),)):
        text = summary.render(samples.report(*runs, verdict=verdict), mode)
        heading, _, rest = text.partition("\n")
        assert heading.startswith("## ")
        assert rest.strip().startswith("<b>")
        assert ("What to do: " in rest) == bool(verdict.hint)
        assert (f"<code>{verdict.code}</code>" in rest) == (verdict.exit_code > 1)


def test_run_message_where_it_says_more() -> None:
    """The service's own message is told where cases do not explain the verdict, and not twice."""
    stopped = run(Result.STOPPED, message="Parallel limit exceeded")
    verdict = replace(samples.FAILED, reason="The run was stopped.")
    assert "Testsigma says: Parallel limit exceeded" in summary.render(
        samples.report(run_report(verdict, remote=stopped))
    )
    same = replace(verdict, reason="The run was stopped: Parallel limit exceeded.")
    assert "Testsigma says" not in summary.render(samples.report(run_report(same, remote=stopped)))
    assert "Testsigma says" not in summary.render(samples.failing())


def test_trouble_around_a_run() -> None:
    """Where the step failed for a reason of its own, the verdict of the run is told too."""
    passed = run_report(samples.PASSED, tree(machine(suite(case())), remote=run(Result.PASSED)))
    assert "The run itself: passed. All cases passed." in summary.render(
        samples.report(passed, verdict=samples.UNWRITABLE)
    )


def test_several_runs() -> None:
    """Each run has a row; those that are no pass have a section with their reason; machines are told apart."""
    good = run_report(samples.PASSED, tree(machine(suite(case())), remote=run(Result.PASSED)))
    bad = samples.failing().runs[0]
    text = summary.render(samples.report(good, bad, run_report(samples.UNREACHABLE), verdict=samples.UNREACHABLE))
    assert text.count("<tr><td>Checkout</td>") == 2
    assert "<tr><td>Plan 12</td><td>⚠️ error</td>" in text
    assert "### ❌ Checkout: failed" in text
    assert "### ⚠️ Plan 12: error\n\n<b>The service did not answer.</b>" in text
    assert "#### 2 cases did not pass" in text
    assert text.count("### Machines and suites of Checkout") == 2
    assert "### ✅" not in text


def test_data_sets() -> None:
    """The broken data sets of a case are told one by one, up to ten of them."""
    sets = tuple(Iteration(str(number), f"set {number}", Result.FAILED, broken_steps()) for number in range(12))
    text = summary.render(of_cases(case("A", Result.FAILED, iterations=sets)))
    assert text.count("Data set <b>") == 10
    assert "and 2 data sets more" in text


def test_visual_result() -> None:
    """A visual comparison is named on the run where there is one, on a case where it is no pass."""
    bad = replace(case("A", Result.FAILED), visual_result=Result.FAILED)
    good = replace(case("B", Result.FAILED), visual_result=Result.PASSED)
    remote = replace(run(), visual_result=Result.FAILED)
    text = summary.render(samples.report(run_report(samples.FAILED, tree(machine(suite(bad, good)), remote=remote))))
    assert text.count("visual comparison: failed") == 2
    assert "visual comparison: passed" not in text


def test_long_story() -> None:
    """Of many steps the last ones are told, with the number of those before."""
    text = summary.render(of_cases(case("A", Result.FAILED, broken_steps(number=100))))
    assert "<summary>30 steps up to this one (and 69 before them)</summary>" in text


def test_machines_without_cases_or_results() -> None:
    """Where nothing was counted or told the cells are empty, not zero."""
    bare = replace(machine(replace(suite(result=Result.UNKNOWN), timing=Timing()), title=""), device=Device())
    text = summary.render(samples.report(run_report(results=tree(bare))))
    empty = '<td align="right"></td>'
    assert f"<tr><td>&nbsp;&nbsp;&nbsp;Login</td><td></td>{empty * 5}</tr>" in text
    assert "<b>machine 3</b></td>" in text


def test_blocks_of_html_have_no_blank_line() -> None:
    """A blank line within a block of HTML would end it and make Markdown of the rest."""
    message = "one\n\n\ntwo\r\n\r\nthree"
    text = summary.render(of_cases(case("A\n\nB", Result.FAILED, broken_steps(message))))
    for block in text.split("\n\n"):
        assert block.count("<div>") == block.count("</div>")
        assert block.count("<table>") == block.count("</table>")


def many(number: int, words: str, steps: int) -> Report:
    """A run with many failures in suites of 50, all of them long."""
    told = tuple(replace(each, action=words) for each in broken_steps(words, steps))
    suites = (suite(*(case(words, Result.FAILED, told) for _ in range(50)), name=words) for _ in range(number // 50))
    verdict = replace(samples.FAILED, reason=words, hint=words)
    gaps = tuple(f"{words} {index}" for index in range(1000))
    return samples.report(run_report(verdict, tree(machine(*suites, title=words), gaps=gaps)))


@pytest.mark.parametrize(("number", "words"), [(200, "|" * 5000), (20_000, "a word or two"), (5000, "👍@x" * 300)])
def test_budget(number: int, words: str) -> None:
    """However much there is to tell, the summary stays within its budget, says what it left out, and counts all."""
    begin = time.process_time()
    text = summary.render(many(number, words, 40))
    assert time.process_time() - begin < 3
    assert len(text.encode()) <= BUDGET
    assert "Left out to stay below GitHub's limit: " in text
    assert "All numbers are complete." in text
    assert f'<td align="right">{number:,}</td>' in text


def test_degrades_from_steps_to_messages_to_names() -> None:
    """When the page fills, failures first lose their steps, then their messages, then are only counted."""
    text = summary.render(many(20_000, "a word or two", 40))
    counts = [text.count(part) for part in ("<details>", "<blockquote>", "<div>")]
    assert 0 < counts[0] < counts[1] < counts[2] < 20_000
    told = (
        f"the steps of {counts[1] - counts[0]:,} failures, "
        f"the steps and messages of {counts[2] - counts[1]:,} failures, "
        f"{20_000 - counts[2]:,} failures altogether"
    )
    assert told in text


def test_many_runs_stay_in_budget() -> None:
    """A great number of runs does not break the budget either."""
    verdict = replace(samples.FAILED, reason="r" * 5000)
    runs = [run_report(verdict, remote=run(number=number)) for number in range(2000)]
    text = summary.render(samples.report(*runs))
    assert len(text.encode()) <= BUDGET
    assert "other paragraphs" in text


def test_page_tells_what_did_not_fit() -> None:
    """A part that does not fit is left out as a whole and counted; an empty page left nothing out."""
    page = Page()
    assert page.left_out() == ""
    page.add("x" * BUDGET)
    page.add("x", "", "y", limit=REST)
    assert page.text() == "x\n\ny\n\n"
    assert page.left_out() == "Left out to stay below GitHub's limit: 1 other paragraph. All numbers are complete."


def test_link_that_is_none() -> None:
    """An address that is not plainly one of the web is not linked; in one that is, ampersands are escaped."""
    odd = replace(case("A", Result.FAILED), url="javascript:alert(1)")
    assert "javascript" not in summary.render(of_cases(odd))
    plain = replace(odd, url="https://x.example/?a=1&b=2")
    assert '<a href="https://x.example/?a=1&amp;b=2">open</a>' in summary.render(of_cases(plain))


def test_numbers_of_the_run_where_there_is_no_list() -> None:
    """Without a list of cases the run's own counters are shown."""
    remote = run(counts=Counts(total=1200, passed=1100, failed=90, aborted=10))
    text = summary.render(samples.report(run_report(samples.FAILED, tree(remote=remote))))
    assert '<td align="right">1,200</td><td align="right">1,100</td><td align="right">90</td>' in text
    assert '<td align="right">10 aborted</td>' in text


def test_single_step_is_not_folded() -> None:
    """Where the failing step is the only one there is nothing to unfold."""
    text = summary.render(of_cases(case("A", Result.FAILED, (step(1, Result.FAILED, message="No"),))))
    assert "<details>" not in text
