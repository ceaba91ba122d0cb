"""The image by itself, as any CI system runs it: root, another user, nothing mounted, nothing writable."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e import base
from tests.e2e.conftest import OWNER, serving
from tests.e2e.engine import Engine
from tests.e2e.image import IMAGE
from tests.e2e.secrecy import assert_not_in, files
from tests.simulator import Server, scenario

# Seconds: from the first signal to the end of the step.
WAY_OUT = 7.5
INTERPRETER = "/app/venv/bin/python"
# Programs and libraries in the format of Linux, below the folder of the action.
NATIVE = """
from pathlib import Path
files = [path for path in Path("/app").rglob("*") if path.is_file() and not path.is_symlink()]
print([str(path) for path in files if path.read_bytes()[:4] == b"\\x7fELF"])
"""
# Bytes that the image may add to its base.
LARGEST = 10_000_000
# What the step leaves in its working folder.
WRITTEN = [
    "TEST-testsigma-420.xml",
    "test-results",
    "testsigma-420.json",
    "testsigma-outputs.env",
    "testsigma-outputs.json",
]
# What the start imports, and whether there is bytecode for all of it.
UNCOMPILED = """
import sys; sys.path.insert(0, "/app/src"); import testsigma_action.main
from pathlib import Path
print([name for name, module in sys.modules.items()
       if getattr(module, "__cached__", None) and not Path(module.__cached__).exists() and name != "__main__"])
"""


def variables(server: Server, key: str) -> dict[str, str]:
    """What a step needs that runs outside GitHub."""
    return {
        "TESTSIGMA_API_KEY": key,
        "TESTSIGMA_PLAN_ID": "420",
        "TESTSIGMA_BASE_URL": server.url,
        "TESTSIGMA_POLL_INTERVAL": "0.2s",
    }


def run(
    engine: Engine, environ: Mapping[str, str], *options: str, arguments: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a container of the image with these variables, in the network of the machine; it removes itself."""
    names = [word for name in environ for word in ("--env", name)]
    line = ("run", "--rm", "--network=host", *names, *options, IMAGE, *arguments)
    return engine.run(*line, check=False, environ=environ)


def inside(engine: Engine, *command: str) -> str:
    """What a command prints in a container of the image, run by a user who owns nothing there."""
    entrypoint, *arguments = command
    options = ("--rm", f"--user={OWNER}:{OWNER}", "--network=none", "--entrypoint", entrypoint)
    return engine.run("run", *options, IMAGE, *arguments).stdout


@pytest.mark.parametrize("user", [(), (f"--user={OWNER}:{OWNER}",)], ids=["root", "another user"])
def test_a_key_and_a_plan_are_enough(engine: Engine, key: str, user: tuple[str, ...]) -> None:
    """Nothing has to be mounted, whoever the container runs as."""
    with serving(scenario("passing"), key) as server:
        done = run(engine, variables(server, key), *user)
    assert done.returncode == 0, done.stdout
    assert_not_in(key, [done.stdout])


def test_the_exit_code_is_that_of_the_step(engine: Engine, key: str) -> None:
    """1 for a plan that fails, 2 for bad input."""
    with serving(scenario("failing"), key) as server:
        known = variables(server, key)
        assert run(engine, known).returncode == 1
        assert run(engine, {**known, "TESTSIGMA_TIMEOUT": "soon"}).returncode == 2
    assert server.calls.count("start") == 1


def test_files_in_a_mounted_folder_belong_to_its_owner(engine: Engine, folder: Path, key: str) -> None:
    """A container that runs as root leaves no file of root's."""
    with serving(scenario("passing"), key) as server:
        done = run(engine, variables(server, key), f"--volume={folder}:/work")
    assert done.returncode == 0, done.stdout
    written = list(folder.rglob("*"))
    assert {path.stat().st_uid for path in written} == {folder.stat().st_uid}
    assert sorted(path.name for path in written) == WRITTEN


def test_another_user_in_a_read_only_container(engine: Engine, folder: Path, key: str) -> None:
    """A user without a home or a name, who can write to the mounted folder only, loses nothing."""
    with serving(scenario("passing"), key) as server:
        options = (f"--user={OWNER}:{OWNER}", "--read-only", "--cap-drop=all", f"--volume={folder}:/work")
        done = run(engine, variables(server, key), *options)
    assert done.returncode == 0, done.stdout
    assert {path.name for path in files(folder)} == {*WRITTEN} - {"test-results"}


def test_the_files_of_github_never_contain_the_key(engine: Engine, folder: Path, key: str) -> None:
    """Outputs, state, summary and reports do not have it, and the log has it in the line that masks it."""
    names = ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
    with serving(scenario("failing"), key) as server:
        github = {"GITHUB_ACTIONS": "true", **{name: f"/work/{name}" for name in names}}
        done = run(engine, {**variables(server, key), **github}, f"--volume={folder}:/work")
    assert done.returncode == 1, done.stdout
    lines = done.stdout.splitlines()
    assert lines[0] == f"::add-mask::{key}"
    assert_not_in(key, lines[1:])
    assert {path.name for path in files(folder)} > set(names)
    assert_not_in(key, (path.read_text("utf-8") for path in files(folder)))


def test_a_hostile_folder_changes_nothing(engine: Engine, folder: Path, key: str) -> None:
    """Modules and logins in the working folder are never used, also when variables point to them."""
    hostile = "print('HIJACKED')"
    for name in ("requests", "yaml", "junitparser", "sitecustomize", "usercustomize", "json", "ssl"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(hostile)
    (folder / ".netrc").write_text("machine 127.0.0.1 login HIJACKED password HIJACKED\n")
    (folder / "startup.py").write_text(hostile)
    pointers = {"HOME": "/work", "PYTHONPATH": "/work", "PYTHONSTARTUP": "/work/startup.py"}
    with serving(scenario("passing"), key) as server:
        done = run(engine, {**variables(server, key), **pointers}, f"--volume={folder}:/work")
    assert done.returncode == 0, done.stdout
    assert "HIJACKED" not in done.stdout
    assert {seen.headers["authorization"] for seen in server.seen} == {f"Bearer {key}"}


def test_a_folder_of_somebody_else(engine: Engine, folder: Path, key: str) -> None:
    """A user who may not write to the mounted folder learns who the step runs as. Nothing is started."""
    with serving(scenario("passing"), key) as server:
        done = run(engine, variables(server, key), f"--user={OWNER + 1}", "--cap-drop=all", f"--volume={folder}:/work")
    assert (done.returncode, server.calls) == (2, [])
    assert f"The step runs as user {OWNER + 1}." in done.stdout


@pytest.mark.parametrize(
    "variables_of_kubernetes",
    [{}, {"TESTSIGMA_JUNIT_FILE": "/reports/TEST-1.xml", "TESTSIGMA_RESULTS_FILE": "/reports/1.json"}],
    ids=["the working folder", "a folder elsewhere"],
)
def test_a_restricted_pod(engine: Engine, key: str, variables_of_kubernetes: dict[str, str]) -> None:
    """A user without a home, no capabilities, nothing to write to but one empty folder in memory."""
    mounted = "/reports" if variables_of_kubernetes else "/work"
    options = (
        f"--user={OWNER}",
        "--cap-drop=all",
        "--security-opt=no-new-privileges",
        f"--tmpfs={mounted}:rw,mode=777",
    )
    with serving(scenario("passing"), key) as server:
        environ = {**variables(server, key), **variables_of_kubernetes, "HOME": "/nonexistent"}
        done = run(engine, environ, *read_only(engine), *options)
    assert done.returncode == 0, done.stdout
    assert "Files: " in done.stdout


def test_a_read_only_container_with_nothing_mounted(engine: Engine, key: str) -> None:
    """The working folder is a volume of the container's own: a key and a plan are enough here too."""
    with serving(scenario("passing"), key) as server:
        done = run(engine, variables(server, key), f"--user={OWNER}", *read_only(engine))
    assert done.returncode == 0, done.stdout


def read_only(engine: Engine) -> list[str]:
    """Options for a root that is read-only, without the folders in memory that Podman adds by itself."""
    return ["--read-only", *(["--read-only-tmpfs=false"] if Path(engine.command).name == "podman" else [])]


@pytest.mark.parametrize("shell", [("sh", "-c"), ("sh", "-lc"), ("bash", "-c"), ("bash", "-lc")], ids=" ".join)
def test_the_command_is_where_shells_look(engine: Engine, shell: tuple[str, str]) -> None:
    """`testsigma-action` starts in every shell of the image, for a user who owns nothing there."""
    assert inside(engine, *shell, "testsigma-action --help").startswith("Usage: testsigma-action ")


def test_the_command_reads_no_module_of_the_workspace(engine: Engine, folder: Path, key: str) -> None:
    """The interpreter of the command is isolated as that of the entry point is."""
    (folder / "requests.py").write_text("raise SystemExit('HIJACKED')")
    pointers = {"PYTHONPATH": "/work", "TESTSIGMA_TIMEOUT": "soon"}
    with serving(scenario("passing"), key) as server:
        options = (f"--volume={folder}:/work", "--entrypoint=testsigma-action")
        done = run(engine, {**variables(server, key), **pointers}, *options)
    assert done.returncode == 2, done.stdout


@pytest.mark.parametrize("options", [("--init",), ("--tty",)], ids=" ".join)
def test_an_init_process_or_a_terminal_changes_nothing(engine: Engine, key: str, options: tuple[str, ...]) -> None:
    """The exit code is that of the step."""
    with serving(scenario("failing"), key) as server:
        done = run(engine, variables(server, key), *options)
    assert done.returncode == 1, done.stdout


def test_a_container_that_a_command_is_run_in_later(engine: Engine, key: str) -> None:
    """As Jenkins does it: the container sleeps, and a shell is started in it, by a user without a home."""
    container = "testsigma-action-e2e-exec"
    with serving(scenario("failing"), key) as server:
        environ = variables(server, key)
        names = [word for each in environ for word in ("--env", each)]
        sleeping = ("--detach", "--tty", f"--user={OWNER}:{OWNER}", "--network=host", "--entrypoint=")
        try:
            engine.run("run", "--name", container, *sleeping, *names, IMAGE, "cat", environ=environ)
            done = engine.run("exec", container, "sh", "-c", "testsigma-action", check=False)
        finally:
            engine.remove(container)
    assert done.returncode == 1, done.stdout


@pytest.mark.parametrize(
    "arguments",
    [("sh", "-c", "exec testsigma-action"), ("/bin/bash", "-c", "testsigma-action"), ("testsigma-action",)],
    ids=" ".join,
)
def test_a_command_after_the_image(engine: Engine, key: str, arguments: tuple[str, ...]) -> None:
    """A shell, or the command itself, runs as if the entry point had been cleared."""
    with serving(scenario("failing"), key) as server:
        done = run(engine, variables(server, key), arguments=arguments)
    assert done.returncode == 1, done.stdout
    assert server.calls.count("start") == 1


def test_a_container_that_sleeps_behind_the_entry_point(engine: Engine, key: str) -> None:
    """As Jenkins starts it when the entry point was not cleared: `cat` is the only process, by its own name."""
    container = "testsigma-action-e2e-cat"
    with serving(scenario("failing"), key) as server:
        environ = variables(server, key)
        names = [word for each in environ for word in ("--env", each)]
        options = ("--detach", "--tty", f"--user={OWNER}:{OWNER}", "--network=host")
        try:
            engine.run("run", "--name", container, *options, *names, IMAGE, "cat", environ=environ)
            done = engine.run("exec", container, "sh", "-c", "testsigma-action", check=False)
            processes = engine.run("exec", container, "cat", "/proc/1/cmdline").stdout
        finally:
            engine.remove(container)
    assert done.returncode == 1, done.stdout
    assert processes.strip("\0") == "cat"


STARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "entry point": ((), ()),
    "init": (("--init",), ()),
    "shell": (("--entrypoint=sh",), ("-c", "exec testsigma-action")),
    "shell behind the entry point": ((), ("sh", "-c", "exec testsigma-action")),
}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(("name", "exit_code"), [("INT", 130), ("TERM", 143)])
def test_a_signal_ends_the_container_in_time(engine: Engine, key: str, name: str, exit_code: int, start: str) -> None:
    """However the step is started, it gets the signal, stops the run, and ends with the exit code of the signal."""
    container = f"testsigma-action-e2e-{name.lower()}"
    options, arguments = STARTS[start]
    with serving(scenario("slow"), key) as server:
        environ = variables(server, key)
        names = [word for each in environ for word in ("--env", each)]
        line = ("--detach", "--name", container, "--network=host", *names, *options, IMAGE, *arguments)
        try:
            engine.run("run", *line, environ=environ)
            server.wait_for("status", timeout=30)
            engine.signal(container, name)
            assert int(engine.run("wait", container, timeout=WAY_OUT).stdout) == exit_code
        finally:
            engine.remove(container)
        assert server.simulator.statuses()[1001] == "STATUS_COMPLETED"
    assert server.calls.count("stop") == 1


def test_the_image_holds_what_it_needs_and_no_more(engine: Engine) -> None:
    """The allow-list of the build context, installed packages, no installer; nothing that another user may change."""
    assert inside(engine, "ls", "-A", "/app").split() == [
        "LICENSE",
        "entrypoint.py",
        "post_entrypoint.py",
        "src",
        "venv",
    ]
    assert inside(engine, "ls", "-A", "/app/src").split() == ["testsigma_action"]
    assert inside(engine, "find", "/app", "-perm", "/022", "-not", "-type", "l") == ""
    seek = "from importlib.util import find_spec as f; print([n for n in ('pip', 'setuptools', 'wheel') if f(n)])"
    assert inside(engine, INTERPRETER, "-I", "-c", seek).strip() == "[]"
    assert inside(engine, "sh", "-c", "command -v cc gcc make git curl || true") == ""


def test_nothing_is_compiled_at_the_start(engine: Engine) -> None:
    """All that the start imports has bytecode: also the standard library, which the base has none for."""
    assert inside(engine, INTERPRETER, "-I", "-c", UNCOMPILED).strip() == "[]"


def test_a_step_compiles_nothing(engine: Engine, key: str) -> None:
    """Also what is imported later has bytecode: a whole step by a user who may write leaves none in the image."""
    container = "testsigma-action-e2e-bytecode"
    with serving(scenario("failing"), key) as server:
        environ = {**variables(server, key), "TESTSIGMA_BASE_URL": server.url.replace("127.0.0.1", "localhost")}
        names = [word for name in environ for word in ("--env", name)]
        try:
            line = ("run", "--name", container, "--network=host", *names, IMAGE)
            assert engine.run(*line, check=False, environ=environ).returncode == 1
            assert "__pycache__" not in engine.run("diff", container).stdout
        finally:
            engine.remove(container)


def test_the_image_is_small(engine: Engine) -> None:
    """At most 10 MB on top of its base: a pull is faster than the build that it replaces."""
    assert engine.size(IMAGE) - engine.size(base.choose(engine)) <= LARGEST


def test_nothing_in_the_image_depends_on_the_architecture(engine: Engine) -> None:
    """A release puts the same files on the base of each architecture."""
    assert inside(engine, INTERPRETER, "-I", "-c", NATIVE).strip() == "[]"


def test_the_image_says_what_it_is(engine: Engine) -> None:
    """OCI labels, and an entry point without a shell."""
    text = engine.run("image", "inspect", "--format", "{{json .Config}}", IMAGE).stdout
    config = json.loads(text)
    kinds = {"title", "description", "licenses", "version", "revision", "source"}
    assert kinds <= {name.rpartition(".")[2] for name, value in config["Labels"].items() if value}
    assert config["Entrypoint"] == [INTERPRETER, "-I", "-u", "/app/entrypoint.py"]
    assert not config.get("User")
