"""Whose run an answer describes: every combination of what it says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testsigma_action.domain.identity import (
    TOLERANCE,
    Began,
    Claim,
    Foreign,
    Mismatch,
    RunKey,
    began,
    canonical,
    claim,
    counts_unlisted,
    same_id,
)
from testsigma_action.domain.reruns import Chain
from testsigma_action.domain.run import Result, Run, RunSpec, Status, Timing

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PLANS = {"same": "420", "zeros": "0420", "other": "77", "missing": ""}
BUILDS = {"same": "b-1", "other": "b-2", "missing": ""}
EVERYTHING = list(product(PLANS, BUILDS, Began, Status, [True, False]))
SAID_PLANS = st.sampled_from(["", "420", "0420", "77"])
SAID_BUILDS = st.sampled_from(["", "a", "b"])
IDS = st.text("0123456789abc", min_size=1, max_size=4) | st.integers(0, 999).map(str)


def described(plan: str, build: str, status: Status) -> tuple[Run, RunSpec]:
    """A run as an answer describes it, and what was asked for."""
    run = Run("1", status, Result.UNKNOWN, PLANS[plan], build_number=BUILDS[build])
    return run, RunSpec("420", build_number="b-1")


@pytest.mark.parametrize("unique", [True, False])
@pytest.mark.parametrize("when", Began)
@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("plan", PLANS)
def test_only_plan_and_build_number_make_a_run_ours(plan: str, build: str, when: Began, unique: bool) -> None:  # noqa: FBT001
    """Both have to be named and ours; a number of the user's counts only for a run that is not older."""
    whose = claim(PLANS[plan], BUILDS[build], RunSpec("420", build_number="b-1", unique=unique), when)
    ours = plan in {"same", "zeros"} and build == "same"
    assert (whose is Claim.OURS) == (ours and (unique or when is not Began.BEFORE))
    if "other" in {plan, build}:
        assert whose is Claim.FOREIGN
    if whose is Claim.UNCONFIRMED:
        assert "missing" in {plan, build}
        assert "other" not in {plan, build}


@pytest.mark.parametrize(("plan", "build", "when", "status", "unique"), EVERYTHING)
def test_a_run_without_our_number_counts_only_with_everything_else(
    plan: str,
    build: str,
    when: Began,
    status: Status,
    unique: bool,  # noqa: FBT001
) -> None:
    """Our plan by name, begun after the request, and not over."""
    run, spec = described(plan, build, status)
    expected = plan in {"same", "zeros"} and when is Began.AFTER and status is not Status.COMPLETED
    assert counts_unlisted(run, replace(spec, unique=unique), when) == expected


@settings(database=None)
@given(st.integers(-100_000, 100_000))
def test_when_a_run_began(milliseconds: int) -> None:
    """Never after what was before, and never before what was after; seconds between two clocks decide nothing."""
    distance = timedelta(milliseconds=milliseconds)
    when = began(NOON + distance, NOON)
    assert (when is Began.AFTER) == (milliseconds >= 0)
    assert (when is Began.BEFORE) == (-distance > TOLERANCE)
    assert began(None, NOON) is began(NOON, None) is Began.UNKNOWN


@settings(database=None)
@given(IDS, IDS, st.integers(0, 3))
def test_ids_are_the_same_with_and_without_zeros(one: str, other: str, zeros: int) -> None:
    """Numeric ones only; the relation is an equivalence, and every ID has one canonical form."""
    padded = "0" * zeros + one if one.isdecimal() else one
    assert same_id(one, padded)
    assert same_id(one, other) == same_id(other, one) == (canonical(one) == canonical(other))
    assert canonical(canonical(one)) == canonical(one)
    if same_id(one, other) and one != other:
        assert int(one) == int(other)


@settings(database=None)
@given(SAID_PLANS, SAID_PLANS, SAID_BUILDS, SAID_BUILDS)
def test_an_answer_is_about_the_run_or_it_is_not(known: str, said: str, build: str, number: str) -> None:
    """What is missing contradicts nothing; what was learned holds from then on."""
    key = RunKey("1", known, build)
    answer = Run("01", Status.IN_PROGRESS, Result.UNKNOWN, said, build_number=number)
    mismatch = key.mismatch(answer)
    agree = [not known or not said or same_id(known, said), not build or not number or build == number]
    assert (mismatch is None) == all(agree)
    assert key.mismatch(replace(answer, id="2")) is Mismatch.RUN
    if mismatch is None:
        assert key.joined(answer).mismatch(answer) is None
        assert key.joined(answer).plan_id == (known or said)


@settings(database=None)
@given(
    SAID_PLANS,
    st.sampled_from(["", "1", "01", "2", "99"]),
    st.none() | st.integers(-5, 5),
    st.none() | st.integers(-5, 5),
)
def test_a_rerun_contradicts_nothing_that_is_known(
    plan: str, parent_id: str, child: int | None, before: int | None
) -> None:
    """Our plan or a parent in the chain, nothing against either, and begun no earlier than its parent."""

    def run(number: str, plan_id: str, seconds: int | None, parent: str = "") -> Run:
        started = None if seconds is None else NOON + timedelta(seconds=seconds)
        return Run(number, Status.COMPLETED, Result.FAILED, plan_id, timing=Timing(started), parent_id=parent)

    parent = run("2", "420", before)
    why = Chain((run("1", "420", None), parent)).rejects(run("3", plan, child, parent_id), parent)
    wrong = {
        Foreign.NAMELESS: not plan and not parent_id,
        Foreign.ANOTHER_PLAN: plan == "77",
        Foreign.ANOTHER_PARENT: parent_id == "99",
        Foreign.BEGAN_EARLIER: child is not None and before is not None and child < before,
    }
    assert (why is None) == (not any(wrong.values()))
    assert why is None or wrong[why]
