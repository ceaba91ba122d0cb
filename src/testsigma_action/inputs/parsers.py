"""Text of an input -> value: one parser for each kind of value. Pure; a value that is not accepted raises Invalid."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlsplit

from testsigma_action.domain.identity import canonical
from testsigma_action.domain.tolerance import Share
from testsigma_action.inputs.invalid import Invalid, accepting
from testsigma_action.inputs.pages import ENVIRONMENT, RUN, Kind, host_in, identity_in, is_address
from testsigma_action.inputs.pasted import wrapping
from testsigma_action.secret import Secret
from testsigma_action.text import is_loopback, one_line

# As long as the longest number of 64 bits, and shorter than any API key.
IDENTITY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,18}")
DURATION = re.compile(r"(?:([0-9]+)h)?(?:([0-9]+)m(?:in)?)?(?:([0-9]+(?:\.[0-9]+)?)s)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A text on one line that is meant as a list, or as an entry of one.
LIST_LIKE = re.compile(r"[\[{]|-(\s|-|$)|.*:(\s|$)")
SHORTEST_DURATION = timedelta(seconds=0.1)
LONGEST_DURATION = timedelta(days=30)
DURATION_LIKE = f"a duration like 90s, 30m or 1h30m, at least 0.1s and at most {LONGEST_DURATION.days} days"
LONGEST_TEXT = 250
LONGEST_LABEL = 100
# The path of an installation, and the beginning of the path of the API or of a page.
OF_TESTSIGMA = re.compile(r"(.*?)(/api(?=$|/v\d)|/ui(?=$|/)).*")
OFF = "off"
# YAML 1.1 reads an `off` without quotes as `false`.
TURNED_OFF = frozenset({OFF, "false"})
PREVIOUS = "previous"


def identity(value: str) -> str:
    """An ID: digits, or a few letters with a digit among them. Raises Invalid.

    Leading zeros are removed, so that the same ID is the same text everywhere.
    """
    if not IDENTITY.fullmatch(value) or not re.search("[0-9]", value) or not value.strip("0"):
        raise Invalid("an ID (digits), as in the address of its page")
    return canonical(value)


def identity_of(kind: Kind) -> Callable[[str], str]:
    """A parser for an ID, or the address of the page of such an object."""

    def read(value: str) -> str:
        return identity(identity_in(value, kind) if is_address(value) else value)

    return read


def environment(value: str) -> str:
    """An environment: its ID (digits), the address of its page, or its name (anything else). Raises Invalid."""
    if is_digits(value):
        return identity(value)
    try:
        return identity(identity_in(value, ENVIRONMENT)) if is_address(value) else line(value)
    except Invalid as refusal:
        # A name may have a slash, but no host.
        if not is_address(value) or value.startswith("/") or host_in(value):
            accepted = "the ID of an environment (digits), the address of its page, or its name"
            raise Invalid(accepted, refusal.remedy) from None
    return line(value)


def is_digits(value: str) -> bool:
    """Whether a value is written like an ID, not like a name."""
    return value.isascii() and value.isdecimal()


@accepting("a list of IDs (digits), like [211, 212]")
def identities(value: str) -> tuple[str, ...]:
    """IDs between commas, each of them once. Raises Invalid."""
    return tuple(dict.fromkeys(map(identity, filter(None, map(str.strip, value.split(","))))))


def line(value: str) -> str:
    """A short text on one line, in any script. Raises Invalid."""
    if len(value) > LONGEST_TEXT or not _is_one_line(value):
        raise Invalid(f"one line of at most {LONGEST_TEXT} characters")
    return value


def _is_one_line(value: str) -> bool:
    """Whether a text has no control character, no line or paragraph separator, and no lone surrogate.

    Blanks of all scripts are accepted, and the joiners that Persian and emoji need.
    """
    return not any(unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} for character in value)


def label(value: str) -> str:
    """A short name on one line, with visible characters. Raises Invalid."""
    if len(value) > LONGEST_LABEL or not _is_one_line(value) or not one_line(value):
        raise Invalid(f"a name on one line, of at most {LONGEST_LABEL} characters")
    return value


def key(value: str) -> Secret:
    """An API key. Raises Invalid, which never quotes it."""
    if remedy := wrapping(value):
        raise Invalid("an API key, and nothing else", remedy)
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise Invalid("a key without spaces, line breaks or other control characters within")
    return Secret(value)


def flag(value: str) -> bool:
    """`true` or `false`, in any case. Raises Invalid."""
    return word("true", "false")(value) == "true"


def duration(value: str) -> timedelta:
    """`90s`, `30m`, `1h30m`, `0.2s`, or a bare number of seconds. Raises Invalid."""
    text = f"{value}s" if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) else value
    if found := DURATION.fullmatch(text):
        hours, minutes, seconds = (float(part or 0) for part in found.groups())
        total = hours * 3600 + minutes * 60 + seconds
        if SHORTEST_DURATION.total_seconds() <= total <= LONGEST_DURATION.total_seconds():
            return timedelta(seconds=total)
    raise Invalid(DURATION_LIKE)


@accepting(f"auto, or {DURATION_LIKE}")
def interval(value: str) -> timedelta | None:
    """`auto` (None) or a duration. Raises Invalid."""
    return None if value.lower() == "auto" else duration(value)


def number(least: int, most: int) -> Callable[[str], int]:
    """A parser for a whole number within these bounds."""

    def read(value: str) -> int:
        if not (is_digits(value) and len(value) < 10 and least <= int(value) <= most):
            raise Invalid(f"a whole number from {least} to {most}")
        return int(value)

    return read


@accepting("a number of cases (like 3), or a whole percentage of them from 0% to 100% (like 5%)")
def share(value: str) -> Share:
    """A number of cases, or a percentage of them: `3` or `5%`. Raises Invalid."""
    percent = value.endswith("%")
    count = number(0, 100 if percent else 100_000)
    return Share(count(value.removesuffix("%").rstrip()), percent)


@accepting(f"{PREVIOUS}, {OFF}, or the ID of a run (or the address of its page)")
def comparison(value: str) -> str:
    """`previous`, `off`, or the ID of a run (or the address of its page). Raises Invalid."""
    if value.lower() in TURNED_OFF:
        return OFF
    return PREVIOUS if value.lower() == PREVIOUS else identity_of(RUN)(value)


def word(*words: str) -> Callable[[str], str]:
    """A parser for one of these words, in any case."""

    def read(value: str) -> str:
        given = OFF if OFF in words and value.lower() in TURNED_OFF else value.lower()
        if given not in words:
            raise Invalid(" or ".join(words) if len(words) == 2 else f"one of {', '.join(words)}")
        return given

    return read


@accepting("a date like 2026-12-31")
def day(value: str) -> date:
    """A date like 2026-12-31. Raises Invalid."""
    if not DAY.fullmatch(value):
        raise Invalid
    return date.fromisoformat(value)


def path(value: str) -> str:
    """The path of a file. Raises Invalid."""
    if not _is_one_line(value) or value.endswith("/"):
        raise Invalid("the path of a file")
    return value


@accepting("paths of files, one on each line, maybe with wildcards (*, ?, **)")
def paths(value: str) -> tuple[str, ...]:
    """Paths of files, one on each line, maybe with wildcards. Raises Invalid."""
    return tuple(path(line.strip()) for line in value.splitlines() if line.strip())


def is_path(text: str) -> bool:
    """Whether a text is meant as the path of a file: it has one line, and does not look like a list of mappings."""
    return "\n" not in text and not LIST_LIKE.match(text)


def path_or_list(value: str) -> str:
    """The path of a file with a list of mappings, or the text of one. Raises Invalid."""
    return path(value) if is_path(value) else value


def output_path(value: str) -> str:
    """The path of a file to be written, or `off`. Raises Invalid."""
    checked = path(value)
    if not checked.startswith("/") and ".." in checked.split("/"):
        raise Invalid("a path below the workspace, an absolute path, or off")
    return OFF if checked.lower() in TURNED_OFF else checked


@accepting("an address like https://app.testsigma.com, without user, query or fragment (plain http: loopback only)")
def base_url(value: str) -> str:
    """The address of the service, without a slash at its end. Raises Invalid."""
    url = value.rstrip("/")
    # Reading the port checks it: ValueError if it is no number.
    parts = urlsplit(url)
    host, _ = parts.hostname or "", parts.port
    if url and "://" not in url:
        raise Invalid(remedy="https:// is missing at its beginning.")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not host or not is_safe or set("@?# ") & set(url) or not url.isprintable():
        raise Invalid
    if found := OF_TESTSIGMA.fullmatch(parts.path):
        installation, page = found.groups()
        right = f"{parts.scheme}://{parts.netloc}"
        raise Invalid(remedy=f"Leave out {page} and what follows it." if installation else f"Write {right}.")
    return url
