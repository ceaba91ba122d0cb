"""Requests and responses as values, and how bodies of errors look."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, urlsplit

JSON_TYPE = "application/json;charset=UTF-8"
FORM_TYPE = "multipart/form-data"
HTML_TYPE = "text/html;charset=UTF-8"

DeliveryKind = Literal[
    "whole",
    "reset",
    "close",
    "truncate",
    "drip",
    "drip-head",
    "endless",
    "huge",
    "garbage",
    "early",
    "interim",
    "chunk-size",
    "trailer",
    "empty-blocks",
]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the server puts a response on the socket; `interval` in seconds, `chunk` and `size` in bytes."""

    kind: DeliveryKind = "whole"
    chunk: int = 16
    interval: float = 0.05
    size: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was read; names of headers in lower case, `target` is the path with its query."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, without the query and without a slash at its end."""
        return urlsplit(self.target).path.rstrip("/") or "/"

    @property
    def query(self) -> dict[str, str]:
        """The query, decoded; the last of equal names counts."""
        return {name: values[-1] for name, values in self.queries.items()}

    @property
    def queries(self) -> dict[str, list[str]]:
        """The query, decoded, with every value of every name."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Response:
    """A response as data; its first byte leaves `delay` seconds after its request was complete, or later."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    delivery: Delivery = Delivery()


class Refusal(Exception):
    """The service says no: an HTTP status and the text of the error body."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code


def json_response(value: object, status: int = 200) -> Response:
    """Any JSON value without blanks between its parts; characters outside ASCII, lone surrogates too, are escapes."""
    text = json.dumps(value, separators=(",", ":"))
    return Response(status, text.encode("ascii"), (("Content-Type", JSON_TYPE),))


def text_response(text: str, status: int = 200, content_type: str = JSON_TYPE) -> Response:
    """Text under the label that is given, true or not."""
    return Response(status, text.encode("utf-8", "replace"), (("Content-Type", content_type),))


def error_body(message: str, code: str | None = None) -> dict[str, object]:
    """The error body that the documents show (override, 400) and the community server writes."""
    return {"timeStamp": None, "error": message, "code": code, "fieldErrors": None, "objectErrors": None}


def error_response(status: int, message: str, code: str | None = None) -> Response:
    """An error with the service's own body."""
    return json_response(error_body(message, code), status)


def parsed(body: bytes) -> object:
    """The body of a request: its JSON value, its text when it is no JSON, None when there is none."""
    if not body:
        return None
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
    return value


def as_id(value: object) -> int:
    """An ID that is a number or a numeric string; -1 for anything else, which is the ID of nothing."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return -1
    return int(value) if str(value).isdecimal() and len(str(value)) < 20 else -1
