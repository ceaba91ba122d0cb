"""What the reports of a step say about the build that it belongs to."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from tests import junit_rules
from tests.simulation import World
from tests.simulator import scenario
from tests.untrusted import page, runner

HOSTILE = "x\n::error::y ##[error]z <script>@octocat</script> ]]> $(id) \x1b[31m key-for-tests"


def test_the_build_of_a_pull_request(tmp_path: Path) -> None:
    """Both files name the build. The name of a branch is text of a stranger, and it is harmless in everything."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 5, "head": {"sha": "own", "ref": HOSTILE}}}), "utf-8")
    environ = {"GITHUB_EVENT_PATH": str(event), "GITHUB_SHA": "merged", "GITHUB_REF": "refs/pull/5/merge"}
    outcome = World(scenario("failing"), tmp_path, environ).run()
    branch = "x ⏎ ::error::y ##[error]z <script>@octocat</script> ]]> $(id)  ***"
    build = outcome.results["build"]
    assert (build["system"], build["label"], build["attempt"]) == ("GitHub Actions", "acme/shop#812.1", 1)
    assert (build["commit"], build["branch"], build["pullRequest"]) == ("own", branch, "5")
    root = ET.fromstring((outcome.workspace / outcome.outputs["junit-file"]).read_text("utf-8"))
    assert junit_rules.broken(root) == []
    assert {one.get("value") for one in root.findall(".//property[@name='branch']")} == {branch}
    assert runner.markers(outcome.log) == []
    assert page.active(outcome.summary) == []
    assert "key-for-tests" not in outcome.everything.replace("::add-mask::key-for-tests", "")


def test_a_step_outside_a_ci_system(tmp_path: Path) -> None:
    """Nothing is known of a build, and the JUnit file has no property of one."""
    outcome = World(scenario("passing"), tmp_path, github=False).run()
    assert set(outcome.results["build"].values()) == {"", None}
    [junit] = outcome.workspace.rglob("*.xml")
    names = {one.get("name") for one in ET.fromstring(junit.read_text("utf-8")).iter("property")}
    assert names & {"ci_system", "ci_build", "job_attempt", "job_url", "commit", "branch", "pull_request"} == set()
