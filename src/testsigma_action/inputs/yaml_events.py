"""The events of a YAML document, in which every value is the text that was written. Pure.

YAML changes a value that is pasted without quotes: ` #` cuts it off, `&`, `!`, `*` and `|` have meanings. Such a value
is refused with its line. Everything else is a text: `1.10` stays `1.10`, `yes` stays `yes`.
Comments are accepted after values that cannot be secrets.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.yaml_faults import CHECK_INDENTATION, NO_TABS, TAB, Kind, Unreadable, first_tab, reason

# Line breaks of YAML 1.1 besides the usual ones: it drops them at the end of a value.
RARE_LINE_BREAKS = ("\x85", "\u2028", "\u2029")
# An ID, or the address of a page. What is not like that may be a name, and a ` #` a part of it.
IDENTITY = re.compile(r"[0-9]+|https?://\S+")
NULLS = frozenset({"~", "null", "Null", "NULL"})
# No input is nested deeper, and the parser takes minutes for a text of brackets alone.
MAX_DEPTH = 10

# A place ("Line 2", "Entry 2"), a name and its value.
Pair = tuple[str, str, str]


class Events:
    """The events of one document, one at a time, and how deep the next one is nested.

    `kind` is what the next value is; whoever takes the events sets it.
    """

    def __init__(self, text: str, kind: Kind) -> None:
        """Prepare the text; nothing is parsed yet."""
        self.kind = kind
        flow = text.lstrip()[:1] in {"{", "["}
        self._tab = "\t" if TAB in text else TAB
        self.source = "\n".join(_with_tabs_kept(line, self._tab, flow=flow) for line in text.split("\n"))
        self._events = yaml.parse(self.source, yaml.BaseLoader)
        self.depth = 0

    def take(self) -> Event:
        """Return the next event. Raises the errors of YAML, and OverflowError for too much nesting."""
        event: Event = next(self._events)
        self.depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if self.depth > MAX_DEPTH:
            raise OverflowError("nested too deeply")
        return event

    def skip_to(self, depth: int) -> None:
        """Skip what is left of lists and mappings that are nested deeper than this."""
        while self.depth > depth:
            self.take()

    def begins(self, kind: type[CollectionStartEvent]) -> bool:
        """Whether the document is of this kind (MAPPING or LIST). Raises Unreadable for tags, anchors, directives."""
        self.take()
        document = self.take()
        if not isinstance(document, DocumentStartEvent) or not isinstance(start := self.take(), kind):
            if at := first_tab(self.source):
                raise Unreadable(f"Line {at} cannot be read: {NO_TABS}")
            return False
        if start.anchor or start.tag or document.version or document.tags:
            raise Unreadable(f"tags, anchors and directives are not accepted. {self.kind.remedy}", "Line 1")
        return True

    def end(self) -> None:
        """Check that the document ends here, and the text with it. Raises Unreadable."""
        if not isinstance(self.take(), DocumentEndEvent) or not isinstance(self.take(), StreamEndEvent):
            raise Unreadable("There is more than one YAML document.")

    def pairs(self) -> Iterator[Pair]:
        """The names and values of a mapping that has begun. Raises Unreadable."""
        while not is_end_of_mapping(event := self.take()):
            name = self.name(event)
            yield place(event), name, self.value(self.take())

    def name(self, event: Event) -> str:
        """The text of a name. Raises Unreadable."""
        scalar = _scalar(event, self.kind)
        if scalar.style is None and scalar.value == "<<":
            raise _refusal(event, 'merge keys are not accepted; write "<<" in quotes for a name.')
        return self._restored(scalar.value)

    def value(self, event: Event, *, required: bool = True) -> str:
        """The text of a value; one that is not required may be missing. Raises Unreadable."""
        scalar = _scalar(event, self.kind)
        if scalar.style is None:
            rest = self.source[_marks(scalar)[1].index :].partition("\n")[0]
            self._refuse_cut_off(scalar, rest.lstrip())
            if rest.lstrip(" ").startswith(RARE_LINE_BREAKS):
                raise _refusal(event, f"a rare line break (NEL, LS or PS) ends the value. {self.kind.remedy}")
            if scalar.value.startswith(self._tab):
                raise _refusal(event, f"a tab stands before the value. {self.kind.remedy}")
            if scalar.value in NULLS or (required and not scalar.value):
                raise _refusal(event, f'a name has no value; write name: "" for an empty one. {self.kind.remedy}')
        return self._restored(scalar.value)

    def text(self, event: Event) -> str:
        """The text of an event, whatever it is; empty if it has none."""
        return self._restored(event.value) if isinstance(event, ScalarEvent) else ""

    def _refuse_cut_off(self, scalar: ScalarEvent, rest: str) -> None:
        """Refuse a value that a comment may have cut off. Raises Unreadable."""
        has_tab = f"{self._tab}#" in scalar.value
        cut_off = "' #' begins a comment, so the value would be cut off."
        if self.kind is Kind.SECRET and (has_tab or rest.startswith("#")):
            raise _refusal(scalar, f"{cut_off} A comment needs a line of its own. {self.kind.remedy}")
        if has_tab:
            raise _refusal(scalar, "a tab stands before '#'; write a space instead.")
        follows_id = self.kind is Kind.ID and IDENTITY.fullmatch(scalar.value)
        if rest.startswith("#") and not follows_id and rest[1:2] not in {"", " ", self._tab}:
            raise _refusal(scalar, f"{cut_off} Put the value in double quotes, or put a space after #.")

    def _restored(self, text: str) -> str:
        """A text of the parser with its tabs, and with surrogates (JSON writes an emoji as two) joined."""
        joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        return joined.replace(self._tab, "\t")


MAPPING, LIST = MappingStartEvent, SequenceStartEvent
AnyEvent = Event


def is_mapping(event: Event) -> bool:
    """Whether a mapping without an anchor or a tag begins."""
    return isinstance(event, MappingStartEvent) and not is_tagged(event)


def is_list(event: Event) -> bool:
    """Whether a list without an anchor or a tag begins."""
    return isinstance(event, SequenceStartEvent) and not is_tagged(event)


def is_tagged(event: Event) -> bool:
    """Whether an event has a tag or an anchor, or refers to one."""
    return isinstance(event, AliasEvent) or bool(getattr(event, "anchor", None) or getattr(event, "tag", None))


def is_end_of_list(event: Event) -> bool:
    """Whether a list ends."""
    return isinstance(event, SequenceEndEvent)


def is_end_of_mapping(event: Event) -> bool:
    """Whether a mapping ends."""
    return isinstance(event, MappingEndEvent)


def is_quoted(event: Event) -> bool:
    """Whether a text stands in quotes."""
    return isinstance(event, ScalarEvent) and event.style is not None


@contextmanager
def reading(events: Events, accepted: str) -> Iterator[None]:
    """Turn all errors within into Invalid. The parser's message is dropped, because it quotes the text."""
    try:
        yield
    except Unreadable as unreadable:
        raise Invalid(accepted, str(unreadable)) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise Invalid(accepted, _unreadable_line(error, events)) from None


def place(event: Event) -> str:
    """The line of an event."""
    return f"Line {_marks(event)[0].line + 1}"


def _refusal(event: Event, why: str) -> Unreadable:
    return Unreadable(why, place(event))


def _with_tabs_kept(line: str, tab: str, *, flow: bool) -> str:
    """A line whose tabs survive the parser. YAML drops blanks at its end, and allows no tab before a block."""
    content = line.strip(" \t\r")
    indent = line[: len(line) - len(line.lstrip(" \t"))] if content else ""
    return (indent.replace("\t", " ") if flow else indent) + content.replace("\t", tab)


def _scalar(event: Event, kind: Kind) -> ScalarEvent:
    """A text on one line that does not begin with a mark of YAML. Raises Unreadable."""
    if is_tagged(event):
        raise _refusal(event, f"&, * and ! at the beginning are marks of YAML, not part of a value. {kind.remedy}")
    if not isinstance(event, ScalarEvent):
        raise _refusal(event, f"the value must be one text, not a list or a mapping. {kind.remedy}")
    if event.style in {"|", ">"}:
        raise _refusal(event, rf"| and > are marks of YAML; write line breaks as \n in double quotes. {kind.remedy}")
    start, end = _marks(event)
    if start.line != end.line:
        wanted = rf"write line breaks as \n. {kind.remedy}" if kind is Kind.SECRET else f"{CHECK_INDENTATION}."
        raise _refusal(event, f"the value continues in the next line; {wanted}")
    return event


def _marks(event: Event) -> tuple[Any, Any]:
    """Where an event begins and ends; the parser always says so, but its types do not."""
    return event.start_mark, event.end_mark


def _unreadable_line(error: Exception, events: Events) -> str:
    """The line that a parser's error is about, and what is wrong with it; empty if the error does not say."""
    if isinstance(error, yaml.reader.ReaderError):
        at, why = error.position, "it contains a character that YAML does not accept."
    elif isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        begun, stopped = error.context_mark, error.problem_mark
        # A scanner's context is the text that it could not finish; a parser's is the whole mapping.
        at = (begun if begun and isinstance(error, yaml.scanner.ScannerError) else stopped).index
        why = reason(events.source, at, begun.index if begun else None)
    else:
        return ""
    # The parser counts rare line breaks as lines, which editors do not.
    line = events.source.count("\n", 0, at) + 1
    remedy = f" {events.kind.remedy}" if events.kind is Kind.SECRET else ""
    return f"Line {line} cannot be read: {why}{remedy}"
