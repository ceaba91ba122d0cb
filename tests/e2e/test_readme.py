"""Somebody who has never heard of the action follows its README, block by block, with the simulator as the service."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ci_systems.containers import docker
from tests.e2e import checkout
from tests.e2e.act import Told
from tests.e2e.conftest import serving
from tests.e2e.engine import Engine
from tests.e2e.repository import Repository
from tests.e2e.secrecy import assert_not_in
from tests.simulator import Scenario, Server, scenario

README = (checkout.ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(yaml|sh)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
QUICKSTART, SEVERAL_PLANS = (text for language, text in BLOCKS if language == "yaml")
# Where the README says that the workflow belongs, and what its check is called.
PLACE = re.findall(r"Add `(\.github/workflows/[^`]+)`", README)[0]
CHECK = re.findall(r"so that GitHub knows the check `([^`]+)`", README)[0]

Push = Callable[[str, Scenario], Told]


@pytest.fixture
def push(repository: Repository) -> Push:
    """Makes a repository of a workflow and nothing else, and runs the workflow as GitHub does after a push."""

    def run(workflow: str, wanted: Scenario) -> Told:
        with serving(wanted, repository.key) as server:
            return repository.run(repository.write(PLACE, workflow), server)

    return run


def with_plan_of_the_readme(name: str) -> Scenario:
    """A scenario whose plan has the ID that the README uses."""
    found = scenario(name)
    return replace(found, plans=(replace(found.plans[0], id=431),))


def test_a_green_check(push: Push) -> None:
    """The quickstart's workflow is green after a run that passes, under the name that the README gives to the check."""
    told = push(QUICKSTART, with_plan_of_the_readme("passing"))
    assert told.exit_code == 0
    assert {event["jobID"] for event in told.events if "jobID" in event} == {CHECK}
    assert told.results()["tests"] == "success"
    assert any("Run 1001 ended as passed" in event.get("msg", "") for event in told.events)


def test_a_red_check_that_says_why(push: Push, key: str) -> None:
    """The same workflow is red if a case fails. The log ends with the verdict, and a link to its explanation."""
    told = push(QUICKSTART, with_plan_of_the_readme("failing"))
    assert told.failed_jobs() == [CHECK]
    *_, link, verdict = told.log().splitlines()
    assert verdict == "FAILED (exit code 1, tests-failed): Shop regression. 2 of 11 cases failed."
    page, _, section = link.removeprefix("Help: ").rpartition("#")
    assert f"\n## {section}\n" in (checkout.ROOT / page.partition("/main/")[2]).read_text("utf-8")
    for part in (told.log(), told.summary()):
        assert "Pay by card" in part
        assert "Element is not displayed" in part
    assert_not_in(key, [told.log(), told.summary()])


def test_several_plans(push: Push) -> None:
    """The step with several plans, in the workflow of the quickstart, runs all of them and is green."""
    one = scenario("passing").plans[0]
    plans = tuple(replace(one, id=number) for number in (431, 432))
    head = QUICKSTART.partition("    steps:\n")[0]
    step = SEVERAL_PLANS.replace("- uses:", "- id: tests\n        uses:", 1)
    told = push(f"{head}    steps:\n{step}", replace(scenario("passing"), plans=plans))
    assert told.exit_code == 0, told.log()
    assert told.outputs()["run-ids"].count(",") == 2


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1)])
def test_the_docker_step(engine: Engine, key: str, tmp_path: Path, name: str, exit_code: int) -> None:
    """The command for other CI systems has the exit code of the verdict, and leaves its reports in the folder."""
    (command,) = re.findall(r"^docker run .*$", README, re.MULTILINE)
    folder = tmp_path / "folder"
    folder.mkdir()
    with serving(with_plan_of_the_readme(name), key) as server, docker(engine, tmp_path / "bin", "readme") as made:
        done = _in_shell(command, folder, {**made.environ(engine), "TESTSIGMA_API_KEY": key}, server)
    assert done.returncode == exit_code, done.stdout
    assert list((folder / "test-results").glob("TEST-*.xml"))
    assert_not_in(key, [done.stdout, made.lines])


def _in_shell(command: str, folder: Path, environ: dict[str, str], server: Server) -> subprocess.CompletedProcess[str]:
    """Run the command of the README, which passes on one variable more: the address of the simulator."""
    line = command.replace("-e TESTSIGMA_API_KEY", "-e TESTSIGMA_API_KEY -e TESTSIGMA_BASE_URL")
    return subprocess.run(
        ["sh", "-c", line],
        check=False,
        cwd=folder,
        env={**environ, "TESTSIGMA_BASE_URL": server.url},
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
    )
