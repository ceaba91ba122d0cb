"""The outputs of the step as action.yml declares them."""

from collections.abc import Mapping
from pathlib import Path

import yaml

_ACTION = yaml.safe_load((Path(__file__).resolve().parents[2] / "action.yml").read_text("utf-8"))
OUTPUTS: Mapping[str, str] = {name: each["description"] for name, each in _ACTION["outputs"].items()}
"""Name -> description."""
