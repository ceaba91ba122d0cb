"""From bytes to JSON: any answer is parsed or refused, within bounds of memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from testsigma_action.api.bodies import LARGEST, MAX_CONTAINERS, MAX_NAMES, MAX_VALUES, parse_json
from testsigma_action.api.cases import MAX_CASES, case_list
from testsigma_action.api.fields import DecodeError

ROOT = Path(__file__).resolve().parents[2]
# MB; the process as a whole.
MAX_MEMORY = 400
CHILD = """
import sys
from pathlib import Path
from testsigma_action import main as app
from testsigma_action.api.bodies import parse_json
unit, number = sys.argv[1].encode(), int(sys.argv[2])
kept = parse_json(b"[" + unit * number + b"1]")
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


@pytest.mark.parametrize("text", ['{"a": [1, null]}', "\ufeff[]", "7", '"x"'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_json_in_any_encoding(text: str, encoding: str) -> None:
    """The encodings that JSON may have, with or without a mark of its order of bytes."""
    assert parse_json(text.encode(encoding)) == parse_json(text.removeprefix("\ufeff").encode())


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff\xfe\xff", b"[" * 100_000, b"9" * 5000, b"\xff"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    """Garbage, and what no parser gets through."""
    with pytest.raises(DecodeError):
        parse_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"{}," * MAX_CONTAINERS + b"1]",
        b"[" + b"[]," * MAX_CONTAINERS + b"1]",
        b"[" + b"1," * (MAX_VALUES + 1) + b"1]",
        b'"' + b"x" * LARGEST + b'"',
    ],
    ids=["objects", "lists", "values", "bytes"],
)
def test_too_much_is_refused_before_it_is_parsed(body: bytes) -> None:
    """A few megabytes of `{}` would be hundreds of megabytes of objects."""
    with pytest.raises(DecodeError, match="that is too large"):
        parse_json(body)


def test_too_many_different_names_are_refused() -> None:
    """Each of them is kept while an answer is parsed; the same few in every row are as one."""
    rows = [f'{{"a{number}": 1}}' for number in range(MAX_NAMES + 1)]
    with pytest.raises(DecodeError, match="that is too large"):
        parse_json(f"[{','.join(rows)}]".encode())
    assert parse_json(f"[{','.join(rows[:9] * MAX_NAMES)}]".encode())


@pytest.mark.parametrize("body", ['{"result": "FAILURE", "result": "SUCCESS"}', '[{"a": {"b": 1, "\\u0062": 1}}]'])
def test_a_field_that_is_there_twice_is_refused(body: str) -> None:
    """The parser would keep the last one: two results are none."""
    with pytest.raises(DecodeError, match="duplicate field"):
        parse_json(body.encode())


@pytest.mark.parametrize(
    ("unit", "number"),
    [
        ("{},", MAX_CONTAINERS - 1),
        ('{"a":1},', MAX_CONTAINERS - 1),
        ('"ab",', MAX_VALUES),
        ('"' + "a" * 30 + '\N{PILE OF POO}",', LARGEST // 37),
    ],
    ids=["objects", "pairs", "texts", "wide texts"],
)
def test_the_largest_answers_stay_within_memory(unit: str, number: int) -> None:
    """Whatever fills an answer up to its limits."""
    run = [sys.executable, "-c", CHILD, unit, str(number)]
    peak = subprocess.run(run, cwd=ROOT / "src", capture_output=True, text=True, check=True).stdout
    assert int(peak) / 1024 < MAX_MEMORY


def test_no_more_cases_than_there_may_be() -> None:
    """A list with more rows is refused before one of them becomes a case."""
    with pytest.raises(DecodeError, match="more than"):
        case_list("302", {"testCases": [{}] * (MAX_CASES + 1)})
