"""Bitbucket Pipelines: the description of a pipe.

Source: support.atlassian.com, "Write a pipe for Bitbucket Pipelines" and "Advanced techniques for writing pipes", and
the pipe.yml of published pipes. Variables reach the pipe under their own names. One that the pipeline does not give to
the pipe has its default, which is the variable of the same name of the repository, workspace or deployment.
"""

from collections.abc import Mapping

from tools.ci_files import project
from tools.ci_files.files import yaml_text
from tools.ci_files.inputs import INPUTS, Input

CONTRIBUTORS = {"name": "testsigma-action contributors", "website": project.REPOSITORY}


def files() -> Mapping[str, str]:
    """The description."""
    document = {
        "name": project.TITLE,
        "image": project.IMAGE,
        "description": project.DESCRIPTION,
        "category": "Testing",
        "repository": project.REPOSITORY,
        "maintainer": dict(CONTRIBUTORS),
        "tags": ["test", "testsigma", "junit"],
        "variables": [_variable(each) for each in INPUTS],
    }
    return {"bitbucket/pipe.yml": yaml_text(document)}


def _variable(given: Input) -> dict[str, str]:
    return {"name": given.variable, "default": f"${{{given.variable}}}", "description": given.text}
