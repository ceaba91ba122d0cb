"""Secret texts, and masking them in all usual encodings."""

import base64
import hmac
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

# Shorter secrets are not masked: masking them would damage other text (characters).
SHORTEST_SECRET = 8
HIDDEN = "***"
"""The mask of a secret."""
# Chunks are joined to at least this length before they are searched (characters), for speed.
_BATCH = 256 * 1024


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret text that is not shown in repr, log or traceback. The others are masked together with it."""

    _value: str = field(default="", repr=False)
    _others: tuple[str, ...] = field(default=(), repr=False)

    def reveal(self) -> str:
        """The text itself; only for sending it to the service and for masking it."""
        return self._value

    def encodings(self) -> tuple[str, ...]:
        """The text and its encodings in URLs, JSON, HTML and base64, the longest first.

        None for a text below `SHORTEST_SECRET`; real keys are longer.
        """
        return _encodings((self._value, *self._others))

    def along_with(self, texts: Iterable[str]) -> "Secret":
        """Return this secret together with other texts, which are masked too."""
        return Secret(self._value, (*self._others, *texts))

    def digest(self, text: str) -> bytes:
        """A digest (HMAC) of a text. Without the secret, nobody can tell from it what the text may have been."""
        return hmac.digest(_raw(self._value), text.encode(), "sha256")

    def hidden_in(self, text: str) -> str:
        """The text with the secret masked, in any encoding."""
        for shape in self.encodings():
            text = text.replace(shape, HIDDEN)
        return text

    def hidden_in_chunks(self, chunks: Iterable[str]) -> Iterator[str]:
        """The same for a text in chunks: the secret may begin in one chunk and end in the next."""
        overlap = max(map(len, self.encodings()), default=1) - 1
        held = ""
        for chunk in chunks:
            held += chunk
            if len(held) > _BATCH + overlap:
                held = self.hidden_in(held)
                end = max(len(held) - overlap, 0)
                yield held[:end]
                held = held[end:]
        yield self.hidden_in(held)

    def hidden_in_json(self, value: object) -> object:
        """A decoded JSON value with the secret masked in texts and field names.

        Lists and objects are changed in place, since a copy of a large answer would need too much memory.
        """
        if isinstance(value, str):
            return value if len(value) < SHORTEST_SECRET else self.hidden_in(value)
        if isinstance(value, list):
            value[:] = map(self.hidden_in_json, value)
        if isinstance(value, dict):
            entries = list(value.items())
            value.clear()
            value.update((self.hidden_in_json(name), self.hidden_in_json(each)) for name, each in entries)
        return value

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self._value)


NO_SECRET = Secret()


@lru_cache(maxsize=4)
def _encodings(values: tuple[str, ...]) -> tuple[str, ...]:
    shapes: set[str] = set()
    for value in values:
        if len(value) >= SHORTEST_SECRET:
            shapes.update([value], _in_urls(value), _in_json(value), _in_markup(value), _in_base64(value))
    return tuple(sorted(shapes, key=len, reverse=True))


def _in_urls(value: str) -> Iterator[str]:
    for quoted in (quote(_raw(value), safe=""), quote(_raw(value))):
        yield quoted
        yield re.sub("%..", lambda found: found[0].lower(), quoted)


def _in_json(value: str) -> list[str]:
    r"""With the required escapes, with optional ones (`\/`, `\u003d`), with all characters escaped; once or twice."""
    text = json.dumps(value)[1:-1]
    shapes = [text, text.replace("/", r"\/")]
    for form in (r"\u{0:04x}", r"\u{0:04X}"):
        shapes.append("".join(form.format(ord(each)) if each in "<>&='+/" else each for each in text))
        shapes.append("".join(form.format(ord(each)) for each in value))
    return [*shapes, *(json.dumps(shape)[1:-1] for shape in shapes)]


def _in_markup(value: str) -> Iterator[str]:
    yield html.escape(value)
    yield html.escape(value, quote=False)
    yield from (html.escape(value).replace("&#x27;", mark) for mark in ("&#39;", "&apos;"))
    yield "".join(each if each.isalnum() else f"&#{ord(each)};" for each in value)
    yield "".join(f"&#{ord(each)};" for each in value)


def _in_base64(value: str) -> Iterator[str]:
    """Alone, and as a part of a longer text (`Bearer ...`, `user:...`), at any of three alignments."""
    raw = _raw(value)
    shapes = {base64.b64encode(raw).decode()}
    for before in range(3):
        digits = base64.b64encode(bytes(before) + raw).decode()
        shapes.add(digits[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6])
    for shape in shapes:
        yield shape
        yield shape.replace("+", "-").replace("/", "_")


def _raw(value: str) -> bytes:
    """The bytes of a text: those that a variable of the environment had, which may be no UTF-8."""
    try:
        return value.encode(errors="surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate, which JSON and YAML can hold
        return value.encode(errors="surrogatepass")
