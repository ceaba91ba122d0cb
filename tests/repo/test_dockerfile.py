"""The container's files, as far as they can be checked without an engine; the rest is in tests/e2e."""

import filecmp
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.e2e import base, checkout
from tools.release import action_file

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
IMAGE = "localhost/testsigma-action:dev"


def copied_files() -> set[str]:
    """What the Dockerfile copies from the build context."""
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    return {name for line in lines for name in line.split()}


def differences(left: Path, right: Path) -> list[str]:
    """Files that are not the same in two folders, or not in both; .git and ignored folders are not looked at."""
    names = {path.relative_to(right) for path in right.rglob("*") if path.is_file() and ".git" not in path.parts}
    return sorted(str(name) for name in names if not filecmp.cmp(left / name, right / name, shallow=False))


def test_the_copy_for_real_workflows_differs_in_one_line(tmp_path: Path) -> None:
    """Act cannot build on a base that is pinned by digest; the line of the image is all that is changed for it."""
    checkout.copy_with_image(tmp_path, IMAGE)
    assert differences(ROOT, tmp_path) == ["action.yml"]
    ours, copied = ((folder / "action.yml").read_text("utf-8").splitlines() for folder in (ROOT, tmp_path))
    changed = [pair for pair in zip(ours, copied, strict=True) if pair[0] != pair[1]]
    (line,) = (line for line in ours if line.startswith("  image: "))
    assert changed == [(line, f"  image: docker://{IMAGE}")]


def test_the_copy_has_all_that_the_image_is_built_from(tmp_path: Path) -> None:
    """What the Dockerfile copies is in the copy, so the copy is a checkout and no selection."""
    checkout.copy(tmp_path)
    assert all((tmp_path / name).exists() for name in copied_files())


def test_an_action_without_one_image_line_is_refused() -> None:
    """A change that the copy would not understand is an error, not a copy that uses something else."""
    with pytest.raises(ValueError, match="0 lines"):
        action_file.with_image("runs:\n  using: docker\n", IMAGE)


def test_the_build_context_is_an_allow_list() -> None:
    """All is ignored but what the Dockerfile copies."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    copied = {
        word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()
    }
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied


def test_the_bases_are_pinned_by_digest() -> None:
    """In literal FROM lines, which Dependabot can update, and as the defaults of the build arguments."""
    assert re.fullmatch(r"python:3\.13-slim-trixie@sha256:[0-9a-f]{64}", base.pinned(DOCKERFILE))
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"gcr\.io/distroless/python3-debian13@sha256:[0-9a-f]{64}", stages[1])
    assert stages[2:] == ["${BASE}", "${MINIMAL_BASE}", "${MINIMAL_BASE}", "${BASE}"]
    assert {"ARG BASE=pinned", "ARG MINIMAL_BASE=minimal-pinned"} <= set(DOCKERFILE.splitlines())


def test_the_image_has_the_environment_of_its_base() -> None:
    """A release takes the environment from the base, so the Dockerfile must not add to it."""
    assert not re.search(r"^(ENV|USER|CMD|EXPOSE|STOPSIGNAL) ", DOCKERFILE, re.MULTILINE)


def test_the_post_stage_is_in_the_image() -> None:
    """action.yml names a file of the image that is executable and that the Dockerfile copies."""
    runs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["runs"]
    name = runs["post-entrypoint"].removeprefix("/app/")
    assert re.search(rf"^COPY .*\b{re.escape(name)}\b.* /app/$", DOCKERFILE, re.MULTILINE)
    assert (ROOT / name).stat().st_mode & 0o111
    assert (ROOT / name).read_text("utf-8").startswith("#!")


def test_the_entry_point_is_isolated_and_has_no_shell() -> None:
    """Files of the workspace are never imported; signals and inputs reach the interpreter as they are."""
    entry_points = re.findall(r"^(?:ENTRYPOINT|CMD) (.*)$", DOCKERFILE, re.MULTILINE)
    assert set(entry_points) == {'["/app/venv/bin/python", "-I", "-u", "/app/entrypoint.py"]'}
    assert re.search(r"#!/app/venv/bin/python -Iu\|' /app/entrypoint\.py /app/post_entrypoint\.py ", DOCKERFILE)


def test_the_command_has_one_name() -> None:
    """The image has the command under the name that `pip install` gives it."""
    (name,) = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert f"ln -s /app/entrypoint.py /image/usr/local/bin/{name}\n" in DOCKERFILE
    assert (ROOT / "entrypoint.py").stat().st_mode & 0o111
