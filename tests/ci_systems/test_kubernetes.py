"""Kubernetes: the Job of the examples, as a restricted pod."""

from pathlib import Path
from typing import Any

import pytest

from tests.ci_systems.container_steps import ContainerStep, assert_key_hidden, example, server_of
from tests.e2e.engine import Engine
from tests.e2e.secrecy import files
from tests.e2e.test_image import read_only, variables

JOB = "examples/ci/kubernetes/job.yaml"


def pod() -> dict[str, Any]:
    """The pod of the Job."""
    spec: dict[str, Any] = example(JOB)["spec"]["template"]["spec"]
    return spec


def container() -> dict[str, Any]:
    """Its only container."""
    (found,) = pod()["containers"]
    assert isinstance(found, dict)
    return found


def test_a_plan_is_started_once() -> None:
    """A failed pod is the verdict: neither the Job nor the kubelet may start it again."""
    job = example(JOB)
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    assert job["spec"]["backoffLimit"] == 0
    assert pod()["restartPolicy"] == "Never"


def test_it_runs_in_a_restricted_namespace() -> None:
    """What the level `restricted` demands. Source: kubernetes.io/docs, "Pod Security Standards"."""
    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert pod()["securityContext"]["runAsUser"] > 0
    assert pod()["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    context = container()["securityContext"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize(("name", "code"), [("passing", 0), ("failing", 1)])
def test_the_container(engine: Engine, folder: Path, key: str, name: str, code: int) -> None:
    """With its arguments, user and read-only file system, it ends with the verdict and writes to its volume only."""
    (mount,), (volume,) = container()["volumeMounts"], pod()["volumes"]
    assert (mount["name"], volume["emptyDir"]) == (volume["name"], {})
    (secret,) = container()["env"]
    assert container()["securityContext"]["readOnlyRootFilesystem"] is True
    user = pod()["securityContext"]["runAsUser"]
    folder.chmod(0o777)
    options = (f"--user={user}", *read_only(engine), "--cap-drop=all", "--security-opt=no-new-privileges")
    with server_of(name, key) as server:
        known = {**variables(server, ""), secret["name"]: key}
        step = ContainerStep(known, folder, mount["mountPath"], options=options, command=tuple(container()["args"]))
        done = step.run(engine)
    assert done.returncode == code, done.stdout
    assert_key_hidden(key, done.stdout, folder)
    assert "TEST-testsigma-431.xml" in {path.name for path in files(folder)}
