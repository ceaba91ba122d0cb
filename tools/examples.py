"""Writes the examples of the README, of docs/ and of examples/github where linters of workflows look for workflows.

An example that is only a list of steps, or has no trigger, gets the rest of a workflow around it.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent, indent

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Uses the action, or the reusable workflow that comes with it.
OURS = re.compile(r"testsigma-action(?:/\.github/workflows/plans\.yml)?@")
# No permissions: an example that needs some must ask for them.
TRIGGER = "on: push\npermissions: {}\n"
JOB = f"{TRIGGER}jobs:\n  example:\n    runs-on: ubuntu-latest\n    steps:\n"


def pages() -> list[Path]:
    """The pages that have examples."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def files() -> list[Path]:
    """The examples that are whole files."""
    return sorted((ROOT / "examples/github").glob("*.yml"))


def workflow(example: str) -> str:
    """A whole workflow that contains an example."""
    # Gitea and Forgejo accept a whole address; linters of GitHub's workflows do not.
    text = dedent(example).replace("uses: https://github.com/", "uses: ")
    if text.startswith("- "):
        return JOB + indent(text, " " * 6)
    return text if re.search(r"^on:", text, re.MULTILINE) else TRIGGER + text


def workflows() -> Iterator[tuple[str, str]]:
    """The examples that use the action, each with a file name that says where it is from."""
    for path in files():
        yield f"github-{path.name}", path.read_text("utf-8")
    for page in pages():
        text = page.read_text("utf-8")
        for found in BLOCK.finditer(text):
            if OURS.search(found[1]):
                line = text.count("\n", 0, found.start()) + 2
                yield f"{page.stem.lower()}-{line}.yml", workflow(found[1])


def main() -> None:
    """Write them into the folder that the command line names."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.yml"):
        old.unlink()
    for name, text in workflows():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
