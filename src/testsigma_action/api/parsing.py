"""From the bytes of an answer to JSON, without more memory than an answer may cost.

A few megabytes of `{}` become hundreds of megabytes of objects. So what an answer holds is counted before it is parsed:
every object or list has a bracket, and every value but the first of each has a comma. Those in texts count, too, which
errs on the safe side.
"""

import json

from testsigma_action.api.fields import DecodeError

# Room for 100,000 cases with a few data sets each (bytes, and things in one answer); with these limits the parsed
# answer, whatever its shape, stays within 400 MB.
LARGEST = 36 * 1024 * 1024
MOST_CONTAINERS = 600_000
MOST_VALUES = 1_600_000


def parse_json(body: bytes) -> object:
    """The JSON of an answer. Raises DecodeError where it is none, or has too much in it."""
    containers = body.count(b"{") + body.count(b"[")
    if len(body) > LARGEST or containers > MOST_CONTAINERS or body.count(b",") > MOST_VALUES:
        raise DecodeError("with more in it than can be kept")
    try:
        text = body.decode(json.detect_encoding(body))
        # The bytes are not needed any more, and may be many.
        del body
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise DecodeError("that is no JSON") from None
