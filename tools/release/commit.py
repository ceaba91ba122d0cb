"""What the commit of a release changes: the version, the changelog, and the line of the image in action.yml."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tools.release import action_file, changelog

VERSION_FILE = "src/testsigma_action/__init__.py"
VERSION_LINE = re.compile(r'^__version__ = ".*"$', re.MULTILINE)
# Pages and examples that name a release, and the workflow that other repositories call: it cannot use `./`.
PAGES = ("README.md", "docs", "examples", ".github/workflows/plans.yml")
# How they name it: as a tag of git, or as an image of a registry.
RELEASE = re.compile(
    r"(testsigma-action(?:@v|/v|:|\.git#v|\.git/ci/buildkite#v|/\.github/workflows/plans\.yml@v)|/testsigma@)"
    r"\d+\.\d+\.\d+\b"
)


def releases(text: str) -> list[str]:
    """The versions that a text names as the release to use."""
    return [found[0].removeprefix(found[1]) for found in RELEASE.finditer(text)]


def pages(checkout: Path) -> list[Path]:
    """The files that people copy from, which name the release to use."""
    found = [path for place in PAGES for path in (checkout / place, *sorted((checkout / place).rglob("*")))]
    return [path for path in found if path.is_file() and path.suffix != ".png"]


def set_version(checkout: Path, version: str, day: str) -> None:
    """Give what was not released yet a version, in all files that name it. Raises ValueError, and changes nothing."""
    text = changelog.released((checkout / "CHANGELOG.md").read_text("utf-8"), version, day)
    (checkout / "CHANGELOG.md").write_text(text, "utf-8")
    for page in pages(checkout):
        page.write_text(RELEASE.sub(rf"\g<1>{version}", page.read_text("utf-8")), "utf-8")
    file = checkout / VERSION_FILE
    file.write_text(VERSION_LINE.sub(f'__version__ = "{version}"', file.read_text("utf-8")), "utf-8")
    environ = {**os.environ, "PYTHONPATH": f"src{os.pathsep}."}
    subprocess.run([sys.executable, "-m", "tools.ci_files"], cwd=checkout, env=environ, check=True, timeout=60)


def set_image(checkout: Path, image: str) -> None:
    """Make the action use another image."""
    file = checkout / "action.yml"
    file.write_text(action_file.with_image(file.read_text("utf-8"), image), "utf-8")


def reopen(checkout: Path) -> None:
    """After a release: build from the sources again, with an empty section for what comes next."""
    set_image(checkout, action_file.FROM_SOURCE)
    file = checkout / "CHANGELOG.md"
    text = file.read_text("utf-8")
    if changelog.newest(text).version:
        file.write_text(text.replace("\n## ", f"\n## {changelog.UNRELEASED}\n\n## ", 1), "utf-8")
