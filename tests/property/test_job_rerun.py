"""Whatever the runs of a plan are, a second attempt only takes the run of an earlier attempt of its own step."""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from testsigma_action.domain.build_numbers import derived
from testsigma_action.domain.identity import canonical
from testsigma_action.domain.job_rerun import (
    Continued,
    EarlierRun,
    NewRun,
    StartsAnew,
    continued,
    first_run,
    newest_attempt,
)
from testsigma_action.domain.run import Result, Run, Status

PLAN, BUILD, KEY, NOW = "420", "acme/shop#1234", "h7d3kq", 3
OURS = derived(f"{BUILD}.{NOW}", KEY, "k3f9q2")


@dataclass(frozen=True)
class Origin:
    """Who started a run: in truth, not as a list tells it."""

    plan: str
    build: str
    attempt: int
    key: str

    @property
    def ours(self) -> bool:
        """Whether an earlier attempt of this step did."""
        return (self.plan, self.build, self.key) == (PLAN, BUILD, KEY) and 0 < self.attempt < NOW


ORIGINS = st.builds(
    Origin,
    st.sampled_from([PLAN, PLAN, PLAN, "421"]),
    st.sampled_from([BUILD, BUILD, BUILD, "acme/shop#123", "acme/shop#12345", "acme/shop2#1234", "acme/shop#1234.1"]),
    st.integers(0, 5),
    st.sampled_from([KEY, KEY, KEY, "h7d3kr"]),
)
NONCES = st.sampled_from(["aaaaaa", "bbbbbb", "k3f9q2"])
STRANGE = st.sampled_from(["", "nightly", OURS, f"{OURS} ", "{", ".*", "\n"]) | st.text(max_size=30)


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, tuple[Origin | None, Run]]:
    """Runs by their IDs; without an origin, somebody else started the run, with any build number."""
    found = {}
    for number in draw(st.lists(st.integers(1, 40), max_size=6, unique=True)):
        origin = draw(st.none() | ORIGINS)
        plan = origin.plan if origin else PLAN
        build = f"{origin.build}.{origin.attempt}" if origin else ""
        said = derived(build, origin.key, draw(NONCES)) if origin else draw(STRANGE)
        result = draw(st.sampled_from(Result))
        status = draw(st.sampled_from([Status.COMPLETED, Status.IN_PROGRESS]))
        found[str(number)] = origin, Run(str(number), status, result, plan, build_number=said)
    return found


@given(accounts(), st.sets(st.integers(1, 40).map(str), max_size=2), st.data())
def test_only_the_run_of_an_earlier_attempt_of_this_step_is_taken(
    runs: dict[str, tuple[Origin | None, Run]], taken: set[str], data: st.DataObject
) -> None:
    """It is the only one of the newest attempt, of this plan, build and key, and of no other entry of this step."""
    rows = [
        replace(run, id=f"0{run.id}", plan_id=data.draw(st.sampled_from(["", run.plan_id]))) for _, run in runs.values()
    ]
    attempt, ids = newest_attempt(rows, PLAN, OURS, taken)
    chosen = first_run([runs[canonical(run_id)][1] for run_id in ids], PLAN, OURS, attempt) if ids else None
    ours = {run_id: origin.attempt for run_id, (origin, _) in runs.items() if origin and origin.ours}
    left = {run_id: number for run_id, number in ours.items() if run_id not in taken}
    newest = {run_id for run_id, number in left.items() if number == max(left.values())}
    if isinstance(chosen, Run):
        assert newest == {chosen.id}
    if not any(run.plan_id != PLAN for _, run in runs.values()):
        assert isinstance(chosen, Run) is (len(newest) == 1)


RUNS = st.builds(Run, st.just("1"), st.sampled_from(Status), st.sampled_from(Result), st.just(PLAN))


@given(RUNS, st.lists(RUNS, max_size=3))
def test_what_a_step_does_with_a_run(first: Run, reruns: list[Run]) -> None:
    """Nothing that was stopped or has no result is used; a run that goes on is never run again."""
    chain = [first, *reruns]
    found = continued(1, first, tuple(reruns))
    latest = chain[-1]
    if any(run.result is Result.STOPPED for run in chain):
        assert found == NewRun(StartsAnew.STOPPED, "1")
    elif not latest.completed:
        assert isinstance(found, EarlierRun)
        assert found.how is Continued.GOING
    elif latest.result in {Result.UNKNOWN, Result.QUEUED}:
        assert found == NewRun(StartsAnew.NO_RESULT, "1")
    else:
        assert isinstance(found, EarlierRun)
        assert (found.how is Continued.PASSED) is (latest.result is Result.PASSED)
        assert found.latest == latest


def test_reruns_are_no_runs_of_their_own() -> None:
    """They may have the build number of their parent. Without a first run, nothing is certain."""
    run = Run("1", Status.COMPLETED, Result.FAILED, PLAN, build_number=derived(f"{BUILD}.1", KEY, "aaaaaa"))
    rerun = replace(run, id="2", parent_id="1")
    assert first_run([rerun, run], PLAN, OURS, 1) == run
    assert first_run([rerun], PLAN, OURS, 1) == NewRun(StartsAnew.AMBIGUOUS)
    assert first_run([run, replace(run, id="3")], PLAN, OURS, 1) == NewRun(StartsAnew.AMBIGUOUS)
