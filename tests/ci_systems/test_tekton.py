"""Tekton: the task in a pod, and the pipeline that uses it."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci_readers import NATIVE, tekton_results
from tests.ci_systems.conftest import ROOT
from tests.ci_systems.container_steps import (
    ContainerStep,
    assert_key_hidden,
    build_number,
    example,
    fast,
    server_of,
    stop,
    waiting,
)
from tests.e2e.engine import Engine
from tests.e2e.test_image import read_only
from testsigma_action.inputs.parsers import duration

TASK = "ci/tekton/task.yaml"
EXAMPLE = "examples/ci/tekton/pipeline-run.yaml"
SOURCE = "/workspace/source"
# Seconds from SIGTERM to SIGKILL: a TaskRun that is cancelled loses its pod, whose default this is.
GRACE = 30
CONTEXT = {
    "context.taskRun.namespace": "ci",
    "context.taskRun.name": "testsigma-x7k2p-testsigma",
    "context.task.retry-count": "0",
}
LABELS = {"metadata.labels['tekton.dev/pipelineRun']": "testsigma-x7k2p"}
# Source: artifacthub.io/docs, "Tekton annotations".
CATEGORIES = {
    "ai-machine-learning",
    "database",
    "integration-delivery",
    "monitoring-logging",
    "networking",
    "security",
    "storage",
    "streaming-messaging",
}


def pipeline() -> dict[str, dict[str, Any]]:
    """The tasks of the example by their names."""
    spec = example(EXAMPLE)["spec"]["pipelineSpec"]
    return {task["name"]: task for task in (*spec["tasks"], *spec["finally"])}


def replaced(text: str, variables: Mapping[str, str]) -> str:
    """The text with `$(...)` of Tekton replaced; Tekton refuses names that it does not know."""
    known = re.compile(r"\$\(((?:params|workspaces|context|tasks)\.[\w.-]+)\)")
    return known.sub(lambda found: variables[found[1]], text)


def environment(entries: list[dict[str, Any]], variables: Mapping[str, str], secret: str) -> dict[str, str]:
    """The variables of a container: `$(NAME)` stands for a variable that is before it in the list, `$$` for `$`.

    Sources: kubernetes.io/docs, "Define Dependent Environment Variables", and EnvVar in the reference of the API.
    """
    found: dict[str, str] = {}
    for entry in entries:
        text = replaced(entry.get("value", ""), variables)
        found[entry["name"]] = re.sub(
            r"\$\$|\$\((\w+)\)", lambda name: found.get(name[1], name[0]) if name[1] else "$", text
        )
        origin = entry.get("valueFrom", {})
        if "fieldRef" in origin:
            found[entry["name"]] = LABELS[origin["fieldRef"]["fieldPath"]]
        if "secretKeyRef" in origin:
            assert {replaced(each, variables) for each in origin["secretKeyRef"].values()} == {"testsigma", "api-key"}
            found[entry["name"]] = secret
    return found


def restricted(engine: Engine, context: Mapping[str, Any]) -> tuple[str, ...]:
    """The options for a security context; a user without a name and a home, in the group of the volumes."""
    assert context["readOnlyRootFilesystem"]
    assert not context["allowPrivilegeEscalation"]
    group = example(EXAMPLE)["spec"]["taskRunTemplate"]["podTemplate"]["securityContext"]["fsGroup"]
    user = (f"--user={context['runAsUser']}", f"--group-add={group}")
    drop = (f"--cap-drop={each.lower()}" for each in context["capabilities"]["drop"])
    return (*user, *read_only(engine), *drop, "--security-opt=no-new-privileges")


def task(engine: Engine, folder: Path, key: str, params: Mapping[str, str], *, bound: bool = True) -> ContainerStep:
    """The step of the task, as the example calls it, with more params.

    Sources: tekton.dev/docs: "Tasks", "Workspaces"; tektoncd/pipeline, pkg/pod/pod.go, cmd/entrypoint/runner.go.
    """
    spec = example(TASK)["spec"]
    (step,) = spec["steps"]
    given = {each["name"]: each["default"] for each in spec["params"]}
    given |= {each["name"]: each["value"] for each in pipeline()["testsigma"]["params"]} | dict(params)
    variables = CONTEXT | {f"params.{name}": value for name, value in given.items()}
    variables["workspaces.source.path"] = SOURCE if bound else ""
    volumes = {each["name"]: each["mountPath"] for each in step["volumeMounts"]}
    # Without a working folder it is that of the image, where the task mounts an empty folder.
    place = replaced(step["workingDir"], variables) or volumes["work"]
    results = f"--volume={folder / NATIVE}:/tekton/results"
    options = (*restricted(engine, step["securityContext"]), results, f"--entrypoint={json.dumps(step['command'])}")
    return ContainerStep(environment(step["env"], variables, key), folder / "source", place, options=options)


def later(folder: Path, name: str, variables: Mapping[str, str]) -> ContainerStep:
    """The only step of a task of the example, which has a script."""
    used = pipeline()[name]
    (step,) = used["taskSpec"]["steps"]
    own = {f"params.{each['name']}": replaced(each["value"], variables) for each in used["params"]}
    own |= {f"workspaces.{each['name']}.path": SOURCE for each in used.get("workspaces", ())}
    script = folder / "script"
    script.write_text(step["script"], "utf-8")
    script.chmod(0o755)
    options = (f"--volume={script}:/tekton/scripts/script:ro", "--entrypoint=/tekton/scripts/script")
    place = replaced(step.get("workingDir", "/"), own)
    return ContainerStep(environment(step["env"], own, ""), folder / "source", place, mount=SOURCE, options=options)


@pytest.fixture
def pod(folder: Path) -> Path:
    """The volumes of a pod: an empty folder for results, and a claim that belongs to the group of the pod."""
    for name, mode in ((NATIVE, 0o777), ("source", 0o2775)):
        (folder / name).mkdir()
        (folder / name).chmod(mode)
    group = example(EXAMPLE)["spec"]["taskRunTemplate"]["podTemplate"]["securityContext"]["fsGroup"]
    os.chown(folder / "source", -1, group)
    return folder


def results(folder: Path) -> dict[str, str]:
    """The results of the task, which must fit into one message."""
    tekton_results(folder, [])
    return {f"tasks.testsigma.results.{path.name}": path.read_text("utf-8") for path in (folder / NATIVE).iterdir()}


def test_tekton_lint_finds_nothing(programs: Path) -> None:
    """Neither errors nor warnings: unknown and unused params, results and workspaces, duplicate names, and so on."""
    command: list[str | Path] = [programs / "tekton-lint", "--max-warnings", "0", ROOT / TASK, ROOT / EXAMPLE]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "")


def test_the_task_is_what_the_catalog_and_artifact_hub_want() -> None:
    """Version label, minimum version, tags, platforms and display name; a known category, a license, links.

    Sources: tektoncd/catalog, "Catalog Structure"; artifacthub.io/docs, "Tekton annotations".
    """
    metadata = example(TASK)["metadata"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", metadata["labels"]["app.kubernetes.io/version"])
    annotations = metadata["annotations"]
    wanted = {"pipelines.minVersion", "categories", "tags", "displayName", "platforms"}
    assert {f"tekton.dev/{name}" for name in wanted} <= set(annotations)
    assert annotations["artifacthub.io/category"] in CATEGORIES
    assert all({"name", "url"} == set(link) for link in yaml.safe_load(annotations["artifacthub.io/links"]))
    assert all(isinstance(text, str) for text in annotations.values())


def test_the_step_runs_in_a_restricted_namespace() -> None:
    """What the level `restricted` demands of a container. Source: kubernetes.io/docs, "Pod Security Standards"."""
    (step,) = example(TASK)["spec"]["steps"]
    context = step["securityContext"]
    assert context["runAsNonRoot"]
    assert context["runAsUser"] > 0
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}


def test_no_param_can_be_given_the_key(engine: Engine, folder: Path, key: str) -> None:
    """Kubernetes does not put the key into another variable, whatever a param says."""
    environ = task(engine, folder, key, {"summary-title": "$(TESTSIGMA_API_KEY)"}).environ
    assert [name for name, value in environ.items() if key in value] == ["TESTSIGMA_API_KEY"]


def test_the_page_says_how_to_write_a_dollar_sign(engine: Engine, folder: Path, key: str) -> None:
    """Kubernetes replaces `$$` and `$(NAME)` in params; a password would be another one, without a word."""
    page = (ROOT / "docs/ci/tekton.md").read_text("utf-8")
    written, meant = re.findall(r"write `(pa[^`]+)` for `([^`]+)`", page)[0]
    data = {name: task(engine, folder, key, {"runtime-data": f"p: {name}"}).environ for name in (written, meant)}
    assert data[written]["TESTSIGMA_RUNTIME_DATA"] == f"p: {meant}"
    assert data[meant]["TESTSIGMA_RUNTIME_DATA"] != f"p: {meant}"


def test_the_pipeline_may_take_longer_than_the_step() -> None:
    """It ends later than the step gives up by itself, which is after 2 hours, and its last tasks have time left."""
    limits = example(EXAMPLE)["spec"]["timeouts"]
    tasks, whole = (duration(limits[name]).total_seconds() for name in ("tasks", "pipeline"))
    assert 2 * 60 * 60 < tasks < whole


def test_a_pass_is_passed_on(engine: Engine, pod: Path, key: str) -> None:
    """All results are set, the next task reads one, the run is named after the pipeline, and the JUnit file is kept."""
    with server_of("passing", key) as server:
        done = task(engine, pod, key, fast(server)).run(engine)
        assert build_number(server).startswith("ci/testsigma-x7k2p#testsigma-x7k2p-testsigma")
    assert done.returncode == 0, done.stdout
    assert_key_hidden(key, done.stdout, pod)
    assert {path.name for path in (pod / NATIVE).iterdir()} == {
        each["name"] for each in example(TASK)["spec"]["results"]
    }
    assert (pod / "source/test-results/TEST-testsigma-431.xml").is_file()
    told = later(pod, "announce", results(pod)).run(engine)
    assert (told.returncode, told.stdout) == (0, f"Passed: {server.url}/ui/td/runs/1001\n")


def test_a_failing_plan_fails_the_task(engine: Engine, pod: Path, key: str) -> None:
    """Exit code 1, and the task in `finally` reads the outputs from the volume."""
    with server_of("failing", key) as server:
        done = task(engine, pod, key, fast(server)).run(engine)
    assert done.returncode == 1, done.stdout
    assert_key_hidden(key, done.stdout, pod)
    told = later(pod, "report", {"tasks.testsigma.status": "Failed"}).run(engine)
    assert (told.returncode, told.stdout) == (0, f"Failed: failed tests-failed {server.url}/ui/td/runs/1001\n")


def test_a_workspace_is_optional(engine: Engine, pod: Path, key: str) -> None:
    """Without one, the step writes to an empty folder of the pod, and nowhere else."""
    with server_of("passing", key) as server:
        done = task(engine, pod, key, fast(server), bound=False).run(engine)
    assert done.returncode == 0, done.stdout
    assert results(pod)["tasks.testsigma.results.conclusion"] == "passed"


def test_a_cancel_stops_the_run(engine: Engine, pod: Path, key: str) -> None:
    """The pod is deleted: Tekton's entry point forwards SIGTERM, and the run is stopped before SIGKILL."""
    with server_of("slow", key) as server:
        step = task(engine, pod, key, fast(server))
        with waiting(engine, step, server, "tekton") as name:
            assert stop(engine, name, GRACE) == 143
            assert server.calls.count("stop") == 1
