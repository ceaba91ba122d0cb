"""The bodies of answers: JSON that is parsed with limited memory, what wraps an object, and errors. Pure.

A few megabytes of `{}` become hundreds of megabytes of objects. So objects, lists and values are counted before an
answer is parsed, by its brackets and commas. Those within texts count, too, which is on the safe side. Distinct field
names are counted during parsing, since the parser keeps each of them.
"""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from testsigma_action.api.fields import DecodeError
from testsigma_action.secret import NO_SECRET, Secret
from testsigma_action.text import one_line

# Enough for 100,000 cases with a few data sets each. With these limits, any parsed answer stays below 400 MB.
# LARGEST is in bytes.
LARGEST = 36 * 1024 * 1024
MAX_CONTAINERS = 600_000
MAX_VALUES = 1_600_000
MAX_NAMES = 20_000
# Maximum length of an excerpt (characters).
EXCERPT = 300
# HTML tags with the blanks after them.
TAGS = re.compile(r"(?:<[^<>]{0,200}+>\s*+)++")
# An answer with one of these fields is the content itself: neither an error nor a wrapper.
CONTENT = ("id", "executionId", "executionResultId", "testCases", "content")


def parse_json(body: bytes, secret: Secret = NO_SECRET) -> object:
    """The JSON of an answer, without the secret. Raises DecodeError if it is not JSON, too large, or has a field twice.

    The service may echo the key. It is hidden after decoding, before texts are cut or escaped. A body without escapes
    contains the key unchanged if at all, so most answers are only searched as a whole.
    """
    names: set[str] = set()

    def make(pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) < len(pairs):
            raise DecodeError("with a duplicate field")
        names.update(made)
        if len(names) > MAX_NAMES:
            raise DecodeError("that is too large")
        return made

    containers = body.count(b"{") + body.count(b"[")
    if len(body) > LARGEST or containers > MAX_CONTAINERS or body.count(b",") > MAX_VALUES:
        raise DecodeError("that is too large")
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass").removeprefix("\ufeff")
        # Free the bytes, which may be many, before parsing.
        del body
        may_have_it = "\\u" in text or "\\/" in text or secret.hidden_in(text) != text
        value: object = json.loads(text, object_pairs_hook=make)
        return secret.hidden_in_json(value) if may_have_it else value
    except (ValueError, RecursionError):
        raise DecodeError("that is not JSON") from None


def unwrapped(body: object) -> object:
    """The object under `data` if the body only wraps it; else the body as it is.

    Pages are not unwrapped: the page number may be next to `data` (see `lists`).
    """
    if not isinstance(body, dict) or any(key in body for key in CONTENT) or body.get("error"):
        return body
    data = body.get("data")
    return data if isinstance(data, dict) and ("id" in data or "testCases" in data) else body


def words(body: object) -> str:
    """The message in a body without content, for people; empty if there is content."""
    if not isinstance(body, dict) or any(body.get(key) is not None for key in (*CONTENT, "data")):
        return ""
    return reason_in(body)


def error_said(body: object) -> str:
    """The reason of an error that was sent with status 2xx. A message alone does not prove an error."""
    said = words(body)
    return said if said and isinstance(body, dict) and (body.get("error") or body.get("error_description")) else ""


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The body of an error answer, without the secret: as text, and its fields where it is a JSON object."""

    text: str = ""
    fields: Mapping[str, object] | None = None

    @property
    def excerpt(self) -> str:
        """The message of the body for people, on one line: its reason, else its text without HTML tags."""
        if self.text.lstrip().startswith(("{", "[")):
            return reason_in(self.fields)
        plain = html.unescape(TAGS.sub(" ", self.text)) if self.text.lstrip().startswith("<") else self.text
        # Blanks within a line stay: CI systems mask a quoted password only if it is unchanged.
        return one_line(" ".join(filter(None, map(str.strip, plain.splitlines()))), EXCERPT)


def read_error_body(body: bytes, secret: Secret = NO_SECRET) -> ErrorBody:
    """Parse the body of an error answer, JSON or not."""
    try:
        value = parse_json(body, secret)
        return ErrorBody(json.dumps(value), value if isinstance(value, dict) else None)
    except (DecodeError, RecursionError):
        return ErrorBody(secret.hidden_in(body.decode(json.detect_encoding(body), "replace")))


def reason_in(said: object) -> str:
    """The reason that the service itself gives: the first of the three texts, maybe in an object under `error`.

    Empty for anything but an object of JSON, such as the page of a proxy.
    """
    if not isinstance(said, dict):
        return ""
    objects = (said["error"], said) if isinstance(said.get("error"), dict) else (said,)
    texts = (part.get(key) for part in objects for key in ("error", "message", "error_description"))
    return next((one_line(" ".join(text.split("\n")), EXCERPT) for text in texts if isinstance(text, str) and text), "")
