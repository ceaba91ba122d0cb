"""Reviews in CI without write access: they fail the job, so they work the same in pull requests from forks.

`dependencies` reads GitHub's comparison of two commits (dependency review API) from its standard input; `code` reads
the SARIF files of a folder, as CodeQL writes them.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any


def vulnerable(changes: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A line for each known vulnerability of a package that a change adds or updates to."""
    for change in changes:
        if change["change_type"] == "added":
            for found in change["vulnerabilities"]:
                what = f"{change['manifest']}: {change['name']} {change['version']}"
                yield f"{what}: {found['severity']}, {found['advisory_summary']} ({found['advisory_url']})"


def findings(sarif: dict[str, Any]) -> Iterator[str]:
    """A line for each finding of a code analysis."""
    for run in sarif["runs"]:
        for result in run["results"]:
            place = result["locations"][0]["physicalLocation"]
            line = place.get("region", {}).get("startLine", 1)
            yield f"{place['artifactLocation']['uri']}:{line}: {result['ruleId']}: {result['message']['text']}"


def of_folder(folder: Path) -> Iterator[str]:
    """All findings of the SARIF files in a folder; no file is an error, because then nothing was analysed."""
    files = sorted(folder.glob("*.sarif"))
    if not files:
        yield f"{folder} has no SARIF file: nothing was analysed."
    for path in files:
        yield from findings(json.loads(path.read_text("utf-8")))


def main(arguments: Sequence[str]) -> int:
    """Print what was found; the exit code is 1 if there is anything."""
    match arguments:
        case ["dependencies"]:
            lines = list(vulnerable(json.load(sys.stdin)))
        case ["code", folder]:
            lines = list(of_folder(Path(folder)))
        case _:
            lines = ["Usage: python -m tools.review dependencies < changes.json, or code FOLDER"]
    print("\n".join(lines) or "Nothing was found.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
