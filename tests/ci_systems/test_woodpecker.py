"""Woodpecker: `.woodpecker.yml` and the page of the plugin."""

import base64
from pathlib import Path
from typing import Any

import yaml

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
    stop,
    waiting,
)
from tests.e2e.engine import Engine
from tests.simulator import Server

FILE = "examples/ci/woodpecker/.woodpecker.yml"
# Seconds from SIGTERM to SIGKILL: woodpecker-ci/woodpecker, pipeline/backend/docker/docker.go.
GRACE = 20
WORKDIR = "/woodpecker/src/forge.example/acme/shop"
# Source: woodpecker-ci.org/docs, "Environment variables".
BUILT_IN = {
    "CI": "woodpecker",
    "CI_REPO": "acme/shop",
    "CI_WORKSPACE": WORKDIR,
    "CI_PIPELINE_NUMBER": "812",
    "CI_PIPELINE_URL": "https://ci.example/repos/1/pipeline/812",
    "CI_COMMIT_SHA": "0123456789abcdef0123456789abcdef01234567",
    "CI_COMMIT_BRANCH": "main",
}


def steps() -> dict[str, dict[str, Any]]:
    """The steps of the example by their names."""
    return {step["name"]: step for step in example(FILE)["steps"]}


def plugin(server: Server, folder: Path, key: str) -> ContainerStep:
    """The plugin, as root with the entry point of its image; the workspace is a volume."""
    settings = steps()["testsigma"]["settings"] | fast(server)
    environ = BUILT_IN | plugins.woodpecker(settings, {"testsigma_api_key": key})
    return ContainerStep(environ, folder, WORKDIR, mount="/woodpecker")


def later(folder: Path) -> ContainerStep:
    """The step with commands: `/bin/sh -e` gets them from a variable. Source: pipeline/backend/common/script.go."""
    lines = [f"cd {WORKDIR}", *steps()["report"]["commands"]]
    script = base64.b64encode("\n".join(lines).encode()).decode()
    options = ('--entrypoint=["/bin/sh", "-c", "echo $CI_SCRIPT | base64 -d | /bin/sh -e"]',)
    return ContainerStep(BUILT_IN | {"CI_SCRIPT": script}, folder, "/woodpecker", options=options)


def workspace(folder: Path) -> Path:
    """The folder on the host that is the workspace in containers, which the clone step makes."""
    path = folder / Path(WORKDIR).relative_to("/woodpecker")
    path.mkdir(parents=True)
    return path


def test_the_example_keeps_the_schema() -> None:
    """The schema of Woodpecker."""
    assert_schema("vendor.woodpecker-ci", ROOT / FILE)


def test_the_example_keeps_the_rules_of_the_linter() -> None:
    """Settings with nothing else that would start the step; every step has an event by the root; no `${NAME}`.

    Sources: woodpecker-ci/woodpecker, pipeline/frontend/yaml/linter/linter.go; woodpecker-ci.org/docs, "String
    substitution".
    """
    assert "${" not in (ROOT / FILE).read_text("utf-8")
    assert all("event" in when for when in example(FILE)["when"])
    assert not {"commands", "entrypoint", "environment"} & steps()["testsigma"].keys()


def test_a_pass_is_passed_on(engine: Engine, folder: Path, key: str) -> None:
    """The run is named after the build; a later step reads the outputs; the JUnit file is in the workspace."""
    place = workspace(folder)
    with server_of("passing", key) as server:
        done = plugin(server, folder, key).run(engine)
        assert build_number(server).startswith("acme/shop#812")
    assert done.returncode == 0, done.stdout
    assert_key_hidden(key, done.stdout, folder)
    assert (place / "test-results/TEST-testsigma-431.xml").is_file()
    told = later(folder).run(engine)
    assert told.returncode == 0, told.stdout
    assert told.stdout.startswith(f"passed  {server.url}/ui/td/runs/1001")


def test_a_failing_plan_fails_the_step(engine: Engine, folder: Path, key: str) -> None:
    """Exit code 1, and the later step, which runs after a failure too, reads the outputs."""
    workspace(folder)
    assert "failure" in steps()["report"]["when"][0]["status"]
    with server_of("failing", key) as server:
        done = plugin(server, folder, key).run(engine)
    assert done.returncode == 1, done.stdout
    assert_key_hidden(key, done.stdout, folder)
    assert later(folder).run(engine).stdout.startswith("failed tests-failed http")


def test_a_cancel_stops_the_run(engine: Engine, folder: Path, key: str) -> None:
    """SIGTERM is enough: the run is stopped before SIGKILL."""
    workspace(folder)
    with server_of("slow", key) as server, waiting(engine, plugin(server, folder, key), server, "woodpecker") as name:
        assert stop(engine, name, GRACE) == 143
        assert server.calls.count("stop") == 1


def test_the_page_of_the_plugin() -> None:
    """The front matter has only fields that Woodpecker's list of plugins reads, among them the one it requires.

    Source: woodpecker-ci.org/docs, "Creating plugins" (Metadata).
    """
    front_matter = yaml.safe_load((ROOT / "ci/woodpecker/docs.md").read_text("utf-8").split("---\n")[1])
    known = {"name", "icon", "description", "author", "tags", "containerImage", "containerImageUrl", "url"}
    assert {"name"} <= set(front_matter) <= known
    assert isinstance(front_matter["tags"], list)
