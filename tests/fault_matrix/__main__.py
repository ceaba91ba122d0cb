"""Write docs/guarantees.md from the sections in a folder."""

import sys
from pathlib import Path

from tests.fault_matrix.table import PATH, document

if __name__ == "__main__":
    parts = sorted(Path(sys.argv[1]).glob("*.md"))
    PATH.write_text(document({part.name: part.read_text("utf-8") for part in parts}), "utf-8")
