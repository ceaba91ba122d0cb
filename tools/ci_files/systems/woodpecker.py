"""Woodpecker: the page of its list of plugins.

Source: woodpecker-ci.org/docs, "Creating plugins" (Documentation): front matter, then Markdown.
"""

from collections.abc import Mapping

from tools.ci_files import project
from tools.ci_files.inputs import INPUTS

FRONT_MATTER = f"""---
name: {project.TITLE}
author: testsigma-action contributors
description: {project.DESCRIPTION}
tags: [test, testsigma, junit]
containerImage: {project.IMAGE}
containerImageUrl: {project.REPOSITORY}/pkgs/container/testsigma-action
url: {project.REPOSITORY}
---
"""


def files() -> Mapping[str, str]:
    """The files of Woodpecker."""
    rows = [f"| `{each.name}` | {each.default} | {each.description} |" for each in INPUTS]
    table = "\n".join(["| Setting | Default | Description |", "|---|---|---|", *rows])
    text = f"{FRONT_MATTER}\n<!-- {project.GENERATED} -->\n\n{project.DESCRIPTION}\n\n## Settings\n\n{table}\n"
    return {"woodpecker/docs.md": text}
