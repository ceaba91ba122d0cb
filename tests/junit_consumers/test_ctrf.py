"""Tools of CTRF read our file, and their numbers are ours: for every scenario of the simulator, and for hostile text.

The published JSON schema is the one of the npm package `ctrf`.
"""

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from tests import ctrf_rules, junit_rules, samples
from tests.junit_consumers.test_consumers import NODE_MODULES, REPORTS
from tests.property.reports import reports
from tests.simulation.world import World
from tests.simulator import NAMES, scenario
from testsigma_action.domain.report import Report
from testsigma_action.reporting.ctrf import document as ctrf
from testsigma_action.reporting.junit import document as junit

# The results of cases, the better ones first, as the output `runs` counts them.
RESULTS = ("not-executed", "passed", "stopped", "aborted", "failed")
PLANS = "[{plan-id: 421}, {plan-id: 422}, {plan-id: 423}]"
# Scenarios with inputs that make something else of them.
OTHERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "tolerated": ("failing", {"TESTSIGMA_MAX_FAILURES": "100%"}),
    "rerun": ("flaky", {"TESTSIGMA_RERUN_FAILED": "2", "TESTSIGMA_RERUN_LIMIT": "100%"}),
    "several plans": ("plans", {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": PLANS}),
    "not waited for": ("passing", {"TESTSIGMA_WAIT": "false"}),
    "bad input": ("passing", {"TESTSIGMA_TIMEOUT": "soon"}),
    "unknown plan": ("passing", {"TESTSIGMA_PLAN_ID": "9"}),
}
SCENARIOS: Mapping[str, tuple[str, Mapping[str, str]]] = {**{name: (name, {}) for name in NAMES}, **OTHERS}


@dataclass(frozen=True)
class Written:
    """A CTRF file, the JUnit file of the same step, and the outputs and the exit code, if a step wrote them."""

    ctrf: Path
    junit: str
    outputs: Mapping[str, str] | None = None
    exit_code: int = 0

    @property
    def document(self) -> dict[str, Any]:
        """What is in the CTRF file."""
        found: dict[str, Any] = json.loads(self.ctrf.read_text("utf-8"))
        return found


def _by_a_step(name: str, folder: Path) -> Written:
    content, inputs = SCENARIOS[name]
    outcome = World(scenario(content), folder, {"TESTSIGMA_CTRF_FILE": "ctrf.json", **inputs}).run()
    text = outcome.junit_path.read_text("utf-8")
    return Written(outcome.workspace / "ctrf.json", text, outcome.outputs, outcome.exit_code)


def _of_a_report(report: Report, folder: Path) -> Written:
    path = folder / "ctrf.json"
    path.write_text("".join(ctrf.render(report)), "utf-8")
    return Written(path, "".join(junit.render(report)))


WRITERS = {name: partial(_by_a_step, name) for name in SCENARIOS} | {
    f"report: {name}": partial(_of_a_report, report) for name, report in REPORTS.items()
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Written]:
    """All files, each made once."""
    return {name: write(tmp_path_factory.mktemp("ctrf")) for name, write in WRITERS.items()}


@pytest.fixture(scope="module")
def read(files: dict[str, Written]) -> dict[str, dict[str, Any]]:
    """What the package `ctrf` finds in each file."""
    script = Path(__file__).with_name("read_ctrf.mjs")
    told = _node(script, NODE_MODULES, *(file.ctrf for file in files.values()))
    return dict(zip(files, json.loads(told), strict=True))


def _node(*line: str | Path, **environ: str | Path) -> str:
    """Run a tool, which must succeed; returns what it printed. It sees no variables of the CI system."""
    full = {"PATH": os.environ["PATH"], **{name: str(value) for name, value in environ.items()}}
    done = subprocess.run(["node", *line], env=full, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@settings(max_examples=100, deadline=None)
@given(reports())
def test_every_file_is_valid(report: Report) -> None:
    """Whatever its texts are, a file is what the published schema says."""
    schema = json.loads((NODE_MODULES / "ctrf" / "dist" / "ctrf-schema-0.0.json").read_text("utf-8"))
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
    validator.validate(json.loads("".join(ctrf.render(report))))


@pytest.mark.parametrize("name", WRITERS)
def test_the_package_counts_as_we_do(name: str, files: dict[str, Written], read: dict[str, dict[str, Any]]) -> None:
    """The file is valid, its summary is what the package makes of its tests, and no other test is taken for flaky."""
    document, found = files[name].document, read[name]
    assert found["errors"] == []
    ours = document["results"]["summary"]
    told = {key: value for key, value in found["counted"].items() if key not in {"suites", "duration"}}
    assert {"flaky": 0, **told} == {key: ours[key] for key in ours if key not in {"suites", "duration"}}
    assert found["flaky"] == ours["flaky"]


@pytest.mark.parametrize("name", WRITERS)
def test_a_test_is_followed_through_runs(name: str, read: dict[str, dict[str, Any]]) -> None:
    """The package knows each test by its name alone: no two tests of a file are one to it."""
    assert set(read[name]["runs"]) == {2}


@pytest.mark.parametrize("name", WRITERS)
def test_numbers_are_those_of_the_other_reports(name: str, files: dict[str, Written]) -> None:
    """Tests are as many as in the JUnit file, red ones too; a step that is not green has a red file."""
    written = files[name]
    found = ctrf_rules.counts(written.document)
    expected = junit_rules.counts(samples.parsed([written.junit]))
    assert found["tests"] == expected["tests"]
    assert found["failed"] == expected["failures"] + expected["errors"]
    assert found["skipped"] + found["other"] + found["pending"] == expected["skipped"]
    assert (found["failed"] > 0) == (written.exit_code != 0) or written.outputs is None
    assert ctrf_rules.broken(written.document) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_cases_are_those_of_the_outputs(name: str, files: dict[str, Written]) -> None:
    """Data sets put together again, the file has the cases of the outputs with their results."""
    outputs = files[name].outputs or {}
    worst: dict[str, int] = {}
    for test in files[name].document["results"]["tests"]:
        if "treatment" in test["extra"]:
            case = test["name"].removesuffix(f" [{test.get('parameters', {}).get('dataSet')}]")
            worst[case] = max(worst.get(case, 0), RESULTS.index(test["rawStatus"]))
    counted = Counter(RESULTS[position] for position in worst.values())
    runs = json.loads(outputs["runs"])
    keys = {result: result.replace("-e", "E") for result in RESULTS}
    if worst:
        assert {one: counted[one] for one in RESULTS} == {one: sum(run[keys[one]] or 0 for run in runs) for one in keys}
    else:
        assert outputs["conclusion"] != "passed"


@pytest.mark.parametrize("name", WRITERS)
def test_the_reporter_shows_our_numbers(name: str, files: dict[str, Written], tmp_path: Path) -> None:
    """The row of its summary has the numbers of the file, and says of no red step that all of it passed."""
    program = NODE_MODULES / "github-actions-ctrf" / "dist" / "core" / "cli.js"
    page = tmp_path / "page.md"
    page.touch()
    line = (program, "all", files[name].ctrf, "--annotate", "false")
    _node(*line, GITHUB_REPOSITORY="acme/shop", GITHUB_STEP_SUMMARY=page)
    row = re.search(r"^\| (\d+(?: \| \d+){6}) \|", page.read_text("utf-8"), re.MULTILINE)
    assert row
    summary = files[name].document["results"]["summary"]
    wanted = ("tests", "passed", "failed", "skipped", "pending", "other", "flaky")
    assert list(map(int, row[1].split(" | "))) == [summary[key] for key in wanted]
    assert ("No failed tests" in page.read_text("utf-8")) == (summary["failed"] == 0)


def test_merged_files(files: dict[str, Written], tmp_path: Path) -> None:
    """The command `ctrf merge` makes one file of all, with the sums of their numbers."""
    for number, written in enumerate(files.values()):
        (tmp_path / f"{number}.json").write_bytes(written.ctrf.read_bytes())
    _node(NODE_MODULES / "ctrf" / "dist" / "cli" / "cli.js", "merge", tmp_path, "--output", "all.json")
    merged = json.loads((tmp_path / "all.json").read_text("utf-8"))
    sums: Counter[str] = Counter()
    for written in files.values():
        sums.update(ctrf_rules.counts(written.document))
    assert ctrf_rules.counts(merged) == {key: sums[key] for key in ctrf_rules.counts(merged)}
    assert len(merged["results"]["tests"]) == sums["tests"]
