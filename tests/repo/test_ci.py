"""The project's own CI on GitHub: nothing needs a secret, and one job is green only if every other one is."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import review

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = {path.name: path.read_text("utf-8") for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
CI = yaml.safe_load(WORKFLOWS["ci.yml"])
JOBS: dict[str, Any] = CI["jobs"]
OTHERS = {name: job for name, job in JOBS.items() if name != "required"}
DEPENDABOT = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))["updates"]

CHANGE = {
    "change_type": "added",
    "manifest": "requirements/runtime.txt",
    "name": "requests",
    "version": "2.0.0",
    "vulnerabilities": [
        {
            "severity": "high",
            "advisory_ghsa_id": "GHSA-0000-0000-0000",
            "advisory_summary": "Sends headers to another host",
            "advisory_url": "https://github.com/advisories/GHSA-0000-0000-0000",
        }
    ],
}
FINDING = {
    "ruleId": "py/clear-text-logging-sensitive-data",
    "message": {"text": "This logs a password."},
    "locations": [
        {"physicalLocation": {"artifactLocation": {"uri": "src/a.py"}, "region": {"startLine": 3, "startColumn": 1}}}
    ],
}


def require(results: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the script of the required job for jobs with these results."""
    (step,) = JOBS["required"]["steps"]
    assert step["shell"] == "python"
    needs = json.dumps({name: {"result": result, "outputs": {}} for name, result in results.items()})
    command = [sys.executable, "-c", step["run"]]
    environ = {**os.environ, "JOBS": needs}
    return subprocess.run(command, env=environ, check=False, capture_output=True, text=True, timeout=30)


def test_the_required_job_needs_every_other_job() -> None:
    """A new job cannot be forgotten, and the required job runs even if another one failed."""
    assert set(JOBS["required"]["needs"]) == set(OTHERS)
    assert JOBS["required"]["if"] == "always()"


def test_the_required_job_is_green_if_all_are() -> None:
    """All jobs have succeeded: exit code 0."""
    assert require(dict.fromkeys(OTHERS, "success")).returncode == 0


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped", ""])
def test_the_required_job_is_red_for_anything_else(result: str) -> None:
    """One job that failed, was cancelled or was skipped is enough; the log names it."""
    done = require({**dict.fromkeys(OTHERS, "success"), "test": result})
    assert done.returncode == 1
    assert done.stderr.strip() == f"test: {result}".strip()


def test_the_required_job_is_red_without_jobs() -> None:
    """Nothing was checked, so nothing is green."""
    assert require({}).returncode == 1


def test_no_job_can_be_skipped_or_excused() -> None:
    """A condition on a job would make the required job red; an excused failure would make it green."""
    assert [name for name, job in OTHERS.items() if "if" in job or "continue-on-error" in job] == []


def test_pull_requests_from_forks_and_dependabot_can_pass() -> None:
    """They have no secrets and a token that can only read. CI asks for nothing more, also in the merge queue."""
    assert {"pull_request", "merge_group"} <= set(CI[True])
    assert "secrets." not in WORKFLOWS["ci.yml"]
    assert CI["permissions"] == {}
    granted = {right for job in JOBS.values() for right in job["permissions"].items()}
    assert granted == {("contents", "read")}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_workflow_runs_foreign_code_with_rights(name: str) -> None:
    """`pull_request_target` and `workflow_run` would run with the rights of the repository."""
    document = yaml.safe_load(WORKFLOWS[name])
    assert not {"pull_request_target", "workflow_run"} & set(document[True])
    assert document["permissions"] == {}
    assert all("permissions" in job and "timeout-minutes" in job for job in document["jobs"].values())
    assert WORKFLOWS[name].count("persist-credentials: false") == WORKFLOWS[name].count("actions/checkout@")


def test_every_action_has_one_commit() -> None:
    """All workflows pin an action to the same commit, with its version in a comment.

    Except our own action, which `plans.yml` uses by the tag of a release: see test_release.py.
    """
    lines = re.findall(r"uses: (?!\S+/testsigma-action@)([^@\s]+)@(.+)", "\n".join(WORKFLOWS.values()))
    pins = {(name if name.count("/") < 2 else name.rpartition("/")[0], pin) for name, pin in lines}
    assert all(re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin) for _, pin in pins)
    assert len(pins) == len({name for name, _ in pins})


def test_every_supported_python_is_tested() -> None:
    """From the oldest that the package accepts, without a gap, up to one beyond the image's."""
    tested = [int(version.removeprefix("3.")) for version in JOBS["test"]["strategy"]["matrix"]["python"]]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    image = re.search(r"^FROM python:3\.(\d+)-", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert project["requires-python"] == f">=3.{tested[0]}"
    assert image
    assert tested == list(range(tested[0], int(image[1]) + 2))


def test_dependabot_updates_every_manifest_after_some_days() -> None:
    """Actions, image, Python and node packages; a release that is withdrawn within a week never arrives."""
    covered = {(each["package-ecosystem"], folder) for each in DEPENDABOT for folder in folders(each)}
    manifests = {("npm", f"/{path.parent.relative_to(ROOT)}") for path in ROOT.glob("tests/*/package-lock.json")}
    assert manifests
    assert covered == manifests | {("github-actions", "/"), ("docker", "/"), ("pip", "/requirements")}
    assert all(each["cooldown"]["default-days"] >= 7 for each in DEPENDABOT)


def folders(update: dict[str, Any]) -> list[str]:
    """The folders of an entry for Dependabot."""
    return [update["directory"]] if "directory" in update else update["directories"]


def test_a_vulnerable_package_is_refused() -> None:
    """A line with the package, the severity and the advisory for what is added; what is removed does not count."""
    removed = {**CHANGE, "change_type": "removed"}
    (line,) = review.vulnerable([CHANGE, removed, {**CHANGE, "vulnerabilities": []}])
    assert line.startswith("requirements/runtime.txt: requests 2.0.0: high, Sends headers to another host (https://")


def test_a_finding_of_the_analysis_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 1, and the log has file, line and rule."""
    (tmp_path / "python.sarif").write_text(json.dumps({"runs": [{"results": [FINDING]}]}), "utf-8")
    assert review.main(["code", str(tmp_path)]) == 1
    expected = "src/a.py:3: py/clear-text-logging-sensitive-data: This logs a password.\n"
    assert capsys.readouterr().out == expected


def test_an_analysis_without_findings_passes(tmp_path: Path) -> None:
    """The exit code is 0 only if there is a file that says so: without one, nothing was analysed."""
    assert review.main(["code", str(tmp_path)]) == 1
    (tmp_path / "python.sarif").write_text('{"runs": [{"results": []}]}', "utf-8")
    assert review.main(["code", str(tmp_path)]) == 0


def test_the_reviews_run_without_packages() -> None:
    """Their jobs install nothing: the module needs the standard library only."""
    command = [sys.executable, "-I", "-S", str(ROOT / "tools" / "review.py"), "dependencies"]
    done = subprocess.run(command, input="[]", check=False, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, "Nothing was found.\n")
