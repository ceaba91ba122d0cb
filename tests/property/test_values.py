"""Reading the text of inputs: no text whatever is a bug of ours."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from testsigma_action.inputs import mapping_parsers, pages, parsers
from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.options import DEFINITIONS
from testsigma_action.inputs.reading import read_inputs

READERS = [definition.read for definition in DEFINITIONS]
NAMES = [definition.name for definition in DEFINITIONS]
DURATIONS = st.from_regex(r"([0-9]{1,19}h)?([0-9]{1,19}m)?([0-9]{1,19}(\.[0-9]{1,9})?s?)?", fullmatch=True)
TEXTS = st.text() | st.text("{}[]&*:-, \n\"'\\#!|>%@`~ab1") | DURATIONS
SIGNS = st.text("ab1 \t#&!|>*%@`'\":,[]{}?-=~<\\", max_size=8)
HOSTILE = SIGNS | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SIMPLE = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], max_codepoint=0xD000), max_size=12)
MARKED = {"test plan": {"plans", "test_plans"}, "environment": {"environments"}, "run": {"runs"}}
WORDS = ["ui", "td", "projects", "details", "cases", *sorted(set().union(*MARKED.values()))]


@pytest.mark.parametrize("read", READERS, ids=NAMES)
@settings(database=None, deadline=None, max_examples=30)
@given(text=TEXTS)
def test_every_text_is_read_or_refused(read: Callable[[str], Any], text: str) -> None:
    """A reader returns a value or raises Invalid, with what is accepted on one line."""
    try:
        read(text)
    except Invalid as refusal:
        said = str(refusal)
        assert said.isprintable()
        assert said


@settings(database=None, deadline=None)
@given(text=TEXTS)
def test_a_duration_that_is_read_is_one(text: str) -> None:
    """A tenth of a second or more, at most 30 days, and written in ASCII."""
    try:
        span = parsers.duration(text)
    except Invalid:
        return
    assert timedelta(seconds=0.1) <= span <= timedelta(days=30)
    assert text.isascii()


@settings(database=None, deadline=None)
@given(
    hours=st.integers(0, 99), minutes=st.integers(0, 999), seconds=st.integers(0, 9999), bare=st.integers(1, 2_000_000)
)
def test_durations_mean_what_they_say(hours: int, minutes: int, seconds: int, bare: int) -> None:
    """Hours, minutes and seconds add up."""
    assert parsers.duration(str(bare)) == timedelta(seconds=bare)
    meant = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if meant:
        assert parsers.duration(f"{hours}h{minutes}m{seconds}s") == meant


@settings(database=None, deadline=None)
@given(given_mapping=st.dictionaries(st.text(min_size=1), st.text(), max_size=5), ascii_only=st.booleans())
def test_json_mappings_come_back(given_mapping: dict[str, str], ascii_only: bool) -> None:  # noqa: FBT001
    """What a JSON writer makes of texts is read as those texts, whatever they hold."""
    for indent in (None, 2, "\t"):
        assert (
            mapping_parsers.mapping(json.dumps(given_mapping, ensure_ascii=ascii_only, indent=indent)) == given_mapping
        )


@settings(database=None, deadline=None)
@given(
    given_mapping=st.dictionaries(HOSTILE.filter(bool), HOSTILE, min_size=1, max_size=3),
    width=st.sampled_from([20, 10**6]),
)
def test_yaml_mappings_come_back_or_are_refused(given_mapping: dict[str, str], width: int) -> None:
    """What a YAML writer makes of texts is read as those texts, or refused where it uses several lines."""
    for style in (None, "'", '"', "|"):
        text = yaml.safe_dump(given_mapping, default_style=style, width=width, allow_unicode=True)
        with suppress(Invalid):
            assert mapping_parsers.mapping(text) == given_mapping


@settings(database=None, deadline=None)
@given(given_mapping=st.dictionaries(SIMPLE.filter(bool), SIMPLE, min_size=1, max_size=3))
def test_quoted_values_are_accepted(given_mapping: dict[str, str]) -> None:
    """Quotes make a value safe: nothing on one line is refused then."""
    for style in ("'", '"'):
        text = yaml.safe_dump(given_mapping, default_style=style, width=10**6, allow_unicode=True)
        assert mapping_parsers.mapping(text.replace("!!str ", "")) == given_mapping


@settings(database=None, deadline=None, max_examples=300)
@given(value=HOSTILE)
def test_a_value_that_is_pasted_without_quotes(value: str) -> None:
    """It arrives as it is but for blanks around it, or is refused; only quotes around it are taken for YAML's."""
    if value.lstrip(" ")[:1] in {"'", '"'} or "\n" in value or "\r" in value:
        return
    with suppress(Invalid):
        assert mapping_parsers.mapping(f"a: b\nname: {value}\nc: d") == {"a": "b", "name": value.strip(" \t"), "c": "d"}


@settings(database=None, deadline=None, max_examples=300)
@given(
    lines=st.lists(
        st.tuples(st.sampled_from(["a", "b", " c", "#d", "'e'"]), st.sampled_from([": ", ":", " "]), HOSTILE),
        max_size=3,
    )
)
def test_what_is_read_is_what_yaml_reads(lines: list[tuple[str, str, str]]) -> None:
    """Nothing is made up: what is accepted is what a YAML reader reads that keeps every value a text."""
    text = "\n".join("".join(parts) for parts in lines)
    try:
        found = mapping_parsers.mapping(text)
    except Invalid:
        return
    if "\t" not in text:
        assert found == yaml.load(text, yaml.BaseLoader)  # noqa: S506 - texts only


@settings(database=None, deadline=None)
@given(
    kind=st.sampled_from([pages.PLAN, pages.ENVIRONMENT, pages.RUN]),
    segments=st.lists(st.sampled_from(WORDS) | st.integers(0, 10**20).map(str), max_size=8),
    start=st.sampled_from(
        ["https://app.testsigma.com/", "https://app.testsigma.com/#/", "/", "app.testsigma.com/", ""]
    ),
    end=st.sampled_from(["", "/", "?page=7", "#top", "?a=/runs/8"]),
)
def test_an_id_from_an_address_stands_in_it(kind: pages.Kind, segments: list[str], start: str, end: str) -> None:
    """It is a whole part of the path; two numbers after the word for the object, or none at all, give no ID."""
    marked = {after for before, after in pairwise(segments) if before in MARKED[kind.name] and after.isdecimal()}
    try:
        found = pages.identity_in(f"{start}{'/'.join(segments)}{end}", kind)
    except Invalid:
        others = {word for name, words in MARKED.items() if name != kind.name for word in words}
        assert len(marked) != 1 or max(map(len, segments)) > 19 or others & set(segments)
        return
    assert found in segments
    assert {found} == {each for each in marked if len(each) < 20} or not marked or max(map(len, marked)) > 19


@settings(database=None, deadline=None)
@given(name=st.sampled_from(NAMES), text=TEXTS)
def test_inputs_are_read_without_an_exception(name: str, text: str) -> None:
    """Whatever stands in one input, it is a value or a problem, and problems are printable."""
    reading = read_inputs((), {f"INPUT_{name.upper()}": text})
    assert all(problem.isprintable() for problem in reading.problems)


@settings(database=None, deadline=None)
@given(
    arguments=st.lists(st.text("-=abc hp", max_size=6) | st.sampled_from([f"--{name}" for name in NAMES]), max_size=4)
)
def test_command_lines_are_read_without_an_exception(arguments: list[str]) -> None:
    """Whatever stands on the command line; only help and version end the program."""
    with suppress(SystemExit):
        assert read_inputs(arguments, {}).problems
