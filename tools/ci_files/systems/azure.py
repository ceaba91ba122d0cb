"""Azure Pipelines: a template of steps.

Sources: learn.microsoft.com, "Template usage reference", "Set secret variables", "Logging commands",
"PublishTestResults@2"; azure-pipelines-tasks: BashV3/bash.ts.
"""

from collections.abc import Iterator, Mapping
from string import Template
from textwrap import indent

from testsigma_action.platforms.azure import Azure
from tools.ci_files import docker, project
from tools.ci_files.inputs import SETTINGS

# In the template `@` begins a placeholder: Azure has `$` for itself.
TEMPLATE = """\
# @generated
# @description
# Needs a Linux agent with Docker. Outputs: $(testsigma.TESTSIGMA_OUTPUT_RUN_ID) and so on.
parameters:
  # The API key: a secret variable of the pipeline.
  - name: apiKey
    type: string
    default: $(TESTSIGMA_API_KEY)
  # Name of the step, by which later steps and jobs refer to the outputs.
  - name: stepName
    type: string
    default: testsigma
  # Container image.
  - name: image
    type: string
    default: @image
@parameters
steps:
  # Values reach the script as environment variables, so that none is a part of it.
  - bash: |
@command
    name: ${{ parameters.stepName }}
    displayName: Testsigma
    env:
      TESTSIGMA_API_KEY: ${{ parameters.apiKey }}
      TESTSIGMA_IMAGE: ${{ parameters.image }}
@variables
  - task: PublishTestResults@2
    displayName: Publish the results of Testsigma
    condition: and(succeededOrFailed(), ne(variables['${{ parameters.stepName }}.TESTSIGMA_OUTPUT_JUNIT_FILE'], ''))
    inputs:
      testResultsFormat: JUnit
      testResultsFiles: $(${{ parameters.stepName }}.TESTSIGMA_OUTPUT_JUNIT_FILE)
      testRunTitle: Testsigma
"""
# By this folder of the agent the step sees that the agent finds its summary.
FOLDER = "SYSTEM_DEFAULTWORKINGDIRECTORY"


class _Template(Template):
    delimiter = "@"
    idpattern = "generated|description|image|parameters|command|variables"


def files() -> Mapping[str, str]:
    """The files of Azure Pipelines."""
    text = _Template(TEMPLATE).safe_substitute(
        generated=project.GENERATED,
        description=project.DESCRIPTION,
        image=project.IMAGE,
        parameters="\n".join(_parameters()),
        command=indent(docker.run(Azure, FOLDER), " " * 6),
        variables="\n".join(f"      {each.variable}: ${{{{ parameters.{each.camel_case} }}}}" for each in SETTINGS),
    )
    return {"azure/testsigma.yml": text}


def _parameters() -> Iterator[str]:
    for each in SETTINGS:
        yield f"  # {each.text}"
        yield f"  - name: {each.camel_case}"
        yield "    type: string"
        yield "    default: ''"
