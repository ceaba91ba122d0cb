"""The summary: understood in ten seconds, never too large, its numbers always those of everything."""

import gc
import re
import time
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from tests import samples
from tests.samples import broken_steps, case, machine, of_cases, run, run_report, step, suite, tree
from testsigma_action.domain.compare import compare
from testsigma_action.domain.findings import CutShort, ErrorFinding, ServiceMessage
from testsigma_action.domain.gaps import Gap, Missing
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Report, Verdict
from testsigma_action.domain.results import CaseResult, Device, Iteration, MachineResult, SuiteResult
from testsigma_action.domain.run import ConfigurationRef, Counts, Result, RunSpec, Status, Timing
from testsigma_action.errors import help_url
from testsigma_action.reporting.summary import charts
from testsigma_action.reporting.summary import document as summary
from testsigma_action.reporting.summary.page import BUDGET, REST, Page
from testsigma_action.reporting.wording import hint, slower


def test_verdict_and_reason_come_first() -> None:
    """The first lines say what, how it ended and why; then the numbers and the link to the run."""
    lines = [line for line in summary.render(samples.failing()).split("\n") if line]
    assert lines[0] == "<h2>❌ Checkout: failed</h2>"
    assert lines[1].startswith("<p><b>2 of 6 cases failed.</b> · <a ")
    assert lines[2] == "<p>❌ <b>2 failed</b> · ✅ 3 passed · 1 not executed · 6 cases in 4 min 12 s</p>"
    assert lines[3].startswith(
        f'<p><a href="{samples.RUN_URL}"><b>Open the run</b></a> · run 9001 · build <code>acme/shop'
    )


def test_failures_come_before_the_rest() -> None:
    """Failures stand first, each with place, step, message, link and folded steps."""
    text = summary.render(samples.failing())
    order = ["<h3>2 cases did not pass", "Wrong password is", "Totals are right", "<h3>Machines", "<h3>Not available"]
    assert sorted(order, key=text.index) == order
    failure = text[text.index("<div>") : text.index("Totals are right")]
    assert (
        '<b dir="auto">Wrong password is refused</b></a> · Chrome / Login · 12.3 s\n<br>Step 4: Verify that the text'
        in failure
    )
    assert '<dl><dd dir="auto">Expected &quot;Wrong password&quot; to be displayed.<br>Found' in failure
    assert "<details><summary>4 steps up to this one</summary>✅ 1. <code>Navigate" in failure
    assert f'<a href="{samples.case().url}"><b dir="auto">Wrong' in failure


def test_failures_of_one_suite_stand_below_its_name() -> None:
    """Where suites have several failures each group has a heading, and no failure repeats it."""
    bad = [case(name, Result.FAILED) for name in "ABC"]
    text = summary.render(
        samples.report(run_report(results=tree(machine(suite(*bad[:2]), suite(bad[2], name="Basket")))))
    )
    assert text.count("<h4>Chrome / Login</h4>\n") == text.count("<h4>Chrome / Basket</h4>\n") == 1
    assert text.count("Chrome /") == 2


def test_later_failures_are_folded() -> None:
    """Of many failures those behind the first ten are folded, and everything after it is not."""
    text = summary.render(of_cases(*(case(f"F{number}", Result.FAILED) for number in range(100))))
    folded = text[text.index("<details><summary>and 90 more</summary>\n\n") : text.index("\n\n</details>\n\n")]
    assert (folded.count('<b dir="auto">F'), text.partition("<h3>Machines")[0].count('<b dir="auto">F')) == (90, 100)
    assert text.index("</details>") < text.index("<h3>Machines")


def test_title_that_was_asked_for() -> None:
    """The title of the input replaces the plan's name in the heading."""
    assert summary.render(replace(samples.failing(), title="Nightly")).startswith("<h2>❌ Nightly: failed</h2>\n")


def test_failed_mode_is_headline_and_failures() -> None:
    """The mode `failed` leaves out machines and gaps, nothing else."""
    full, failed = summary.render(samples.failing(), "full"), summary.render(samples.failing(), "failed")
    assert full.startswith(failed)
    assert "Machines" not in failed
    assert "did not pass" in failed


@pytest.mark.parametrize("verdict", samples.VERDICTS, ids=lambda verdict: str(verdict.conclusion))
@pytest.mark.parametrize("mode", ["full", "failed"])
def test_every_way_out(verdict: Verdict, mode: summary.Mode) -> None:
    """Every conclusion has a heading, its reason, its hint, and its stable name with a link to what it means."""
    for runs in ((), (run_report(verdict),), (run_report(verdict, remote=run(Result.QUEUED)),)):
        text = summary.render(samples.report(*runs, verdict=verdict), mode)
        heading, _, rest = text.partition("\n")
        assert heading.startswith("<h2>")
        assert rest.strip().startswith("<p><b>")
        assert ("What to do: " in rest) == bool(hint(verdict))
        assert (f'<a href="{help_url(verdict.code)}"><code>{verdict.code}</code></a>' in rest) == bool(verdict.code)


def test_run_message_where_it_says_more() -> None:
    """The service's own message is told where cases do not explain the verdict, and not twice."""
    stopped = run(Result.STOPPED, message="Parallel limit exceeded")
    verdict = replace(samples.FAILED, findings=(CutShort(Result.STOPPED),))
    assert "Testsigma says: Parallel limit exceeded" in summary.render(
        samples.report(run_report(verdict, remote=stopped))
    )
    same = replace(verdict, findings=(*verdict.findings, ServiceMessage("Parallel limit exceeded")))
    assert summary.render(samples.report(run_report(same, remote=stopped))).count("Testsigma says") == 1
    assert "Testsigma says" not in summary.render(samples.failing())


def test_trouble_around_a_run() -> None:
    """Where the step failed for a reason of its own, the verdict of the run is told too."""
    passed = run_report(samples.PASSED, tree(machine(suite(case())), remote=run(Result.PASSED)))
    assert "The run itself: passed. All cases passed." in summary.render(
        samples.report(passed, verdict=samples.UNWRITABLE)
    )


def test_several_runs() -> None:
    """A row for each run with its numbers, and what happened where its cases do not show it."""
    good = run_report(samples.PASSED, tree(machine(suite(case())), remote=run(Result.PASSED)))
    bad = replace(samples.failing().runs[0], queued=timedelta(minutes=3))
    lost = run_report(samples.UNREACHABLE)
    text = summary.render(samples.report(*named((good, bad, lost)), verdict=samples.UNREACHABLE))
    name = f'<a href="{samples.RUN_URL}"><b dir="auto">{{}}</b></a>'
    assert f"<tr><td>✅ {name.format('Checkout')}: passed</td><td>1&nbsp;passed</td>" in text
    cases = "2&nbsp;failed, 3&nbsp;passed, 1&nbsp;not&nbsp;executed"
    assert f"<tr><td>❌ {name.format('Checkout (2)')}: failed</td><td>{cases}</td>" in text
    assert "4&nbsp;min&nbsp;12&nbsp;s<br>3&nbsp;min&nbsp;00&nbsp;s in the queue</td>" in text
    assert '<tr><td>⚠️ <b dir="auto">Checkout (3)</b>: error<br>The service did not answer.</td><td></td>' in text
    assert text.count("Try again later.") == 1
    started = run_report(samples.STARTED, remote=run(Result.UNKNOWN, Status.IN_PROGRESS, Counts(total=2, running=2)))
    text = summary.render(samples.report(*named((started, started)), verdict=samples.STARTED))
    assert f"▶️ {name.format('Checkout (2)')}: started</td><td>" in text


def test_hints_of_runs() -> None:
    """What to do about a run stands in its row, unless the step says so already."""
    lost = [
        run_report(replace(samples.UNREACHABLE, findings=(ErrorFinding("Lost.", hint),)))
        for hint in ("Wait.", "Fix the plan.")
    ]
    text = summary.render(samples.report(*named(lost)))
    assert (text.count("What to do: Wait."), text.count("<br>What to do: Fix the plan.</td>")) == (1, 1)


def test_failures_of_several_runs() -> None:
    """Runs with failed or flaky cases have a section each; those behind the first five of a run are folded."""
    good = run_report(samples.PASSED, tree(machine(suite(case())), remote=run(Result.PASSED)))
    many = of_cases(*(case(f"F{number}", Result.FAILED) for number in range(12))).runs[0]
    runs = named((good, samples.failing().runs[0], run_report(samples.UNREACHABLE), many, samples.flaky().runs[0]))
    text = summary.render(samples.report(*runs, verdict=samples.UNREACHABLE))
    headings = re.findall("<h3>(.*)</h3>", text)
    assert headings == [
        "❌ Checkout (2): failed",
        "❌ Checkout (4): failed",
        "✅ Checkout (5): passed",
        "Machines and suites",
        "Not available",
    ]
    assert text.index("<h4>2 cases did not pass</h4>") < text.index("<h4>12 cases did not pass</h4>")
    assert text.count("<details><summary>and 7 more</summary>") == 1
    tables = re.findall("<details><summary>(Checkout[^<]*)</summary>\n<table>", text)
    assert tables == [
        "Checkout: 1 machine, 1 suite",
        "Checkout (2): 2 machines, 3 suites",
        "Checkout (4): 1 machine, 1 suite",
        "Checkout (5): 1 machine, 1 suite",
    ]
    assert "<li>Checkout (2): The steps of 1 of 6 cases. The service answered 404.</li>" in text
    assert "```mermaid" not in text


def test_fixed_cases_of_several_runs() -> None:
    """They are listed below the name of their run."""
    now, then = (machine(suite(case("A", result))) for result in (Result.PASSED, Result.FAILED))
    fixed = run_report(samples.PASSED, tree(now, remote=run(Result.PASSED)))
    fixed = replace(fixed, comparison=compare(run(number=900), (then,), (now,)))
    text = summary.render(samples.report(*named((fixed, fixed)), verdict=samples.PASSED))
    assert [text.count(f"<h3>1 fixed case of {name}</h3>") for name in ("Checkout", "Checkout (2)")] == [1, 1]


@pytest.mark.parametrize("words", ["a word or two", "👍@x" * 100])
def test_several_runs_share_the_page(words: str) -> None:
    """With 20 runs of 5,000 failures the table and the first failures of each run are there, with their steps."""
    runs = named([many(5000, words, 4).runs[0]] * 20)
    report = samples.report(*runs, title="Nightly")
    text = summary.render(report)
    assert len(text.encode()) <= BUDGET
    assert text.count("</b></a>: failed</td><td>5,000&nbsp;failed</td>") == 20
    sections = text.split("<h3>")[1:21]
    assert len(sections) == 20
    assert all(section.count("5,000 cases did not pass</h4>") == 1 for section in sections)
    assert all("steps up to this one</summary>" in section for section in sections)
    sizes = [len(section.encode()) for section in sections]
    assert max(sizes) < 1.2 * min(sizes)
    assert "All numbers are complete." in text


def test_room_that_one_run_does_not_need_is_for_the_others() -> None:
    """The first run has one failure: the second one has nearly the whole page."""
    one, lots = of_cases(case("A", Result.FAILED)).runs[0], many(5000, "a word or two", 4).runs[0]
    text = summary.render(samples.report(*named((one, lots))))
    assert len(text.partition("<h3>❌ Checkout (2)")[2].encode()) > 700_000


def test_data_sets() -> None:
    """The broken data sets of a case are told one by one, up to ten of them."""
    sets = tuple(Iteration(str(number), f"set {number}", Result.FAILED, broken_steps()) for number in range(12))
    text = summary.render(of_cases(case("A", Result.FAILED, iterations=sets)))
    assert text.count("Data set <b>") == 10
    assert "and 2 data sets more" in text
    assert "12 of 12 data sets did not pass" in text


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
    assert '<tr><td>&nbsp;&nbsp;&nbsp;⏭️ Login</td><td></td><td align="right" nowrap></td></tr>' in text
    assert "<b>machine 3</b></td>" in text


def test_parts_whose_own_result_nobody_told() -> None:
    """A suite without a result of its own is marked by its cases; one that ended oddly says so."""
    unknown = suite(case("A"), case("B", Result.ABORTED), result=Result.UNKNOWN)
    green = suite(case("C"), name="Basket", result=Result.UNKNOWN)
    text = summary.render(samples.report(run_report(results=tree(machine(unknown, green, result=Result.STOPPED)))))
    assert "&nbsp;❌ Login</td><td>1&nbsp;passed, 1&nbsp;aborted</td>" in text
    assert "&nbsp;✅ Basket</td>" in text
    assert "⚠️ <b>Chrome</b> (stopped)<br>" in text


def test_blocks_of_html_have_no_blank_line() -> None:
    """A blank line within a block of HTML would end it and make Markdown of the rest."""
    message = "one\n\n\ntwo\r\n\r\nthree"
    text = summary.render(of_cases(case("A\n\nB", Result.FAILED, broken_steps(message))))
    for block in text.split("\n\n"):
        assert block.count("<div>") == block.count("</div>")
        assert block.count("<table>") == block.count("</table>")


# What begins a block of HTML (GitHub Flavored Markdown, 4.6, kind 6), and a chart.
BLOCKS = re.compile(r"<(?:h[2-6]|p|div|table|ul|details)>|</details>$|```mermaid\n")


def test_everything_is_a_block_of_html() -> None:
    """No text stands where Markdown is read: only there would it need references that no masker knows."""
    bad = samples.failing().runs[0]
    cases = (case(f"F{number}", Result.FAILED, broken_steps()) for number in range(100))
    for report in (samples.report(bad, bad), of_cases(*cases), samples.report(verdict=samples.BAD_INPUT)):
        blocks = summary.render(report).strip("\n").split("\n\n")
        assert [block for block in blocks if not BLOCKS.match(block)] == []
    assert all(BLOCKS.match(block) for block in compared().strip("\n").split("\n\n"))


def many(number: int, words: str, steps: int) -> Report:
    """A run with many failures in suites of 50, all of them long."""
    told = tuple(replace(each, action=words) for each in broken_steps(words, steps))
    suites = (suite(*(case(words, Result.FAILED, told) for _ in range(50)), name=words) for _ in range(number // 50))
    verdict = replace(samples.FAILED, findings=(ErrorFinding(words, words),))
    gaps = tuple(Gap(Missing.STEPS, message=f"{words} {index}") for index in range(1000))
    return samples.report(run_report(verdict, tree(machine(*suites, title=words), gaps=gaps)))


@pytest.mark.parametrize(("number", "words"), [(200, "| " * 2500), (20_000, "a word or two"), (5000, "👍@x" * 300)])
def test_budget(number: int, words: str) -> None:
    """However much there is to tell, the summary stays within its budget, says what it left out, and counts all."""
    text = summary.render(many(number, words, 40))
    assert len(text.encode()) <= BUDGET
    assert "Left out to stay below GitHub's limit: " in text
    assert "All numbers are complete." in text
    assert f"❌ <b>{number:,} failed</b> · {number:,} cases in" in text


def test_time_grows_with_the_failures() -> None:
    """Eight times the failures take no more than 20 times the time: nothing that is written is looked at again."""

    def cost(report: Report) -> float:
        gc.collect()
        begin = time.process_time()
        summary.render(report)
        return time.process_time() - begin

    small, large = many(4_000, "a word or two", 4), many(32_000, "a word or two", 4)
    assert min(cost(large) for _ in range(3)) < 20 * min(cost(small) for _ in range(5))


def test_degrades_from_steps_to_messages_to_names() -> None:
    """When the page fills, failures first lose their steps, then their messages, then are only counted."""
    text = summary.render(many(20_000, "a word or two", 40))
    counts = [text.count(part) for part in ("steps up to this one", "<dd ", "<div>")]
    assert 0 < counts[0] < counts[1] < counts[2] < 20_000
    told = (
        f"the steps of {counts[1] - counts[0]:,} failures, "
        f"all but the names of {counts[2] - counts[1]:,} failures, "
        f"{20_000 - counts[2]:,} failures altogether"
    )
    assert told in text


def test_many_runs_stay_in_budget() -> None:
    """A great number of runs does not break the budget either."""
    verdict = replace(samples.FAILED, findings=(ErrorFinding("r " * 5000),))
    runs = [run_report(verdict, remote=run(number=number)) for number in range(2000)]
    text = summary.render(samples.report(*runs))
    assert len(text.encode()) <= BUDGET
    assert "rows of tables" in text


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
    assert '<a href="https://x.example/?a=1&amp;b=2"><b dir="auto">A</b></a>' in summary.render(of_cases(plain))


def test_numbers_of_the_run_where_there_is_no_list() -> None:
    """Without a list of cases the run's own counters are shown."""
    remote = run(counts=Counts(total=1200, passed=1100, failed=90, aborted=10))
    text = summary.render(samples.report(run_report(samples.FAILED, tree(remote=remote))))
    assert "❌ <b>90 failed</b> · ✅ 1,100 passed · 10 aborted · 1,200 cases in" in text


def test_single_step_is_not_folded() -> None:
    """Where the failing step is the only one there is nothing to unfold."""
    text = summary.render(of_cases(case("A", Result.FAILED, (step(1, Result.FAILED, message="No"),))))
    assert "<details>" not in text


BEFORE = replace(run(number=900), timing=samples.timing(200))


def compared(mode: summary.Mode = "full") -> str:
    """The summary of a run with a new, a known and a fixed failure, and one that was not run this time."""
    bad = {name: replace(case(name, Result.FAILED, broken_steps()), case_id=name) for name in "AKN"}
    good = {name: replace(case(name), case_id=name) for name in "FPN"}
    then = machine(suite(bad["A"], bad["K"], replace(bad["A"], case_id="F"), good["P"], good["N"]))
    found = tree(machine(suite(bad["K"], good["P"], good["F"], bad["N"])))
    comparison = compare(BEFORE, (then,), found.machines)
    return summary.render(samples.report(replace(run_report(results=found), comparison=comparison)), mode)


def test_comparison() -> None:
    """New failures come before known ones, each below a title; what changed stands at the top, what is fixed below."""
    text = compared()
    order = [
        "2 of",
        f'<b>1 new, 1 known, 1 fixed, 1 not run this time</b> since <a href="{BEFORE.url}">run 900</a> · 52 s slower',
        "<h3>1 new failure</h3>\n",
        '<b dir="auto">N</b>',
        "<h3>1 known failure</h3>\n",
        '<b dir="auto">K</b>',
        "<h3>1 fixed case</h3>\n",
        '<b dir="auto">F</b>',
        "<h3>Machines",
    ]
    assert sorted(order[1:], key=text.index) == order[1:]
    assert "did not pass" not in text
    assert compared("failed") == text[: text.index("<h3>1 fixed case")]


def test_nothing_new() -> None:
    """A red run says that none of its failures is new; a green one that nothing changed. No difference is no news."""
    known = tree(machine(suite(case("A", Result.FAILED))))
    for found, said in ((known, "none new, 1 known"), (tree(machine(suite(case("A")))), "no change")):
        comparison = compare(replace(BEFORE, timing=found.run.timing), found.machines, found.machines)
        text = summary.render(samples.report(replace(run_report(results=found), comparison=comparison)))
        assert f"<b>{said}</b> since <a" in text
        assert "slower" not in text
    assert "since" not in summary.render(samples.failing())


def test_difference_in_time() -> None:
    """A run is called slower or faster than the one before where it is by a tenth, and by five seconds."""
    told = {198: "", 221: "21 s slower", 180: "20 s faster", 219: ""}
    for seconds, said in told.items():
        assert slower(replace(run(), timing=samples.timing(seconds)), BEFORE) == said
    short = replace(BEFORE, timing=samples.timing(2))
    assert slower(replace(run(), timing=samples.timing(6)), short) == ""
    assert slower(replace(run(), timing=Timing()), BEFORE) == ""


def test_flaky_cases_and_reruns() -> None:
    """What passed only when run again is listed apart; the runs that ran it are linked; what failed again says so."""
    first = case("A", Result.FAILED)
    flaky, stubborn = (
        replace(case("Flaky"), earlier=(first,)),
        replace(case("B", Result.FAILED), earlier=(first, first)),
    )
    found = replace(tree(machine(suite(flaky, stubborn, case("C")))), reruns=(run(number=9002),))
    text = summary.render(samples.report(run_report(results=found)))
    assert "✅ 2 passed, 1 of them flaky · " in text
    assert "<h3>1 flaky case</h3>\n\n<p>Failed first, passed when run again:</p>\n\n<ul>\n<li>✅ <a" in text
    assert '<b dir="auto">Flaky</b></a> · Chrome / Login</li>\n' in text
    assert f'failed cases run again as <a href="{run(number=9002).url}">run 9002</a>' in text
    assert '<b dir="auto">B</b></a> · Chrome / Login · run 3 times' in text
    assert '<b dir="auto">C</b>' not in text


def test_long_lists_of_names_end() -> None:
    """Of many flaky cases 20 are named."""
    flaky = (replace(case(f"F{number}"), earlier=(case("F", Result.FAILED),)) for number in range(30))
    found = replace(tree(machine(suite(*flaky))), reruns=(run(number=9002),))
    text = summary.render(samples.report(run_report(samples.PASSED, found)), "failed")
    assert (text.count('<b dir="auto">F'), text.count("\n<li>and 10 more</li>\n")) == (20, 1)


def test_two_steps_of_one_plan_are_told_apart() -> None:
    """The heading names environment and configuration, unless a title was asked for."""
    spec = RunSpec(plan_id="12", environment_id="10", configuration=ConfigurationRef(name="night*ly"))
    report = samples.report(replace(samples.failing().runs[0], spec=spec))
    assert summary.render(report).startswith("<h2>❌ Checkout (environment 10, configuration night*ly): failed</h2>\n")
    assert summary.render(replace(report, title="Nightly")).startswith("<h2>❌ Nightly: failed</h2>\n")


def timed(*cases: CaseResult, begin: int = 0, lasted: int = 60, name: str = "Login") -> SuiteResult:
    """A suite that began and ended when it is said."""
    start = samples.BEGIN + timedelta(seconds=begin)
    timing = Timing(start, start + timedelta(seconds=lasted), timedelta(seconds=lasted))
    return replace(suite(*cases, name=name), timing=timing)


def charted(*machines: MachineResult) -> list[str]:
    """The charts of a summary."""
    text = summary.render(samples.report(run_report(results=tree(*machines))))
    return [block.partition("\n```")[0] for block in text.split("```mermaid\n")[1:]]


def test_timeline() -> None:
    """Suites stand on a line of time by machine, counted from the begin of the first; failed ones stand out."""
    (chart,) = charted(
        machine(timed(begin=20), timed(begin=85, name="a: b, c"), title="Chrome"),
        machine(replace(timed(begin=30), result=Result.PASSED), title="Safari; %%x"),
    )
    assert chart.replace("\u2060", "").split("\n")[1:] == [
        "gantt",
        "dateFormat YYYY-MM-DDTHH:mm:ss.SSS",
        "axisFormat %M:%S",
        "tickInterval 30second",
        "todayMarker off",
        "section Chrome",
        "Login :crit, 2001-01-03T00:00:00.000, 2001-01-03T00:01:00.000",
        "suite 2 :crit, 2001-01-03T00:01:05.000, 2001-01-03T00:02:05.000",
        "section machine 2",
        "Login :2001-01-03T00:00:10.000, 2001-01-03T00:01:10.000",
    ]


def test_no_timeline_where_it_says_nothing() -> None:
    """One bar alone is no timeline, nor are suites without times, nor what took longer than a day."""
    assert charted(machine(timed())) == []
    bare = replace(suite(), timing=Timing())
    assert charted(machine(bare, bare)) == []
    assert charted(machine(timed(), timed(begin=90_000))) == []


def test_long_timelines() -> None:
    """Too many suites become their machines, too many machines are cut; the axis is always of few round times."""
    suites = [timed(begin=60 * number) for number in range(30)]
    (chart,) = charted(machine(*suites, title="A"), machine(*suites, title="B"))
    assert chart.count("\n") == 8
    (chart,) = charted(*(machine(*suites, title=f"M {number}" * 40) for number in range(100)))
    assert chart.count(":crit") == charts.MAX_ROWS
    assert len(chart) < 50_000
    for seconds, ticks in ((5, "1second"), (3600, "10minute"), (3700, "15minute"), (80_000, "240minute")):
        (chart,) = charted(machine(timed(lasted=1), timed(lasted=seconds)))
        assert f"tickInterval {ticks}\n" in chart


def test_pie() -> None:
    """A pie shows how cases ended where there are three outcomes and none is nearly all, the largest slice first."""
    mixed = [*(case(f"C{number}") for number in range(8)), case("F", Result.FAILED), case("F", Result.FAILED)]
    (chart,) = charted(machine(suite(*mixed, case("N", Result.NOT_EXECUTED))))
    assert chart.split("\n")[1:] == ["pie showData", '"passed" : 8', '"failed" : 2', '"not executed" : 1']
    assert '"pie2": "#cf222e"' in chart
    few = [case("P"), case("F", Result.FAILED), case("N", Result.NOT_EXECUTED)]
    nearly = [*few, *(case(f"C{number}") for number in range(100))]
    for cases in (mixed, few, nearly):
        assert charted(machine(suite(*cases))) == []


def test_slowest_cases() -> None:
    """The five slowest cases are told where more than that are known and one is slow."""
    spans = (3, 40, 20, 8, 50, 30, 10)
    slow = [replace(case(f"C{seconds}"), timing=samples.timing(seconds)) for seconds in spans]
    text = summary.render(of_cases(*slow, verdict=samples.PASSED))
    assert re.findall(r"<b dir=\"auto\">C(\d+)</b></a><br>Chrome / Login</td><td align=.right. nowrap>\1 s<", text) == [
        "50",
        "40",
        "30",
        "20",
        "10",
    ]
    quick = [replace(one, timing=samples.timing(9)) for one in slow]
    for cases in (slow[:5], quick, [*slow[:5], replace(slow[5], timing=Timing())]):
        assert "Slowest" not in summary.render(of_cases(*cases, verdict=samples.PASSED))


def test_many_suites_are_folded() -> None:
    """A long table is folded below its number of rows."""
    text = summary.render(samples.report(run_report(results=tree(machine(*(suite(case()) for _ in range(30)))))))
    assert "<details><summary>1 machine, 30 suites</summary>\n<table>" in text
    assert text.count("<details>") == text.count("</details>")


def test_message_that_says_nothing() -> None:
    """What the service says of every run is not told."""
    for message in ("Test Plan execution completed ", "Test Plan execution is initiated and waiting to be queued", " "):
        stopped = run(Result.STOPPED, message=message)
        assert "Testsigma says" not in summary.render(samples.report(run_report(remote=stopped)))


def test_what_we_did_is_not_told_as_news() -> None:
    """That a run was stopped is not quoted where the step itself gave up on it; why else it ended is."""
    message = "User stopped the Test Plan"
    for verdict in (samples.TIMED_OUT, samples.CANCELLED):
        stopped = run(Result.STOPPED, message=message)
        assert message not in summary.render(samples.report(run_report(verdict, remote=stopped)))
        aborted = run(Result.ABORTED, message=message)
        assert message in summary.render(samples.report(run_report(verdict, remote=aborted)))


def test_nothing_is_said_of_a_run_that_does_not_exist() -> None:
    """Where nothing was started, the verdict of the step is all there is; what it says is not said again."""
    report = samples.report(run_report(samples.UNREACHABLE, remote=run()), verdict=samples.UNWRITABLE)
    assert "The run itself" in summary.render(report)
    assert "The run itself" not in summary.render(replace(report, runs=(replace(report.runs[0], run=None),)))
    both = replace(samples.UNWRITABLE, findings=(*samples.UNWRITABLE.findings, *samples.PASSED.findings))
    passed = run_report(samples.PASSED, remote=run(Result.PASSED))
    assert "The run itself: passed.</p>\n" in summary.render(samples.report(passed, verdict=both))


def test_headings_are_in_order() -> None:
    """No level of headings is left out, with one run and with several."""
    bad = samples.failing().runs[0]
    for runs in ((bad,), (bad, bad)):
        levels = [int(found) for found in re.findall(r"^<h(\d)>", summary.render(samples.report(*runs)), re.MULTILINE)]
        assert levels[0] == 2
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_common_causes() -> None:
    """Of many failures those with the same message, but for its numbers, are counted, with the first of them."""
    failures = [
        case(f"F{number}", Result.FAILED, broken_steps(f"No order {number}" if number % 3 else "Timeout"))
        for number in range(20)
    ]
    odd = case("Odd", Result.FAILED, broken_steps("Odd"))
    text = summary.render(of_cases(*failures, odd, odd, case("Bare", Result.FAILED)))
    rows = re.findall(r"<tr><td align=.right.>(\d+)</td><td>([^<]+)<br><a [^>]+><b[^>]+>(\w+)</b></a>, and (\d+)", text)
    assert rows == [("13", "No order 1", "F1", "12"), ("7", "Timeout", "F0", "6")]
    assert "<th>Message</th>" not in summary.render(of_cases(*failures[:10]))


def test_texts_of_either_direction() -> None:
    """A name that is read from right to left does not tear apart what follows it."""
    text = summary.render(of_cases(case("\u05e1\u05dc", Result.FAILED, broken_steps("\u05e1\u05dc"))))
    assert text.count('dir="auto">\u05e1\u05dc</b>') == text.count('<dd dir="auto">\u05e1\u05dc</dd>') == 1
