"""How the text of an input is read: one function a kind of value. Pure; what is not accepted raises Invalid.

Mappings are YAML (of which JSON is a part) in which every scalar is a text: `1.10` stays `1.10`, `yes` stays `yes`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import yaml

from testsigma_action.model import ConfigurationRef
from testsigma_action.secret import Secret

IDENTITY = re.compile(r"[A-Za-z0-9_-]{1,64}")
DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?:in)?)?(?:(\d+(?:\.\d+)?)s)?")
LONGEST_DURATION = timedelta(days=30)
LONGEST_TEXT = 250
SHORTEST_INTERVAL = timedelta(seconds=0.1)
OFF = "off"
PREVIOUS = "previous"


class Invalid(ValueError):
    """A value that cannot be read; the message says what is accepted."""


def identity(value: str) -> str:
    """An ID as people copy it from an address. Raises Invalid."""
    if not IDENTITY.fullmatch(value):
        raise Invalid("an ID, as it stands in the address of its page (digits, usually)")
    return value


def line(value: str) -> str:
    """A short text on one line. Raises Invalid."""
    if len(value) > LONGEST_TEXT or not value.isprintable():
        raise Invalid(f"one line of at most {LONGEST_TEXT} characters")
    return value


def key(value: str) -> Secret:
    """An API key. Raises Invalid, which never quotes it."""
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise Invalid("a key without spaces, line breaks or other control characters within")
    return Secret(value)


def flag(value: str) -> bool:
    """`true` or `false`, in any case. Raises Invalid."""
    if value.lower() not in {"true", "false"}:
        raise Invalid("true or false")
    return value.lower() == "true"


def duration(value: str) -> timedelta:
    """`90s`, `30m`, `1h30m`, `0.2s`, or a bare number of seconds. Raises Invalid."""
    text = f"{value}s" if re.fullmatch(r"\d+(\.\d+)?", value) else value
    found = DURATION.fullmatch(text)
    if found:
        hours, minutes, seconds = (float(part or 0) for part in found.groups())
        total = hours * 3600 + minutes * 60 + seconds
        if 0 < total <= LONGEST_DURATION.total_seconds():
            return timedelta(seconds=total)
    raise Invalid(f"a duration like 90s, 30m or 1h30m, above 0 and at most {LONGEST_DURATION.days} days")


def interval(value: str) -> timedelta | None:
    """`auto` (None) or a duration. Raises Invalid."""
    if value.lower() == "auto":
        return None
    try:
        span = duration(value)
    except Invalid:
        span = timedelta(0)
    if span < SHORTEST_INTERVAL:
        raise Invalid("auto, or a duration like 10s, at least 0.1s")
    return span


def number(least: int, most: int) -> Callable[[str], int]:
    """A reader that takes a whole number within these bounds."""

    def read(value: str) -> int:
        if not (value.isascii() and value.isdecimal() and len(value) < 10 and least <= int(value) <= most):
            raise Invalid(f"a whole number from {least} to {most}")
        return int(value)

    return read


def comparison(value: str) -> str:
    """`previous`, `off`, or the ID of a run. Raises Invalid; what has no digit is taken for a word that is misspelt."""
    if value.lower() in {PREVIOUS, OFF}:
        return value.lower()
    if not (IDENTITY.fullmatch(value) and any(map(str.isdecimal, value))):
        raise Invalid(f"{PREVIOUS}, {OFF}, or the ID of a run")
    return value


def word(*words: str) -> Callable[[str], str]:
    """A reader that takes one of these words, in any case."""

    def read(value: str) -> str:
        if value.lower() not in words:
            raise Invalid(" or ".join(words) if len(words) == 2 else f"one of {', '.join(words)}")
        return value.lower()

    return read


def path(value: str) -> str:
    """The path of a file. Raises Invalid."""
    if not value.isprintable() or value.endswith("/"):
        raise Invalid("the path of a file")
    return value


def output_path(value: str) -> str:
    """The path of a file to be written, or `off`. Raises Invalid."""
    checked = path(value)
    if not checked.startswith("/") and ".." in checked.split("/"):
        raise Invalid("a path below the workspace, an absolute path, or off")
    return OFF if checked.lower() == OFF else checked


def base_url(value: str) -> str:
    """The address of the service, without a slash at its end. Raises Invalid."""
    url = value.rstrip("/")
    accepted = "an address like https://app.testsigma.com, without user, query or fragment (plain http: loopback only)"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid(accepted) from None
    if not host or set("@?#") & set(url) or not url.isprintable() or " " in url:
        raise Invalid(accepted)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise Invalid(accepted)
    return url


def is_loopback(host: str) -> bool:
    """Whether traffic to this host never leaves the machine."""
    return host in {"localhost", "::1"} or bool(re.fullmatch(r"127(\.\d{1,3}){3}", host))


def configuration(value: str) -> ConfigurationRef:
    """A saved configuration: its name, its ID (all digits), `{name: ...}` or `{id: ...}`. Raises Invalid."""
    accepted = "a name, an ID (digits), {name: ...} or {id: ...}"
    given = _parsed(value)
    if isinstance(given, dict) and (value.startswith("{") or given.keys() <= {"id", "name"}):
        if len(given) != 1 or not given.keys() <= {"id", "name"} or not all(map(_is_text, given.values())):
            raise Invalid(accepted)
        return ConfigurationRef(**given)
    if not value.isprintable() or len(value) > LONGEST_TEXT:
        raise Invalid(accepted)
    return ConfigurationRef(id=value) if value.isascii() and value.isdecimal() else ConfigurationRef(name=value)


def mapping(value: str) -> Mapping[str, str]:
    """A mapping of names to texts, as YAML or JSON. Raises Invalid, which never quotes it."""
    accepted = "a YAML or JSON mapping of names to single values, like {name: value}"
    given = _parsed(value)
    if not isinstance(given, dict):
        raise Invalid(accepted)
    for name, text in given.items():
        if not _is_text(name) or not isinstance(text, str):
            raise Invalid(accepted)
    return given


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


class _Loader(yaml.BaseLoader):
    """Every scalar is a text, and a name that stands twice is an error instead of a value that is lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:  # noqa: FBT001, FBT002
        names = [self.construct_object(name, deep=True) for name, _ in node.value]
        if any(not isinstance(name, str) for name in names) or len(set(names)) < len(names):
            raise yaml.constructor.ConstructorError(problem="a name that is no text or stands twice")
        made: dict[object, object] = super().construct_mapping(node, deep=deep)
        return made


def _parsed(value: str) -> object:
    """The YAML of a text; None where it is none. What the parser says is not passed on: it quotes the text."""
    try:
        # JSON may be indented with tabs, YAML may not; within its texts JSON has no tabs.
        text = value.replace("\t", " ") if value.startswith("{") else value
        return yaml.load(text, _Loader)  # noqa: S506 - the loader makes texts, lists and mappings, nothing else
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
