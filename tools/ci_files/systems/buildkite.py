"""Buildkite: a plugin, which is a description and a hook that runs the image in place of a command.

Source: buildkite.com/docs, "Writing plugins"; buildkite/agent, plugin.go: the settings become variables that begin with
BUILDKITE_PLUGIN_ and the name of the plugin. That is the last part of its address: it depends on where the plugin is.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

from testsigma_action.platforms.buildkite import Buildkite
from testsigma_action.platforms.variables import ENV_FILE
from tools.ci_files import project
from tools.ci_files.docker import fact_variables
from tools.ci_files.files import Program, yaml_text
from tools.ci_files.inputs import API_KEY, SETTINGS

# What buildkite-agent needs to reach its job, and what names one of several steps.
FOR_THE_AGENT = (
    "BUILDKITE_AGENT_ACCESS_TOKEN",
    "BUILDKITE_AGENT_ENDPOINT",
    "BUILDKITE_JOB_ID",
    "BUILDKITE_PARALLEL_JOB",
    "BUILDKITE_STEP_KEY",
)
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy")
HOOK = Path(__file__).with_name("buildkite_command.sh")


def files() -> Mapping[str, str]:
    """The description and the hook."""
    return {"buildkite/plugin.yml": yaml_text(_description()), "buildkite/hooks/command": Program(_hook())}


def _description() -> dict[str, Any]:
    image = {"type": "string", "description": f"Image of the action. Default: {project.IMAGE}."}
    # Texts, numbers and booleans reach the hook as they were written.
    kinds = ["string", "number", "boolean"]
    settings = {each.name: {"type": list(kinds), "description": each.text} for each in SETTINGS}
    return {
        "name": project.TITLE,
        "description": f"{project.DESCRIPTION} The job needs the variable {API_KEY.variable}.",
        "author": project.REPOSITORY,
        "requirements": ["bash", "docker"],
        "configuration": {
            "properties": {"image": image, **settings},
            "required": [],
            "additionalProperties": False,
        },
    }


def _hook() -> str:
    values = {
        "GENERATED": project.GENERATED,
        "SETTINGS": _array(each.variable.removeprefix("TESTSIGMA_") for each in SETTINGS),
        "VARIABLES": _array(
            (API_KEY.variable, *sorted({Buildkite.markers[0][0], *fact_variables(Buildkite), *FOR_THE_AGENT}), *PROXIES)
        ),
        "OUTPUTS": ENV_FILE,
        "IMAGE": project.IMAGE,
    }
    return re.sub("@([A-Z]+)@", lambda found: values[found[1]], HOOK.read_text("utf-8"))


def _array(words: Iterable[str]) -> str:
    """The elements of an array of bash."""
    return fill(" ".join(words), width=116, initial_indent="  ", subsequent_indent="  ")
