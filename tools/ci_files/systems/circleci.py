"""CircleCI: an orb in one file, as `circleci orb publish` takes it.

Source: circleci.com/docs, "Reusable config reference" and "Orb authoring process". All parameters are strings: CircleCI
turns a boolean into 1 or 0 in the environment of a step. They become INPUT_ variables, of which an empty one counts as
not given: a TESTSIGMA_ variable of a context or of the project has its effect.
"""

from collections.abc import Mapping
from typing import Any

from tools.ci_files import project
from tools.ci_files.files import yaml_text
from tools.ci_files.inputs import API_KEY, SETTINGS, Input

# Not `run`: that would replace the step of the same name, also within the orb.
NAME = "run-plan"
IMAGE = {"type": "string", "default": project.IMAGE, "description": "Image of the action."}
KEY = f"Set {API_KEY.variable} in a context or in the project."


def files() -> Mapping[str, str]:
    """The orb."""
    return {"circleci/orb.yml": yaml_text(_orb())}


def _orb() -> dict[str, Any]:
    return {
        "version": 2.1,
        "description": f"{project.DESCRIPTION} {KEY}",
        "display": {"home_url": project.REPOSITORY, "source_url": project.REPOSITORY},
        "executors": {"default": _executor()},
        "commands": {NAME: _command()},
        "jobs": {NAME: _job()},
        "examples": {"run_a_test_plan": _example()},
    }


def _executor() -> dict[str, Any]:
    return {
        "description": "A container of the image of the action.",
        "parameters": {"image": dict(IMAGE)},
        "docker": [{"image": _value_of("image")}],
        "resource_class": "small",
    }


def _command() -> dict[str, Any]:
    """The step, and the test results, which are stored also after a failure."""
    step = {
        "name": project.TITLE,
        # The step gets the signals that CircleCI sends to the shell.
        "command": "exec testsigma-action",
        "environment": {_variable(each): _value_of(each.name) for each in SETTINGS},
    }
    return {
        "description": f"Run test plans in a job that uses the executor of this orb. {KEY}",
        "parameters": _parameters(),
        "steps": [{"run": step}, {"store_test_results": {"path": "test-results"}}],
    }


def _job() -> dict[str, Any]:
    return {
        "description": f"Run test plans. {KEY} A plan in a file of the repository needs `pre-steps: [checkout]`.",
        "parameters": {"image": dict(IMAGE), **_parameters()},
        "executor": {"name": "default", "image": _value_of("image")},
        "steps": [{NAME: {each.name: _value_of(each.name) for each in SETTINGS}}],
    }


def _example() -> dict[str, Any]:
    call = {f"testsigma/{NAME}": {"context": "testsigma", "plan-id": "431", "timeout": "50m"}}
    usage = {
        "version": 2.1,
        "orbs": {"testsigma": f"{project.NAMESPACE}/testsigma@{project.VERSION}"},
        "workflows": {"test": {"jobs": [call]}},
    }
    return {"description": f"Run a test plan. The context has the variable {API_KEY.variable}.", "usage": usage}


def _parameters() -> dict[str, Any]:
    return {each.name: {"type": "string", "default": "", "description": each.text} for each in SETTINGS}


def _variable(setting: Input) -> str:
    return setting.variable.replace("TESTSIGMA_", "INPUT_")


def _value_of(parameter: str) -> str:
    return f"<< parameters.{parameter} >>"
