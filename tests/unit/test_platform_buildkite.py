"""Buildkite: headers of groups."""

import json
import sys
from pathlib import Path

import pytest

from testsigma_action.domain.build import Build
from testsigma_action.platforms.buildkite import NOT_ANNOTATED, Buildkite
from testsigma_action.secret import Secret

ENVIRON = {
    "BUILDKITE": "true",
    "BUILDKITE_ORGANIZATION_SLUG": "acme",
    "BUILDKITE_PIPELINE_SLUG": "shop",
    "BUILDKITE_BUILD_NUMBER": "812",
    "BUILDKITE_RETRY_COUNT": "1",
    "BUILDKITE_COMMIT": "abc",
    "BUILDKITE_BRANCH": "fix",
    "BUILDKITE_PULL_REQUEST": "5",
    "BUILDKITE_BUILD_URL": "https://buildkite.com/acme/shop/builds/812",
    "BUILDKITE_JOB_ID": "0190-a",
}


def test_facts() -> None:
    """The first retry is the second attempt."""
    assert Buildkite(ENVIRON).build == Build(
        system="Buildkite",
        label="acme/shop#812.2",
        attempt=2,
        commit="abc",
        branch="fix",
        pull_request="5",
        job_url="https://buildkite.com/acme/shop/builds/812#0190-a",
        pipeline_run="acme/shop 812",
    )
    assert Buildkite({}).build == Build("Buildkite")


def test_no_pull_request_is_false() -> None:
    """The variable is always set."""
    assert Buildkite(ENVIRON | {"BUILDKITE_PULL_REQUEST": "false"}).build.pull_request == ""


def test_groups_are_open() -> None:
    """What follows belongs to the group, so it must not be folded; lines are no headers."""
    assert Buildkite({}).group("Failures", ["--- one", "^^^ +++"]) == ["+++ Failures", "│ --- one", "│ ^^^ +++"]


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """A program in place of the agent, which keeps what it gets."""
    program = tmp_path / "buildkite-agent"
    got = repr(str(tmp_path / "got"))
    record = f"import json, os, sys; json.dump([sys.argv[1:], sys.stdin.read(), dict(os.environ)], open({got}, 'w'))"
    program.write_text(f"#!{sys.executable} -I\n{record}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def test_the_build_is_annotated(agent: Path) -> None:
    """With the summary, without the key in text and environment; a repeated job replaces its annotation."""
    buildkite = Buildkite(
        {
            "PATH": str(agent.parent),
            "BUILDKITE_AGENT_ENDPOINT": "https://agent.example",
            "BUILDKITE_STEP_KEY": "tests",
            "BUILDKITE_PARALLEL_JOB": "2",
            "TESTSIGMA_API_KEY": "key-for-tests",
        }
    )
    buildkite.secret = Secret("key-for-tests")
    assert buildkite.write_summary("# é key-for-tests\n") == []
    arguments, text, environ = json.loads((agent.parent / "got").read_text("utf-8"))
    assert arguments == ["annotate", "--style", "info", "--context", "testsigma-tests-2"]
    assert text == "# é ***\n"
    assert "BUILDKITE_AGENT_ENDPOINT" in environ
    assert "key-for-tests" not in environ.values()


def test_without_the_agent_there_is_no_annotation(tmp_path: Path) -> None:
    """The program of the agent must be mounted into the container."""
    assert Buildkite({"PATH": str(tmp_path)}).write_summary("text") == []
    assert Buildkite({}).write_summary("text") == []


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "#!/missing\n"])
def test_an_agent_that_fails_is_no_error(agent: Path, script: str) -> None:
    """The log says it, and the verdict stays."""
    agent.write_text(script, encoding="utf-8")
    assert Buildkite({"PATH": str(agent.parent)}).write_summary("text") == [NOT_ANNOTATED]
