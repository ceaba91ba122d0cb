"""The body of an error answer, parsed once. Pure."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from testsigma_action.api.fields import DecodeError
from testsigma_action.api.parsing import parse_json
from testsigma_action.secret import NO_SECRET, Secret
from testsigma_action.text import one_line

# Maximum length of an excerpt (characters).
EXCERPT = 300
# HTML tags with the blanks after them.
TAGS = re.compile(r"(?:<[^<>]{0,200}+>\s*+)++")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The body of an error answer, without the secret: as text, and its fields where it is a JSON object."""

    text: str = ""
    fields: Mapping[str, object] | None = None

    @property
    def reason(self) -> str:
        """The reason that the service itself gives: in JSON, its `error`, `message` or `error_description`.

        Empty for anything else, such as the page of a proxy.
        """
        return reason_in(self.fields)

    @property
    def excerpt(self) -> str:
        """The message of the body for people, on one line: its reason, else its text without HTML tags."""
        if self.text.lstrip().startswith(("{", "[")):
            return self.reason
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
    """The reason in a parsed body: the first of the three texts, which may be nested in an object under `error`."""
    if not isinstance(said, dict):
        return ""
    objects = (said["error"], said) if isinstance(said.get("error"), dict) else (said,)
    texts = (part.get(key) for part in objects for key in ("error", "message", "error_description"))
    return next((one_line(" ".join(text.split("\n")), EXCERPT) for text in texts if isinstance(text, str) and text), "")
