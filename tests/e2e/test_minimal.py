"""The image without a shell: `docker build --target minimal`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import base
from tests.e2e.conftest import OWNER, serving
from tests.e2e.engine import Engine
from tests.e2e.test_image import UNCOMPILED, variables
from tests.simulator import scenario

# Seconds: the first test builds the image.
pytestmark = pytest.mark.timeout(600)
BUILD = 300.0
NAME = "localhost/testsigma-action-e2e-minimal"
STAND_IN = "localhost/testsigma-action-e2e-minimal-base"
INTERPRETER = "/app/venv/bin/python"
# Where shells are, and whether one of them is there.
SHELLS = "from pathlib import Path; print([n for n in ('sh', 'bash', 'dash') if Path('/bin', n).exists()])"


@pytest.fixture(scope="module")
def minimal(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The image, on a stand-in for the pinned base: the other stand-in without its shells."""
    full = base.choose(engine)
    dockerfile = tmp_path_factory.mktemp("base") / "Dockerfile"
    dockerfile.write_text(f"FROM {full}\nRUN rm -f /bin/sh /bin/bash /bin/rbash /bin/dash\n", "utf-8")
    bases = (f"--build-arg=BASE={full}", f"--build-arg=MINIMAL_BASE={STAND_IN}")
    try:
        engine.run("build", "--tag", STAND_IN, str(dockerfile.parent), timeout=BUILD)
        engine.run("build", "--target=minimal", "--tag", NAME, *bases, str(base.ROOT), timeout=BUILD)
        yield NAME
    finally:
        engine.run("image", "rm", "--force", NAME, STAND_IN, check=False)


def test_a_key_and_a_plan_are_enough_without_a_shell(engine: Engine, minimal: str, folder: Path, key: str) -> None:
    """A user who owns nothing there gets the verdict and the files."""
    options = ("--rm", "--network=host", f"--user={OWNER}:{OWNER}", "--read-only", f"--volume={folder}:/work")
    with serving(scenario("failing"), key) as server:
        environ = variables(server, key)
        names = [word for name in environ for word in ("--env", name)]
        done = engine.run("run", *options, *names, minimal, check=False, environ=environ)
    assert done.returncode == 1, done.stdout
    reports = {"TEST-testsigma-420.xml", "testsigma-420.json"}
    outputs = {"testsigma-outputs.env", "testsigma-outputs.json"}
    assert {path.name for path in (folder / "test-results").iterdir()} == reports | outputs


def test_there_is_no_shell_and_all_is_compiled(engine: Engine, minimal: str) -> None:
    """Both stages of the action start by the name of their file alone, and a shell is refused."""
    options = ("run", "--rm", "--network=none", "--entrypoint")
    assert engine.run(*options, INTERPRETER, minimal, "-Ic", SHELLS).stdout.strip() == "[]"
    assert engine.run(*options, INTERPRETER, minimal, "-Ic", UNCOMPILED).stdout.strip() == "[]"
    assert engine.run(*options, "/app/entrypoint.py", minimal, "--help").stdout.startswith("Usage: ")
    assert engine.run(*options, "/app/post_entrypoint.py", minimal, check=False).returncode == 0
    done = engine.run("run", "--rm", "--network=none", minimal, "sh", check=False)
    assert (done.returncode, "there is no such program here" in done.stdout) == (2, True)
