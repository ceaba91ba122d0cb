"""The log: what a reader needs, line by line."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests import samples
from tests.samples import broken_steps, case, machine, of_cases, run, run_report, suite, tree
from testsigma_action.domain.compare import compare
from testsigma_action.domain.findings import ErrorFinding
from testsigma_action.domain.names import named
from testsigma_action.domain.report import RunReport, Verdict
from testsigma_action.domain.results import Iteration
from testsigma_action.domain.run import Result
from testsigma_action.domain.verdict import of_step
from testsigma_action.domain.words import in_words
from testsigma_action.errors import help_url
from testsigma_action.reporting import console, end_of_log
from testsigma_action.reporting.wording import hint, reason

STEPS_MISSING = "The steps of 1 of 6 cases. The service answered 404."


def failed_cases(run: RunReport, most: int = 50) -> list[str]:
    """The list of failures."""
    return next(end_of_log.cases(run, most), [])


def test_link() -> None:
    """A run is named with its link as soon as it exists."""
    assert console.link(run()) == f"Run 9001: {samples.RUN_URL}"
    assert console.link(replace(run(), url="")) == "Run 9001"


def test_warnings() -> None:
    """What is odd is told, one line each."""
    assert console.warnings(["unknown input 'x'", "y\nz"]) == ["Warning: unknown input 'x'", "Warning: y ⏎ z"]


def test_traceback() -> None:
    """A bug has its traceback behind a bar, and no line of it is a command."""
    lines = console.traceback(ValueError("x\n::error::y"))
    assert lines[-2:] == ["│ ValueError: x", "│ ::error::y"]


def test_failed_cases() -> None:
    """Failures have their place, outcome, step, message and link behind a visible bar."""
    assert failed_cases(samples.failing().runs[0]) == [
        "2 cases did not pass in Checkout:",
        "│ Chrome / Login / Wrong password is refused (failed, 12.3 s)",
        '│   Step 4: Verify that the text "Wrong password" is displayed',
        '│   Expected "Wrong password" to be displayed. ⏎ Found: "Something went wrong (500)"',
        "│   https://app.testsigma.com/ui/td/test_case_results/71",
        "│ Chrome / Basket / Totals are right [JPY and 1 more] (failed, 12.3 s)",
        "│   Step 2: Click on element 2",
        "│   Total is ¥1,200, expected ¥1.200",
        "│   https://app.testsigma.com/ui/td/test_case_results/71",
    ]


def test_failed_cases_are_capped() -> None:
    """Of many failures the first are told, and how many there are besides."""
    bare = [replace(case(f"C{number}", Result.FAILED), url="") for number in range(5)]
    lines = failed_cases(of_cases(*bare).runs[0], most=2)
    assert lines[0] == "5 cases did not pass in Checkout:"
    assert lines[-1] == "and 3 more: see the reports and the run"
    assert len(lines) == 6


def test_several_runs_share_the_room() -> None:
    """Of one run 50 failures are listed; of several fewer, but some of each."""
    one = of_cases(case("A", Result.FAILED)).runs[0]
    shown = {number: end_of_log.failures_shown(samples.report(*[one] * number)) for number in (1, 2, 4, 20, 50)}
    assert shown == {1: 50, 2: 50, 4: 50, 20: 10, 50: 10}


def test_lines_name_the_run() -> None:
    """With several runs every line says of which one it tells."""
    bad = case("A", Result.FAILED)
    now = tree(machine(suite(bad)), gaps=(samples.STEPS_MISSING,))
    compared = replace(run_report(results=now), comparison=compare(run(number=900), (), now.machines))
    second = named((compared, compared))[1]
    assert failed_cases(second)[0] == "1 case did not pass in Checkout (2):"
    assert [*end_of_log.remarks(second)] == [
        "Compared with run 900 (Checkout (2)): 1 new",
        f"Not available in Checkout (2): {STEPS_MISSING}",
    ]


def test_no_failures() -> None:
    """Where nothing failed, or nothing is known, nothing is said."""
    assert failed_cases(of_cases(case()).runs[0]) == []
    assert failed_cases(run_report()) == []
    assert [*end_of_log.remarks(run_report())] == []


def test_passing_case_with_a_broken_iteration_is_told() -> None:
    """A case whose iteration did not pass is a failure, whatever the case claims."""
    sets = (Iteration("1", "x", Result.FAILED, broken_steps("No")),)
    lines = failed_cases(of_cases(case("A", Result.PASSED, iterations=sets)).runs[0])
    assert lines[1] == "│ Chrome / Login / A [x] (passed, 12.3 s)"


def test_gaps() -> None:
    """What could not be had is named."""
    report = run_report(results=tree(machine(suite()), gaps=(samples.STEPS_MISSING,)))
    assert [*end_of_log.remarks(report)] == [f"Not available: {STEPS_MISSING}"]


@pytest.mark.parametrize("verdict", samples.VERDICTS, ids=lambda verdict: str(verdict.conclusion))
def test_last_line_is_the_verdict(verdict: Verdict) -> None:
    """The last line has the conclusion, the exit code, the stable name and the reason; a hint stands above it."""
    *before, last = end_of_log.conclude(samples.report(run_report(verdict, remote=run())))
    assert f"(exit code {verdict.exit_code}" in last
    assert verdict.code in last
    assert reason(verdict) in last or before
    assert (f"What to do: {hint(verdict)}" in before) == bool(hint(verdict))
    assert (f"Help: {help_url(verdict.code)}" in before) == bool(verdict.code)


def test_the_run_is_linked_near_the_end() -> None:
    """Who reads the last lines of a step that is no pass finds its run, and what ran again of it, there."""
    again = replace(run(number=9002), url=f"{samples.RUN_URL}2")
    results = replace(tree(machine(suite(case()))), reruns=(again,))
    report = samples.report(run_report(samples.FAILED, results, remote=run()))
    assert end_of_log.conclude(report)[:2] == [f"Run 9001: {samples.RUN_URL}", f"Run 9002: {samples.RUN_URL}2"]
    assert not any(line.startswith("Run ") for line in end_of_log.conclude(samples.report(run_report(samples.PASSED))))


def test_a_hint_is_given_once() -> None:
    """What the step and its run have to say of what to do is not said twice."""
    other = ErrorFinding("Could not write x.", "Check the path.")
    both = replace(samples.UNREACHABLE, findings=(*samples.UNREACHABLE.findings, other))
    lines = end_of_log.conclude(samples.report(run_report(samples.UNREACHABLE), verdict=both))
    assert [line for line in lines if "Try again" in line] == ["What to do: Try again later. Check the path."]


def test_many_problems_are_listed() -> None:
    """Problems that are reported together have a line each."""
    assert end_of_log.conclude(samples.report(verdict=samples.BAD_INPUT)) == [
        "- plan-id: 'x' is no ID.",
        "- timeout: 'y' is no duration.",
        "What to do: Mend them.",
        f"Help: {help_url('bad-input')}",
        "ERROR (exit code 2, bad-input): Testsigma. 2 problems, see above.",
    ]


def test_several_runs_have_a_line_each() -> None:
    """With several runs each has its verdict and link before the last line."""
    good = run_report(samples.PASSED, remote=run(Result.PASSED))
    lost = run_report(samples.UNREACHABLE)
    assert end_of_log.conclude(samples.report(good, lost, verdict=samples.UNREACHABLE)) == [
        f"passed: Checkout. All cases passed. {samples.RUN_URL}",
        "error: Plan 12. The service did not answer.",
        "What to do: Try again later.",
        f"Help: {help_url('api-unreachable')}",
        "ERROR (exit code 3, api-unreachable): The service did not answer.",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (0.25, "0.2 s"), (12.3, "12.3 s"), (59.99, "1 min 00 s"), (60, "1 min 00 s"), (3599.7, "1 h 00 min")],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    """Durations have the unit that fits them, and never 60 of a unit."""
    assert in_words(timedelta(seconds=seconds)) == words
    assert in_words(None) == ""


@pytest.mark.parametrize("name", [":", "::", "#", "[error]x", "-"])
def test_no_name_begins_a_line(name: str) -> None:
    """A name is never the first thing on a line: with our own words behind it, it could become a command."""
    verdict = samples.FAILED
    named = run_report(verdict, remote=replace(run(Result.FAILED), plan_name=name))
    for line in end_of_log.conclude(replace(samples.report(named, named, verdict=verdict), title=name)):
        assert line[0].isalpha()


def test_news() -> None:
    """Failures say whether they are new or known, the new ones first, and one line says what changed since when."""
    known, new = (replace(case(name, Result.FAILED), case_id=name) for name in ("Known", "New"))
    now = tree(machine(suite(known, new)))
    before = replace(run(number=900), id="900\n##[error]x", timing=samples.timing(200))
    report = replace(run_report(results=now), comparison=compare(before, (machine(suite(known)),), now.machines))
    told = [line for line in failed_cases(report) if "Chrome / " in line]
    assert told == ["│ Chrome / Login / New (new, failed, 12.3 s)", "│ Chrome / Login / Known (known, failed, 12.3 s)"]
    assert [*end_of_log.remarks(report)] == ["Compared with run 900 ⏎ # #[error]x: 1 new, 1 known, 52 s slower"]
    assert [*end_of_log.remarks(run_report(results=now))] == []


def test_the_verdict_names_only_plans_that_did_not_pass() -> None:
    """A list of all plans in front of it would read as if all had failed."""
    good, bad = named((run_report(samples.PASSED, remote=run()), run_report(remote=run(number=9002))))
    verdict = of_step([good.verdict, bad.verdict], (), ["smoke", "regression"])
    *_, last = end_of_log.conclude(samples.report(good, bad, verdict=verdict))
    assert last == "FAILED (exit code 1, tests-failed): 1 of 2 plans failed. regression: 1 of 3 cases failed."
    *_, last = end_of_log.conclude(replace(samples.report(good, bad, verdict=verdict), title="Nightly"))
    assert last.startswith("FAILED (exit code 1, tests-failed): Nightly. 1 of 2 plans failed. ")
    *_, last = end_of_log.conclude(samples.report(good, good, verdict=of_step([good.verdict] * 2, ())))
    assert last.startswith(f"PASSED (exit code 0): {good.title}. All 2 plans passed")
