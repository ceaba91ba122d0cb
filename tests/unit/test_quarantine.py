"""The input `quarantine`: what is accepted, and what is said about anything else."""

from datetime import date
from pathlib import Path

import pytest

from testsigma_action.domain.tolerance import QuarantineEntry
from testsigma_action.inputs.reading import Reading, read_inputs

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 26)
KEYS = {"TESTSIGMA_API_KEY": "k" * 20, "TESTSIGMA_PLAN_ID": "12"}
GOOD = "- case: Pay\n  reason: known\n  expires: 2026-12-31"


def read(text: str, root: Path = Path()) -> Reading:
    """The inputs with this quarantine."""
    return read_inputs((), KEYS | {"TESTSIGMA_QUARANTINE": text}, root, today=TODAY)


def test_an_inline_list() -> None:
    """All keys, in YAML or JSON; a number is text."""
    keys = "suite: S, machine: M, data-set: D, owner: '@team', issue: 'https://example.com/1'"
    entry = QuarantineEntry("4711", "r", date(2026, 12, 1), "S", "M", "D", "@team", "https://example.com/1")
    found = read(f"[{{case: 4711, reason: r, expires: 2026-12-01, {keys}}}]")
    assert (found.problems, found.inputs.quarantine) == ((), (entry,))
    in_json = read('[{"case": 4711, "reason": "r", "expires": "2026-12-01"}]').inputs.quarantine
    assert in_json == (QuarantineEntry("4711", "r", date(2026, 12, 1)),)


def test_the_example_is_accepted() -> None:
    """The file in examples/ can be used as it is, and the recipe shows it."""
    found = read("examples/quarantine.yml", ROOT)
    assert (found.problems, len(found.inputs.quarantine)) == ((), 2)
    text = (ROOT / "examples/quarantine.yml").read_text("utf-8")
    assert f"```text\n{text}```" in (ROOT / "docs/recipes.md").read_text("utf-8")


@pytest.mark.parametrize("text", ["[]", "- {case: a, reason: r, expires: 2026-11-25}", "# nothing\n# is known\n"])
def test_an_empty_list_is_accepted(text: str) -> None:
    """Somebody who removes the last entry of a file, or lets it expire, breaks no step."""
    assert read(text).problems == ()
    assert read(text).inputs.quarantine == ()


@pytest.mark.parametrize(("day", "in_force"), [("2026-11-25", False), ("2026-11-26", True), ("2027-05-25", True)])
def test_the_last_day(day: str, in_force: bool) -> None:  # noqa: FBT001
    """An entry holds through its last day, which is at most 180 days ahead; then it is named as expired."""
    found = read(f"[{{case: a, reason: r, expires: {day}}}]")
    assert found.problems == ()
    assert (len(found.inputs.quarantine), len(found.expired)) == ((1, 0) if in_force else (0, 1))


WRONG = f"""\
{GOOD}
- {{reason: r, expires: 2026-12-31}}
- {{case: Pay, reason: r, expires: 2027-05-26}}
- {{case: Search, reason: '', expires: tomorrow, ownr: me}}
- Pay by card
"""
PROBLEMS = """\
quarantine, entry 2, case: required. It is the name of a case, with the wildcards * and ?, or its ID.
quarantine, entry 3 (Pay), expires: 2027-05-26 is not accepted; it must be at most 180 days ahead, so at most \
2027-05-25.
quarantine, entry 4 (Search), expires: 'tomorrow' is not accepted; it must be a date like 2026-12-31.
quarantine, entry 4 (Search): 'ownr' is not a key of an entry; did you mean owner?
quarantine, entry 4 (Search), reason: required. It says why the failure of this case does not count.
quarantine, entry 5: the entry is not a mapping; write it like {case: Pay by card, reason: the bank's test system is \
down, expires: 2026-12-31}, with a space after each colon.
"""


def test_all_problems_at_once() -> None:
    """Each names the entry, its case and the key, and nothing is in force."""
    found = read(WRONG)
    assert found.inputs.quarantine == ()
    assert "\n".join(found.problems) + "\n" == PROBLEMS


def test_a_file_that_is_missing() -> None:
    """The message says where a path starts, and that a checkout comes first."""
    (problem,) = read("no/such.yml").problems
    assert problem.startswith("quarantine: 'no/such.yml' is neither a list nor an existing file; it must be a YAML or")
    assert problem.endswith("A relative path starts at the workspace, and a checkout must come before this step.")


def test_a_wildcard_needs_quotes() -> None:
    """A * at the beginning is a mark of YAML: the message says so, with the entry and the key."""
    problem = read("- case: *pay\n  reason: r\n  expires: 2026-12-31").problems[0]
    assert "quarantine, entry 1, case: its value is not accepted. Line 1: &, * and !" in problem


def test_without_a_day_nothing_is_excused() -> None:
    """Whoever forgets to say which day it is gets a problem, not a quarantine without an end."""
    found = read_inputs((), KEYS | {"TESTSIGMA_QUARANTINE": GOOD})
    assert found.inputs.quarantine == ()
    assert "at most 180 days ahead." in found.problems[0]
