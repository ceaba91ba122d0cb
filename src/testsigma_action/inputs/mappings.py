"""Reading a mapping of names to texts, from YAML or JSON, so that each value is what was written. Pure.

YAML changes a value that is pasted without quotes: ` #` cuts it off, `&`, `!`, `*` and `|` have meanings. Such a value
is refused with its line. Everything else is a text: `1.10` stays `1.10`, `yes` stays `yes`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import yaml
from yaml.events import Event, ScalarEvent

from testsigma_action.inputs.invalid import Invalid

ACCEPTED = "a YAML or JSON mapping of names to single values, like {name: value}"
QUOTE_IT = "Put the value in double quotes, or write a secret as ${{ toJSON(secrets.NAME) }}."
NO_VALUE = frozenset({"", "~", "null", "Null", "NULL"})
# Stands for a tab while YAML is parsed, whose parser takes no tab in a value without quotes.
TAB = "\ue000"

# A place ("Line 2", "Entry 2"), a name and its value.
Entry = tuple[str, str, str]


def read(text: str) -> Mapping[str, str]:
    """The names and values of a mapping. Raises Invalid, which quotes neither."""
    entries = _json_entries(text) if text.startswith("{") else None
    found: dict[str, str] = {}
    for place, name, value in _yaml_entries(text) if entries is None else entries:
        if not name:
            _refuse(place, "a name is empty.")
        if name in found:
            _refuse(place, "this name was given before; one of the two values would be lost.")
        found[name] = value
    return found


def _refuse(place: str, why: str) -> NoReturn:
    raise Invalid(ACCEPTED, f"{place}: {why}")


def _json_entries(text: str) -> list[Entry] | None:
    """The entries of a JSON object; None for what is no JSON. Raises Invalid."""
    try:
        pairs = json.loads(
            text, strict=False, object_pairs_hook=tuple, parse_int=str, parse_float=str, parse_constant=str
        )
    except (ValueError, RecursionError):
        return None
    return [(f"Entry {at}", name, _json_text(f"Entry {at}", value)) for at, (name, value) in enumerate(pairs, 1)]


def _json_text(place: str, value: object) -> str:
    if value is None:
        _refuse(place, 'null is no value. An unset secret is null; write "" for an empty value.')
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        _refuse(place, "the value must be one text, not a list or a mapping.")
    return value


def _yaml_entries(text: str) -> list[Entry]:
    tab = "\t" if TAB in text else TAB
    source = "\n".join(_prepared(line, tab, flow=text.startswith("{")) for line in text.split("\n"))
    try:
        pairs = list(_pairs(source, tab))
    except Invalid:
        raise
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # What the parser says is not passed on: it quotes the text.
        line = _line_of(error, source)
        raise Invalid(ACCEPTED, f"Line {line} cannot be read. {QUOTE_IT}" if line else "") from None
    return [(place, _restored(name, tab), _restored(value, tab)) for place, name, value in pairs]


def _prepared(line: str, tab: str, *, flow: bool) -> str:
    """A line whose tabs survive the parser. YAML drops blanks at its end, and allows no tab before a block."""
    content = line.strip(" \t\r")
    indent = line[: len(line) - len(line.lstrip(" \t"))] if content else ""
    return (indent.replace("\t", " ") if flow else indent) + content.replace("\t", tab)


def _restored(text: str, tab: str) -> str:
    """A text of the parser with its tabs, and with surrogates (JSON writes an emoji as two) joined."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return joined.replace(tab, "\t")


def _pairs(source: str, tab: str) -> Iterator[Entry]:
    events = yaml.parse(source, yaml.BaseLoader)
    next(events)
    document = next(events)
    start = next(events, None)
    if not isinstance(start, yaml.MappingStartEvent):
        raise Invalid(ACCEPTED)
    directives = isinstance(document, yaml.DocumentStartEvent) and (document.version or document.tags)
    if start.anchor or start.tag or directives:
        _refuse("Line 1", f"tags, anchors and directives are not accepted. {QUOTE_IT}")
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        name = _name(event)
        yield _place(event), name, _value(next(events), source, tab)
    if not isinstance(next(events), yaml.DocumentEndEvent) or not isinstance(next(events), yaml.StreamEndEvent):
        raise Invalid(ACCEPTED, "There is more than one YAML document.")


def _name(event: Event) -> str:
    scalar = _scalar(event)
    if scalar.style is None and scalar.value == "<<":
        _refuse(_place(event), 'merge keys are not accepted; write "<<" in quotes for a name.')
    return str(scalar.value)


def _value(event: Event, source: str, tab: str) -> str:
    scalar = _scalar(event)
    if scalar.style is None:
        rest = source[_marks(scalar)[1].index :].partition("\n")[0]
        if rest.lstrip().startswith("#") or f"{tab}#" in scalar.value:
            _refuse(_place(event), f"' #' begins a comment, so the value would be cut off. {QUOTE_IT}")
        if scalar.value.startswith(tab):
            _refuse(_place(event), f"a tab stands before the value. {QUOTE_IT}")
        if scalar.value in NO_VALUE:
            _refuse(_place(event), f'a name has no value; write name: "" for an empty one. {QUOTE_IT}')
    return str(scalar.value)


def _scalar(event: Event) -> ScalarEvent:
    """A text on one line and without a mark of YAML. Raises Invalid."""
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
        _refuse(_place(event), f"&, * and ! at the beginning are marks of YAML, not part of a value. {QUOTE_IT}")
    if not isinstance(event, ScalarEvent):
        _refuse(_place(event), f"the value must be one text, not a list or a mapping. {QUOTE_IT}")
    if event.style in {"|", ">"}:
        _refuse(_place(event), rf"| and > are marks of YAML; write line breaks as \n in double quotes. {QUOTE_IT}")
    start, end = _marks(event)
    if start.line != end.line:
        _refuse(_place(event), rf"the value goes on in the next line; write line breaks as \n. {QUOTE_IT}")
    return event


def _place(event: Event) -> str:
    return f"Line {_marks(event)[0].line + 1}"


def _marks(event: Event) -> tuple[Any, Any]:
    """Where an event begins and ends; the parser always says so, but its types do not."""
    return event.start_mark, event.end_mark


def _line_of(error: Exception, source: str) -> int:
    """The line that a parser's error is about; 0 if it does not say."""
    if isinstance(error, yaml.reader.ReaderError):
        return source.count("\n", 0, error.position) + 1
    if not isinstance(error, yaml.MarkedYAMLError):
        return 0
    # A scanner's context is the text that it could not finish; a parser's is the whole mapping.
    context = error.context_mark if isinstance(error, yaml.scanner.ScannerError) else None
    mark = context or error.problem_mark
    return mark.line + 1 if mark else 0
