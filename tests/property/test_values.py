"""Reading the text of inputs: no text whatever is a bug of ours."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testsigma_action import values
from testsigma_action.inputs import DEFINITIONS, read_inputs
from testsigma_action.values import Invalid

READERS = [definition.read for definition in DEFINITIONS]
NAMES = [definition.name for definition in DEFINITIONS]
DURATIONS = st.from_regex(r"([0-9]{1,19}h)?([0-9]{1,19}m)?([0-9]{1,19}(\.[0-9]{1,9})?s?)?", fullmatch=True)
TEXTS = st.text() | st.text("{}[]&*:-, \n\"'\\#!|>%@`~ab1") | DURATIONS
PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


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
    """Above nothing, at most 30 days."""
    try:
        span = values.duration(text)
    except Invalid:
        return
    assert timedelta(0) < span <= timedelta(days=30)


@settings(database=None, deadline=None)
@given(
    hours=st.integers(0, 99), minutes=st.integers(0, 999), seconds=st.integers(0, 9999), bare=st.integers(1, 2_000_000)
)
def test_durations_mean_what_they_say(hours: int, minutes: int, seconds: int, bare: int) -> None:
    """Hours, minutes and seconds add up."""
    assert values.duration(str(bare)) == timedelta(seconds=bare)
    meant = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if meant:
        assert values.duration(f"{hours}h{minutes}m{seconds}s") == meant


@settings(database=None, deadline=None)
@given(given_mapping=st.dictionaries(PLAIN.filter(bool), PLAIN, max_size=5))
def test_json_mappings_come_back(given_mapping: dict[str, str]) -> None:
    """What a JSON writer makes of texts is read as those texts."""
    assert values.mapping(json.dumps(given_mapping, ensure_ascii=False)) == given_mapping


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
    """Whatever stands on the command line; help alone ends the program."""
    with suppress(SystemExit):
        assert read_inputs(arguments, {}).problems
