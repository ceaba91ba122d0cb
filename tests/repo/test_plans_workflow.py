"""The reusable workflow plans.yml: it cannot be green without every plan. tests/e2e/test_fan_out.py runs it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repo.metadata import ROOT, action

TEXT = (ROOT / ".github/workflows/plans.yml").read_text("utf-8")
DOCUMENT = yaml.safe_load(TEXT)
# YAML 1.1 reads `on` as true.
CALL = DOCUMENT[True]["workflow_call"]
JOBS: dict[str, Any] = DOCUMENT["jobs"]
CALLER = yaml.safe_load((ROOT / "examples/github/reusable.yml").read_text("utf-8"))["jobs"]["testsigma"]


def checked(folder: Path, plans: str, **inputs: str) -> tuple[int, dict[str, str], str]:
    """Run the step that checks the list: its exit code, its outputs, and what it printed."""
    (step,) = JOBS["prepare"]["steps"]
    outputs = folder / "outputs"
    outputs.touch()
    environ = {"INPUTS": json.dumps({"plans": plans, **inputs}), "GITHUB_OUTPUT": str(outputs)}
    done = subprocess.run(
        [sys.executable, "-c", step["run"]],
        env={**os.environ, **environ},
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    pairs = re.findall(r"^(\w+)(?:=(.*)|<<END\n((?s:.*?))\nEND)$", outputs.read_text("utf-8"), re.MULTILINE)
    outputs.unlink()
    return done.returncode, {name: line or block for name, line, block in pairs}, done.stderr


@pytest.mark.parametrize(
    ("plans", "reason"),
    [
        ("", "is not JSON"),
        ("- plan-id: 431", "is not JSON"),
        ('[{"plan-id": 431}', "is not JSON"),
        ("[]", "at least one plan"),
        ("{}", "at least one plan"),
        ('{"plan-id": 431}', "at least one plan"),
        ("null", "at least one plan"),
        ('"431"', "at least one plan"),
        ('[{"plan-id": 431}, 432]', "Entry 2 of the input plans has no plan-id."),
        ('[{"plan": 431}]', "Entry 1 of the input plans has no plan-id."),
        (json.dumps([{"plan-id": 431}] * 257), "has 257 entries. At most 256"),
    ],
)
def test_a_broken_list_is_red(tmp_path: Path, plans: str, reason: str) -> None:
    """An annotation says what is wrong, and there are no outputs, so that no job of a plan can begin."""
    exit_code, outputs, log = checked(tmp_path, plans)
    assert exit_code == 1
    assert outputs == {}
    assert log.startswith("::error title=plans::")
    assert reason in log


def test_every_entry_becomes_a_part(tmp_path: Path) -> None:
    """The merge job expects as many parts as the list has entries, and each has a number of its own."""
    exit_code, outputs, _ = checked(tmp_path, CALLER["with"]["plans"])
    assert exit_code == 0
    assert (outputs["parts"], outputs["count"]) == ("[0, 1, 2, 3]", "4")
    assert outputs["files"].splitlines() == [f"parts/{outputs['artifact']}-{part}/testsigma.json" for part in range(4)]


def test_another_call_has_other_artifacts(tmp_path: Path) -> None:
    """A workflow may call this one for several environments: no call takes the parts of another one."""
    calls = [("[1]", "10"), ("[1]", "11"), ("[2]", "10")]
    lists = [(f'[{{"plan-id": {number}}}]', environment) for number, environment in calls]
    names = {checked(tmp_path, plans, environment_id=environment)[1]["artifact"] for plans, environment in lists}
    assert len(names) == 3
    assert all(re.fullmatch(r"testsigma-[0-9a-f]{8}", name) for name in names)


def test_the_verdict_is_never_skipped() -> None:
    """It runs after every other job, whatever became of them: GitHub takes a skipped required check as passed."""
    verdict = JOBS["verdict"]
    assert set(verdict["needs"]) == set(JOBS) - {"verdict"}
    assert verdict["if"] == "${{ always() }}"
    assert JOBS["run"]["strategy"]["fail-fast"] is False
    assert not any("continue-on-error" in step for job in JOBS.values() for step in (job, *job["steps"]))


@pytest.mark.parametrize("prepared", ["success", "failure", "cancelled", "skipped"])
@pytest.mark.parametrize("ran", ["success", "failure", "cancelled", "skipped", ""])
def test_the_verdict_is_red_unless_every_job_succeeded(prepared: str, ran: str) -> None:
    """Whatever the merged results say: an artifact may be that of an earlier attempt."""
    last = JOBS["verdict"]["steps"][-1]
    assert last["if"] == "always()"
    assert last["env"] == {"LIST": "${{ needs.prepare.result }}", "PLANS": "${{ needs.run.result }}"}
    done = subprocess.run(
        ["bash", "-e", "-c", last["run"]],
        env={"LIST": prepared, "PLANS": ran},
        check=False,
        capture_output=True,
        timeout=30,
    )
    assert (done.returncode == 0) == (prepared == ran == "success")


def test_artifacts_of_another_attempt_are_replaced() -> None:
    """GitHub keeps the artifacts of the first attempt, and refuses a second one of the same name without this."""
    uploads = [
        step["with"] for job in JOBS.values() for step in job["steps"] if "/upload-artifact@" in step.get("uses", "")
    ]
    assert [upload["overwrite"] for upload in uploads] == [True, True]
    part, merged = (upload["name"] for upload in uploads)
    assert part == f"{merged}-${{{{ matrix.part }}}}"


def test_the_step_has_the_inputs_that_the_workflow_has() -> None:
    """Each input and secret of the workflow is used, and the steps use inputs that the action has."""
    steps = [step for job in JOBS.values() for step in job["steps"] if "/testsigma-action@" in step.get("uses", "")]
    assert {name for step in steps for name in step["with"]} <= set(action()["inputs"])
    expressions = " ".join(re.findall(r"\$\{\{.*?\}\}", TEXT))
    assert set(re.findall(r"\binputs\.([a-z-]+)", expressions)) == set(CALL["inputs"])
    assert set(re.findall(r"\bsecrets\.([a-z-]+)", TEXT)) == set(CALL["secrets"])
    assert set(re.findall(r"\bsteps\.merge\.outputs\.([a-z-]+)", TEXT)) <= set(action()["outputs"])


def test_the_example_calls_it_with_what_it_has() -> None:
    """All inputs and secrets of the example are declared, and all that are required are given."""
    for given, declared in ((CALLER["with"], CALL["inputs"]), (CALLER["secrets"], CALL["secrets"])):
        required = {name for name, about in declared.items() if about.get("required")}
        assert required <= set(given) <= set(declared)


def test_no_job_may_do_anything() -> None:
    """Artifacts of the same workflow run need no token, and nothing is checked out."""
    assert DOCUMENT["permissions"] == {}
    assert all(job["permissions"] == {} for job in JOBS.values())
    assert "actions/checkout" not in TEXT
