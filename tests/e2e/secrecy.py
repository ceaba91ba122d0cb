"""Looks for the key where it must not be."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from tests.e2e.act import Told


def assert_hidden(told: Told, key: str, *folders: Path) -> None:
    """The key is in no event but the one that masks it, once a stage, and in no file."""
    masks = [event for event in told.events if event.get("command") == "add-mask"]
    others = [event for event in told.events if event.get("command") != "add-mask"]
    assert [mask["arg"] for mask in masks].count(key) == len(masks)
    for stage in ("Main", "Post"):
        jobs = [mask["jobID"] for mask in masks if mask["stage"] == stage]
        assert len(jobs) == len(set(jobs))
    assert_not_in(key, (json.dumps(event) for event in others))
    assert_not_in(key, (path.read_text("utf-8", "replace") for path in files(*folders)))


def assert_not_in(key: str, texts: Iterable[str]) -> None:
    """The key is in none of the texts, neither as it is nor encoded."""
    shapes = {key, quote(key, safe=""), base64.b64encode(key.encode()).decode().rstrip("=")}
    found = [text for text in texts if any(shape in text for shape in shapes)]
    assert not found


def files(*folders: Path) -> list[Path]:
    """All files in folders, apart from the repository's own."""
    return [path for folder in folders for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
