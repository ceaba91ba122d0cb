"""Names of the runs of a step: unique, and the same in every build with the same list of plans."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import samples
from tests.samples import run_report
from testsigma_action.domain.names import Named, named, names


@pytest.mark.parametrize(
    ("runs", "found"),
    [
        ([Named("Smoke", "Checkout", "1"), Named("", "Checkout", "1"), Named("", "", "2")], "Smoke, Checkout, plan 2"),
        ([Named("", "A", "1"), Named("", "A", "1"), Named("", "A", "2")], "A, A (2), A (3)"),
        ([Named("", "A", "1"), Named("A", "B", "2"), Named("", "A", "1")], "A (2), A, A (3)"),
        ([Named("", "", "1"), Named("", "", "1"), Named()], "plan 1, plan 1 (2), plan"),
        ([Named("", "A (2)", "1"), Named("", "A", "2"), Named("", "A", "3")], "A (2), A, A (3)"),
        ([Named("", " ", "1"), Named("", "\u200b", "2"), Named("", "x" * 10_000, "3")], "plan 1, plan 2, plan 3"),
        (
            [Named("", "x" * 195, "1"), Named("", "x" * 195 + " y", "2"), Named("", "x" * 189, "3")],
            f"plan 1, plan 2, {'x' * 189}",
        ),
        (
            [Named("", "A", "1"), Named("", "A\u200b", "2"), Named("A  B"), Named("", "A\xa0B", "4")],
            "A, A (2), A  B, A\xa0B (2)",
        ),
        ([Named("", "a " * 200, "1"), Named("", "a " * 200, "2")], f"{'a ' * 94}a…, {'a ' * 94}a… (2)"),
    ],
)
def test_names(runs: list[Named], found: str) -> None:
    """The given name, else the plan's, else its ID; a number behind a name that repeats; given names stay."""
    assert ", ".join(names(runs)) == found


def test_a_run_that_does_not_exist_changes_no_other_name() -> None:
    """What one run knows of its plan holds for all runs of that plan."""
    assert names([Named("", "", "1"), Named("", "A", "1")]) == names([Named("", "A", "1"), Named("", "A", "1")])


texts = st.sampled_from(["", "A", "A (2)", "B", "plan 1"])


@settings(deadline=None)
@given(st.lists(st.builds(Named, st.just(""), texts, st.sampled_from(["", "1", "2"])), max_size=6), st.booleans())
def test_names_are_unique(runs: list[Named], one_given: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever plans are called."""
    given_name = [replace(runs[-1], given="A (2)")] if runs and one_given else runs[-1:]
    found = names([*runs[:-1], *given_name])
    assert len(set(found)) == len(found) == len(runs)
    assert all(found)


def test_named_reports() -> None:
    """Several runs get their names, one alone needs none; names that are there already stay."""
    bare, lost = run_report(remote=samples.run()), run_report(samples.UNREACHABLE)
    assert named((bare,)) == (bare,)
    several = named((bare, lost, replace(bare, name="Smoke")))
    assert [run.name for run in several] == [run.title for run in several] == ["Checkout", "Checkout (2)", "Smoke"]
    assert named(several) == several
