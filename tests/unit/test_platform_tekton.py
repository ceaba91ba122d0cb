"""Tekton: results of the task."""

from pathlib import Path

import pytest

from tests import ci_readers, samples
from testsigma_action.domain.build import Build
from testsigma_action.platforms.tekton import Tekton
from testsigma_action.reporting import outputs


def test_facts() -> None:
    """Those that the task sets."""
    environ = {"TEKTON_NAMESPACE": "shop", "TEKTON_PIPELINE_RUN": "nightly-x7", "TEKTON_TASK_RUN": "nightly-x7-test"}
    assert Tekton(environ).build == Build(
        system="Tekton", label="shop/nightly-x7#nightly-x7-test", pipeline_run="shop/nightly-x7"
    )


def test_the_first_retry_is_the_second_attempt() -> None:
    """Tekton counts retries from 0."""
    assert [Tekton({"TEKTON_RETRY_COUNT": count}).build.attempt for count in "01"] == [1, 2]


def test_every_output_is_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own name and nothing after its value; all of them fit into the message of the task."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ci_readers.NATIVE
    folder.mkdir()
    tekton = Tekton({"TEKTON_RESULTS": str(folder)})
    values = outputs.render(samples.failing()) | {"runs": "<" * 3000}
    assert tekton.problems(summary=True) == []
    assert tekton.write_outputs(values) == []
    assert {path.name for path in folder.iterdir()} == values.keys()
    assert (folder / "result").read_text("utf-8") == values["result"]
    assert ci_readers.tekton_results(tmp_path, [])["TESTSIGMA_OUTPUT_RUNS"] == ""


def test_a_folder_that_is_not_here_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found before anything is started."""
    monkeypatch.chdir(tmp_path)
    [problem] = Tekton({"TEKTON_RESULTS": str(tmp_path / "missing")}).problems(summary=True)
    assert problem.startswith(f"TEKTON_RESULTS: the folder '{tmp_path / 'missing'}' does not exist here.")
    assert problem.endswith(" Set it to /tekton/results.")


@pytest.mark.skipif(Path("/tekton/results").exists(), reason="this is a step of a Tekton task")
def test_the_folder_of_tekton_exists_in_every_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is missing, the variable is wrong and not its value."""
    monkeypatch.chdir(tmp_path)
    [problem] = Tekton({"TEKTON_RESULTS": "/tekton/results"}).problems(summary=True)
    assert problem == (
        "TEKTON_RESULTS: the folder '/tekton/results' does not exist: this is no step of a Tekton task. "
        "Remove TEKTON_RESULTS."
    )
