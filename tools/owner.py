"""Sets the owner of the repository everywhere: `make owner OWNER=acme`.

The owner is defined in `errors.py`; code imports it from there. All other places are text that people read or copy.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Written last: until then, a second try still finds the owner that the other files have.
DEFINITION = "src/testsigma_action/errors.py"
# Files and folders in which the owner may be named.
PLACES = (
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "action.yml", "Dockerfile", "pyproject.toml"),
    *(".github", "ci", "docs", "examples", "schemas", DEFINITION),
)
BINARY = {".png"}
# GitHub's rule for names of users and organisations.
OWNER = re.compile(r"(?!.*--)[A-Za-z0-9]([A-Za-z0-9-]{0,37}[A-Za-z0-9])?")
# Folders, hosts and a reader's own group that the repository's name follows elsewhere.
NOT_OWNERS = {"bin", "container", "localhost", "tools"}
# The owner, the registry before it, and what follows. Images with a tag, and the orb, are in a registry too.
OCCURRENCE = re.compile(r"(ghcr\.io/)?(?<![\w.:-])([A-Za-z0-9-]+)(/testsigma(?:@|-action(?![\w-])(?::\d)?))")


def files(root: Path) -> Iterator[Path]:
    """All text files in which the owner may be named; the one that defines it comes last."""
    for place in PLACES:
        path = root / place
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (each for each in found if each.is_file() and each.suffix not in BINARY)


def current(root: Path) -> str:
    """The owner as it is defined."""
    found = re.search(
        r'^REPOSITORY = "https://github\.com/([^/"]+)/', (root / DEFINITION).read_text("utf-8"), re.MULTILINE
    )
    if not found:
        raise ValueError(f"{DEFINITION} does not define REPOSITORY.")
    return found[1]


def spelled(owner: str, registry: str, repository: str) -> str:
    """The owner as it is written in this place: registries accept lower case only."""
    return owner.lower() if registry or repository.endswith("@") or ":" in repository else owner


def replaced(text: str, before: str, after: str) -> str:
    """A text with another owner."""

    def name(found: re.Match[str]) -> str:
        registry, owner, repository = found[1] or "", found[2], found[3]
        if owner.lower() != before.lower():
            return found[0]
        return registry + spelled(after, registry, repository) + repository

    return OCCURRENCE.sub(name, text)


def set_owner(root: Path, owner: str) -> list[str]:
    """Write the owner into all files of a checkout, and return the files that changed. Raises ValueError."""
    if not OWNER.fullmatch(owner) or owner.lower() in NOT_OWNERS:
        raise ValueError(f"{owner!r} cannot be the name of a GitHub user or organisation.")
    before, changed = current(root), []
    for path in files(root):
        text = path.read_text("utf-8")
        new = replaced(text, before, owner)
        if new != text:
            path.write_text(new, "utf-8")
            changed.append(str(path.relative_to(root)))
    return changed


def main() -> None:
    """Set the owner that the command line names, and list the files that changed."""
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit("Name the owner: make owner OWNER=acme")
    try:
        changed = set_owner(ROOT, sys.argv[1])
    except ValueError as error:
        sys.exit(str(error))
    print("\n".join(changed) or f"The owner is {sys.argv[1]} already.")


if __name__ == "__main__":
    main()
