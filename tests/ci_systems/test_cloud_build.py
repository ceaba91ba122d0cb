"""Google Cloud Build: `cloudbuild.yaml`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests import ci_readers
from tests.ci_systems.conftest import ROOT
from tests.ci_systems.container_steps import (
    ContainerStep,
    assert_key_hidden,
    assert_schema,
    build_number,
    example,
    fast,
    server_of,
    stop,
    waiting,
)
from tests.e2e.engine import Engine
from tests.simulator import Server

FILE = "examples/ci/cloud-build/cloudbuild.yaml"
WORKDIR = "/workspace"
HOME = "/builder/home"
# Where a step finds $BUILDER_OUTPUT.
OUTPUTS = "/builder/outputs"
# Source: docs.cloud.google.com/build, "Substituting variable values".
SUBSTITUTIONS = {
    "PROJECT_ID": "acme-project",
    "BUILD_ID": "0b2f7c1e-0000-0000-0000-000000000000",
    "LOCATION": "europe-west1",
    "TRIGGER_NAME": "shop",
    "COMMIT_SHA": "0123456789abcdef0123456789abcdef01234567",
    "BRANCH_NAME": "main",
}
# Seconds that are assumed: the documentation names neither the signal nor the time.
GRACE = 10


def steps() -> dict[str, dict[str, Any]]:
    """The steps of the example by their IDs."""
    return {step["id"]: step for step in example(FILE)["steps"]}


def container(step: dict[str, Any], folder: Path, environ: dict[str, str], *options: str) -> ContainerStep:
    """A step: the entry point of the image, or its script as an executable file; $HOME and the workspace are volumes.

    Sources: GoogleCloudPlatform/cloud-build-local, build/build.go; docs.cloud.google.com/build: "Build configuration
    file schema", "Running bash scripts".
    """
    assert not {"dir", "entrypoint", "volumes", "waitFor"} & step.keys(), "not imitated here"
    if step.get("automapSubstitutions"):
        environ = SUBSTITUTIONS | environ
    if "script" in step:
        script = folder / "script"
        script.write_text(step["script"], "utf-8")
        script.chmod(0o755)
        options = (*options, f"--volume={script}:/builder/script:ro", "--entrypoint=/builder/script")
    environ = {"HOME": HOME, "BUILDER_OUTPUT": OUTPUTS} | environ
    return ContainerStep(environ, folder / "workspace", WORKDIR, options=(f"--tmpfs={HOME}", *options))


def first_step(server: Server, folder: Path, key: str) -> ContainerStep:
    """The first step, with its secret; its output folder is kept."""
    step = steps()["testsigma"]
    (secret,) = example(FILE)["availableSecrets"]["secretManager"]
    environ = dict(each.split("=", 1) for each in step["env"])
    environ |= {name: key for name in step["secretEnv"] if name == secret["env"]}
    environ |= {f"TESTSIGMA_{name.upper().replace('-', '_')}": value for name, value in fast(server).items()}
    return container(step, folder, environ, f"--volume={folder / ci_readers.NATIVE}:{OUTPUTS}")


@pytest.fixture
def build(folder: Path) -> Path:
    """The folders of a build on its machine, which belong to root."""
    for name in ("workspace", ci_readers.NATIVE):
        (folder / name).mkdir()
    return folder


def test_the_example_keeps_the_schema() -> None:
    """The schema of Cloud Build."""
    assert_schema("vendor.cloudbuild", ROOT / FILE)


def test_every_substitution_exists() -> None:
    """A build with an unknown `$NAME` in `args` or `env` is refused. Scripts have variables, and no substitutions."""
    words = [word for step in steps().values() for word in (*step.get("args", ()), *step.get("env", ()))]
    assert {name for word in words for name in re.findall(r"\$(\w+)", word)} <= set(SUBSTITUTIONS)


def test_the_build_may_take_longer_than_the_step() -> None:
    """The build ends later than the step gives up by itself, which is after 2 hours."""
    assert 2 * 60 * 60 < int(example(FILE)["timeout"].removesuffix("s")) <= 24 * 60 * 60


def test_a_pass_is_passed_on(engine: Engine, build: Path, key: str) -> None:
    """Exit code 0; the run is named after the build; its outputs are those of the build step; the last step passes."""
    with server_of("passing", key) as server:
        done = first_step(server, build, key).run(engine)
        assert build_number(server).startswith(f"acme-project/shop#{SUBSTITUTIONS['BUILD_ID']}")
    assert done.returncode == 0, done.stdout
    assert_key_hidden(key, done.stdout, build)
    url = f"{server.url}/ui/td/runs/1001"
    assert ci_readers.builder_output(build, [])["TESTSIGMA_OUTPUT_RUN_URL"] == url
    verdict = container(steps()["verdict"], build, {}).run(engine)
    assert (verdict.returncode, verdict.stdout) == (0, f"passed: {url}\n")


def test_a_failing_plan_fails_the_build(engine: Engine, build: Path, key: str) -> None:
    """The step fails with exit code 1, which is allowed; its JUnit file is kept by the next; the last step fails."""
    with server_of("failing", key) as server:
        done = first_step(server, build, key).run(engine)
    assert done.returncode == 1, done.stdout
    assert_key_hidden(key, done.stdout, build)
    pattern = next(word for word in steps()["keep"]["args"] if word.endswith(".xml"))
    assert len(list((build / "workspace").glob(pattern))) == 1
    assert container(steps()["verdict"], build, {}).run(engine).returncode != 0


@pytest.mark.parametrize("extra", [{"TESTSIGMA_TIMEOUT": "soon"}, {"TESTSIGMA_API_KEY": "another"}], ids=str)
def test_a_step_without_a_verdict_fails_the_build(engine: Engine, build: Path, key: str, extra: dict[str, str]) -> None:
    """Bad input or a wrong key: the failure of the first step is allowed, and the last one fails."""
    with server_of("passing", key) as server:
        step = first_step(server, build, key)
        done = ContainerStep({**step.environ, **extra}, step.folder, step.workdir, options=step.options).run(engine)
    assert done.returncode in {2, 3}, done.stdout
    assert container(steps()["verdict"], build, {}).run(engine).returncode != 0


def test_a_step_that_never_ran_fails_the_build(engine: Engine, build: Path) -> None:
    """Without the file with the outputs there is no verdict."""
    assert container(steps()["verdict"], build, {}).run(engine).returncode != 0


def test_a_cancel_stops_the_run(engine: Engine, build: Path, key: str) -> None:
    """After SIGTERM the run is stopped, and the last step would fail."""
    with server_of("slow", key) as server, waiting(engine, first_step(server, build, key), server, "cloud") as name:
        assert stop(engine, name, GRACE) == 143
        assert server.calls.count("stop") == 1
    output = json.loads((build / ci_readers.NATIVE / "output").read_text("utf-8"))
    assert output["TESTSIGMA_OUTPUT_CONCLUSION"] == "cancelled"
    assert container(steps()["verdict"], build, {}).run(engine).returncode != 0
