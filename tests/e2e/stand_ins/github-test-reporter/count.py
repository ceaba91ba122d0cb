"""Prints how many tests a CTRF file has, and how many of them failed."""

import json
import sys
from pathlib import Path

tests = json.loads(Path(sys.argv[1]).read_text("utf-8"))["results"]["tests"]
print(f"tests={len(tests)} tests, {sum(test['status'] == 'failed' for test in tests)} failed")
