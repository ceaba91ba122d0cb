"""GitLab: a CI/CD component.

Sources: docs.gitlab.com, "CI/CD components", "CI/CD inputs", "CI/CD YAML syntax reference".
"""

from collections.abc import Mapping
from typing import Any

from tools.ci_files import project
from tools.ci_files.files import dump
from tools.ci_files.inputs import API_KEY, SETTINGS, Input

# The inputs of the job, besides those of the step: default and description.
OF_THE_JOB = {
    "job-name": ("testsigma", "Name of the job. Include the component once for each name."),
    "stage": ("test", "Stage of the job."),
    "image": (project.IMAGE, "The container image."),
}
# Where the description of an input is about GitHub.
DESCRIPTIONS = {
    "runtime-data": "YAML or JSON mapping of runtime variables for the run. Write secrets as masked CI/CD variables in "
    "single quotes: {password: '$SHOP_PASSWORD'}."
}
HEAD = f"""\
# {project.GENERATED}
# {project.DESCRIPTION}
# The API key is the masked CI/CD variable {API_KEY.variable} of your project, and never an input.
# All inputs are text: write numbers and true or false in quotes.
"""
NOTES = """\
---
# A variable that is empty counts as not given. Then the variable TESTSIGMA_... of the project is used, if there is one.
"""
ARTIFACTS = {
    "when": "always",
    "paths": ["test-results"],
    "reports": {
        "junit": "test-results/TEST-*.xml",
        "dotenv": "test-results/testsigma-outputs.env",
        "annotations": "test-results/testsigma-annotations.json",
    },
}


def files() -> Mapping[str, str]:
    """The files of GitLab: what the repository of a component needs."""
    template = f"{HEAD}{dump(_header())}{NOTES}{dump(_jobs())}"
    return {"gitlab/README.md": _readme(), "gitlab/templates/testsigma/template.yml": template}


def _header() -> dict[str, Any]:
    of_the_step = {each.name: ("", DESCRIPTIONS.get(each.name, each.text)) for each in SETTINGS}
    inputs = OF_THE_JOB | of_the_step
    return {"spec": {"inputs": {name: {"default": of[0], "description": of[1]} for name, of in inputs.items()}}}


def _jobs() -> dict[str, Any]:
    job = {
        "stage": _value_of("stage"),
        "image": _value_of("image"),
        # Not what a pipeline sets for its other jobs: their scripts, services and caches, or a retry, which would
        # start the plan again.
        "inherit": {"default": ["tags", "interruptible"]},
        # Longer than the step waits (input timeout), so that GitLab does not end the job first.
        "timeout": "2h 15m",
        "variables": {_variable(each): _value_of(each.name) for each in SETTINGS},
        "script": ["testsigma-action"],
        "artifacts": ARTIFACTS,
    }
    return {_value_of("job-name"): job}


def _value_of(name: str) -> str:
    return f"$[[ inputs.{name} ]]"


def _variable(each: Input) -> str:
    """A variable with this prefix wins over that of a project, which begins with TESTSIGMA_."""
    return each.variable.replace("TESTSIGMA_", "INPUT_")


def _readme() -> str:
    return f"""\
<!-- {project.GENERATED} -->
# {project.TITLE}

{project.DESCRIPTION}

Add the API key of Testsigma to your project as a masked CI/CD variable with the name `{API_KEY.variable}`, and include
the component:

```yaml
include:
  - component: $CI_SERVER_FQDN/<path of this project>/testsigma@<version>
    inputs:
      plan-id: "431"
```

All inputs are in [template.yml](templates/testsigma/template.yml). How it works, and what people stumble over:
[GitLab]({project.REPOSITORY}/blob/main/docs/ci/gitlab.md).
"""
