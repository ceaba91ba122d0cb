"""Numbers that stand together add up, whatever the service counted: in the summary, the log and the results file."""

import json
import re
from dataclasses import replace
from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import samples
from testsigma_action.domain.events import Activity
from testsigma_action.domain.report import Report
from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Status, balanced
from testsigma_action.reporting import outputs, results_json
from testsigma_action.reporting.progress import lines
from testsigma_action.reporting.progress.tracked import Moment, TrackedRun
from testsigma_action.reporting.summary import document as summary

NUMBERS = st.none() | st.integers(0, 2000)
COUNTS = st.builds(Counts, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
RESULTS = st.lists(st.sampled_from(Result), max_size=8)
PARTS = ("passed", "failed", "aborted", "stopped", "notExecuted", "queued", "running")
# A run that was given up on while a case was running, of a service that has no counter for those.
RUNNING = Counts(total=11, passed=5, failed=0, aborted=0, stopped=0, not_executed=0, queued=5)

fast = settings(max_examples=80, deadline=None, database=None)


def run_of(counts: Counts) -> Run:
    """A run that goes on, with these counters."""
    return samples.run(Result.QUEUED, Status.IN_PROGRESS, counts)


def report_of(counts: Counts, results: list[Result]) -> Report:
    """A report of a run with these counters and, where there are any, cases with these results in its list."""
    cases = samples.suite(*(samples.case(f"Case {number}", result) for number, result in enumerate(results)))
    tree = samples.tree(*([samples.machine(cases)] if results else []), remote=run_of(counts))
    return samples.report(samples.run_report(samples.TIMED_OUT, tree))


def number(text: str) -> int:
    """A number as people read it."""
    return int(text.replace(",", ""))


@fast
@given(COUNTS, RESULTS)
@example(RUNNING, [])
def test_summary(counts: Counts, results: list[Result]) -> None:
    """The numbers of the line at the top add up to its number of cases."""
    page = summary.render(report_of(counts, results))
    named = re.findall(
        r"([\d,]+) (?:failed|passed|aborted|stopped|not executed|running|without a result)\b", page_line(page)
    )
    total = re.search(r"([\d,]+) cases?\b", page_line(page))
    assert not named or not total or sum(map(number, named)) == number(total[1])


def page_line(page: str) -> str:
    """The line of the summary that has the numbers."""
    return next((line for line in page.split("\n") if re.search(r"[\d,]+ cases?(?: in|$|<br>)", line)), "")


@fast
@given(COUNTS, RESULTS)
@example(RUNNING, [])
def test_results_file_and_outputs(counts: Counts, results: list[Result]) -> None:
    """The numbers of the results file add up to its total, and the outputs say the same."""
    report = report_of(counts, results)
    told = json.loads("".join(results_json.render(report)))["runs"][0]["counts"]
    parts = [told[name] for name in PARTS if told[name] is not None]
    assert told["total"] is None or not parts or sum(parts) == told["total"]
    given_out = outputs.render(report)
    assert given_out["total"] == ("" if told["total"] is None else str(told["total"]))
    assert given_out["passed"] == ("" if told["passed"] is None else str(told["passed"]))


@fast
@given(COUNTS)
@example(Counts(total=3, passed=5))
def test_progress(counts: Counts) -> None:
    """No more cases are done than there are, and none of them has two outcomes."""
    tracked = TrackedRun(RunSpec(), Activity.WATCHING, run=run_of(counts))
    line = lines.progress(tracked, Moment(0, timedelta(), 0))
    done = re.search(r"([\d,]+) of ([\d,]+) cases done", line)
    others = sum(map(number, re.findall(r"([\d,]+) (?:failed|not executed)", line)))
    assert not done or others <= number(done[1]) <= number(done[2])


@fast
@given(COUNTS)
def test_balanced(counts: Counts) -> None:
    """Balancing changes no number but the total and those without a result, and nothing that adds up already."""
    found = balanced(counts)
    assert replace(found, total=counts.total, queued=counts.queued) == counts
    assert (found.total is None) == (counts.total is None)
    assert (found.total or 0) >= (counts.total or 0)
    assert (found.queued or 0) >= (counts.queued or 0)
    assert balanced(found) == found


def test_what_nobody_counted_has_no_result() -> None:
    """A case that no counter has is without a result; counters beyond the total are cases, too."""
    assert balanced(RUNNING) == replace(RUNNING, queued=6)
    assert balanced(Counts(total=3, passed=5)) == Counts(total=5, passed=5)
    assert balanced(Counts(total=3)) == Counts(total=3)
