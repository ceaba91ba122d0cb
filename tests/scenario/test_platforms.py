"""What each platform gets: commands and files on GitHub, a plain log elsewhere."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ci_readers import JSON_FILE
from tests.scenario.conftest import Bench, Outcome
from tests.simulator import scenario


def test_the_first_line_masks_the_key(run_scenario: Callable[..., Outcome]) -> None:
    """On GitHub nothing is printed before the key is masked."""
    assert run_scenario(scenario("passing")).lines[0] == "::add-mask::key-for-tests"


def test_failures_are_folded_and_annotated(run_scenario: Callable[..., Outcome]) -> None:
    """On GitHub failures stand in a group, and each is an annotation."""
    step = run_scenario(scenario("failing"))
    assert any(line.startswith("::group::2 cases did not pass") for line in step.lines)
    errors = [line for line in step.lines if line.startswith("::error ")]
    assert len(errors) == 2
    assert "Pay by card" in errors[0]


def test_a_pass_has_no_annotations(run_scenario: Callable[..., Outcome]) -> None:
    """Information is never an annotation."""
    log = run_scenario(scenario("passing")).log
    assert not any(word in log for word in ("::error", "::warning", "::notice"))


def test_a_plain_console_gets_no_commands(bench: Bench) -> None:
    """Elsewhere the log has no workflow commands, and the files are there all the same, with the outputs."""
    step = bench.run(server=bench.serve(scenario("failing")), github=False)
    assert step.exit_code == 1
    assert "::" not in step.log
    assert "key-for-tests" not in step.everything
    assert step.junit_counts["failures"] == 2
    assert step.results["verdict"]["exitCode"] == 1
    assert json.loads((step.workspace / JSON_FILE).read_text("utf-8"))["conclusion"] == "failed"


def test_early_outputs(bench: Bench) -> None:
    """A later step reads the run's ID and page, and the paths of the files relative to the workspace."""
    server = bench.serve(scenario("passing"))
    step = bench.run(server=server)
    assert step.outputs["run-url"] == f"{server.url}/ui/td/runs/1001"
    assert (step.workspace / step.outputs["junit-file"]).is_file()
    assert (step.workspace / step.outputs["results-file"]).is_file()


def test_reports_can_be_turned_off(bench: Bench) -> None:
    """`off` writes no file and no summary, and says so in the outputs by being empty."""
    off = dict.fromkeys(("TESTSIGMA_JUNIT_FILE", "TESTSIGMA_RESULTS_FILE", "TESTSIGMA_SUMMARY"), "off")
    step = bench.run(off, server=bench.serve(scenario("failing")))
    assert step.exit_code == 1
    assert list(step.workspace.iterdir()) == []
    assert step.summary == ""
    assert step.outputs["junit-file"] == step.outputs["results-file"] == ""


def test_paths_of_reports(bench: Bench) -> None:
    """Reports go where they are told to, readable by everybody, with nothing left over beside them."""
    absolute = bench.folder / "elsewhere" / "results.json"
    absolute.parent.mkdir()
    paths = {"TESTSIGMA_JUNIT_FILE": "out/deep/TEST-x.xml", "TESTSIGMA_RESULTS_FILE": str(absolute)}
    step = bench.run(paths, server=bench.serve(scenario("passing")))
    written = step.workspace / "out" / "deep" / "TEST-x.xml"
    assert step.exit_code == 0
    assert stat.S_IMODE(written.stat().st_mode) == 0o644
    assert list(written.parent.iterdir()) == [written]
    assert absolute.is_file()


def test_never_through_a_symbolic_link(bench: Bench) -> None:
    """A link in the workspace does not lead our files out of it, and nothing is started."""
    outside = bench.folder / "outside"
    outside.mkdir()
    server = bench.serve(scenario("passing"))
    workspace = bench.folder / "step-1" / "workspace"
    step = bench.run({"GITHUB_WORKSPACE": str(linked(bench.folder, outside))}, server=server)
    assert step.exit_code == 2
    assert "symbolic link" in step.log
    assert list(outside.iterdir()) == []
    assert server.calls == []
    assert workspace.is_dir()


def linked(folder: Path, outside: Path) -> Path:
    """A workspace whose folder for reports is a link to elsewhere."""
    workspace = folder / "linked"
    workspace.mkdir()
    (workspace / "test-results").symlink_to(outside)
    return workspace


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_files_belong_to_the_owner_of_the_workspace(bench: Bench) -> None:
    """A step that runs as root leaves files that the owner of the workspace can clean up."""
    workspace = bench.folder / "owned"
    workspace.mkdir()
    os.chown(workspace, 12345, 12345)
    bench.run({"GITHUB_WORKSPACE": str(workspace)}, server=bench.serve(scenario("passing")))
    written = list(workspace.rglob("*"))
    assert len(written) == 3
    assert {(path.stat().st_uid, path.stat().st_gid) for path in written} == {(12345, 12345)}


def test_unknown_inputs_are_warnings(bench: Bench) -> None:
    """A misspelt input is told, on the command line it is an error."""
    server = bench.serve(scenario("passing"))
    step = bench.run({"INPUT_PLANID": "1", "INPUT_ENTRYPOINT": "x", "TESTSIGMA_OTHER": "y"}, server=server)
    assert step.exit_code == 0
    assert [line for line in step.lines if line.startswith("Warning")] == [
        "Warning: 'planid' (INPUT_PLANID) is not an input of this action and was ignored; did you mean plan-id?"
    ]
    assert bench.run(server=server, arguments=("--planid=1",)).exit_code == 2


def test_help(bench: Bench) -> None:
    """`--help` lists the inputs and starts nothing."""
    step = bench.start(arguments=("--help",), github=False).wait()
    assert step.exit_code == 0
    assert "--plan-id" in step.log
    assert "TESTSIGMA_API_KEY" in step.log


def test_details_none_shows_no_text_of_steps(bench: Bench) -> None:
    """With `details: none` no text of a step and no message of a case is in any report; the verdict is the same."""
    server = bench.serve(scenario("failing"))
    step = bench.run({"TESTSIGMA_DETAILS": "none"}, server=server)
    assert step.exit_code == 1
    assert "steps" not in server.calls
    assert "Element is not displayed" not in step.everything
    assert "Check out" not in step.everything


def test_details_all_has_the_steps_of_every_case(bench: Bench) -> None:
    """With `details: all` passed cases have their steps too."""
    step = bench.run({"TESTSIGMA_DETAILS": "all"}, server=bench.serve(scenario("passing")))
    cases = [
        case
        for machine in step.results["runs"][0]["machines"]
        for suite in machine["suites"]
        for case in suite["cases"]
    ]
    assert len(cases) == 11
    assert all(case["steps"] or any(one["steps"] for one in case["iterations"]) for case in cases)
