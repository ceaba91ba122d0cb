"""Where a step may leave its files: what cannot be kept is refused before anything is started, and left as it is."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.simulation import Outcome, World
from tests.simulator import scenario


def refused(folder: Path, environ: Mapping[str, str]) -> Outcome:
    """A step that ends with exit code 2, has asked the service for nothing, and says that nothing was started."""
    outcome = World(scenario("passing"), folder, environ).run()
    assert (outcome.exit_code, outcome.calls) == (2, [])
    assert "bad-input" in outcome.lines[-1]
    assert "│" not in outcome.log
    return outcome


@pytest.mark.parametrize("name", ["TESTSIGMA_JUNIT_FILE", "TESTSIGMA_RESULTS_FILE"])
@pytest.mark.parametrize("also", [{}, {"TESTSIGMA_TIMEOUT": "soon"}], ids=["alone", "beside another problem"])
def test_a_pipe_in_place_of_a_report_stays_a_pipe(tmp_path: Path, name: str, also: Mapping[str, str]) -> None:
    """Also by the reports that the refusal itself writes, whatever else is wrong."""
    pipe = tmp_path / "workspace" / "pipe"
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    outcome = refused(tmp_path, {name: "pipe", **also})
    assert pipe.is_fifo()
    assert "is not a regular file; use another file, or 'off'." in outcome.log
    assert "permissions" not in outcome.log


def test_every_report_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """One line for each, with the name of the input, beside the other problems."""
    environ = {"TESTSIGMA_JUNIT_FILE": "/dev/null", "TESTSIGMA_RESULTS_FILE": "/dev/full", "TESTSIGMA_TIMEOUT": "soon"}
    outcome = refused(tmp_path, environ)
    named = [line.partition(": ")[0] for line in outcome.lines if line.startswith("- ")]
    assert named == ["- timeout", "- junit-file", "- results-file"], outcome.log
    assert "permissions" not in outcome.log


def test_a_path_of_the_host_is_refused(tmp_path: Path) -> None:
    """In a container it is a new folder, which is gone with the container."""
    host = tmp_path / "home" / "runner" / "work"
    outcome = refused(tmp_path, {"TESTSIGMA_JUNIT_FILE": str(host / "report.xml")})
    assert f"the folder '{host}' does not exist here; use a path relative to the workspace" in outcome.lines[-1]
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"])
def test_what_later_steps_would_not_get_is_refused(tmp_path: Path, variable: str) -> None:
    """Outputs, state and summary of a run must not be lost after hours; the variable is named."""
    outcome = refused(tmp_path, {variable: str(tmp_path / "missing" / "file")})
    assert f"{variable}: " in outcome.lines[-1]
    assert not (tmp_path / "missing").exists()


def test_a_summary_that_nobody_wants_need_not_be_written(tmp_path: Path) -> None:
    """With `summary: off` its file may be missing."""
    environ = {"GITHUB_STEP_SUMMARY": str(tmp_path / "missing" / "file"), "TESTSIGMA_SUMMARY": "off"}
    assert World(scenario("passing"), tmp_path, environ).run().exit_code == 0


def test_a_working_folder_that_is_gone_is_refused(tmp_path: Path) -> None:
    """In words, with what to do, and not with a traceback."""
    outcome = World(scenario("passing"), tmp_path, github=False, homeless=True).run()
    assert (outcome.exit_code, outcome.calls) == (2, [])
    assert "working folder: it no longer exists." in outcome.lines[-1]
    assert "│" not in outcome.log


@pytest.mark.parametrize("name", ["JUNIT", "RESULTS", "CTRF", "AGENT"])
@pytest.mark.parametrize(
    ("system", "path"),
    [
        ("DRONE", "test-results/testsigma-outputs.json"),
        ("DRONE", "test-results/testsigma-outputs.env"),
        ("GITLAB_CI", "./test-results/testsigma-annotations.json"),
        ("TF_BUILD", "test-results/testsigma-summary.md"),
    ],
)
@pytest.mark.parametrize("also", [{}, {"TESTSIGMA_DRY_RUN": "true"}], ids=["step", "dry run"])
def test_a_report_in_place_of_a_file_of_the_system(
    tmp_path: Path, name: str, system: str, path: str, also: Mapping[str, str]
) -> None:
    """It would be replaced at the end, and nobody would notice that it is lost."""
    environ = {system: "true", f"TESTSIGMA_{name}_FILE": path, **also}
    outcome = World(scenario("passing"), tmp_path, environ, github=False).run()
    assert outcome.exit_code == 2
    assert "start" not in outcome.calls
    assert f"{name.lower()}-file: the outputs or links of the step are written to '{path}'" in outcome.log
