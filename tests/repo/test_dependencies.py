"""What docs/security.md says about packages and tokens, and that it names tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
RUNTIME = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
SOURCES = sorted((ROOT / "src").rglob("*.py"))
THREATS = re.findall(r"^\| (\*\*.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
# Tokens of GitHub and of its services, and the socket that GitHub mounts into every action in a container.
FOREIGN = ("GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_", "docker.sock")


def test_every_package_is_pinned_by_hash() -> None:
    """Each requirement has an exact version and hashes, and the build demands both, and wheels."""
    packages = re.findall(r"^([a-z0-9-]+)(.*)", RUNTIME, re.MULTILINE)
    assert len(packages) == 7
    assert all(rest.startswith("==") and rest.endswith("\\") for _, rest in packages)
    blocks = re.split(r"^[a-z0-9-]+==", RUNTIME, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert {"--require-hashes", "--only-binary", "--no-deps"} <= set(dockerfile.split())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_no_token_of_the_ci_system_is_used(path: Path) -> None:
    """The step needs the API key only; it cannot lose what it never reads."""
    text = path.read_text("utf-8")
    assert [name for name in FOREIGN if name in text] == []


def test_every_threat_names_what_holds_it() -> None:
    """A claim without a test is a wish. The container engine holds the only one that is not ours."""
    assert len(THREATS) == 9
    assert [place for place, *_, held in THREATS if "`tests/" not in held] == ["**The registry**"]


def test_the_named_tests_exist() -> None:
    """Every path of a test in the page is there."""
    named = set(re.findall(r"`(tests/[\w/.]+)`", PAGE))
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
