"""The names that tell several runs apart in the log."""

import pytest

from testsigma_action.domain.run import RunSpec
from testsigma_action.reporting.progress.several_runs import LONGEST, RunNames


def names(*specs: tuple[str, str]) -> RunNames:
    """Runs of these plans, with the names that the user gave."""
    return RunNames([RunSpec(plan, name=name) for plan, name in specs])


def test_which_name_a_run_has() -> None:
    """The one that the user gave, else the plan's, else the plan's ID."""
    runs = names(("431", "smoke"), ("432", ""), ("433", ""))
    assert [runs.of(0, "Checkout"), runs.of(1, "Checkout"), runs.of(2)] == ["smoke", "Checkout", "plan 433"]
    assert runs.without_plan_name == {2}


def test_a_name_never_changes() -> None:
    """Whoever reads the log finds all lines of a run by the name in its first one."""
    runs = names(("431", ""), ("432", ""))
    assert [runs.of(0), runs.of(0, "Checkout")] == ["plan 431", "plan 431"]
    assert [runs.of(1, "Search"), runs.of(1, "Find")] == ["Search", "Search"]


def test_runs_of_one_plan_are_numbered_in_the_order_of_the_list() -> None:
    """Whichever of them is printed first."""
    runs = names(("431", ""), ("431", ""), ("431", "smoke"), ("431", ""))
    assert [runs.of(3, "Shop"), runs.of(1, "Shop"), runs.of(0, "Shop"), runs.of(2)] == [
        "Shop (3)",
        "Shop (2)",
        "Shop",
        "smoke",
    ]


def test_no_two_runs_have_one_name() -> None:
    """A name that the user gave is taken from the beginning; other plans may have the same name."""
    runs = names(("431", ""), ("432", "Shop"), ("433", ""), ("434", "plan 433"))
    assert [runs.of(0, "Shop"), runs.of(1), runs.of(2)] == ["Shop (2)", "Shop", "plan 433 (2)"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\nb", "a ⏎ b"),
        ("\x1b[31mred", "red"),
        ("word " * 20, "word word word word word word word word…"),
        ("x" * 100, "Plan's own"),
        ("\x00", "Plan's own"),
        (" ", "Plan's own"),
    ],
)
def test_names_are_untrusted_text(given: str, shown: str) -> None:
    """They are short and on one line, and never cut within a word, which could be a secret that is masked."""
    runs = names(("431", given), ("432", ""))
    assert runs.of(0, "Plan's own") == shown
    assert len(runs.of(1, given)) <= LONGEST + len(" (2)")
    assert runs.of(1) in {"plan 432", f"{shown} (2)"}


def test_lines_are_aligned() -> None:
    """As far as names are short; a long one moves only its own lines."""
    runs = names(("431", "a"), ("432", ""))
    assert runs.prefixed(runs.of(0), ["x", "y"]) == ["a        | x", "a        | y"]
    long = "A plan with a rather long name"
    assert runs.prefixed(runs.of(1, long), ["x"]) == [f"{long} | x"]
    assert runs.prefixed(runs.of(0), ["z"]) == [f"{'a':<24} | z"]


def test_a_run_without_a_plan() -> None:
    """Where nothing is known of a run, its place in the list tells it from the others."""
    runs = names(("", ""), ("", ""))
    assert [runs.of(0), runs.of(1)] == ["plan 1", "plan 2 (2)"]
