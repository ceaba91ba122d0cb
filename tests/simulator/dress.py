"""The same answers in other clothes: IDs as strings, results in the other vocabulary, objects under `data`."""

import json

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
