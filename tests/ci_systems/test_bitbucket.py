"""Bitbucket Pipelines: the pipe and the example, run as Bitbucket is known to run them.

Sources: support.atlassian.com, "Variable sharing", "Step options", "Write a pipe for Bitbucket Pipelines" and "Advanced
techniques for writing pipes"; for what they leave open, the imitation mathieu-lemay/pipeline-runner 0.6.3 (models.py,
container.py): the script of a step is one `bash -i` with `set -e` and `set +H`; a pipe is a `docker run` in a shell,
with only the folder of the build mounted. Which signal a stopped step gets is not documented.
"""

import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci_systems.checkers import assert_valid
from tests.ci_systems.conftest import ROOT
from tests.ci_systems.containers import LONG, docker, sleeping, start_body
from tests.e2e.conftest import serving
from tests.e2e.engine import Engine
from tests.e2e.secrecy import assert_not_in, files
from tests.simulator import Scenario, Server, scenario
from tools.ci_files.inputs import INPUTS

EXAMPLE = ROOT / "examples/ci/bitbucket/bitbucket-pipelines.yml"
PIPE = ROOT / "ci/bitbucket/pipe.yml"
BUILD = "/opt/atlassian/pipelines/agent/build"
VARIABLES = "/opt/atlassian/pipelines/agent/tmp/pipeline-variables.env"
PLAN = 431


def document(path: Path) -> dict[str, Any]:
    """A file of Bitbucket."""
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def steps() -> list[dict[str, Any]]:
    """The steps of the example."""
    return [each["step"] for each in document(EXAMPLE)["pipelines"]["default"]]


def variables(server: Server, key: str) -> dict[str, str]:
    """The environment of a step: variables of Bitbucket and of the repository."""
    return {
        "CI": "true",
        "BITBUCKET_BUILD_NUMBER": "812",
        "BITBUCKET_CLONE_DIR": BUILD,
        "BITBUCKET_PIPELINES_VARIABLES_PATH": VARIABLES,
        "BITBUCKET_REPO_FULL_NAME": "acme/shop",
        "TESTSIGMA_API_KEY": key,
        "TESTSIGMA_BASE_URL": server.url,
        "TESTSIGMA_POLL_INTERVAL": "0.2s",
    }


def run(engine: Engine, folder: Path, step: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[int, str]:
    """Run the script of a step in a new container."""
    shared = folder / "variables"
    shared.touch()
    mounted = (f"--volume={folder}:{BUILD}", f"--volume={shared}:{VARIABLES}", f"--workdir={BUILD}")
    script = "\n".join(("set -e", "set +H", *step["script"]))
    with sleeping(engine, "testsigma-action-bitbucket", *mounted) as container:
        return container.run("/bin/bash", "-i", "-c", script, environ=environ, options=("--tty",))


def shared_variables(folder: Path, step: Mapping[str, Any]) -> dict[str, str]:
    """The variables that later steps get: the last value of each that the step lists."""
    lines = (folder / "variables").read_text("utf-8").splitlines()
    pairs = [line.partition("=") for line in lines]
    return {name: value for name, _, value in pairs if name in step["output-variables"]}


def serve(name: str, key: str) -> Server:
    """A service with the plan of the example."""
    content: Scenario = scenario(name).with_plan(id=PLAN)
    return serving(content, key)


def test_the_schema() -> None:
    """Bitbucket's schema accepts the example, whose steps have documented properties only: the schema allows others."""
    assert_valid(EXAMPLE, "--builtin-schema", "vendor.bitbucket-pipelines")
    documented = {"name", "image", "max-time", "script", "output-variables", "artifacts"}
    assert all({"script"} <= step.keys() <= documented for step in steps())


def test_the_rules_of_a_pipe() -> None:
    """The description has what a pipe for everybody needs, and each input as a variable that Bitbucket can set."""
    pipe = document(PIPE)
    assert {"name", "image", "description", "repository", "maintainer", "tags", "variables"} <= pipe.keys()
    assert {"name", "website"} == pipe["maintainer"].keys()
    # A fixed version, not `latest`.
    assert re.fullmatch(r"\S+:\d+\.\d+\.\d+", pipe["image"])
    assert [each["name"] for each in pipe["variables"]] == [each.variable for each in INPUTS]
    assert all(each["default"] == f"${{{each['name']}}}" for each in pipe["variables"])


def test_a_plan_that_passes(engine: Engine, folder: Path, key: str) -> None:
    """The step passes, Bitbucket finds the JUnit file, and a later step gets the variables that are listed."""
    first, second = steps()
    with serve("passing", key) as server:
        code, output = run(engine, folder, first, variables(server, key))
        assert code == 0, output
        later = {**variables(server, key), **shared_variables(folder, first)}
        assert "passed http" in run(engine, folder, second, later)[1]
    assert list((folder / "test-results").glob("TEST-*.xml"))
    assert start_body(server)["buildNo"].startswith("acme/shop#812")
    assert_not_in(key, [output])
    assert_not_in(key, (path.read_text("utf-8") for path in files(folder)))


def test_a_plan_that_fails(engine: Engine, folder: Path, key: str) -> None:
    """The step fails."""
    with serve("failing", key) as server:
        code, output = run(engine, folder, steps()[0], variables(server, key))
    assert code == 1, output
    assert_not_in(key, [output])


def command_of(pipe: str, folder: Path, given: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """The command that runs a pipe; a shell reads the values of its variables."""
    of_bitbucket = [f'--env={name}="${name}"' for name in environ if name.startswith(("BITBUCKET_", "CI"))]
    of_the_pipe = [f'--env={name}="{value}"' for name, value in given.items()]
    build = f"--volume={shlex.quote(str(folder))}:{shlex.quote(str(folder))}"
    return " ".join(["docker run --rm", build, "--workdir=$(pwd)", *of_bitbucket, *of_the_pipe, pipe])


def in_a_shell(
    engine: Engine, folder: Path, programs: Path, lines: list[str], environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run the lines of a step that runs a pipe."""
    with docker(engine, programs, "testsigma-action-pipe") as program:
        return subprocess.run(
            ["bash", "-e", "-c", "\n".join(lines)],
            check=False,
            cwd=folder,
            env={**environ, **program.environ(engine)},
            timeout=LONG,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )


def of_a_pipe(server: Server, key: str) -> dict[str, str]:
    """The environment of a step with a pipe."""
    return {**variables(server, key), "BITBUCKET_PIPE_STORAGE_DIR": f"{BUILD}/.bitbucket/pipelines/generated/pipeline"}


@pytest.mark.parametrize(("name", "code"), [("passing", 0), ("failing", 1)])
def test_the_pipe(engine: Engine, folder: Path, tmp_path: Path, key: str, name: str, code: int) -> None:
    """It gets the key and other inputs from variables of the repository, and works without the file for variables."""
    pipe = document(PIPE)
    defaults = {each["name"]: each["default"] for each in pipe["variables"]}
    with serve(name, key) as server:
        environ = of_a_pipe(server, key)
        command = command_of(pipe["image"], folder, {**defaults, "TESTSIGMA_PLAN_ID": str(PLAN)}, environ)
        done = in_a_shell(engine, folder, tmp_path / "programs", [command], environ)
    assert done.returncode == code, done.stdout
    assert "TESTSIGMA_OUTPUT_RUN_ID=1001\n" in (folder / "test-results/testsigma-outputs.env").read_text("utf-8")
    assert list((folder / "test-results").glob("TEST-*.xml"))
    assert_not_in(key, [done.stdout, *(path.read_text("utf-8") for path in files(folder))])


def test_the_pipe_of_the_guide(engine: Engine, folder: Path, tmp_path: Path, key: str) -> None:
    """The lines after the pipe set an output variable, also if the pipe could not."""
    guide = (ROOT / "docs/ci/bitbucket.md").read_text("utf-8")
    pipe, *lines = yaml.safe_load(guide.rpartition("```yaml\n")[2].partition("```")[0])["script"]
    shared = tmp_path / "variables"
    with serve("passing", key) as server:
        environ = {**of_a_pipe(server, key), "BITBUCKET_PIPELINES_VARIABLES_PATH": str(shared)}
        service = {name: f"${name}" for name in ("TESTSIGMA_BASE_URL", "TESTSIGMA_POLL_INTERVAL")}
        image = pipe["pipe"].removeprefix("docker://")
        command = command_of(image, folder, {**pipe["variables"], **service}, environ)
        done = in_a_shell(engine, folder, tmp_path / "programs", [command, *lines], environ)
    assert done.returncode == 0, done.stdout
    assert shared.read_text("utf-8") == "TESTSIGMA_OUTPUT_RUN_ID=1001\n"
