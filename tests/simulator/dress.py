"""The same answers in other clothes: other IDs, words and wrappers, and bytes in other encodings."""

import gzip
import json
import re
from dataclasses import replace

from tests.simulator.scenario import Options
from tests.simulator.wire import Response, json_response

_RESULTS = {"result", "latestResult", "consolidatedResult"}
_OTHER = {"SUCCESS": "PASSED", "FAILURE": "FAILED"}


def dressed(response: Response, options: Options) -> Response:
    """The response as the options want it; errors and reports stay as they are."""
    plain = options.words == "SUCCESS" and not options.string_ids and not options.wrapped
    if plain or response.status >= 400 or not response.body.startswith((b"{", b"[")):
        return response
    return json_response(_wrapped(_value(json.loads(response.body), options), options), response.status)


def _wrapped(body: object, options: Options) -> object:
    single = isinstance(body, dict) and ("id" in body or "testCases" in body)
    return {"data": body} if options.wrapped and single else body


def _value(value: object, options: Options) -> object:
    if isinstance(value, list):
        return [_value(each, options) for each in value]
    if isinstance(value, dict):
        return {key: _entry(key, each, options) for key, each in value.items()}
    return value


def _entry(key: str, value: object, options: Options) -> object:
    if options.words == "PASSED" and key in _RESULTS and isinstance(value, str):
        return _OTHER.get(value, value)
    named_id = key == "id" or key.endswith("Id")
    if options.string_ids and named_id and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _value(value, options)


def encoded(response: Response, options: Options) -> Response:
    """The response in the encoding and with the escapes that the options want; errors and faults, too."""
    if options.encoding == "utf-8" and options.escapes == "must" and not options.gzip:
        return response
    body = _escaped(response.body.decode("utf-8"), options.escapes).encode(options.encoding, "surrogatepass")
    if not options.gzip:
        return replace(response, body=body)
    return replace(response, body=gzip.compress(body), headers=(*response.headers, ("Content-Encoding", "gzip")))


def _escaped(text: str, escapes: str) -> str:
    """JSON with escapes within its texts, names of fields included; other text as it is."""
    try:
        json.loads(text)
    except ValueError:
        return text
    if escapes == "must":
        return text
    return re.sub(r'"((?:[^"\\]|\\.)*)"', lambda found: f'"{_escapes(json.loads(found[0]), escapes)}"', text)


def _escapes(text: str, escapes: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    codes = [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
    return "".join(_escape(code, number, escapes) for number, code in enumerate(codes))


def _escape(code: int, number: int, escapes: str) -> str:
    plain = 32 <= code < 127 and chr(code) not in '"\\'
    if escapes == "some" and plain and number % 2:
        return "\\/" if chr(code) == "/" else chr(code)
    return f"\\u{code:04x}" if number % 3 else f"\\u{code:04X}"
