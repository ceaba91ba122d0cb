"""A text that must not be seen."""

import base64
from dataclasses import dataclass, field
from urllib.parse import quote

# A text that is hidden wherever it is seen has at least this many characters.
SHORTEST_SECRET = 8


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that no repr, log or traceback shows by accident."""

    _value: str = field(default="", repr=False)

    def reveal(self) -> str:
        """The text itself; for the one place that sends it and the one that masks it."""
        return self._value

    def encodings(self) -> tuple[str, ...]:
        """All that it may be recognised by: itself, and as it stands in a URL or a header (base64).

        None for a text so short that looking for it would damage others; no real key is that short.
        """
        if len(self._value) < SHORTEST_SECRET:
            return ()
        return (self._value, quote(self._value, safe=""), base64.b64encode(self._value.encode()).decode())

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self._value)


NO_SECRET = Secret()
