"""The events of a YAML document -> the tree of what was written. Pure.

YAML changes a value that is pasted without quotes: ` #` cuts it off, `&`, `!`, `*` and `|` have meanings. Such a value
is refused with its line. Everything else is a text: `1.10` stays `1.10`, `yes` stays `yes`.
Comments are accepted after values that cannot be secrets.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

import yaml

from testsigma_action.inputs.documents import MAX_DEPTH, ONE_TEXT, TOO_DEEP, Kind, Pair, Plain, Tree, Unreadable

# Line breaks of YAML 1.1 besides the usual ones: it drops them at the end of a value.
RARE_LINE_BREAKS = ("\x85", "\u2028", "\u2029")
# An ID, or the address of a page. What is not like that may be a name, and a ` #` a part of it.
IDENTITY = re.compile(r"[0-9]+|https?://\S+")
NULLS = frozenset({"~", "null", "Null", "NULL"})
# Replaces tabs while YAML is parsed: the parser accepts none in a value without quotes.
TAB = "\ue000"
# A tab before a block, or after the dash that begins an entry.
TAB_INDENT = re.compile(rf" *(?:- *)*[\t{TAB}]")
NO_TABS = "a tab cannot be used for indentation; use spaces."
CHECK_INDENTATION = "check the indentation, and that a space follows each colon"


def mapping(text: str, hint: str) -> tuple[Pair, ...]:
    """The pairs of a mapping whose values may be secrets. Raises Unreadable, with the hint for anything else."""
    events = _Events(text, Kind.SECRET)
    with events.document(yaml.MappingStartEvent, hint):
        return tuple(events.pairs())


def entries(text: str, kinds: Mapping[str, Kind], most: int) -> list[Tree]:
    """The first entries of a list of mappings with values of these kinds. Raises Unreadable."""
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        return []
    events = _Events(text, Kind.FREE_TEXT)
    with events.document(yaml.SequenceStartEvent):
        return list(islice(events.items(kinds), most))


class _Events:
    """The events of one document, and the tree that they make. `kind` is what the next value is."""

    def __init__(self, text: str, kind: Kind) -> None:
        """Prepare the text; nothing is parsed yet."""
        self._kind = kind
        flow = text.lstrip()[:1] in {"{", "["}
        self._tab = "\t" if TAB in text else TAB
        self._source = "\n".join(_with_tabs_kept(line, self._tab, flow=flow) for line in text.split("\n"))
        self._events = yaml.parse(self._source, yaml.BaseLoader)
        self._depth = 0

    @contextmanager
    def document(self, start: type[yaml.Event], hint: str = "") -> Iterator[None]:
        """The mapping or list that is the whole text. Raises Unreadable, with the hint for anything else.

        The messages of the parser are dropped, because they quote the text.
        """
        try:
            self._take()
            document = self._take()
            if not isinstance(document, yaml.DocumentStartEvent) or not isinstance(event := self._take(), start):
                lines = enumerate(self._source.split("\n"), 1)
                at = next((at for at, line in lines if TAB_INDENT.match(line)), 0)
                raise Unreadable(f"Line {at} cannot be read: {NO_TABS}" if at else hint)
            if _is_marked(event) or document.version or document.tags:
                raise Unreadable(f"tags, anchors and directives are not accepted. {self._kind.remedy}", "Line 1")
            yield
            # What follows the longest list is not parsed.
            if not self._depth:
                self._take()
                if not isinstance(self._take(), yaml.StreamEndEvent):
                    raise Unreadable("There is more than one YAML document.")
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            raise Unreadable(self._unreadable_line(error)) from None

    def items(self, kinds: Mapping[str, Kind] | None = None) -> Iterator[Tree]:
        """The values of a list that has begun; its mappings have values of these kinds."""
        while not isinstance(event := self._take(), yaml.SequenceEndEvent):
            yield self._node(event, kinds, required=kinds is None)

    def pairs(self, kinds: Mapping[str, Kind] | None = None) -> Iterator[Pair]:
        """The pairs of a mapping that has begun, with values of these kinds, or of the kind of the mapping."""
        kind = self._kind
        while not isinstance(event := self._take(), yaml.MappingEndEvent):
            self._kind = kind
            name = self._name(event)
            if kinds is not None:
                # An unknown key may be a misspelt `runtime-data`, whose values are secrets.
                self._kind = kinds.get(str(name).strip(), Kind.SECRET)
            yield Pair(_place(event), name, self._node(self._take(), required=kinds is None))
        self._kind = kind

    def _take(self) -> yaml.Event:
        """Return the next event. Raises the errors of YAML, and Unreadable for too much nesting."""
        event: yaml.Event = next(self._events)
        self._depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if self._depth > MAX_DEPTH:
            raise Unreadable(TOO_DEEP)
        return event

    def _node(self, event: yaml.Event, kinds: Mapping[str, Kind] | None = None, *, required: bool = True) -> Tree:
        """The tree that begins with an event. A text that is not required may be missing."""
        found: Tree
        if isinstance(event, yaml.MappingStartEvent):
            found = tuple(self.pairs(kinds))
        elif isinstance(event, yaml.SequenceStartEvent):
            found = list(self.items())
        else:
            found = self._text(event)
        why = self._form(event)
        if isinstance(found, Plain):
            why = why or self._change(event, found, required=required)
        return Unreadable(why, _place(event)) if why else found

    def _name(self, event: yaml.Event) -> str | Unreadable:
        if isinstance(event, yaml.CollectionStartEvent):
            self._node(event)
            return Unreadable(ONE_TEXT, _place(event))
        name, why = self._text(event), self._form(event)
        if isinstance(name, Plain) and name == "<<":
            why = why or 'merge keys are not accepted; write "<<" in quotes for a name.'
        return Unreadable(why, _place(event)) if why else name

    def _text(self, event: yaml.Event) -> str:
        """What a text is; empty for an alias."""
        if not isinstance(event, yaml.ScalarEvent):
            return ""
        # JSON writes an emoji as two surrogates.
        text = event.value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        text = text.replace(self._tab, "\t")
        return Plain(text) if event.style is None else text

    def _form(self, event: yaml.Event) -> str:
        """Why the form of a value is not accepted: it begins with a mark of YAML, or has several lines; else empty."""
        remedy = self._kind.remedy
        if _is_marked(event):
            return f"&, * and ! at the beginning are marks of YAML, not part of a value. {remedy}"
        if isinstance(event, yaml.ScalarEvent) and event.style in {"|", ">"}:
            return rf"| and > are marks of YAML; write line breaks as \n in double quotes. {remedy}"
        start, end = _marks(event)
        if start.line != end.line:
            wanted = rf"write line breaks as \n. {remedy}" if self._kind is Kind.SECRET else f"{CHECK_INDENTATION}."
            return f"the value continues in the next line; {wanted}"
        return ""

    def _change(self, event: yaml.Event, text: Plain, *, required: bool) -> str:
        """How YAML may have changed a value without quotes; else empty."""
        rest = self._source[_marks(event)[1].index :].partition("\n")[0]
        if why := self._cut_off(text, rest.lstrip()):
            return why
        if rest.lstrip(" ").startswith(RARE_LINE_BREAKS):
            return f"a rare line break (NEL, LS or PS) ends the value. {self._kind.remedy}"
        if text.startswith("\t"):
            return f"a tab stands before the value. {self._kind.remedy}"
        if text in NULLS or (required and not text):
            return f'a name has no value; write name: "" for an empty one. {self._kind.remedy}'
        return ""

    def _cut_off(self, text: Plain, rest: str) -> str:
        """Why a comment may have cut off a value, by the rest of its line; else empty."""
        has_tab, begins = "\t#" in text, "' #' begins a comment, so the value would be cut off."
        if self._kind is Kind.SECRET and (has_tab or rest.startswith("#")):
            return f"{begins} A comment needs a line of its own. {self._kind.remedy}"
        if has_tab:
            return "a tab stands before '#'; write a space instead."
        follows_id = self._kind is Kind.ID and IDENTITY.fullmatch(text)
        if rest.startswith("#") and not follows_id and rest[1:2] not in {"", " ", self._tab}:
            return f"{begins} Put the value in double quotes, or put a space after #."
        return ""

    def _unreadable_line(self, error: Exception) -> str:
        """The line that a parser's error is about, and what is wrong with it; empty if the error does not say."""
        if isinstance(error, yaml.reader.ReaderError):
            at, why = error.position, "it contains a character that YAML does not accept."
        elif isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
            begun, stopped = error.context_mark, error.problem_mark
            # A scanner's context is the text that it could not finish; a parser's is the whole mapping.
            at = (begun if begun and isinstance(error, yaml.scanner.ScannerError) else stopped).index
            why = _reason(self._source, at, begun.index if begun else None)
        else:
            return ""
        # The parser counts rare line breaks as lines, which editors do not.
        line = self._source.count("\n", 0, at) + 1
        remedy = f" {self._kind.remedy}" if self._kind is Kind.SECRET else ""
        return f"Line {line} cannot be read: {why}{remedy}"


def _is_marked(event: yaml.Event) -> bool:
    """Whether an event has a tag or an anchor, or refers to one."""
    return bool(getattr(event, "anchor", None) or getattr(event, "tag", None))


def _place(event: yaml.Event) -> str:
    """The line of an event."""
    return f"Line {_marks(event)[0].line + 1}"


def _marks(event: yaml.Event) -> tuple[Any, Any]:
    """Where an event begins and ends; the parser always says so, but its types do not."""
    return event.start_mark, event.end_mark


def _with_tabs_kept(line: str, tab: str, *, flow: bool) -> str:
    """A line whose tabs survive the parser. YAML drops blanks at its end, and allows no tab before a block."""
    content = line.strip(" \t\r")
    indent = line[: len(line) - len(line.lstrip(" \t"))] if content else ""
    return (indent.replace("\t", " ") if flow else indent) + content.replace("\t", tab)


def _reason(source: str, at: int, begun: int | None) -> str:
    """What is wrong at a place of the source.

    `begun` is the place of the text or the list that the parser could not finish, if it says so.
    """
    line = source[:at].rpartition("\n")[2] + source[at:].partition("\n")[0]
    begins = "" if begun is None else source[begun : begun + 1]
    if TAB_INDENT.match(line):
        return NO_TABS
    if begins in {"'", '"'}:
        return r"a text in quotes does not end, or has an unknown escape (\\ is a backslash in double quotes)."
    if begins in {"{", "["}:
        return "a comma or a bracket is missing."
    if source[at : at + 1] in set("@`%|>"):
        return "a text that begins with @, `, %, | or > needs double quotes."
    return f"{CHECK_INDENTATION}. A text that contains ': ' needs double quotes."
