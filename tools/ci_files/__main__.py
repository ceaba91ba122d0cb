"""Writes the packaging of all CI systems into the folder ci/. Files there that no system has are removed."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tools.ci_files.files import mode
from tools.ci_files.systems import SYSTEMS

FOLDER = Path(__file__).resolve().parents[2] / "ci"


def generated() -> Mapping[str, str]:
    """All files: path in ci/ -> text."""
    return {path: text for system in SYSTEMS for path, text in system.files().items()}


def main() -> None:
    """Write them all."""
    files = generated()
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, text in files.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(mode(text))


if __name__ == "__main__":
    main()
