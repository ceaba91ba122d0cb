"""All reports of a step with several runs, as they are written on GitHub."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests import ctrf_rules, junit_rules, samples
from tests.samples import case, machine, of_cases, run, run_report, suite, tree
from tests.scenario.files import read_command_file
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Report
from testsigma_action.domain.run import Result, RunSpec
from testsigma_action.inputs.options import Inputs
from testsigma_action.platforms.github import GitHub
from testsigma_action.platforms.log import Log
from testsigma_action.reporting.publish import Publisher
from testsigma_action.reporting.report_files import ReportFiles
from testsigma_action.reporting.results_reader import parse

FILES = ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")


@pytest.fixture
def log() -> io.StringIO:
    """What the step prints."""
    return io.StringIO()


@pytest.fixture
def publisher(tmp_path: Path, log: io.StringIO) -> Publisher:
    """Writes into a folder."""
    environ = {name: str(tmp_path / name) for name in FILES} | {"GITHUB_WORKSPACE": str(tmp_path)}
    return Publisher(ReportFiles(Inputs(), GitHub(environ)), Log(log))


def several() -> Report:
    """A run that passed, one that failed, and one that could not be started."""
    good = run_report(samples.PASSED, tree(machine(suite(case("A"))), remote=run(Result.PASSED, number=9000)))
    bad = of_cases(case("B", Result.FAILED), case("C", Result.FAILED)).runs[0]
    bad = replace(bad, tree=replace(bad.tree, gaps=(samples.STEPS_MISSING,)) if bad.tree else None)
    runs = named((good, bad, run_report(samples.UNREACHABLE)))
    return replace(samples.report(*runs, verdict=samples.UNREACHABLE), junit_file="j.xml", results_file="r.json")


def test_the_log_tells_of_one_run_after_the_other(publisher: Publisher, log: io.StringIO) -> None:
    """Failures by run, then what is not available, the annotations, the files, a line for each run, the verdict."""
    publisher.publish(several())
    lines = [line for line in log.getvalue().splitlines() if not line.startswith("│")]
    assert lines[:3] == [
        "::group::2 cases did not pass in Checkout (2):",
        "::endgroup::",
        "Not available in Checkout (2): The steps of 1 of 6 cases. The service answered 404.",
    ]
    titles = [line.partition("title=")[2].partition("::")[0] for line in lines if line.startswith("::error")]
    assert titles == [
        "Checkout (3) / error",
        "Checkout (2) / Chrome / Login / B",
        "Checkout (2) / Chrome / Login / C",
    ]
    files, *runs = lines[6:10]
    assert files == "Files: j.xml, r.json"
    assert [line.partition(".")[0] for line in runs] == [
        "passed: Checkout",
        "failed: Checkout (2)",
        "error: Checkout (3)",
    ]
    assert lines[-1].startswith("ERROR (exit code 3, api-unreachable): ")


def test_every_file_has_all_runs(publisher: Publisher, tmp_path: Path) -> None:
    """JUnit, results, summary and outputs tell of the same runs with the same numbers."""
    report = several()
    assert publisher.publish(report) == report
    root = samples.parsed((tmp_path / "j.xml").read_text("utf-8"))
    assert junit_rules.broken(root) == []
    assert junit_rules.counts(root) == {"tests": 4, "failures": 2, "errors": 1, "skipped": 0}
    assert parse((tmp_path / "r.json").read_text("utf-8")) == report
    summary = (tmp_path / "GITHUB_STEP_SUMMARY").read_text("utf-8")
    outputs = read_command_file((tmp_path / "GITHUB_OUTPUT").read_text("utf-8"))
    assert (outputs["run-ids"], outputs["conclusion"]) == ("9000,9001", "error")
    for one in json.loads(outputs["runs"]):
        assert f'<b dir="auto">{one["name"]}</b>' in summary


def test_unfinished_files_name_every_run(publisher: Publisher, tmp_path: Path) -> None:
    """Before anything is started, each run is an error: a step that is killed leaves no file that looks green."""
    report = several()
    asked = tuple(replace(one, run=None, tree=None, verdict=samples.CANCELLED) for one in report.runs)
    unfinished = replace(report, runs=asked, verdict=samples.CANCELLED)
    publisher.write_unfinished(unfinished)
    root = samples.parsed((tmp_path / "j.xml").read_text("utf-8"))
    assert junit_rules.broken(root) == []
    assert [suite.get("name") for suite in root] == ["Checkout", "Checkout (2)", "Checkout (3)"]
    assert junit_rules.counts(root)["errors"] == 3
    assert parse((tmp_path / "r.json").read_text("utf-8")) == unfinished


def test_files_for_other_tools(publisher: Publisher, log: io.StringIO, tmp_path: Path) -> None:
    """The CTRF and the agent file are written from the beginning, and listed at the end."""
    report = replace(several(), ctrf_file="ctrf/c.json", agent_file="a.md")
    unfinished = replace(report, runs=(run_report(samples.CANCELLED),), verdict=samples.CANCELLED)
    publisher.write_unfinished(unfinished)
    [test] = json.loads((tmp_path / "ctrf/c.json").read_text("utf-8"))["results"]["tests"]
    assert test["status"] == "failed"
    assert (tmp_path / "a.md").read_text("utf-8").startswith("# Testsigma: cancelled")
    publisher.publish(report)
    document = json.loads((tmp_path / "ctrf/c.json").read_text("utf-8"))
    assert ctrf_rules.counts(document) == {
        "tests": 4,
        "passed": 1,
        "failed": 3,
        "skipped": 0,
        "pending": 0,
        "other": 0,
    }
    assert (tmp_path / "a.md").read_text("utf-8").startswith("# Testsigma: error")
    assert "Files: j.xml, r.json, ctrf/c.json, a.md" in log.getvalue()
    outputs = read_command_file((tmp_path / "GITHUB_OUTPUT").read_text("utf-8"))
    assert (outputs["ctrf-file"], outputs["agent-file"]) == ("ctrf/c.json", "a.md")


def test_a_cause_of_all_runs_is_told_once(publisher: Publisher, log: io.StringIO, tmp_path: Path) -> None:
    """Nothing was started because the inputs are wrong: 20 plans do not tell it 20 times, but each is an error."""
    plans = [replace(run_report(samples.BAD_INPUT), spec=RunSpec(str(number))) for number in range(20)]
    report = samples.report(*named(plans), verdict=samples.BAD_INPUT)
    publisher.publish(replace(report, junit_file="j.xml"))
    assert log.getvalue().count("::error ") == 1
    told = log.getvalue().replace("::error ", "\n::error ").split("::error ")
    assert told[0].count("plan-id: 'x'") == 0
    assert told[1].count("plan-id: 'x'") == 2
    page = (tmp_path / "GITHUB_STEP_SUMMARY").read_text("utf-8")
    assert (page.count("timeout: "), page.count(": error</td>")) == (1, 20)
    assert junit_rules.counts(samples.parsed((tmp_path / "j.xml").read_text("utf-8")))["errors"] == 20


def test_the_files_of_an_earlier_step_are_removed(publisher: Publisher, tmp_path: Path) -> None:
    """Before anything is started: what cannot be written is a problem, and is not written later."""
    files = ReportFiles(
        replace(Inputs(), junit_file="j.xml", results_file="folder", agent_file="a.md"), publisher.platform
    )
    (tmp_path / "j.xml").write_text("green", "utf-8")
    (tmp_path / "folder").mkdir()
    [problem] = files.problems()
    assert problem.startswith("results-file: Could not write folder")
    assert not (tmp_path / "j.xml").exists()
    assert not (tmp_path / "a.md").exists()
    assert files.refused == {"folder"}


def test_a_bug_in_unfinished_files_ends_nothing(publisher: Publisher, tmp_path: Path) -> None:
    """They are written while runs go on. The end of the step renders the same again, and tells of the bug."""
    broken = replace(several(), runs=(run_report(replace(samples.CANCELLED, findings=(None,))),))  # type: ignore[arg-type]
    publisher.write_unfinished(broken)
    assert not (tmp_path / "j.xml").exists()
    assert publisher.publish(broken).verdict.code == "bug"
