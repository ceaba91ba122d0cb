"""Tekton: a task with its page, as the Tekton catalog and Artifact Hub want them.

Sources: github.com/tektoncd/catalog, "Catalog Structure"; artifacthub.io/docs, "Artifact Hub annotations in Tekton
manifest file"; tekton.dev/docs: "Tasks", "Variable Substitutions".
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tools.ci_files import project
from tools.ci_files.files import table, yaml_text
from tools.ci_files.inputs import API_KEY, SETTINGS

_ACTION = yaml.safe_load((Path(__file__).resolve().parents[3] / "action.yml").read_text("utf-8"))
# The outputs of the step as action.yml declares them: name -> description.
OUTPUTS: Mapping[str, str] = {name: each["description"] for name, each in _ACTION["outputs"].items()}
# Of no user of the image: distroless images call it `nonroot`.
USER = 65532
WORK = "/work"
SECRET = {
    "secret-name": ("testsigma", "Name of the Secret with the API key."),
    "secret-key": ("api-key", "Key of the Secret that the API key is under."),
}
LINKS = f"- name: source\n  url: {project.REPOSITORY}\n- name: support\n  url: {project.REPOSITORY}/issues\n"
ANNOTATIONS = {
    "tekton.dev/pipelines.minVersion": "0.44.0",
    "tekton.dev/categories": "Testing",
    "tekton.dev/tags": "testsigma, test, junit",
    "tekton.dev/displayName": project.TITLE,
    "tekton.dev/platforms": "linux/amd64",
    "artifacthub.io/category": "integration-delivery",
    "artifacthub.io/license": "MIT",
    "artifacthub.io/provider": "testsigma-action contributors",
    "artifacthub.io/links": LINKS,
}
README = f"""# {project.TITLE}

<!-- {project.GENERATED} -->

{project.DESCRIPTION}

```sh
kubectl apply --filename {project.REPOSITORY}/raw/v{project.VERSION}/ci/tekton/task.yaml
kubectl create secret generic testsigma --from-literal=api-key="$TESTSIGMA_API_KEY"
```

In a pipeline:

```yaml
tasks:
  - name: testsigma
    taskRef:
      name: {project.NAME}
    params:
      - name: plan-id
        value: "431"
```

A complete example, and what to know before: [docs/ci/tekton.md](../../docs/ci/tekton.md).

## Workspace

`source` (optional) is the working folder of the step. Files that params name are read from it, and reports are written
to `test-results/` in it.

## Params

"""


def files() -> Mapping[str, str]:
    """The files of Tekton."""
    return {"tekton/task.yaml": yaml_text(_task()), "tekton/README.md": _readme()}


def _task() -> dict[str, Any]:
    labels = {"app.kubernetes.io/version": project.VERSION}
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": project.NAME, "labels": labels, "annotations": ANNOTATIONS},
        "spec": {
            "description": project.DESCRIPTION,
            "params": [_param(name, default, text) for name, (default, text) in _params().items()],
            "workspaces": [
                {"name": "source", "optional": True, "description": "Working folder: files to read, and reports."}
            ],
            "results": [{"name": name, "description": text} for name, text in OUTPUTS.items()],
            # Without a workspace, the working folder is that of the image, which is read-only but for this volume.
            "volumes": [{"name": "work", "emptyDir": {}}],
            "steps": [_step()],
        },
    }


def _params() -> dict[str, tuple[str, str]]:
    """Name -> default and description. An empty value means the default of the step."""
    inputs = {each.name: ("", each.text) for each in SETTINGS}
    return inputs | SECRET | {"image": (project.IMAGE, "Image of the step.")}


def _param(name: str, default: str, description: str) -> dict[str, str]:
    return {"name": name, "type": "string", "default": default, "description": description}


def _step() -> dict[str, Any]:
    return {
        "name": "run",
        "image": "$(params.image)",
        # Tekton looks up the entry point of an image in its registry, which needs credentials, unless it is given.
        "command": [project.NAME],
        "workingDir": "$(workspaces.source.path)",
        "env": _environment(),
        "volumeMounts": [{"name": "work", "mountPath": WORK}],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }


def _environment() -> list[dict[str, Any]]:
    """The key is last: Kubernetes replaces `$(NAME)` in a value by the value of a variable that is before it."""
    label = "metadata.labels['tekton.dev/pipelineRun']"
    key = {"name": "$(params.secret-name)", "key": "$(params.secret-key)"}
    return [
        {"name": "TEKTON_RESULTS", "value": "/tekton/results"},
        {"name": "TEKTON_NAMESPACE", "value": "$(context.taskRun.namespace)"},
        {"name": "TEKTON_TASK_RUN", "value": "$(context.taskRun.name)"},
        {"name": "TEKTON_RETRY_COUNT", "value": "$(context.task.retry-count)"},
        {"name": "TEKTON_PIPELINE_RUN", "valueFrom": {"fieldRef": {"fieldPath": label}}},
        *({"name": each.variable, "value": f"$(params.{each.name})"} for each in SETTINGS),
        {"name": API_KEY.variable, "valueFrom": {"secretKeyRef": key}},
    ]


def _readme() -> str:
    params = [(f"`{name}`", default, text) for name, (default, text) in _params().items()]
    results = [(f"`{name}`", text) for name, text in OUTPUTS.items()]
    note = "All results together have at most 4 KB. The longest become empty if they would not fit."
    parts = [table(("Param", "Default", "Description"), *params), "## Results", note]
    return README + "\n\n".join([*parts, table(("Result", "Description"), *results)]) + "\n"
