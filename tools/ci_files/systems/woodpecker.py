"""Woodpecker: the page of its list of plugins.

Source: woodpecker-ci.org/docs, "Creating plugins" (Metadata): front matter, then Markdown. The plugin has no icon.
"""

from collections.abc import Mapping

from tools.ci_files import project
from tools.ci_files.files import dump, table
from tools.ci_files.inputs import INPUTS

FRONT_MATTER = {
    "name": project.TITLE,
    "author": "testsigma-action contributors",
    "description": project.DESCRIPTION,
    "tags": ["test", "testsigma", "junit"],
    "containerImage": project.IMAGE,
    "containerImageUrl": f"{project.REPOSITORY}/pkgs/container/{project.NAME}",
    "url": project.REPOSITORY,
}
EXAMPLE = f"""```yaml
steps:
  - name: testsigma
    image: {project.IMAGE}
    settings:
      api-key:
        from_secret: testsigma_api_key
      plan-id: 431
```

The exit code is the verdict. Reports and outputs are written to `test-results/` in the workspace:
see [the documentation]({project.REPOSITORY}/blob/main/docs/ci/woodpecker.md)."""


def files() -> Mapping[str, str]:
    """The files of Woodpecker."""
    rows = [(f"`{each.name}`", each.default, each.description) for each in INPUTS]
    settings = table(("Setting", "Default", "Description"), *rows)
    head = f"---\n{dump(FRONT_MATTER)}---\n\n<!-- {project.GENERATED} -->"
    text = f"{head}\n\n{project.DESCRIPTION}\n\n{EXAMPLE}\n\n## Settings\n\n{settings}"
    return {"woodpecker/docs.md": f"{text}\n"}
