"""Lists of runs: no list whatever is a bug of ours, and an error anywhere starts nothing."""

import json
from itertools import count
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from testsigma_action.inputs.keys import ENTRY_KEYS
from testsigma_action.inputs.reading import Reading, read_inputs
from testsigma_action.inputs.run_specs import run_specs

KEYS = [definition.name for definition in ENTRY_KEYS]
SIGNS = st.text("ab1-: \n\t#&!|>*%@`'\",[]{}?=~<\\", max_size=60)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("431")
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
IDS = st.integers(1, 10**19 - 1)
GOOD = st.fixed_dictionaries(
    {"plan-id": IDS},
    optional={
        "environment-id": IDS.map(str) | st.sampled_from(["staging", "QA 2"]),
        "execution-config": st.fixed_dictionaries({"id": IDS}),
        "runtime-data": st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=3),
        "upload-versions": st.dictionaries(st.integers(1, 99).map(str), IDS, max_size=2),
    },
)
BAD = st.one_of(
    GOOD.map(lambda entry: entry | {"environment-id": "a\nb"}),
    GOOD.map(lambda entry: entry | {"typo": ""}),
    GOOD.map(lambda entry: {name: value for name, value in entry.items() if name != "plan-id"}),
    GOOD.map(lambda entry: entry | {"runtime-data": {"a": None}}),
    GOOD.map(lambda entry: entry | {"plan-id": {}}),
    LEAVES,
)


def read(text: str) -> Reading:
    """What is read of a list."""
    return read_inputs((), {"TESTSIGMA_API_KEY": "key-for-tests", "TESTSIGMA_PLANS": text})


def check(reading: Reading) -> None:
    """Problems that can be shown and no run, or runs that can be told apart."""
    nonces = map(str, count())
    specs = run_specs(reading.inputs, "build", lambda: next(nonces))
    assert bool(reading.problems) != bool(specs)
    assert all(problem.isprintable() for problem in reading.problems)
    assert all(spec.plan_id and spec.build_number for spec in specs)
    assert len({(spec.plan_id, spec.build_number) for spec in specs}) == len(specs)


@settings(database=None, deadline=None, max_examples=300)
@given(text=SIGNS | SIGNS.map("- plan-id: 1\n".__add__) | st.text(st.characters(exclude_characters="\0"), max_size=40))
def test_any_text(text: str) -> None:
    """Any text is a list of runs, or it has problems and asks for no run."""
    check(read(text))


@settings(database=None, deadline=None, max_examples=60)
@given(
    entries=st.lists(
        st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), VALUES, max_size=4) | VALUES, max_size=3
    )
)
def test_any_structure(entries: list[Any]) -> None:
    """So is any structure, in JSON and in YAML."""
    check(read(json.dumps(entries)))
    check(read(yaml.safe_dump(entries)))
    check(read(yaml.safe_dump(entries, default_flow_style=True, allow_unicode=True, width=10**6)))


@settings(database=None, deadline=None, max_examples=200)
@given(entries=st.lists(GOOD, min_size=1, max_size=8))
def test_good_lists_come_back_in_order(entries: list[dict[str, Any]]) -> None:
    """What a JSON writer makes of a good list is read as that list."""
    reading = read(json.dumps(entries))
    check(reading)
    assert [run.plan_id for run in reading.inputs.runs] == [str(entry["plan-id"]) for entry in entries]
    assert [run.runtime_data for run in reading.inputs.runs] == [entry.get("runtime-data", {}) for entry in entries]


@settings(database=None, deadline=None, max_examples=200)
@given(before=st.lists(GOOD, max_size=4), bad=BAD, after=st.lists(GOOD, max_size=4))
def test_an_error_anywhere_starts_nothing(before: list[Any], bad: object, after: list[Any]) -> None:
    """The problem is that of the entry which is wrong, and of no other."""
    reading = read(json.dumps([*before, bad, *after]))
    check(reading)
    assert reading.problems
    assert all(problem.startswith(f"plans, entry {len(before) + 1}") for problem in reading.problems)
