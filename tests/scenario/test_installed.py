"""The command `testsigma-action`, as `pip install` of this repository leaves it. No registry is asked."""

import shutil
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import requests

from tests.scenario.conftest import ROOT, Bench
from tests.simulator import Phase, scenario
from testsigma_action import __version__
from testsigma_action.inputs import help as help_page

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
HELD = (Phase("STATUS_IN_PROGRESS", hold=True),)
# Modules that a workspace may contain, under the names of what the command imports.
SHADOWS = ("requests", "yaml", "junitparser", "urllib3", "gc", "os", "pathlib", "asyncio", "json", "ssl")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the programs of a fresh virtual environment that the repository is installed in.

    It is built from a copy, since a build writes into its folder. What it depends on is taken from our environment.
    """
    folder = tmp_path_factory.mktemp("installed")
    shutil.copytree(ROOT / "src", folder / "copy" / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "copy")
    environment = folder / "venv"
    venv.create(environment)
    offline = ("--no-deps", "--no-index")
    run(*PIP, "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, folder / "copy")
    run(*PIP, f"--python={environment}/bin/python", "install", *offline, *folder.glob("*.whl"))
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(str(Path(requests.__file__).parents[1]))
    return environment / "bin"


def run(*command: str | Path) -> None:
    """Run a command; what it prints is shown if it fails."""
    done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout


def test_help_and_version(bench: Bench, programs: Path) -> None:
    """The command is there under its name, and prints what it takes and what it is."""
    program = (str(programs / "testsigma-action"),)
    for argument, printed in (("--help", help_page.text()), ("--version", f"testsigma-action {__version__}\n")):
        outcome = bench.run(arguments=(argument,), github=False, program=program)
        assert (outcome.exit_code, outcome.log) == (0, printed)


def test_a_run_and_a_signal(bench: Bench, programs: Path) -> None:
    """The command runs a plan, and stops the run when it gets SIGTERM, with the exit code of the signal."""
    server = bench.serve(scenario("passing").with_plan(life=HELD))
    step = bench.start(server=server, program=(str(programs / "testsigma-action"),))
    server.wait_for("status")
    step.send(signal.SIGTERM)
    outcome = step.wait()
    assert outcome.exit_code == 143
    assert outcome.lines[-1].endswith("Run 1001 was stopped.")
    assert outcome.state["settled"] == "true"


@pytest.mark.parametrize("start", [("testsigma-action",), ("python", "-m", "testsigma_action")], ids=["name", "module"])
def test_no_file_of_the_workspace_is_imported(bench: Bench, programs: Path, start: tuple[str, ...]) -> None:
    """Modules in the working folder are not used in place of those that are installed."""
    workspace = bench.folder / "step-1" / "workspace"
    server = bench.serve(scenario("passing").with_plan(life=HELD))
    hostile = bench.folder / "hostile"
    hostile.mkdir()
    for name in SHADOWS:
        (hostile / f"{name}.py").write_text("raise SystemExit('HIJACKED')")
    program = ("env", "-C", str(hostile), str(programs / start[0]), *start[1:])
    step = bench.start(server=server, program=program)
    server.wait_for("status")
    step.send(signal.SIGINT)
    outcome = step.wait()
    assert outcome.exit_code == 130
    assert "HIJACKED" not in outcome.log
    assert list(workspace.rglob("TEST-*.xml"))
