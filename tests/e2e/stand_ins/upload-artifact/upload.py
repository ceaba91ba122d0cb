"""Keeps a folder as an artifact. LOST and DOUBLED are ends of names: those artifacts get lost, or are there twice."""

import os
import shutil
import sys
from pathlib import Path

name, folder = sys.argv[1], Path(sys.argv[2])
files = list(folder.rglob("*")) if folder.is_dir() else []
if not files and os.environ["NO_FILES"] == "error":
    sys.exit("::error::No files were found.")
target = Path("/artifacts", name)
if target.exists() and os.environ["OVERWRITE"] != "true":
    sys.exit(f"::error::The artifact {name} exists already.")
shutil.rmtree(target, ignore_errors=True)
if files and not name.endswith(os.environ.get("LOST") or "/"):
    shutil.copytree(folder, target)
    if name.endswith(os.environ.get("DOUBLED") or "/"):
        shutil.copytree(folder, f"{target}-copy")
print(f"{name}: {len(files)} files")
