"""Looks for a key in what a step left behind, in every shape that it could have there."""

import base64
import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

# No real key is shorter, and looking for a short one would find what is none.
SHORTEST = 8


def key_of(environ: Mapping[str, str]) -> str:
    """The key that a step was given, wherever it stood."""
    names = (name for name in environ if name.replace("-", "_").endswith("_API_KEY"))
    return next((environ[name].strip() for name in names if environ[name].strip()), "")


def shows(text: str, key: str) -> bool:
    """Whether a text has the key: as it is, escaped for a URL, JSON, HTML or XML, or within anything in base64."""
    seen = (text, unquote(text), html.unescape(text).replace("\u2060", ""), _without_json_escapes(text))
    return any(key in each for each in seen) or any(digits in text for digits in _in_base64(key))


def leaks(log: str, folder: Path, key: str) -> list[str]:
    """Lines of a log, but for the first if that masks the key, and files below a folder that show it."""
    if len(key) < SHORTEST:
        return []
    lines = log.splitlines()
    masking = lines[:1] in ([f"::add-mask::{key}"], [f"##vso[task.setsecret]{key}"])
    found = [line for line in lines[masking:] if shows(line, key)]
    return found + [str(path) for path in _files(folder) if shows(path.read_text("utf-8", "replace"), key)]


def _files(folder: Path) -> Iterator[Path]:
    """All files but copies of the project."""
    return (path for path in folder.rglob("*") if path.is_file() and "sabotaged" not in path.parts)


def _without_json_escapes(text: str) -> str:
    return re.sub(r"\\u([0-9A-Fa-f]{4})", lambda match: chr(int(match[1], 16)), text).replace("\\", "")


def _in_base64(key: str) -> Iterator[str]:
    """The digits that depend on the key alone, for each of the three places where it may begin, in both alphabets."""
    raw = key.encode()
    for before in range(3):
        first, end = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(before) + raw).decode()[first:end]
