"""The benches at a size that takes no time: they still run, and measure what they say."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from bench import collect, floor, history, merging, report, start, upload
from bench.__main__ import run
from bench.children import child, first_line, wait_for_end
from bench.collect import DEADLINE, alone, budget, complain_about, complain_about_number, measured
from bench.figures import Figure
from bench.memory import peak
from bench.publishing import publish
from bench.trees import STEPS, TEXT, Size
from bench.trees import report as report_of
from testsigma_action.domain.run import Result
from testsigma_action.lifecycle.remote import DETAIL_LANES

TINY = Size(machines=2, suites=2, cases=20)
FIGURES = {
    "collect requests / budget": 1.0,
    "collect time / floor": 1.3,
    "collect time / requests": 1.3,
    "history requests": 12.0,
    "history seconds": 10.0,
    "report junit / floor": 6.0,
    "report all / floor": 16.0,
    "report junit growth": 13.0,
    "report all growth": 13.0,
    "report memory": 400.0,
    "memory of 20 plans": 600.0,
    "merge growth": 13.0,
    "merge memory": 400.0,
    "start": 1.6,
    "upload memory": 60.0,
}
# Larger than what a process may need for anything else.
LARGE_FILE = 100_000_000


def test_every_figure_has_the_limit_that_was_promised() -> None:
    """Names are unique, and no limit is raised unnoticed. Growth is that of ten times the cases."""
    reports = report.figures(replace(TINY, cases=200), TINY, repeats=1, one=TINY)
    merges = merging.figures(Size(1, 1, 10), 20, 2)
    others = [*history.figures(), *start.figures(repeats=1), *upload.figures(LARGE_FILE)]
    found = [*collect.figures(TINY, 0.001), *reports, *merges, *others]
    assert {figure.name: figure.limit for figure in found} == FIGURES
    assert len(found) == len(FIGURES)
    assert all(figure.value > 0 for figure in found)


def test_the_real_sizes() -> None:
    """What was promised is promised for runs of this size."""
    assert (collect.SIZE.machines, collect.SIZE.machines * collect.SIZE.suites, collect.SIZE.total) == (10, 50, 5000)
    assert budget(collect.SIZE) == 6 + 10 + 50 + 50 + 500
    assert collect.LATENCY == 0.05
    assert (report.SMALL.total, report.LARGE.total) == (10_000, 100_000)
    assert (report.ONE_OF_SEVERAL.total, report.RUNS) == (5000, 20)
    assert (merging.SIZE.total, merging.MANY, merging.FEW) == (1000, 100, 10)
    assert (upload.SIZE, upload.PAUSE) == (500_000_000, 0.001)


def test_a_run_that_passed_costs_nothing_more() -> None:
    """No request is sent for the history when all cases passed, and one for each earlier run otherwise."""
    assert (history.cost("passing").more, history.cost("failing").more) == (0, history.RUNS)


def test_collecting_from_a_slow_service() -> None:
    """All requests are counted and each is slow; a tree that lacks something is no result."""
    tree, seconds, sent = measured(TINY, 0.1)
    complain_about(tree, TINY)
    assert 1 + 1 + TINY.machines + TINY.total // 10 < len(sent) <= budget(TINY)
    one_after_the_other = ("the run", "its cases", "its details", "machines", "steps")
    assert seconds > len(one_after_the_other) * 0.1
    with pytest.raises(RuntimeError, match="incomplete"):
        complain_about(replace(tree, machines=tree.machines[:1]), TINY)


def test_the_same_requests_alone() -> None:
    """It sends the same requests, and has to wait for the slow answers, too. Another number of requests is an error."""
    _, _, sent = measured(TINY, 0.01)
    assert alone(sent, TINY, 0.1) >= len(sent) * 0.1 / DETAIL_LANES
    with child("bench.service", TINY.machines, TINY.suites, TINY.cases, 0.01) as service:
        requests.get(first_line(service), timeout=DEADLINE)
        with pytest.raises(RuntimeError, match=f"1 requests instead of {len(sent)}"):
            complain_about_number(service, sent)


def test_a_report_of_a_size() -> None:
    """A tenth of the cases failed, with ten steps of 120 characters each."""
    tree = report_of(TINY).runs[0].tree
    assert tree is not None
    failed = [case for case in tree.cases() if case.result is Result.FAILED]
    assert (sum(1 for _ in tree.cases()), len(failed)) == (80, 8)
    assert all(len(case.steps or ()) == STEPS and case.message for case in failed)
    assert {len(step.action) for case in failed for step in case.all_steps()} == {TEXT}
    assert {len(case.message) for case in failed} == {TEXT}


def test_all_reports_are_written(tmp_path: Path) -> None:
    """JUnit, results, summary, outputs and the log, each with something in it."""
    publish(report_of(TINY), tmp_path)
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert sizes.keys() == {"junit.xml", "results.json", "summary.md", "outputs", "log"}
    assert all(sizes.values())


def test_a_report_that_is_lost_is_no_cheap_report(tmp_path: Path) -> None:
    """What could not be written ends the bench."""
    lost = replace(report_of(TINY), junit_file="log/junit.xml")
    with pytest.raises(RuntimeError, match="Could not write"):
        publish(lost, tmp_path)


def test_the_floor_writes_the_same_document(tmp_path: Path) -> None:
    """What is compared is the same work: the same elements, attributes and text."""
    publish(report_of(TINY), tmp_path)
    floor.write(floor.read(tmp_path / "junit.xml"), tmp_path / "floor.xml")
    ours, theirs = (ET.canonicalize(from_file=tmp_path / name) for name in ("junit.xml", "floor.xml"))
    assert ours == theirs


def test_memory_is_that_of_the_whole_process() -> None:
    """The process that runs this has at least an interpreter in memory."""
    assert 10 < peak() < 10_000


@pytest.mark.parametrize(("value", "code", "word"), [(1.0, 0, "ok"), (1.01, 1, "OVER")])
def test_a_figure_over_its_limit_fails(
    value: float, code: int, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line a figure, the same as JSON, and exit code 1 where one is over its limit."""
    path = tmp_path / "build" / "bench.json"
    assert run([Figure("a", value, 1.0, "note"), Figure("b", 0.5, 1.0)], path) == code
    first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["a", f"{value:.2f}", "1.00", word, "note"]
    assert second.split() == ["b", "0.50", "1.00", "ok"]
    written = json.loads(path.read_text("utf-8"))["figures"]
    assert written[0] == {"name": "a", "value": value, "limit": 1.0, "ok": not code, "note": "note"}


@pytest.mark.parametrize(("value", "judgement"), [(1.6, "ok"), (1.61, "slow"), (2.0, "slow"), (2.01, "OVER")])
def test_a_figure_that_varies_has_a_tolerance(value: float, judgement: str) -> None:
    """A busy machine does not fail the build; a value that no busy machine explains does."""
    figure = Figure("start", value, 1.6, varies=True)
    assert figure.judgement == judgement
    assert figure.ok is (judgement != "OVER")


def test_the_end_of_a_process_is_an_event() -> None:
    """The floor of the start has no pauses of the benchmark in it."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        wait_for_end(process, start.PATIENCE)
        assert process.poll() == 0


def test_which_figures_vary() -> None:
    """Only ratios of times do; requests, memory and pacing are exact, and a number above their limit fails."""
    reports = report.figures(replace(TINY, cases=200), TINY, repeats=1, one=TINY)
    merges = merging.figures(Size(1, 1, 10), 20, 2)
    found = [*collect.figures(TINY, 0.001), *reports, *merges, *start.figures(repeats=1)]
    varying = {figure.name for figure in found if figure.varies}
    floors = {"collect time / floor", "collect time / requests", "report junit / floor", "report all / floor"}
    assert varying == {"start", "report junit growth", "report all growth", "merge growth", *floors}


@pytest.mark.parametrize(("junit", "everything", "ok"), [(6.0, 16.0, True), (6.1, 16.0, False), (6.0, 16.1, False)])
def test_what_is_measured_again(junit: float, everything: float, ok: bool) -> None:  # noqa: FBT001 - a parameter
    """Costs are measured again while one of the two ratios is over its limit."""
    assert report.Costs(junit, everything, 1.0).ok is ok


def test_the_fastest_try_counts() -> None:
    """Where the time is kept to at once, once is enough; the requests are those that the service saw."""
    seconds, plain, number = collect.fastest(TINY, 0.1)
    assert seconds >= number * 0.1 / DETAIL_LANES
    assert plain >= number * 0.1 / DETAIL_LANES
    assert number <= budget(TINY)
