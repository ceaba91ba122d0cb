"""Drone: `.drone.yml`; and Harness, whose Plugin step starts a plugin of Drone."""

from pathlib import Path
from typing import Any

from tests import ci_readers
from tests.ci_systems import plugins
from tests.ci_systems.conftest import ROOT
from tests.ci_systems.container_steps import (
    ContainerStep,
    assert_key_hidden,
    assert_schema,
    build_number,
    example,
    fast,
    server_of,
    waiting,
)
from tests.e2e.conftest import give_away
from tests.e2e.engine import Engine
from tests.simulator import Server

FILE = "examples/ci/drone/.drone.yml"
HARNESS = "examples/ci/drone/harness.yml"
WORKDIR = "/drone/src"
# Source: docs.drone.io, "Environment Reference".
BUILT_IN = {
    "CI": "true",
    "DRONE": "true",
    "DRONE_REPO": "acme/shop",
    "DRONE_BUILD_NUMBER": "812",
    "DRONE_BUILD_LINK": "https://drone.example/acme/shop/812",
    "DRONE_COMMIT_SHA": "0123456789abcdef0123456789abcdef01234567",
    "DRONE_BRANCH": "main",
    "DRONE_WORKSPACE": WORKDIR,
}


def steps() -> dict[str, dict[str, Any]]:
    """The steps of the example by their names."""
    return {step["name"]: step for step in example(FILE)["steps"]}


def plugin(server: Server, folder: Path, key: str) -> ContainerStep:
    """The plugin, as root with the entry point of its image; the workspace is a volume."""
    settings = steps()["testsigma"]["settings"] | fast(server)
    return ContainerStep(BUILT_IN | plugins.drone(settings, {"testsigma_api_key": key}), folder, WORKDIR)


def later(folder: Path) -> ContainerStep:
    """The step with commands. Source: drone-runners/drone-runner-docker, engine/compiler/script.go."""
    script = "\n".join(["set -e", *steps()["report"]["commands"]])
    options = ('--entrypoint=["/bin/sh", "-c"]',)
    environ = BUILT_IN | {"DRONE_SCRIPT": script}
    return ContainerStep(environ, folder, WORKDIR, options=options, command=('echo "$DRONE_SCRIPT" | /bin/sh',))


def harness(server: Server, folder: Path, outputs: Path, key: str) -> ContainerStep:
    """The Plugin step of Harness: as in Drone, with a file for output variables and another workspace.

    Source: developer.harness.io, "Write custom plugins", "Plugin step settings".
    """
    spec = example(HARNESS)["steps"][0]["step"]["spec"]
    expression = '<+secrets.getValue("testsigma_api_key")>'
    settings = {name: value.replace(expression, key) for name, value in spec["settings"].items()}
    environ = plugins.drone(settings | fast(server), {}) | {"DRONE_OUTPUT": "/tmp/engine/output.env"}  # noqa: S108
    options = (f"--volume={outputs}:/tmp/engine",)
    return ContainerStep(BUILT_IN | environ, folder, "/harness", options=options)


def test_the_example_keeps_the_schema() -> None:
    """The schema of Drone. Nothing looks like `${NAME}`, which Drone replaces in the whole file."""
    assert_schema("vendor.drone-ci", ROOT / FILE)
    assert "${" not in (ROOT / FILE).read_text("utf-8")


def test_a_pass_is_passed_on(engine: Engine, folder: Path, key: str) -> None:
    """The run is named after the build; a later step reads the outputs; the JUnit file is in the workspace."""
    with server_of("passing", key) as server:
        done = plugin(server, folder, key).run(engine)
        assert build_number(server).startswith("acme/shop#812")
    assert done.returncode == 0, done.stdout
    assert_key_hidden(key, done.stdout, folder)
    assert (folder / "test-results/TEST-testsigma-431.xml").is_file()
    told = later(folder).run(engine)
    assert told.returncode == 0, told.stdout
    assert told.stdout.startswith(f"passed  {server.url}/ui/td/runs/1001")


def test_a_failing_plan_fails_the_step(engine: Engine, folder: Path, key: str) -> None:
    """Exit code 1, and the later step, which runs after a failure too, reads the outputs."""
    assert "failure" in steps()["report"]["when"]["status"]
    with server_of("failing", key) as server:
        done = plugin(server, folder, key).run(engine)
    assert done.returncode == 1, done.stdout
    assert_key_hidden(key, done.stdout, folder)
    assert later(folder).run(engine).stdout.startswith("failed tests-failed http")


def test_a_cancel_leaves_the_run_to_be_found(engine: Engine, folder: Path, key: str) -> None:
    """Drone kills the step at once, so the run continues. Its ID is in the log and in the outputs."""
    with server_of("slow", key) as server, waiting(engine, plugin(server, folder, key), server, "drone") as name:
        engine.signal(name, "KILL")
        assert engine.run("wait", name).stdout.strip() == "137"
        log = engine.run("logs", name).stdout
        assert "stop" not in server.calls
    assert "1001" in log
    assert_key_hidden(key, log, folder)
    assert ci_readers.shell_file(folder, [])["TESTSIGMA_OUTPUT_RUN_ID"] == "1001"


def test_harness_reads_the_outputs(engine: Engine, folder: Path, tmp_path: Path, key: str) -> None:
    """The output variables are in the file that Harness names, and the JUnit file is where the step says."""
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    give_away(outputs)
    with server_of("failing", key) as server:
        done = harness(server, folder, outputs, key).run(engine)
    assert done.returncode == 1, done.stdout
    assert_key_hidden(key, done.stdout, tmp_path)
    (outputs / "output.env").rename(outputs / ci_readers.NATIVE)
    assert ci_readers.assignments(outputs, [])["TESTSIGMA_OUTPUT_RUN_URL"] == f"{server.url}/ui/td/runs/1001"
    (pattern,) = example(HARNESS)["steps"][0]["step"]["spec"]["reports"]["spec"]["paths"]
    assert len(list(folder.glob(pattern))) == 1


def test_the_step_of_harness_has_what_the_documentation_names() -> None:
    """The fields of a Plugin step and its JUnit reports, and a reference to an output that the step sets.

    Source: developer.harness.io, "Plugin step settings" and "Format test reports". There is no public schema.
    """
    first, second = (each["step"] for each in example(HARNESS)["steps"])
    assert first["type"] == "Plugin"
    assert set(first["spec"]) <= {"connectorRef", "image", "privileged", "settings", "reports", "resources"}
    assert first["spec"]["reports"]["type"] == "JUnit"
    assert all(isinstance(value, str) for value in first["spec"]["settings"].values())
    assert (
        f"<+steps.{first['identifier']}.output.outputVariables.TESTSIGMA_OUTPUT_RUN_URL>" in second["spec"]["command"]
    )
