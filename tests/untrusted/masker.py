"""A model of the masker of GitHub's runner, and of what a reader sees after it.

Source: actions/runner, SecretMasker.cs and ValueEncoders.cs, as registered in HostContext.cs. The masker looks for the
secret as it stands and for what its encoders make of it, line by line. It knows no other form: numeric references,
collapsed blanks, inserted characters and cut off ends go through.
"""

import base64
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote

from tests.untrusted import page, runner

MASK = "***"
SEEN = 6
"""So many characters of a secret that follow each other are a leak."""

_XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_INVISIBLE = re.compile("[\u2060\u200b-\u200d\ufe0e\ufe0f]")
_COMMAND = re.compile(r"\s*::|.*##\[")


def masked(text: str, *secrets: str) -> str:
    """The text as the runner shows it."""
    shapes = {shape for secret in secrets for line in secret.splitlines() for shape in _shapes(line.strip())}
    for shape in sorted(filter(None, shapes), key=len, reverse=True):
        text = text.replace(shape, MASK)
    return text


def _shapes(value: str) -> Iterator[str]:
    yield value
    yield value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")  # JsonStringEscape
    yield quote(value, safe="-_.~")  # UriDataEscape
    yield value.replace('"', '\\"')  # CommandLineArgumentEscape
    yield "".join(_XML.get(each, each) for each in value)  # XmlDataEscape
    yield value.strip('"') if len(value) > 8 and value.startswith('"') and value.endswith('"') else value
    for shift in range(3):
        yield base64.b64encode(value.encode()[shift:]).decode().rstrip("=")[:-1]


def log_seen(log: str, *secrets: str) -> str:
    """What a reader of the log sees: lines, and the unescaped words of commands."""
    shown: list[str] = []
    for line in runner.lines(log):
        command = runner.of_line(line) if _COMMAND.match(line) else None
        shown += [command.data, *command.properties.values()] if command else [line]
    return masked("\n".join(shown), *secrets)


class _Text(HTMLParser):
    """Collects what is written on a page, the targets of its links included."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a link leads; a tag that stands between words ends one."""
        self.found += [f" {value} " for name, value in attrs if name == "href" and value]
        self.found += ["\n"] * (tag in {"br", "div", "p", "td", "tr", "li", "dd", "summary"})

    def handle_data(self, data: str) -> None:
        """Note text; references are resolved by then."""
        self.found.append(data)


def page_seen(markdown: str, *secrets: str) -> str:
    """What a reader of the page sees: the source is masked first, as the runner does before it uploads it."""
    text = _Text()
    text.feed(page.rendered(masked(markdown, *secrets)))
    text.close()
    return "".join(text.found)


def leaked(seen: str, *secrets: str) -> list[str]:
    """Parts of secrets that can be read, whatever blanks and joiners stand between."""
    plain = _plain(seen)
    parts = (part for secret in secrets for line in secret.splitlines() for part in _parts(_plain(line.strip())))
    return [part for part in parts if part in plain]


def _plain(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", text).split())


def _parts(secret: str) -> Iterator[str]:
    return (secret[start : start + SEEN] for start in range(max(len(secret) - SEEN + 1, 1)))
