"""CircleCI: the orb and the example, each step run as CircleCI documents it.

Source: circleci.com/docs, "Reusable config reference", "Configuration reference", "Set an environment variable" and
"Custom Docker images": parameters are replaced in texts; each `run` step is a new `/bin/bash -eo pipefail` in the
container, whose entry point is ignored, in the folder `~/project`; bash reads $BASH_ENV; `environment` is not expanded;
after a failed step, only steps with `when: always` run, and test results are stored.
Which signal a cancelled step gets is not documented: SIGTERM is assumed.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci_systems.checkers import assert_valid
from tests.ci_systems.conftest import ROOT
from tests.ci_systems.containers import Container, sleeping, start_body
from tests.e2e.conftest import serving
from tests.e2e.engine import Engine
from tests.e2e.secrecy import assert_not_in, files
from tests.simulator import Server, scenario
from tools.ci_files.inputs import API_KEY, SETTINGS

EXAMPLE = ROOT / "examples/ci/circleci/.circleci/config.yml"
ORB = ROOT / "ci/circleci/orb.yml"
REFERENCE = re.compile(r"<<\s*parameters\.([a-z0-9_-]+)\s*>>")
BASH_ENV = "/root/project/.bash_env"
# Seconds that other systems give a step at least.
GRACE = 10.0
PLAN = 431


@dataclass(frozen=True, slots=True)
class Job:
    """A job without parameters: its variables, and its steps."""

    environment: Mapping[str, str]
    steps: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return "example" if self.environment else "orb"


def document(path: Path) -> dict[str, Any]:
    """A file of CircleCI."""
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def filled(value: Any, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any value of YAML
    """The value with the parameters in all of its texts."""
    if isinstance(value, dict):
        return {key: filled(each, parameters) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, parameters) for each in value]
    return REFERENCE.sub(lambda found: str(parameters[found[1]]), value) if isinstance(value, str) else value


def flat(orb: Mapping[str, Any], definition: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The built-in steps of a job or command that is called with these arguments."""
    defaults = {name: each.get("default") for name, each in definition.get("parameters", {}).items()}
    for step in filled(definition["steps"], {**defaults, **given}):
        [(name, arguments)] = step.items()
        if name in orb.get("commands", {}):
            yield from flat(orb, orb["commands"][name], arguments)
        else:
            yield name, arguments


def example() -> Job:
    """The job of the example."""
    job = document(EXAMPLE)["jobs"]["testsigma"]
    return Job(job["environment"], tuple(flat({}, job, {})))


def of_the_orb() -> Job:
    """The job that the orb's own example calls."""
    orb = document(ORB)
    [call] = orb["examples"]["run_a_test_plan"]["usage"]["workflows"]["test"]["jobs"]
    [(name, arguments)] = call.items()
    given = {key: value for key, value in arguments.items() if key != "context"}
    return Job({}, tuple(flat(orb, orb["jobs"][name.removeprefix("testsigma/")], given)))


JOBS = pytest.mark.parametrize("job", [example(), of_the_orb()], ids=str)


def variables(server: Server, key: str, job: Job, step: Mapping[str, Any]) -> dict[str, str]:
    """The environment of a step: variables of CircleCI, of the context, of the job and of the step."""
    return {
        "CI": "true",
        "CIRCLECI": "true",
        "BASH_ENV": BASH_ENV,
        "CIRCLE_PROJECT_USERNAME": "acme",
        "CIRCLE_PROJECT_REPONAME": "shop",
        "CIRCLE_BUILD_NUM": "812",
        "TESTSIGMA_API_KEY": key,
        "TESTSIGMA_BASE_URL": server.url,
        "TESTSIGMA_POLL_INTERVAL": "0.2s",
        **job.environment,
        **step.get("environment", {}),
    }


def shell(step: Mapping[str, Any]) -> tuple[str, ...]:
    """How a `run` step is started."""
    return ("/bin/bash", "-eo", "pipefail", "-c", step["command"])


def container(engine: Engine, folder: Path) -> AbstractContextManager[Container]:
    """The primary container of a job."""
    mounted = (f"--volume={folder}:/root/project", "--workdir=/root/project")
    return sleeping(engine, "testsigma-action-circleci", *mounted)


def run(primary: Container, job: Job, server: Server, key: str) -> list[tuple[int, str]]:
    """Run the `run` steps of a job; after a failure, those with `when: always` only."""
    done: list[tuple[int, str]] = []
    for step in (arguments for name, arguments in job.steps if name == "run"):
        if step.get("when") == "always" or not any(code for code, _ in done):
            done.append(primary.run(*shell(step), environ=variables(server, key, job, step)))
    return done


def test_the_schema() -> None:
    """CircleCI's schema accepts the example, and the orb, which has the keys of a configuration."""
    assert_valid(EXAMPLE, "--builtin-schema", "vendor.circle-ci")
    assert_valid(ORB, "--builtin-schema", "vendor.circle-ci")


def test_the_rules_of_an_orb() -> None:
    """Every element is described, names are allowed, every reference is declared; a built-in step is not replaced."""
    orb = document(ORB)
    assert {"version", "description", "display", "commands", "jobs", "executors", "examples"} == orb.keys()
    elements = [each for kind in ("commands", "jobs", "executors") for each in orb[kind].items()]
    for name, element in elements:
        assert element["description"]
        declared = element["parameters"]
        assert all(re.fullmatch("[a-z][a-z0-9_-]*", each) for each in (name, *declared))
        assert all(each["description"] and each["type"] == "string" for each in declared.values())
        assert set(REFERENCE.findall(str(element))) == declared.keys()
    assert not orb["commands"].keys() & {"run", "checkout", "when", "unless", "store_test_results", "store_artifacts"}


def test_the_key_is_no_parameter() -> None:
    """A parameter would be written into a configuration, and shown with it. All other inputs are parameters."""
    orb = document(ORB)
    for element in (*orb["commands"].values(), *orb["jobs"].values()):
        names = element["parameters"].keys() - {"image"}
        assert names == {each.name for each in SETTINGS}
        assert API_KEY.name not in names


@JOBS
def test_a_plan_that_passes(engine: Engine, folder: Path, key: str, job: Job) -> None:
    """The step passes, the JUnit file is where test results are taken from, and later steps have the outputs."""
    with container(engine, folder) as primary, serving(scenario("passing").with_plan(id=PLAN), key) as server:
        done = run(primary, job, server, key)
        later = {"command": 'echo "$TESTSIGMA_OUTPUT_RUN_ID $TESTSIGMA_OUTPUT_CONCLUSION"'}
        done.append(primary.run(*shell(later), environ=variables(server, key, job, later)))
    assert [code for code, _ in done] == [0] * len(done), done
    assert done[-1][1] == "1001 passed\n"
    [stored] = {arguments["path"] for name, arguments in job.steps if name == "store_test_results"}
    assert list((folder / stored).glob("TEST-*.xml"))
    assert start_body(server)["executionId"] == PLAN
    assert start_body(server)["buildNo"].startswith("acme/shop#812")
    assert_not_in(key, (output for _, output in done))
    assert_not_in(key, (path.read_text("utf-8") for path in files(folder)))


@JOBS
def test_a_plan_that_fails(engine: Engine, folder: Path, key: str, job: Job) -> None:
    """The step fails, and steps with `when: always` have the outputs."""
    with container(engine, folder) as primary, serving(scenario("failing").with_plan(id=PLAN), key) as server:
        (code, output), *always = run(primary, job, server, key)
    assert code == 1, output
    assert all(later == 0 and "failed tests-failed http" in text for later, text in always)
    assert_not_in(key, [output])


@JOBS
def test_a_cancelled_job(engine: Engine, folder: Path, key: str, job: Job) -> None:
    """The step stops its run, and ends in time."""
    step = next(arguments for name, arguments in job.steps if name == "run")
    with container(engine, folder) as primary, serving(scenario("slow").with_plan(id=PLAN), key) as server:
        with primary.start(*shell(step), environ=variables(server, key, job, step)) as process:
            server.wait_for("status", timeout=30)
            primary.signal("TERM")
            output, _ = process.communicate(timeout=GRACE)
        assert process.returncode == 143, output
        assert server.simulator.statuses()[1001] == "STATUS_COMPLETED"
    assert server.calls.count("stop") == 1
    assert_not_in(key, [output])
