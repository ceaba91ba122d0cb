"""Sanitising untrusted text: one function for each kind of output.

Names, messages and labels come from the service, and authors of test cases can write anything into them. Every function
here returns short text that can be encoded as UTF-8, without colours, control characters, right-to-left overrides and
invisible characters. Long text is sliced first, so that the cost depends on the length of the result.

A message may quote a password, and the runner of a CI system masks it only if it is unchanged (or in XML, with the five
references of XML). So text within a line is never modified: blanks stay, no character is inserted or replaced, text is
cut between words only, and unsafe characters are removed.

    one_line    a name, an output, an XML attribute: plain data without a line break
    lines       XML character data: plain data with line breaks
    log_text    a part of a log line, after text of our own
    log_line    a whole line of a log that a CI system scans for commands (`no_command`: a line made of parts)
    html        HTML of a job summary, on one line
    html_lines  the same with line breaks
    mermaid_label   a label in a Mermaid chart
    web_link    the target of a link
"""

import re
import unicodedata
from collections.abc import Iterator
from ipaddress import ip_address

NAME = 200
"""Default maximum length of a name (characters)."""

MESSAGE = 1000
"""Default maximum length of a message on one line (characters)."""

ELLIPSIS = "…"
BREAK = " ⏎ "
"""Replaces a line break in text on one line."""
BAR = "│ "
"""Prefix of a line with untrusted text."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_WORD_JOINER = "\u2060"
# Removed characters must not count, so this many times the maximum length is read.
_READ = 4

_ANSI = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*+[ -/]*+[@-~]"  # CSI: colours, cursor, erasing
    "|\x1b[\\]PX^_][^\x07\x1b]*+(?:\x07|\x1b\\\\)"  # OSC, DCS and others: strings with an end
    "|\x1b[ -/]*+[0-Z\\\\^-~]?"
)
# Default_Ignorable_Code_Point of Unicode (DerivedCoreProperties.txt): invisible characters such as bidi controls, tags
# and fillers; also interlinear annotations, which hide text. Joiners are handled below.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_HIDDEN = re.compile(f"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f{_IGNORABLE}]")
# Emoji and some scripts need joiners and variation selectors, but never several in a row, which could encode a hidden
# text.
_JOINERS, _CHOICES = "\u200c\u200d", "\ufe0e\ufe0f"
_LOOSE = re.compile(
    f"(?=[{_JOINERS}{_CHOICES}])"
    f"(?:(?<=[^\x00-\x7f\\s])([{_CHOICES}]?)((?:[{_JOINERS}](?=[^\x00-\x7f\\s{_JOINERS}{_CHOICES}]))?)"
    f"|(?<=[!-~])([{_CHOICES}]))?[{_JOINERS}{_CHOICES}]*+"
)
# `isprintable` does not detect those that are letters or marks.
_INVISIBLE = re.compile(f"[{_IGNORABLE}{_JOINERS}{_CHOICES}]")
_UNENCODABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")

# GitHub and Azure look for `##[...]` and `##vso[...]` anywhere in a line, TeamCity for `##teamcity[...]`, with a
# comparison that skips characters of zero width. So any characters that are not ASCII may be within a marker.
_HASHES = re.compile(r"#(?=[^ -~]*+#(?:[^ -~]|[A-Za-z])*+\[)")
_OPENING = re.compile(r"[^!-~│]*+(?::[^ -~]*+:|---|\+\+\+|~~~|\^\^\^)")

# The references that the runner masks secrets in. (actions/runner, ValueEncoders.cs: XmlDataEscape)
_REFERENCES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
# Text that GitHub converts even in HTML, unless it is code: mentions and mail addresses, issue numbers, formulas, URLs,
# emoji (our text after it may begin with a colon), and task boxes.
_RESOLVED = re.compile(r"[@#$`]|://|www\.|\bGH-\d|:(?=[\w+-]{1,50}(?::|\Z))|\A\[[ x]\]", re.IGNORECASE)
_URL = re.compile(r"""https?://(?:(?!["'<>`\\])[!-~]){1,2000}""", re.IGNORECASE)

# Characters without a meaning in the syntax of a Gantt chart, besides letters, marks and digits.
_IN_LABELS = frozenset(" .-_/(),!?'+=[]" + ELLIPSIS)
_REPEATED = re.compile(r"  |[.\-_/]{2}")
# Categories of scripts without blanks (Lo) and of pictures (So).
_WITHOUT_BLANKS = frozenset({"Lo", "So"})
_BLANK = re.compile(r"\s")


def cut(text: str, most: int, *, whole: bool = True) -> str:
    """Return at most `most` characters of whole words, with an ellipsis if the text was cut.

    Unless `whole`, it was sliced before, so that its last word may be incomplete.
    """
    if whole and len(text) <= most:
        return text
    end = _end_of_word(text, min(most - 1, len(text)))
    return text[:end].rstrip() + ELLIPSIS


def one_line(text: str, most: int = NAME) -> str:
    """Return plain text without a line break, for outputs, XML attributes and names."""
    # The fast path for nearly every name.
    if len(text) <= most and text.isprintable() and (text.isascii() or not _INVISIBLE.search(text)):
        return text.strip()
    part = text[: most * _READ]
    line = BREAK.join(filter(None, map(str.strip, _clean(part).splitlines())))
    return cut(line, most, whole=len(part) == len(text))


def appearance(text: str) -> str:
    """Return what names that look the same have in common, whatever their blanks and forms of letters; "" for none."""
    shown = " ".join(unicodedata.normalize("NFKC", one_line(text)).split())
    return "" if shown == unicodedata.normalize("NFKC", ELLIPSIS) else shown


def lines(text: str, most: int, width: int) -> str:
    r"""Return plain text with `\n` as its only line break; lines longer than `width` are broken between words."""
    part = text[: most * _READ]
    kept = (line.rstrip() for line in _clean(part).splitlines())
    short = "\n".join(piece for line in kept for piece in _folded(line, width))
    return cut(short.strip("\n"), most, whole=len(part) == len(text))


def log_text(text: str, most: int = MESSAGE) -> str:
    """Return a part of a log line, without commands. A line that begins with it needs `no_command`, too."""
    return _HASHES.sub("# ", one_line(text, most))


def log_line(text: str, most: int = MESSAGE) -> str:
    """Return one line that no CI system interprets as a command, at its start or within it."""
    return no_command(one_line(text, most))


def no_command(line: str) -> str:
    """Return a complete line so that no CI system interprets it as a command; it is not cut.

    GitHub (`::x::`, `##[x]`), Azure (`##vso[`), TeamCity (`##teamcity[`), Buildkite (`--- `, `+++ `) and GitLab
    (sections, which need an escape character) are covered. A marker that is only valid at the start of a line
    gets a bar before it; one that is valid anywhere is broken by a blank, which is the only way.
    """
    line = _HASHES.sub("# ", BREAK.join(_clean(line).splitlines()))
    return f"{BAR}{line}" if _OPENING.match(line) else line


def html(text: str, most: int = NAME) -> str:
    """Return one line for an HTML block without Markdown; text that GitHub would still convert becomes code."""
    return _inert(one_line(text, most))


def html_lines(text: str, most: int) -> str:
    """Return the same for text whose line breaks matter: they become `<br>`, blank lines are dropped."""
    kept = map(str.strip, lines(text, most, width=most).split("\n"))
    return "<br>".join(_inert(line) for line in kept if line)


def mermaid_label(text: str, most: int, otherwise: str) -> str:
    """Return a label for a Gantt chart: the text if all of its characters are safe there, else `otherwise`.

    It begins with an invisible word joiner, so that it is not read as a statement (`click`, `section`, `title`) or a
    date.
    """
    line = one_line(text, most - 1)
    known = all(each in _IN_LABELS or unicodedata.category(each)[0] in "LNM" for each in line)
    fits = line.strip(ELLIPSIS) and known and not _REPEATED.search(line)
    return _WORD_JOINER + (line if fits else otherwise)


def web_link(url: str) -> str:
    """Return the URL if it is a safe web URL (no quotes, blanks, brackets), else an empty text."""
    return url if _URL.fullmatch(url) else ""


def encodable(text: str) -> str:
    """Replace characters that cannot be encoded as UTF-8; everything else stays unchanged."""
    return text if text.isascii() else _UNENCODABLE.sub(_REPLACEMENT, text)


def _clean(text: str) -> str:
    shown = _HIDDEN.sub("", _ANSI.sub("", text))
    return _UNENCODABLE.sub(_REPLACEMENT, shown if shown.isascii() else _LOOSE.sub(r"\1\2\3", shown))


def _end_of_word(text: str, end: int) -> int:
    """The last position up to `end` where a text can be split; 0 if there is none.

    Never within a word: a part of a password would not be masked.
    """
    part = text[: end + 1]
    word = part.rsplit(maxsplit=1)[-1] if part and not part[-1].isspace() else ""
    start = len(part) - len(word)
    within = () if word.isascii() else range(len(part) - 1, start, -1)
    return next((place for place in within if _can_part(text, place)), min(start, end))


def _next_word(text: str, start: int) -> int:
    """The first position from `start` on where a text can be split; its end if there is none."""
    blank = _BLANK.search(text, start - 1)
    end = max(blank.start(), start) if blank else len(text)
    within = () if text.isascii() else range(start, end)
    return next((place for place in within if _can_part(text, place)), end)


def _can_part(text: str, place: int) -> bool:
    """Whether the characters before and after a position within a text belong to scripts without blanks."""
    return all(unicodedata.category(each) in _WITHOUT_BLANKS for each in text[place - 1 : place + 1])


def _folded(line: str, width: int) -> Iterator[str]:
    """The line in pieces of whole words; a word that is longer than `width` is left out."""
    while len(line) > width:
        end = _end_of_word(line, width)
        if piece := line[:end].rstrip():
            yield piece
        elif not end:
            yield ELLIPSIS
            end = _next_word(line, width)
        line = line[end:].lstrip()
    yield line


def _inert(text: str) -> str:
    """Text of an HTML block. All of it becomes code if GitHub would convert a part: a tag must not split words."""
    shown = text.translate(_REFERENCES)
    return f"<code>{shown}</code>" if _RESOLVED.search(text) else shown


def is_loopback(host: str) -> bool:
    """Whether this host is the local machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
