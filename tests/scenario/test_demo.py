"""The demo shows what the README says."""

import fcntl
import re
import subprocess
import sys

import pytest

from tests.scenario.conftest import PATIENCE, ROOT

FOLDER = ROOT / "build"


def demo(name: str) -> tuple[int, str]:
    """Exit code and output of the demo of one scenario."""
    command = [sys.executable, str(ROOT / "examples" / "demo.py"), name]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "demo.lock").open("w") as lock:
        # All demos write to the same folder, and tests run in several processes.
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stdout


def essence(log: str) -> list[str]:
    """A log without what differs from run to run: ports, keys, nonces, and how often progress was seen."""
    log = re.sub(r"127\.0\.0\.1:\d+", "HOST", log)
    log = re.sub(r"testsigma-action-\w{6}-\w{6}", "BUILD", log).replace("::group::", "").replace("::endgroup::\n", "")
    return [line for line in log.strip().splitlines() if not line.startswith("[")]


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1)])
def test_the_demo(name: str, exit_code: int) -> None:
    """The demo ends with the step's exit code, and shows log, summary and the names of the files."""
    code, output = demo(name)
    assert code == exit_code
    assert "--- summary of the job" in output
    assert "build/demo/test-results/TEST-testsigma-420.xml" in output
    assert ("Step 3: Click on Check out" in output) is (name == "failing")


def test_the_demo_of_several_plans() -> None:
    """It runs all plans of the scenario in one step: one passes, one fails, one cannot be started."""
    code, output = demo("plans")
    assert code == 3
    for name in ("Shop smoke", "Shop regression", "plan 422"):
        assert f'<b dir="auto">{name}</b>' in output
    assert "build/demo/test-results/TEST-testsigma.xml" in output
    assert "build/demo/test-results/testsigma.json" in output
    assert "The step ended with exit code 3." in output


def test_the_demo_of_flaky_cases() -> None:
    """They fail at first, and pass when they run again."""
    code, output = demo("flaky")
    assert code == 0
    assert "2 cases of Shop regression passed only in a rerun" in output


def test_the_demo_of_no_scenario() -> None:
    """A misspelt name is answered with the names that there are, and nothing is run."""
    code, output = demo("failling")
    assert code == 2
    assert output.startswith("There is no scenario 'failling'. There are: passing, failing, ")


def test_the_demo_shows_its_own_files_only() -> None:
    """Reports of an earlier demo are gone; what else is in its folder stays."""
    earlier = ROOT / "build" / "demo" / "test-results" / "TEST-testsigma-7.xml"
    earlier.parent.mkdir(parents=True, exist_ok=True)
    earlier.touch()
    _, output = demo("passing")
    assert not earlier.exists()
    assert earlier.name not in output


def test_the_log_in_the_readme() -> None:
    """The log that the README shows is the demo's."""
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = readme.partition("<!-- log -->\n```text\n")[2].partition("```")[0]
    _, output = demo("failing")
    log = output.partition("--- log of the step (scenario failing)\n")[2].partition("\n--- summary")[0]
    commands = ("::add-mask", "::error")
    assert essence(shown) == [line for line in essence(log) if not line.startswith(commands)]
