"""JSON parsing with limited memory.

A few megabytes of `{}` become hundreds of megabytes of objects. So objects, lists and values are counted before an
answer is parsed, by its brackets and commas. Those within texts count, too, which is on the safe side. Distinct field
names are counted during parsing, since the parser keeps each of them.
"""

import json
from dataclasses import dataclass, field

from testsigma_action.api.fields import DecodeError
from testsigma_action.secret import NO_SECRET, Secret

# Enough for 100,000 cases with a few data sets each. With these limits, any parsed answer stays below 400 MB.
# LARGEST is in bytes.
LARGEST = 36 * 1024 * 1024
MAX_CONTAINERS = 600_000
MAX_VALUES = 1_600_000
MAX_NAMES = 20_000


@dataclass(frozen=True, slots=True)
class _Objects:
    """Builds the objects of one answer. Rejects duplicate fields and too many distinct names."""

    names: set[str] = field(default_factory=set)

    def __call__(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        """One object. Raises DecodeError."""
        made = dict(pairs)
        if len(made) < len(pairs):
            raise DecodeError("with a duplicate field")
        self.names.update(made)
        if len(self.names) > MAX_NAMES:
            raise DecodeError("that is too large")
        return made


def parse_json(body: bytes, secret: Secret = NO_SECRET) -> object:
    """The JSON of an answer, without the secret. Raises DecodeError if it is not JSON or too large.

    The service may echo the key. It is hidden after decoding, before texts are cut or escaped. A body without escapes
    contains the key unchanged if at all, so most answers are only searched as a whole.
    """
    containers = body.count(b"{") + body.count(b"[")
    if len(body) > LARGEST or containers > MAX_CONTAINERS or body.count(b",") > MAX_VALUES:
        raise DecodeError("that is too large")
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass").removeprefix("\ufeff")
        # Free the bytes, which may be many, before parsing.
        del body
        may_have_it = "\\u" in text or "\\/" in text or secret.stands_in(text)
        value: object = json.loads(text, object_pairs_hook=_Objects())
        return secret.hidden_in_json(value) if may_have_it else value
    except (ValueError, RecursionError):
        raise DecodeError("that is not JSON") from None
