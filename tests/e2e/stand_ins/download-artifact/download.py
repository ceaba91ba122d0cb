"""Copies artifacts into a folder."""

import shutil
import sys
from pathlib import Path

pattern, folder = sys.argv[1], Path(sys.argv[2])
for artifact in sorted(Path("/artifacts").glob(pattern)):
    shutil.copytree(artifact, folder / artifact.name)
    print(artifact.name)
