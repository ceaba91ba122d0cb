"""A report in which every text is hostile, written by every reporter."""

import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from tests import ctrf_rules, junit_rules, samples
from tests.scenario.files import read_command_file
from tests.untrusted import page, runner
from tests.untrusted.filled import filled, places
from tests.untrusted.texts import TEXTS
from testsigma_action.domain.findings import Finding
from testsigma_action.domain.report import Report, Verdict
from testsigma_action.domain.run import Result
from testsigma_action.inputs.options import Inputs
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.github import GitHub
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import outputs
from testsigma_action.reporting.publish import Publisher
from testsigma_action.reporting.report_files import ReportFiles
from testsigma_action.text import one_line

COMMAND_FILES = ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
JUNIT, RESULTS, CTRF, AGENT = "TEST-testsigma.xml", "testsigma.json", "ctrf.json", "agent.md"
# Texts that come from elsewhere; others of their kind are ours, like the code of an error.
KNOWN = (
    ".runs.tree.machines.suites.cases.steps.message",
    ".runs.run.plan_name",
    ".runs.verdict.findings.message",
    ".title",
    ".build.branch",
)
# What the runner would find in nothing of ours.
PLAIN = "x"


def hostile(text: str, choice: int) -> Report:
    """A report with this text at every place; `choice` decides results, statuses, and the verdict."""
    made: Report = filled(Report, text, choice)
    verdict = _verdict(text, choice)
    runs = tuple(replace(run, verdict=_verdict(text, choice + number)) for number, run in enumerate(made.runs))
    made = replace(made, verdict=verdict, runs=runs, junit_file=JUNIT, results_file=RESULTS)
    return replace(made, ctrf_file=CTRF, agent_file=AGENT)


def _verdict(text: str, choice: int) -> Verdict:
    known = samples.VERDICTS[choice % len(samples.VERDICTS)]
    # A few kinds of findings for each choice, so that no reason is so long that it is cut.
    kinds = get_args(Finding)[choice % len(Result) :: len(Result)]
    return replace(known, findings=tuple(filled(kind, text, choice) for kind in kinds))


def publish(report: Report, folder: Path, *, github: bool) -> str:
    """Write everything that is ever written of a report; returns the log."""
    environ = {name: str(folder / name) for name in COMMAND_FILES} | {"GITHUB_WORKSPACE": str(folder)}
    for name in COMMAND_FILES:
        (folder / name).touch()
    stream = io.StringIO()
    platform = GitHub(environ) if github else Platform(environ)
    Publisher(ReportFiles(Inputs(), platform), Log(stream)).publish(report)
    return stream.getvalue()


@pytest.mark.parametrize(("number", "text"), [*enumerate(TEXTS)])
def test_everything_written_of_a_hostile_report(number: int, text: str, tmp_path: Path) -> None:
    """Log, summary, all files, outputs and annotations: no command, no markup, no value is the text's."""
    report = hostile(text, number % len(Result))
    log = publish(report, tmp_path, github=True)
    commands = runner.commands(log)
    assert "Traceback" not in log
    assert {command.name for command in commands} <= {"group", "endgroup", "error", "warning"}, commands
    assert all(command.properties.keys() <= {"title"} for command in commands)
    assert runner.markers(log) == []
    assert page.active((tmp_path / "GITHUB_STEP_SUMMARY").read_text("utf-8")) == []
    assert junit_rules.broken(ET.fromstring((tmp_path / JUNIT).read_text("utf-8"))) == []
    json.loads((tmp_path / RESULTS).read_text("utf-8"))
    assert ctrf_rules.broken(json.loads((tmp_path / CTRF).read_text("utf-8"))) == []
    values = read_command_file((tmp_path / "GITHUB_OUTPUT").read_text("utf-8"))
    assert values.keys() == outputs.render(samples.failing()).keys()
    assert values["conclusion"] == report.verdict.conclusion.value
    assert [value for value in values.values() if len(value.splitlines()) > 1] == []


@pytest.mark.parametrize("text", TEXTS)
def test_the_log_elsewhere(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On every other platform the log has no command of any system."""
    monkeypatch.chdir(tmp_path)
    log = publish(hostile(text, 1), tmp_path, github=False)
    assert runner.commands(log) == []
    assert runner.markers(log) == []


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The tags of a page of plain texts."""
    folder = tmp_path_factory.mktemp("plain")
    publish(hostile(f"{PLAIN} ⏎ {PLAIN}", 1), folder, github=True)
    return page.structure((folder / "GITHUB_STEP_SUMMARY").read_text("utf-8"))


@pytest.mark.parametrize("text", [text for text in TEXTS if one_line(text)])
def test_the_structure_of_the_page(text: str, plain: list[str], tmp_path: Path) -> None:
    """A page of hostile texts has the tags of a page of plain ones, in their order."""
    publish(hostile(text, 1), tmp_path, github=True)
    assert page.structure((tmp_path / "GITHUB_STEP_SUMMARY").read_text("utf-8")) == plain


def test_texts_are_found() -> None:
    """The texts of a report are found by their types, down to the steps of iterations."""
    found = places(Report)
    assert set(KNOWN) <= set(found)
    assert len(found) > 60
