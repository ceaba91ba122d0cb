"""The input `start-options`: typed fields for the body of a start."""

import json

import pytest

from testsigma_action.api.start_body import start_body
from testsigma_action.domain.run import RunSpec
from testsigma_action.inputs.mapping_parsers import INSTEAD
from testsigma_action.inputs.options import Inputs
from testsigma_action.inputs.reading import Reading, read_inputs
from testsigma_action.inputs.run_specs import run_specs

KEY = "key-for-tests"


def read(text: str, **environ: str) -> Reading:
    """What is read of these options, besides a good key and plan."""
    given = {"TESTSIGMA_API_KEY": KEY, "TESTSIGMA_PLAN_ID": "420"} | environ
    return read_inputs((), given | {"TESTSIGMA_START_OPTIONS": text})


def accepted(text: str) -> dict[str, object]:
    """The fields, with their types."""
    reading = read(text)
    assert reading.problems == ()
    return {name: json.loads(value) for name, value in (reading.inputs.start_options or {}).items()}


def refused(text: str) -> str:
    """The only problem with these options."""
    [problem] = read(text).problems
    assert problem.startswith("start-options: its value is not accepted")
    return problem


TYPED = {"n": 5, "f": 1.5, "e": 1e3, "minus": -2, "t": True, "no": False, "l": [1, "a", [True]], "m": {"x": {"y": 0}}}
YAML = """
n: 5
f: 1.5
e: 1e3
minus: -2
t: true
no: FALSE
l:
  - 1
  - a
  - [true]
m: {x: {y: 0}}
"""


@pytest.mark.parametrize("text", [YAML, json.dumps(TYPED), json.dumps(TYPED, indent=2)], ids=["yaml", "json", "lines"])
def test_values_keep_their_types(text: str) -> None:
    """Numbers, booleans, lists and mappings arrive as they were written, in YAML and in JSON."""
    found = accepted(text)
    assert found == TYPED
    assert [type(value) for value in found.values()] == [type(value) for value in TYPED.values()]


@pytest.mark.parametrize(
    "text", ["'5'", '"true"', "yes", "off", "012", "1_000", "0x1F", "2026-12-31", ".5", "+5", "1."]
)
def test_everything_else_is_a_text(text: str) -> None:
    """What stands in quotes, and what only YAML 1.1 takes for a number, a date or a word."""
    assert accepted(f"a: {text}") == {"a": text.strip("'\"")}


def test_nothing_to_add() -> None:
    """An empty mapping adds nothing."""
    assert accepted("{}") == {}


@pytest.mark.parametrize("field", INSTEAD)
def test_fields_of_other_inputs_are_refused(field: str) -> None:
    """The message names the field and what to set, however the field is written."""
    for name in (field, field.lower(), field.upper(), "_".join(field)):
        for text in (f"{name}: hush", json.dumps({name: "hush"})):
            said = refused(text)
            assert f"{field} cannot be set here; " in said
            assert "hush" not in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hush", "a YAML or JSON mapping"),
        ("[hush]", "a YAML or JSON mapping"),
        ("a: hush\na: b", "given before"),
        ('{"a": "hush", "a": 1}', "given before"),
        ("a: {b: hush, b: c}", "given before"),
        ("a: null", "no value"),
        ("a: [hush, ~]", "no value"),
        ('{"a": null}', "null is no value"),
        ("a: !hush b", "marks of YAML"),
        ("a: &hush b", "marks of YAML"),
        ("a: [*hush]", "Line 1"),
        ("a: hush #1", "' #' begins a comment"),
        ("a: 1e999", "in quotes"),
        ("a: 12345678901234567890", "in quotes"),
        ('{"a": 1e999}', "in quotes"),
        ('{"a": NaN}', "in quotes"),
        ('{"a": -Infinity}', "in quotes"),
        ("hush hush: 1", "name has other characters"),
        (f"{'h' * 60}: 1", "name has other characters"),
        ('{"": 1}', "a name is empty"),
        ("a: " + "[" * 20 + "hush" + "]" * 20, ""),
        ('{"a": ' + "[" * 20 + '"hush"' + "]" * 20 + "}", "nested too deeply"),
        ('{"a": ' + "[" * 100_000, ""),
    ],
)
def test_what_is_refused(text: str, told: str) -> None:
    """Nothing is guessed, nothing is lost, and no value is quoted."""
    said = refused(text)
    assert told in said
    assert "hush" not in said


def test_not_with_a_run_that_exists() -> None:
    """Only a start has a body to add to."""
    problems = read("{a: 1}", TESTSIGMA_PLAN_ID="", TESTSIGMA_RUN_ID="900").problems
    assert any("Remove start-options" in problem for problem in problems)


def test_all_entries_of_plans_get_them() -> None:
    """They are an input for the whole step, not a key of an entry."""
    reading = read("{a: 1}", TESTSIGMA_PLAN_ID="", TESTSIGMA_PLANS="[{plan-id: 1}, {plan-id: 2}]")
    specs = run_specs(reading.inputs, "b", lambda: "x")
    assert [dict(spec.start_options) for spec in specs] == [{"a": "1"}, {"a": "1"}]
    wrong = read("{a: 1}", TESTSIGMA_PLAN_ID="", TESTSIGMA_PLANS="[{plan-id: 1, start-options: x}]").problems
    assert "'start-options' is not a key of an entry; it is an input for the whole step." in " ".join(wrong)


def test_a_field_never_replaces_one_of_ours() -> None:
    """Even if one got past the checks, the plan and the build number are those of the inputs."""
    fields = {"executionId": "1", "buildNo": '"x"', "devices": "[5]"}
    body = start_body(RunSpec("420", build_number="b", start_options=fields))
    assert body == {"executionId": 420, "buildNo": "b", "devices": [5]}


def test_values_are_in_no_repr() -> None:
    """They may be secrets."""
    inputs = read("{a: hush}").inputs
    assert "hush" not in repr((inputs, run_specs(inputs, "b", lambda: "x")))


def test_they_tell_the_legs_of_a_matrix_apart() -> None:
    """The derived build number has another key for other options, and the old one without any."""

    def number(options: dict[str, str]) -> str:
        [spec] = run_specs(Inputs(plan_id="1", start_options=options), "b", lambda: "x")
        return spec.build_number

    assert len({number({}), number({"a": "1"}), number({"a": "2"}), number({"b": "1"})}) == 4
    assert number({"a": "1", "b": "2"}) == number({"b": "2", "a": "1"})
