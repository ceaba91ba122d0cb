"""Programs of other people read our JUnit file, and their numbers are ours.

tests/property reads the file with junitparser, which also writes it.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import junit_rules, samples
from tests.property.reports import HOSTILE
from testsigma_action.domain.report import Report
from testsigma_action.domain.results import CaseResult, Iteration
from testsigma_action.domain.run import Result
from testsigma_action.reporting.junit import document as junit

NODE_MODULES = Path(os.environ.get("JUNIT_CONSUMERS", "")).resolve() / "node_modules"
LANGUAGES = ("Größe ändern", "Корзина пуста", "カートに入れる", "סל הקניות ריק", "买 3 件 🛒", "naïve café, 1 200,50 €")


def hostile() -> Report:
    """Every text that has done harm somewhere, as name, message, data set, kind and link, with every outcome."""
    return samples.of_cases(*(_named(text, result) for text in HOSTILE for result in Result))


def foreign() -> Report:
    """Text in other alphabets: some programs guess the encoding from the content."""
    return samples.of_cases(*(_named(text, result) for text in LANGUAGES for result in Result))


def _named(text: str, result: Result) -> CaseResult:
    sets = (Iteration("81", text, Result.PASSED), Iteration("82", text, Result.FAILED, samples.broken_steps(text)))
    return samples.case(text, result, samples.broken_steps(text), sets if result is Result.FAILED else ())


def green() -> Report:
    """A run without a failure."""
    cases = [samples.case(f"Case {number}") for number in range(3)]
    return samples.report(samples.run_report(samples.PASSED, samples.tree(samples.machine(samples.suite(*cases)))))


def _rerun(result: Result) -> CaseResult:
    bad = samples.case("Pay", Result.FAILED, samples.broken_steps("No such button"))
    return samples.rerun(samples.case("Pay", result), bad, samples.case("Pay", Result.ABORTED))


def _rerun_after_an_abort(result: Result) -> CaseResult:
    return samples.rerun(samples.case("Search", result), samples.case("Search", Result.ABORTED))


REPORTS = {
    "green": green(),
    "a bad day": samples.failing(),
    "reruns that passed": samples.flaky(),
    "reruns that failed": samples.of_cases(*(_rerun(result) for result in Result)),
    "reruns after an abort": samples.of_cases(*(_rerun_after_an_abort(result) for result in Result)),
    "skipped": samples.of_cases(samples.case("A", Result.NOT_EXECUTED), samples.case("B"), verdict=samples.PASSED),
    "a title": samples.report(samples.run_report(samples.FAILED, samples.failing().runs[0].tree), title="Staging"),
    "no results": samples.report(samples.run_report(samples.TIMED_OUT, remote=samples.run())),
    "hostile text": hostile(),
    "other alphabets": foreign(),
}


@pytest.fixture(params=REPORTS)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A JUnit file that we wrote."""
    path = tmp_path / "TEST-testsigma-12.xml"
    path.write_text("".join(junit.render(REPORTS[request.param])), "utf-8")
    return path


def ours(file: Path) -> Counter[str]:
    """What the file itself says: passed, failure, error, skipped."""
    tests, *others = junit_rules.counts(samples.parsed([file.read_text("utf-8")])).values()
    counts = dict(zip(("failure", "error", "skipped"), others, strict=True))
    return Counter(counts | {"passed": tests - sum(others)})


def read(line: Sequence[str | Path], folder: Path) -> str:
    """Run a viewer, which must succeed and complain about nothing; returns what it printed."""
    told = folder / "told"
    # A file, since node leaves without waiting for a pipe to take what it printed.
    with told.open("w", encoding="utf-8") as stream:
        done = subprocess.run(
            line, cwd=folder, stdout=stream, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert (done.returncode, done.stderr) == (0, "")
    return told.read_text("utf-8")


def test_junit2html(file: Path) -> None:
    """It shows every case; errors are failures to it."""
    page = file.with_suffix(".html")
    read([sys.executable, "-m", "junit2htmlreport", file, page], file.parent)
    shown = Counter(re.findall(r'class="test outcome outcome-(\w+)"', page.read_text("utf-8")))
    expected = ours(file)
    assert shown["passed"] == expected["passed"]
    assert shown["skipped"] == expected["skipped"]
    assert shown["failed"] == expected["failure"] + expected["error"]


def test_xunit_viewer(file: Path) -> None:
    """It counts passed, failed, broken and skipped cases as we do, and makes a page of them.

    A case that passed when it ran again is neither passed nor failed to it, but of a kind of its own.
    """
    program = NODE_MODULES / "xunit-viewer" / "bin" / "xunit-viewer.js"
    options = ("--output", "page.html", "--console", "--no-clear", "--no-color")
    told = read(["node", program, "--results", file, *options], file.parent)
    counted = re.findall(r"^(?:\d+ \w+(?:, |$))+", told, re.MULTILINE)[-1]
    shown: Counter[str] = Counter()
    for number, name in re.findall(r"(\d+) (\w+)", counted):
        shown["passed" if name == "flakyFailure" else name] += int(number)
    assert +shown == +ours(file)
    assert file.with_name("page.html").stat().st_size > file.stat().st_size
