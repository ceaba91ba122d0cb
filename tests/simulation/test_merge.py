"""Whole merges: results files that steps have really written, one report, and no request."""

import json
import shutil
import signal
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import junit_rules
from tests.simulation import Outcome, Signal, World
from tests.simulation.plans import listed, service
from tests.simulator import Case, Machine, Phase, Plan, Suite, failed, passed, scenario
from testsigma_action.reporting.results_reader import parse

GOOD, BAD = passed("Log in", "Open"), failed("Pay", "Click on Pay")
LIFE = (Phase("STATUS_IN_PROGRESS", seconds=60.0),)
PARTS = "parts/*.json"


def plan(number: int, *cases: Case) -> Plan:
    """A plan with these cases."""
    return Plan(500 + number, f"Plan no. {number}", (Machine("Chrome", (Suite("Shop", cases),)),), LIFE)


def part(folder: Path, name: str, *plans: Plan, **inputs: str) -> Path:
    """The results file of a step that runs these plans."""
    given = {f"TESTSIGMA_{key.upper()}": text for key, text in inputs.items()}
    environ = listed(*plans) if len(plans) > 1 else {"TESTSIGMA_PLAN_ID": str(plans[0].id)}
    # The IDs of runs are those of one service.
    made = World(service(*plans), folder / name, environ | given)
    made.run()
    (path,) = made.workspace.glob("test-results/testsigma*.json")
    text = path.read_text("utf-8")
    for run in json.loads(text)["runs"]:
        text = text.replace(f'"{run["run"]["id"]}"', f'"{name}{run["run"]["id"]}"') if run["run"] else text
    path.write_text(text, "utf-8")
    return path


def merged(folder: Path, *files: Path, expects: int, signals: Sequence[Signal] = (), **environ: Any) -> Outcome:  # noqa: ANN401 - texts
    """A step that merges these files, which are in its workspace."""
    given = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_MERGE": PARTS, "TESTSIGMA_MERGE_EXPECTS": str(expects)}
    made = World(scenario("passing"), folder / "merge", given | {"TESTSIGMA_API_KEY": ""} | environ, signals=signals)
    (made.workspace / "parts").mkdir()
    for number, path in enumerate(files):
        shutil.copy(path, made.workspace / "parts" / f"{number}-{path.parents[2].name}.json")
    outcome = made.run()
    assert outcome.seen == []
    assert [one for path in made.workspace.rglob("*.xml") for one in junit_rules.broken(ET.parse(path).getroot())] == []
    assert parse(json.dumps(outcome.results)).verdict.exit_code == outcome.exit_code
    return outcome


def test_all_parts_green(tmp_path: Path) -> None:
    """Numbers are sums, each run has a row and suites of its own, and no key is needed."""
    one = part(tmp_path, "a", plan(1, GOOD))
    two = part(tmp_path, "b", plan(1, GOOD), plan(2, GOOD, passed("Search")))
    found = merged(tmp_path, one, two, expects=2)
    assert (found.exit_code, found.outputs["conclusion"], found.outputs["total"]) == (0, "passed", "4")
    assert (
        found.lines[-1] == "PASSED (exit code 0): Plan no. 1, Plan no. 1 (2), Plan no. 2. All 3 plans passed (4 cases)."
    )
    assert [run["name"] for run in json.loads(found.outputs["runs"])] == ["Plan no. 1", "Plan no. 1 (2)", "Plan no. 2"]
    names = [suite.get("name") for suite in found.junit.iter("testsuite")]
    assert len(names) == len(set(names)) == 3
    assert all(f'<b dir="auto">{name}</b>' in found.summary for name in ("Plan no. 1 (2)", "Plan no. 2"))
    assert found.outputs["results-file"] == "test-results/testsigma-merged.json"


def test_devices_that_were_ignored(tmp_path: Path) -> None:
    """A part that tested another build than it was told to: merging does not lose the warning."""
    one = part(tmp_path, "a", plan(1, GOOD), upload_versions="{7: 62}")
    two = part(tmp_path, "b", plan(2, GOOD))
    found = merged(tmp_path, one, two, expects=2)
    assert found.exit_code == 0
    assert found.results["ignoredDevices"] == ["7"]
    assert found.results["parts"][0]["ignoredDevices"] == ["7"]
    assert all("7" in text and "not a machine" in text for text in (found.log, found.summary))


@pytest.mark.parametrize("name", ["ctrf-file", "agent-file"])
def test_further_files(tmp_path: Path, name: str) -> None:
    """A merge writes them like any step, but never in place of a part."""
    one = part(tmp_path, "a", plan(1, GOOD, BAD))
    variable = f"TESTSIGMA_{name.upper().replace('-', '_')}"
    given: dict[str, Any] = {variable: "further.txt"}
    found = merged(tmp_path, one, expects=1, **given)
    assert (found.exit_code, found.outputs[name]) == (1, "further.txt")
    assert "Pay" in (found.workspace / "further.txt").read_text("utf-8")
    (tmp_path / "again").mkdir()
    refused = merged(tmp_path / "again", one, expects=1, **(given | {variable: "parts/0-a.json"}))
    assert (refused.exit_code, refused.outputs["error-code"]) == (2, "bad-input")
    assert parse((refused.workspace / "parts/0-a.json").read_text("utf-8")).verdict.exit_code == 1


def test_one_red_one_missing_one_twice(tmp_path: Path) -> None:
    """Nothing is green; every file is named with its reason, and the parts that are there are shown."""
    green, red = part(tmp_path, "a", plan(1, GOOD)), part(tmp_path, "b", plan(2, GOOD, BAD))
    found = merged(tmp_path, green, red, green, expects=4)
    assert (found.exit_code, found.outputs["error-code"], found.outputs["conclusion"]) == (
        3,
        "incomplete-merge",
        "error",
    )
    told = {run["name"]: run["errorCode"] for run in json.loads(found.outputs["runs"])}
    assert told == {
        "Plan no. 1": "",
        "Plan no. 2": "tests-failed",
        "parts/2-a.json": "incomplete-merge",
        "merge-expects": "incomplete-merge",
    }
    for where in (found.summary, found.log):
        assert "2 of 4 parts are missing." in where
        assert "The results file is about the same run as parts/0-a.json." in where
    assert "Click on Pay" in found.summary
    assert found.lines[-1] == (
        "ERROR (exit code 3, incomplete-merge): parts/2-a.json: The results file is about the same run as "
        "parts/0-a.json. merge-expects: 2 of 4 parts are missing. 1 of 2 plans failed. Plan no. 2: 1 of 2 cases failed."
    )
    assert found.junit_counts["errors"] == 2


def test_policies_and_reruns_hold_again(tmp_path: Path) -> None:
    """A step that passed by policy, or by its reruns, passes again when its file is judged."""
    quarantine = '[{case: Pay, reason: "The bank is down.", expires: 2027-01-01}]'
    tolerated = part(tmp_path, "a", plan(1, GOOD, BAD), max_failures="1")
    rerun = part(
        tmp_path, "b", plan(2, GOOD, replace(failed("Search", "Click"), rerun_result="SUCCESS")), rerun_failed="1"
    )
    assert json.loads(tolerated.read_text("utf-8"))["verdict"]["exitCode"] == 0
    assert json.loads(rerun.read_text("utf-8"))["verdict"]["exitCode"] == 0
    found = merged(tmp_path, tolerated, rerun, expects=2)
    assert (found.exit_code, found.outputs["tolerated"], found.outputs["flaky"]) == (0, "1", "1")
    # The policy of a part is its own: the merge has none.
    refused = merged(tmp_path / "x", tolerated, expects=1, TESTSIGMA_QUARANTINE=quarantine)
    assert refused.exit_code == 2
    assert "its own policies. Remove quarantine (also the variable TESTSIGMA_QUARANTINE)." in refused.log


def test_a_part_that_was_changed(tmp_path: Path) -> None:
    """A pass whose case failed is judged again, and is red."""
    path = part(tmp_path, "a", plan(1, GOOD))
    text = path.read_text("utf-8")
    assert text.count('"result":"passed"') > 3
    path.write_text(text.replace('"name":"Log in","result":"passed"', '"name":"Log in","result":"failed"'), "utf-8")
    found = merged(tmp_path, path, expects=1)
    assert (found.exit_code, found.outputs["error-code"]) == (1, "contradiction")
    assert "The results file calls the run passed, but its results do not show that." in found.lines[-1]


@pytest.mark.parametrize(("variable", "value"), [("GITHUB_RUN_ID", "1"), ("GITHUB_SHA", "0" * 40)])
def test_parts_of_another_pipeline_run(tmp_path: Path, variable: str, value: str) -> None:
    """They are no parts of this one. Another attempt of the same pipeline run is right."""
    path = part(tmp_path, "a", plan(1, GOOD))
    other: dict[str, Any] = {variable: value}
    assert merged(tmp_path / "x", path, expects=1, **other).outputs["error-code"] == "incomplete-merge"
    assert merged(tmp_path / "y", path, expects=1, GITHUB_RUN_ATTEMPT="2").exit_code == 0


def test_a_part_that_is_a_link_to_itself(tmp_path: Path) -> None:
    """It cannot be read, and is named as every other file of that kind."""
    path = part(tmp_path, "a", plan(1, GOOD))
    (path.parent / "loop.json").symlink_to("loop.json")
    environ = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_MERGE": f"{path}\n{path.parent}/l*.json"}
    found = World(scenario("passing"), tmp_path / "merge", environ | {"TESTSIGMA_MERGE_EXPECTS": "2"}).run()
    assert (found.exit_code, found.outputs["error-code"]) == (3, "incomplete-merge")
    assert "loop.json: The results file cannot be used" in found.lines[-1]


def test_a_file_that_a_report_would_replace(tmp_path: Path) -> None:
    """It is an input error, and the file is still there."""
    path = part(tmp_path, "a", plan(1, GOOD))
    found = merged(tmp_path, path, expects=1, TESTSIGMA_JUNIT_FILE="parts/0-a.json")
    assert found.exit_code == 2
    assert "junit-file: it is one of the files that merge names. Use another path." in found.log
    assert (found.workspace / "parts" / "0-a.json").read_text("utf-8") == path.read_text("utf-8")


def test_a_report_behind_a_loop_of_links(tmp_path: Path) -> None:
    """It is an input error like every other file that cannot be written, and no bug of the step."""
    path = part(tmp_path, "a", plan(1, GOOD))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    found = merged(tmp_path, path, expects=1, TESTSIGMA_CTRF_FILE=str(tmp_path / "loop" / "ctrf.json"))
    assert (found.exit_code, found.outputs["error-code"]) == (2, "bad-input")
    assert "ctrf-file: Could not write " in found.log


def test_files_with_outputs_are_no_parts(tmp_path: Path) -> None:
    """Off GitHub a step writes its outputs beside the results file, where a wildcard finds both."""
    path = part(tmp_path, "a", plan(1, GOOD))
    shutil.copy(path, path.with_name("testsigma-outputs.json"))
    environ = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_MERGE": f"{path.parent}/*.json", "TESTSIGMA_MERGE_EXPECTS": "1"}
    assert World(scenario("passing"), tmp_path / "merge", environ).run().exit_code == 0


def test_a_signal(tmp_path: Path) -> None:
    """A merge that is cancelled says so, and is no pass."""
    path = part(tmp_path, "a", plan(1, GOOD))
    found = merged(tmp_path, path, expects=1, signals=(Signal(signal.SIGTERM, look=2),))
    assert (found.exit_code, found.outputs["conclusion"]) == (143, "cancelled")


def test_without_a_ci_system(tmp_path: Path) -> None:
    """`merge FILE...` judges one file again. Nobody can tell whether it is of this pipeline run, which the log says."""
    path = part(tmp_path, "a", plan(1, GOOD, BAD))
    made = World(
        scenario("passing"),
        tmp_path / "merge",
        {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_API_KEY": ""},
        arguments=("merge", str(path), "--summary", "off"),
        github=False,
    )
    found = made.run()
    assert (found.exit_code, found.seen) == (1, [])
    assert (
        "Not checked, since it is not known here: whether all parts are of this commit and pipeline run." in found.log
    )
    assert found.lines[-1] == "FAILED (exit code 1, tests-failed): Plan no. 1. 1 of 2 cases failed."
