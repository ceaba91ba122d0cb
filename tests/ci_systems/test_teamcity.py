"""TeamCity: the recipe keeps the documented rules, and the files run as documented. The containers are real."""

import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci_systems.agent import Agent, started_with
from tests.ci_systems.conftest import ROOT
from tests.ci_systems.teamcity import Build, Step, kotlin_parameters, kotlin_steps, parameters_of, problems
from tests.e2e.conftest import serving
from tests.e2e.image import IMAGE
from tests.e2e.secrecy import assert_not_in, files
from tests.simulator import Server, scenario

EXAMPLE = ROOT / "examples/ci/teamcity/settings.kts"
RECIPE: dict[str, Any] = yaml.safe_load((ROOT / "ci/teamcity/testsigma.yml").read_text("utf-8"))
RECIPE_STEPS = [Step(each["script"]) for each in RECIPE["steps"]]
# Predefined parameters of a build.
BUILD = {
    "env.TEAMCITY_VERSION": "2025.11 (build 208117)",
    "env.TEAMCITY_PROJECT_NAME": "shop",
    "env.TEAMCITY_BUILDCONF_NAME": "Checkout",
    "env.BUILD_NUMBER": "812",
    "env.BUILD_VCS_NUMBER": "a" * 40,
    "env.BUILD_URL": "https://teamcity.example.com/build/9001",
}
WAY_OUT = 7.5


@pytest.fixture
def build(agent: Agent, folder: Path, key: str) -> Build:
    """A build on an agent with Docker."""
    return Build(agent, folder, {**BUILD, "env.TESTSIGMA_API_KEY": key, "teamcity.build.checkoutDir": str(folder)})


def lead_to(build: Build, server: Server) -> None:
    """Variables of the agent that lead the step to the simulator."""
    build.parameters |= {"env.TESTSIGMA_BASE_URL": server.url, "env.TESTSIGMA_POLL_INTERVAL": "0.2s"}


def with_recipe(build: Build, server: Server, **given: str) -> None:
    """Give the build the parameters of the recipe."""
    key = build.parameters["env.TESTSIGMA_API_KEY"]
    usual = {"API_KEY": key, "IMAGE": IMAGE, "PLAN_ID": "431", "BASE_URL": server.url, "POLL_INTERVAL": "0.2s"}
    inputs = {f"env.TESTSIGMA_{name}": value for name, value in (usual | given).items()}
    build.parameters |= parameters_of(RECIPE, inputs)


def assert_secret(build: Build, key: str) -> None:
    """The key is not in the log, in no command line, and in no file."""
    texts = (path.read_text("utf-8", "replace") for path in files(build.checkout))
    assert_not_in(key, [*build.log, build.agent.command_lines, *texts])


def test_the_recipe_keeps_the_rules() -> None:
    """Names, lengths, kinds and defaults are as documented."""
    assert list(problems(RECIPE)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"name": "testsigma--action"},
        {"version": "v1"},
        {"inputs": [{"x": {"type": "text", "label": "x", "description": "x"}}]},
        {"inputs": [{"x": {"type": "text", "label": "x", "description": "x", "default": 5}}]},
        {"inputs": [{"x": {"type": "words", "label": "x", "description": "x", "required": True}}]},
        {"steps": [{"name": "x", "script": "true", "inputs": {}}]},
    ],
    ids=str,
)
def test_the_rules_are_checked(change: dict[str, Any]) -> None:
    """The check above finds what breaks a rule."""
    assert list(problems({**RECIPE, **change}))


@pytest.mark.parametrize(("name", "result"), [("passing", "passed"), ("failing", "failed")])
def test_the_example(build: Build, key: str, name: str, result: str) -> None:
    """The build has the verdict of the run. JUnit is imported and outputs reach the next step, passed or not."""
    text = EXAMPLE.read_text("utf-8")
    build.parameters |= kotlin_parameters(text)
    with serving(scenario(name).with_plan(id=431), key) as server:
        lead_to(build, server)
        build.run(kotlin_steps(text))
    assert build.failed is (result == "failed"), build.log
    assert build.imported == ["test-results/TEST-testsigma-431.xml"]
    assert build.log[-2:] == [result, f"{server.url}/ui/td/runs/1001"]
    assert started_with(server)["buildNo"].startswith("shop/Checkout#812")
    assert_secret(build, key)


@pytest.mark.parametrize(("name", "result"), [("passing", "passed"), ("failing", "failed")])
def test_the_recipe(build: Build, key: str, name: str, result: str) -> None:
    """The same holds for the recipe."""
    with serving(scenario(name).with_plan(id=431), key) as server:
        with_recipe(build, server)
        build.run(RECIPE_STEPS)
    assert build.failed is (result == "failed"), build.log
    assert build.imported == ["test-results/TEST-testsigma-431.xml"]
    assert build.parameters["env.TESTSIGMA_OUTPUT_RESULT"] == result
    assert_secret(build, key)


def test_values_stay_data(build: Build, key: str) -> None:
    """Neither TeamCity nor a shell reads what is in an input, apart from percent signs, which are doubled."""
    hostile = "'; touch hijacked; $(touch hijacked) `touch hijacked` \"$HOME\" \\ ##teamcity[buildStop comment='x']"
    data = json.dumps({"first": hostile, "second": "100%\nü"})
    with serving(scenario("passing").with_plan(id=431), key) as server:
        with_recipe(build, server, BUILD_NUMBER=hostile, RUNTIME_DATA=data.replace("%", "%%"))
        build.run(RECIPE_STEPS)
    assert not build.failed, build.log
    assert started_with(server)["buildNo"] == hostile
    assert started_with(server)["runtimeData"] == {"first": hostile, "second": "100%\nü"}
    assert not list(build.checkout.rglob("hijacked"))


@pytest.mark.parametrize("name", ["INT", "TERM"])
def test_a_signal_to_the_script_stops_the_run(build: Build, key: str, name: str) -> None:
    """It is not documented what an agent sends. Whatever the process of the script gets reaches the container."""
    with serving(scenario("slow").with_plan(id=431), key) as server:
        with_recipe(build, server)
        with build.start(RECIPE_STEPS[0]) as process:
            server.wait_for("status", timeout=60)
            process.send_signal(signal.Signals[f"SIG{name}"])
            server.wait_for("stop", timeout=WAY_OUT)
            output, _ = process.communicate(timeout=60)
        build.read(output)
    assert server.simulator.statuses()[1001] == "STATUS_COMPLETED"
    assert build.parameters["env.TESTSIGMA_OUTPUT_CONCLUSION"] == "cancelled"


def test_the_page_shows_the_example() -> None:
    """The first block of the page is a part of the example; the second one uses the recipe with its inputs."""
    core, use = re.findall(r"```kotlin\n(.*?)```", (ROOT / "docs/ci/teamcity.md").read_text("utf-8"), re.DOTALL)
    example = {line.strip() for line in EXAMPLE.read_text("utf-8").splitlines()}
    assert {line.strip() for line in core.splitlines()} <= example
    assert set(re.findall(r'param\("([^"]+)"', use)) <= {name for one in RECIPE["inputs"] for name in one}
