"""Buildkite: the hook of the plugin run by bash, as the agent runs it, and the example.

Sources: buildkite.com/docs, "Writing plugins", "Environment variables", "buildkite-agent meta-data"; buildkite/agent:
plugin.go (names and values of the variables of a plugin), signal.go and cancel_signal.go (a cancelled job: SIGTERM to
the process group, after 10 seconds SIGKILL); buildkite-plugins/buildkite-plugin-linter, plugin-yaml-schema.yml.
"""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci_systems.checkers import assert_accepted, assert_valid
from tests.ci_systems.conftest import ROOT
from tests.ci_systems.containers import LONG, Docker, docker, start_body
from tests.e2e.conftest import serving
from tests.e2e.engine import Engine
from tests.e2e.secrecy import assert_not_in, files
from tests.simulator import Server, scenario
from tools.ci_files.inputs import API_KEY, SETTINGS

EXAMPLE = ROOT / "examples/ci/buildkite/pipeline.yml"
PLUGIN = ROOT / "ci/buildkite/plugin.yml"
HOOK = ROOT / "ci/buildkite/hooks/command"
# Seconds.
GRACE = 10.0
PLAN = 431
# Keeps what it is told in the working folder, on the machine and in the container alike.
AGENT = """#!/bin/sh
case "$1 $2" in
  "annotate --style") cat >"annotation" ;;
  "meta-data set") cat >"meta-data-$3" ;;
  "meta-data get") cat "meta-data-$3" ;;
  *) exit 64 ;;
esac
"""


def steps() -> list[dict[str, Any]]:
    """The steps of the example that run something."""
    found = yaml.safe_load(EXAMPLE.read_text("utf-8"))["steps"]
    return [each for each in found if "wait" not in each]


def plugin() -> tuple[str, dict[str, Any]]:
    """The address of the plugin in the example, and its settings."""
    [[(address, settings)]] = [list(each.items()) for each in steps()[0]["plugins"]]
    return address, settings


def of_the_plugin(address: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """The variables that the agent makes of settings: of text, numbers and booleans."""
    name = re.sub("[^a-z0-9]", "-", address.partition("#")[0].rpartition("/")[2].lower())
    prefix = name.replace("-buildkite-plugin", "").replace("-", "_").upper()
    values = {key: json.dumps(value) if not isinstance(value, str) else value for key, value in settings.items()}
    made = {f"BUILDKITE_PLUGIN_{prefix}_{re.sub('[- ]', '_', key.upper())}": value for key, value in values.items()}
    return {"BUILDKITE_PLUGIN_NAME": prefix, **made}


@dataclass(frozen=True, slots=True)
class Job:
    """A job of the agent: its working folder, its variables, and the `docker` that it finds."""

    folder: Path
    environ: Mapping[str, str]
    docker: Docker

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=dict(self.environ),
            process_group=0,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, *command: str) -> tuple[int, str]:
        """Run a command: its exit code, and what it printed."""
        with self.start(*command) as process:
            output, _ = process.communicate(timeout=LONG)
        return process.returncode, output


def secret_and_server(server: Server, key: str) -> dict[str, str]:
    """What the `environment` hook of an agent, or a secret, provides."""
    return {
        "TESTSIGMA_API_KEY": key,
        "TESTSIGMA_BASE_URL": server.url,
        "TESTSIGMA_POLL_INTERVAL": "0.2s",
    }


def of_buildkite() -> dict[str, str]:
    """The variables of a job."""
    return {
        "CI": "true",
        "BUILDKITE": "true",
        "BUILDKITE_ORGANIZATION_SLUG": "acme",
        "BUILDKITE_PIPELINE_SLUG": "shop",
        "BUILDKITE_BUILD_NUMBER": "812",
        "BUILDKITE_RETRY_COUNT": "0",
        "BUILDKITE_PULL_REQUEST": "false",
        "BUILDKITE_STEP_KEY": steps()[0]["key"],
        "BUILDKITE_JOB_ID": "job",
        "BUILDKITE_AGENT_ACCESS_TOKEN": "token",
    }


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> Iterator[Docker]:
    """The `docker` of the agent, with a `buildkite-agent` beside it."""
    with docker(engine, tmp_path / "docker", "testsigma-action-buildkite") as made:
        agent = made.folder / "buildkite-agent"
        agent.write_text(AGENT, "utf-8")
        agent.chmod(0o755)
        yield made


@contextmanager
def job(engine: Engine, program: Docker, folder: Path, key: str, name: str) -> Iterator[tuple[Job, Server]]:
    """A job with the plugin of the example, and the service."""
    with serving(scenario(name).with_plan(id=PLAN), key) as server:
        known = {**of_buildkite(), **secret_and_server(server, key), **of_the_plugin(*plugin())}
        yield Job(folder, {**known, **program.environ(engine)}, program), server


def interpolated(command: str) -> str:
    """A command as the upload of a pipeline leaves it: no variable is replaced, two dollar signs become one."""
    assert not re.search(r"(?<!\$)\$(?!\$)", command)
    return command.replace("$$", "$")


def test_the_schema() -> None:
    """Buildkite's schema accepts the example."""
    assert_valid(EXAMPLE, "--builtin-schema", "vendor.buildkite")


def test_the_rules_of_a_plugin(tmp_path: Path) -> None:
    """The description has what Buildkite's linter asks for, and accepts the settings of the example but no others."""
    description = yaml.safe_load(PLUGIN.read_text("utf-8"))
    assert {"name", "description", "author", "requirements", "configuration"} == description.keys()
    configuration = description["configuration"]
    assert {"properties", "required", "additionalProperties"} == configuration.keys()
    assert configuration["additionalProperties"] is False
    assert all(shutil.which(each) for each in description["requirements"])
    schema, settings = tmp_path / "schema.json", tmp_path / "settings.json"
    schema.write_text(json.dumps({"type": "object", **configuration}))
    settings.write_text(json.dumps(plugin()[1]))
    assert_valid(settings, "--schemafile", str(schema))
    settings.write_text(json.dumps({**plugin()[1], "api-key": "text"}))
    with pytest.raises(AssertionError, match="api-key"):
        assert_valid(settings, "--schemafile", str(schema))


def test_the_key_is_no_setting() -> None:
    """Settings are stored with the build. All other inputs are settings."""
    names = yaml.safe_load(PLUGIN.read_text("utf-8"))["configuration"]["properties"].keys() - {"image"}
    assert names == {each.name for each in SETTINGS}
    assert API_KEY.name not in names


def test_shellcheck() -> None:
    """The hook has none of the mistakes that shellcheck knows."""
    assert_accepted("shellcheck", HOOK)


def test_a_plan_that_passes(engine: Engine, program: Docker, folder: Path, key: str) -> None:
    """Later steps have the outputs, the build is annotated, and the files belong to the user of the agent."""
    with job(engine, program, folder, key, "passing") as (started, server):
        code, output = started.run(str(HOOK))
        assert code == 0, output
        later = started.run("bash", "-c", interpolated(steps()[1]["command"]))
    assert later[0] == 0
    assert later[1].startswith("Testsigma: passed  http")
    assert "passed" in (folder / "annotation").read_text("utf-8")
    [uploaded] = {path for path in folder.glob(steps()[0]["artifact_paths"]) if path.name.startswith("TEST-")}
    assert uploaded.stat().st_uid in {os.geteuid(), folder.stat().st_uid}
    assert start_body(server)["executionId"] == PLAN
    assert start_body(server)["buildNo"].startswith("acme/shop#812.1")
    assert_not_in(key, [output, program.lines, *(path.read_text("utf-8") for path in files(folder))])


def test_a_plan_that_fails(engine: Engine, program: Docker, folder: Path, key: str) -> None:
    """The exit code is that of the step, and later steps have the outputs all the same."""
    with job(engine, program, folder, key, "failing") as (started, _):
        code, output = started.run(str(HOOK))
        later = started.run("bash", "-c", interpolated(steps()[1]["command"]))
    assert code == 1, output
    assert later[1].startswith("Testsigma: failed tests-failed http")
    assert_not_in(key, [output])


def test_an_agent_that_fails(engine: Engine, program: Docker, folder: Path, key: str) -> None:
    """The verdict is that of the plan."""
    (program.folder / "buildkite-agent").write_text("#!/bin/sh\nexit 1\n")
    with job(engine, program, folder, key, "passing") as (started, _):
        code, output = started.run(str(HOOK))
    assert code == 0, output
    assert "Warning: the outputs were not set as meta-data of the build." in output


def test_without_an_agent(engine: Engine, program: Docker, folder: Path, key: str) -> None:
    """Without `buildkite-agent` on the machine, only the files have the outputs."""
    (program.folder / "buildkite-agent").unlink()
    with job(engine, program, folder, key, "passing") as (started, _):
        code, output = started.run(str(HOOK))
    assert code == 0, output
    assert {path.name for path in folder.iterdir()} == {"test-results"}


def test_a_container_that_does_not_start(program: Docker, folder: Path) -> None:
    """The exit code is that of docker. Outputs of an earlier build in the same folder are not taken for new ones."""
    (program.folder / "docker").write_text("#!/bin/sh\nexit 125\n")
    outputs = folder / "test-results" / "testsigma-outputs.env"
    outputs.parent.mkdir()
    outputs.write_text("TESTSIGMA_OUTPUT_CONCLUSION=passed\n")
    code, output = Job(folder, {"PATH": f"{program.folder}:/usr/bin:/bin"}, program).run(str(HOOK))
    assert (code, output) == (125, "")
    assert not list(folder.glob("meta-data*"))


def test_a_success_that_is_none(program: Docker, folder: Path) -> None:
    """Exit code 0 of docker is no pass without a conclusion: the image may be another one, or docker may be wrong."""
    (program.folder / "docker").write_text("#!/bin/sh\nexit 0\n")
    code, output = Job(folder, {"PATH": f"{program.folder}:/usr/bin:/bin"}, program).run(str(HOOK))
    assert code == 1
    assert output.startswith("ERROR: docker ended with exit code 0, but the step has no conclusion")


@pytest.mark.parametrize(
    ("setting", "named"),
    [({"planid": 431}, "planid"), ({"api-key": "x"}, "api-key"), ({"plans-0-plan-id": 431}, "plans-0-plan-id")],
)
def test_a_misspelt_setting(program: Docker, folder: Path, setting: dict[str, Any], named: str) -> None:
    """It is named before anything is started, as is what the agent makes of a list. Values are not shown."""
    environ = {"PATH": f"{program.folder}:/usr/bin:/bin", **of_the_plugin(plugin()[0], setting)}
    code, output = Job(folder, environ, program).run(str(HOOK))
    assert code == 2
    assert output.startswith(
        f"ERROR: the plugin has no setting '{named}'. Nothing was started.\nSettings: image plan-id "
    )
    assert not (program.folder / "lines").exists()


def test_settings_win_over_variables(engine: Engine, program: Docker, folder: Path, key: str) -> None:
    """A setting of the plugin is used in place of a variable of the job, and a text with any characters arrives."""
    hostile = {"text": "$HOME `id` \"quoted\" 'single' \\ $(id)"}
    with job(engine, program, folder, key, "passing") as (started, server):
        settings = {**plugin()[1], "runtime-data": json.dumps(hostile, indent=2), "wait": False}
        environ = {**started.environ, "TESTSIGMA_PLAN_ID": "7", **of_the_plugin(plugin()[0], settings)}
        code, output = Job(folder, environ, program).run(str(HOOK))
    assert code == 0, output
    body = start_body(server)
    assert body["executionId"] == PLAN
    assert body["runtimeData"] == hostile
    assert "status" not in server.calls


def test_a_cancelled_job(engine: Engine, program: Docker, folder: Path, key: str) -> None:
    """The hook and docker get the signal: the run is stopped, and the hook ends last, in time."""
    with job(engine, program, folder, key, "slow") as (started, server):
        with started.start(str(HOOK)) as process:
            server.wait_for("status", timeout=30)
            os.killpg(process.pid, signal.SIGTERM)
            output, _ = process.communicate(timeout=GRACE)
        assert process.returncode == 143, output
        assert server.simulator.statuses()[1001] == "STATUS_COMPLETED"
    assert server.calls.count("stop") == 1
    assert "TESTSIGMA_OUTPUT_CONCLUSION=cancelled" in (folder / "meta-data-testsigma-outputs-smoke").read_text("utf-8")
    assert_not_in(key, [output])
