"""A copy of this checkout, in which the action uses an image that is built already."""

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
IMAGE_LINE = re.compile(r"^(  image: ).*$", re.MULTILINE)


def with_image(action: str, image: str) -> str:
    """The text of an action.yml with another image; raises ValueError unless it has exactly one line for it."""
    changed, count = IMAGE_LINE.subn(rf"\g<1>docker://{image}", action)
    if count != 1:
        raise ValueError(f"action.yml has {count} lines for its image.")
    return changed


def copy(target: Path, image: str) -> None:
    """Copy the files that are, or could be, in a commit. The line of the image is all that differs."""
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
    action = target / "action.yml"
    action.write_text(with_image(action.read_text("utf-8"), image), "utf-8")


def commit(folder: Path) -> None:
    """Make a folder a repository with one commit, as a runner would find it."""
    who = ("-c", "user.name=Tests", "-c", "user.email=tests@localhost", "-c", "commit.gpgsign=false")
    for arguments in (("init", "--quiet"), ("add", "--all"), (*who, "commit", "--quiet", "--message", "A checkout")):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, timeout=60)
