"""Copies artifacts into a folder."""

import os
import shutil
import sys
from pathlib import Path

ARTIFACTS = Path("/artifacts")
name, pattern, folder = os.environ["NAME"], os.environ["PATTERN"], Path(sys.argv[1])
if name:
    if not (ARTIFACTS / name).exists():
        sys.exit(f"::error::There is no artifact {name}.")
    shutil.copytree(ARTIFACTS / name, folder)
for artifact in sorted(ARTIFACTS.glob(pattern)) if pattern else ():
    shutil.copytree(artifact, folder / artifact.name)
    print(artifact.name)
