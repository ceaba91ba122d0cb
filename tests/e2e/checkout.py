"""A copy of this checkout, in which the action uses an image that is built already."""

import shutil
import subprocess
from pathlib import Path

from tools.release.commit import set_image

ROOT = Path(__file__).parents[2]


def copy(target: Path) -> None:
    """Copy the files that are, or could be, in a commit."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def copy_with_image(target: Path, image: str) -> None:
    """The same, and the line of the image in action.yml is all that differs."""
    copy(target)
    set_image(target, f"docker://{image}")


def commit(folder: Path) -> None:
    """Make a folder a repository with one commit, as a runner would find it."""
    who = ("-c", "user.name=Tests", "-c", "user.email=tests@localhost", "-c", "commit.gpgsign=false")
    for arguments in (("init", "--quiet"), ("add", "--all"), (*who, "commit", "--quiet", "--message", "A checkout")):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, timeout=60)
