"""TeamCity: a recipe.

Sources: jetbrains.com/help/teamcity, "Recipe YAML Syntax" and "Service Messages" (importing XML reports: the agent
looks for the files from this message to the end of the step).
"""

import json
from collections.abc import Iterator, Mapping
from textwrap import indent

from testsigma_action.platforms.teamcity import TeamCity
from tools.ci_files import docker, project
from tools.ci_files.inputs import API_KEY, SETTINGS

JUNIT = """echo "##teamcity[importData type='junit' path='test-results/TEST-testsigma*.xml']\""""


def files() -> Mapping[str, str]:
    """The files of TeamCity."""
    script = indent(f"{JUNIT}\n{docker.run(TeamCity)}\n", " " * 6)
    lines = [
        f"# {project.GENERATED}",
        f"name: {project.NAME}",
        f"title: {project.TITLE}",
        f"version: {project.VERSION}",
        f"description: {project.DESCRIPTION} Needs a Linux agent with Docker.",
        "# Variables of the environment, so that no value is a part of the script.",
        "inputs:",
        *_input(API_KEY.variable, "password", API_KEY.name, API_KEY.text, "required: true"),
        *_input("TESTSIGMA_IMAGE", "text", "image", "Container image.", f"default: {project.IMAGE}"),
        *(line for each in SETTINGS for line in _input(each.variable, "text", each.name, each.text, 'default: ""')),
        "steps:",
        f"  - name: {project.TITLE}",
        "    script: |",
    ]
    return {"teamcity/testsigma.yml": "\n".join(lines) + "\n" + script}


def _input(variable: str, kind: str, label: str, description: str, value: str) -> Iterator[str]:
    yield f"  - env.{variable}:"
    yield f"      type: {kind}"
    yield f"      label: {label}"
    # JSON is YAML, whatever a description contains.
    yield f"      description: {json.dumps(description)}"
    yield f"      {value}"
