"""From the bytes of an answer to JSON, without more memory than an answer may cost.

A few megabytes of `{}` become hundreds of megabytes of objects. So what an answer holds is counted before it is parsed:
every object or list has a bracket, and every value but the first of each has a comma. Those in texts count, too, which
errs on the safe side. The names of fields are counted while it is parsed: the parser keeps each different one.
"""

import json
from dataclasses import dataclass, field

from testsigma_action.api.fields import DecodeError
from testsigma_action.secret import NO_SECRET, Secret

# Room for 100,000 cases with a few data sets each (bytes, and things in one answer); with these limits the parsed
# answer, whatever its shape, stays within 400 MB.
LARGEST = 36 * 1024 * 1024
MOST_CONTAINERS = 600_000
MOST_VALUES = 1_600_000
MOST_NAMES = 20_000


@dataclass(frozen=True, slots=True)
class _Objects:
    """Makes the objects of one answer, as long as they say everything once, and under names that can be kept."""

    names: set[str] = field(default_factory=set)

    def __call__(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        """One object. Raises DecodeError."""
        made = dict(pairs)
        if len(made) < len(pairs):
            raise DecodeError("with a field that is there twice")
        self.names.update(made)
        if len(self.names) > MOST_NAMES:
            raise DecodeError("with more in it than can be kept")
        return made


def parse_json(body: bytes, secret: Secret = NO_SECRET) -> object:
    """The JSON of an answer, without the secret. Raises DecodeError where it is none, or has too much in it.

    A service may repeat the key. It is hidden once the text is decoded, before any of it is cut or escaped. A text
    without escapes shows the key plainly if it has it, so most answers are only searched as a whole.
    """
    containers = body.count(b"{") + body.count(b"[")
    if len(body) > LARGEST or containers > MOST_CONTAINERS or body.count(b",") > MOST_VALUES:
        raise DecodeError("with more in it than can be kept")
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass").removeprefix("\ufeff")
        # The bytes are not needed any more, and may be many.
        del body
        may_have_it = "\\u" in text or "\\/" in text or secret.stands_in(text)
        value: object = json.loads(text, object_pairs_hook=_Objects())
        return secret.hidden_in_json(value) if may_have_it else value
    except (ValueError, RecursionError):
        raise DecodeError("that is no JSON") from None
