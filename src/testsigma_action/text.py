"""Untrusted text made harmless: one function for each kind of sink.

Names, messages and labels come from the service, and whoever writes a test case decides what stands in them. Whatever
it is, every function here returns text that can be encoded as UTF-8, shows no colour, hides nothing from the reader
(no control characters, no right-to-left overrides, no invisible ones) and is short. Long text is sliced before anything
else looks at it, so that the cost depends on what is kept, never on what was sent.

    one_line    a name, an output, an XML attribute: plain data without a line break
    lines       XML character data: plain data with line breaks
    log_line    a line of a log that some CI system scans for commands; `no_command`, where it is put together already
    html        Markdown and HTML of a job summary, on one line
    html_lines  the same with line breaks
    mermaid_label   a label in a Mermaid chart
    web_link    the target of a link
"""

import re
import unicodedata

NAME = 200
"""Characters that a name may have where people read it."""

MESSAGE = 1000
"""Characters that a message may have on one line."""

ELLIPSIS = "…"
BREAK = " ⏎ "
"""What a line break becomes where there must be none."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_WORD_JOINER = "\u2060"
_JOINER = "&#8288;"
# Colours and the like are removed and must not use up the room, so somewhat more is read than is kept.
_READ = 4

_ANSI = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*+[ -/]*+[@-~]"  # CSI: colours, cursor, erasing
    "|\x1b[\\]PX^_][^\x07\x1b]*+(?:\x07|\x1b\\\\)"  # OSC, DCS and others: strings with an end
    "|\x1b[ -/]*+[0-Z\\\\^-~]?"
)
# Unicode calls these Default_Ignorable_Code_Point: nothing of them is to be seen, bidi controls, tags and fillers among
# them. Interlinear annotations hide text, too. (DerivedCoreProperties.txt; the joiners have a rule of their own.)
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_HIDDEN = re.compile(f"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f{_IGNORABLE}]")
# Emoji and some scripts need joiners and the choice between text and picture, but never more than one at a place:
# many could carry a text that nobody sees.
_JOINERS, _CHOICES = "\u200c\u200d", "\ufe0e\ufe0f"
_LOOSE = re.compile(
    f"(?=[{_JOINERS}{_CHOICES}])"
    f"(?:(?<=[^\x00-\x7f\\s])([{_CHOICES}]?)((?:[{_JOINERS}](?=[^\x00-\x7f\\s{_JOINERS}{_CHOICES}]))?)"
    f"|(?<=[!-~])([{_CHOICES}]))?[{_JOINERS}{_CHOICES}]*+"
)
# Some of them count as letters or marks, so that `isprintable` says nothing of them.
_INVISIBLE = re.compile(f"[{_IGNORABLE}{_JOINERS}{_CHOICES}]")
_UNENCODABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")

# GitHub and Azure look for `##[...]` and `##vso[...]` anywhere in a line, with a comparison that skips characters
# without a width. That is why all that is not ASCII is allowed for between two characters of a marker.
_HASHES = re.compile(r"#(?=[^ -~]*+#)")
_OPENING = re.compile(r"[^!-~]*+(?::[^ -~]*+:|---|\+\+\+|~~~|\^\^\^)")

# A character reference is never Markdown syntax, wherever it stands. `-`, `+`, `=` and `1.` mean something only where
# a line begins, a dot only in `www.`; what else could start a link, a mention or a formula is always written as one.
_MARKUP = re.compile(r"""[&<>"'\\`*_\[\]#|~@:$!()]|\A(?:[-+=]|\d+[.)])|(?<=www)\.""", re.IGNORECASE)
# Mentions, mail addresses and emoji are looked for in the finished HTML, where references are resolved: a joiner breaks
# them. A colon of ours may follow the text.
_SHORTHAND = re.compile(r"@(?=\w)|:(?=[\w+-]{1,50}(?::|\Z))")
_URL = re.compile(r"""https?://(?:(?!["'<>`\\])[!-~]){1,2000}""", re.IGNORECASE)

# In flow charts this word ends a block wherever it stands, unless it begins with a capital letter.
_END = re.compile(r"\bend\b")
_REPEATED = re.compile(r"([.\-_/])[.\-_/]+")


def cut(text: str, most: int) -> str:
    """Return at most `most` characters; an ellipsis shows that something was cut off."""
    return text if len(text) <= most else text[: most - 1].rstrip() + ELLIPSIS


def one_line(text: str, most: int = NAME) -> str:
    """Return plain text without a line break, for outputs, XML attributes and names."""
    if len(text) <= most and _is_clean(text) and "  " not in text and text == text.strip():
        return text  # nearly every name: no line break, nothing to clean
    part = text[: most * _READ]
    if _is_clean(part):
        line = " ".join(part.split())
    else:
        line = BREAK.join(filter(None, (" ".join(line.split()) for line in _clean(part).splitlines())))
    return _cut_short(line, most, whole=len(part) == len(text))


def lines(text: str, most: int, width: int) -> str:
    r"""Return plain text with `\n` as its only line break; lines longer than `width` characters are broken up."""
    part = text[: most * _READ]
    kept = (line.replace("\t", "    ").rstrip() for line in _clean(part).splitlines())
    short = (line[start : start + width] for line in kept for start in range(0, len(line) or 1, width))
    return _cut_short("\n".join(short).strip("\n"), most, whole=len(part) == len(text))


def log_line(text: str, most: int = MESSAGE) -> str:
    """Return one line that no CI system takes for a command, whether it stands at the start of a line or within it."""
    return no_command(one_line(text, most))


def no_command(line: str) -> str:
    """Return a line that was put together already as one that is no command; what stands in it is not cut.

    GitHub (`::x::`, `##[x]`), Azure (`##vso[`), TeamCity (`##teamcity[`), Buildkite (`--- `, `+++ `) and GitLab
    (sections, which need an escape character) are covered. A space breaks the marker; the text stays readable.
    """
    if not _is_clean(line):
        line = BREAK.join(_clean(line).splitlines())
    line = _HASHES.sub("# ", line)
    opening = _OPENING.match(line)
    if opening is None:
        return line
    return f"{line[: opening.end() - 1]} {line[opening.end() - 1 :]}"


def html(text: str, most: int = NAME) -> str:
    """Return one line of Markdown and HTML in which nothing is active, in running text as well as in a table cell."""
    return _escape(one_line(text, most))


def html_lines(text: str, most: int) -> str:
    """Return the same for text whose line breaks matter: they become `<br>`, blank lines are dropped."""
    kept = lines(text, most, width=most).split("\n")
    return "<br>".join(_escape(line.strip()) for line in kept if line.strip())


def mermaid_label(text: str, most: int = NAME) -> str:
    """Return a label that is no syntax in a Mermaid chart, in quotes or as a name in a Gantt chart; never empty.

    Only letters, digits, blanks and single `. - _ /` are left; what else there was is a blank. It begins with a word
    joiner, which nobody sees, so that no statement (`click`, `section`, `title`) and no date begins with it.
    """
    kept = "".join(character if _in_label(character) else " " for character in one_line(text, most))
    words = " ".join(_REPEATED.sub(r"\1", kept).split())
    return _WORD_JOINER + (_END.sub("End", words)[: most - 1].rstrip() or "unnamed")


def web_link(url: str) -> str:
    """Return the URL if it is plainly one of the web (no quotes, blanks, brackets in it), else nothing."""
    return url if _URL.fullmatch(url) else ""


def encodable(text: str) -> str:
    """Replace what cannot be encoded as UTF-8; for data whose reader has to get everything else unchanged."""
    return text if text.isascii() else _UNENCODABLE.sub(_REPLACEMENT, text)


def _is_clean(text: str) -> bool:
    return text.isprintable() and (text.isascii() or not _INVISIBLE.search(text))


def _clean(text: str) -> str:
    shown = _HIDDEN.sub("", _ANSI.sub("", text))
    return _UNENCODABLE.sub(_REPLACEMENT, shown if shown.isascii() else _LOOSE.sub(r"\1\2\3", shown))


def _in_label(character: str) -> bool:
    """Whether a character is a letter or a digit with its marks, a blank, or punctuation that is no syntax."""
    return character in " .-_/" or unicodedata.category(character)[0] in "LNM"


def _cut_short(text: str, most: int, *, whole: bool) -> str:
    if whole and len(text) <= most:
        return text
    return text[: most - 1].rstrip() + ELLIPSIS


def _escape(text: str) -> str:
    return _MARKUP.sub(_reference, _SHORTHAND.sub(r"\g<0>" + _WORD_JOINER, text)).replace(_WORD_JOINER, _JOINER)


def _reference(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in found[0])
