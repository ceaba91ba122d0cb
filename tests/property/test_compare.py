"""Comparison of any two runs against a naive reading of its rules, which looks everything up in lists."""

from hypothesis import given
from hypothesis import strategies as st

from tests.samples import run
from testsigma_action.domain.compare import compare
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, Placed, SuiteResult
from testsigma_action.domain.run import Result

NAMES = st.sampled_from(["A", "B"])
RESULTS = st.sampled_from([Result.PASSED, Result.FAILED, Result.NOT_EXECUTED, Result.UNKNOWN])

sets = st.lists(st.builds(Iteration, st.just(""), NAMES, RESULTS), max_size=2).map(tuple)
attempts = st.builds(CaseResult, st.just(""), st.just(""), NAMES, RESULTS)
cases = st.builds(
    CaseResult,
    st.just(""),
    st.sampled_from(["", "1", "2", "3"]),
    NAMES,
    RESULTS,
    iterations=sets,
    earlier=st.lists(attempts, max_size=1).map(tuple),
)
suites = st.builds(SuiteResult, st.just(""), NAMES, st.lists(cases, max_size=4).map(tuple))
machines = st.builds(MachineResult, st.just(""), NAMES, st.lists(suites, max_size=3).map(tuple))
runs = st.lists(machines, max_size=3).map(tuple)


def listed(machines: tuple[MachineResult, ...]) -> list[Placed]:
    """All cases with their places."""
    return [(machine, suite, case) for machine in machines for suite in machine.suites for case in suite.cases]


def same(one: Placed, other: Placed) -> bool:
    """Whether two results are those of one case on one machine."""
    if one[0].title != other[0].title or bool(one[2].case_id) != bool(other[2].case_id):
        return False
    return one[2].case_id == other[2].case_id and (bool(one[2].case_id) or one[2].name == other[2].name)


def pairs(then: list[Placed], now: list[Placed]) -> list[tuple[Placed, Placed | None]]:
    """Each case with its result in the run before: first all those of the same suite, then the others."""
    left = list(then)
    found: list[Placed | None] = [None] * len(now)
    for in_suite in (True, False):
        for position, placed in enumerate(now):
            fits = [old for old in left if same(old, placed) and (not in_suite or old[1].name == placed[1].name)]
            if found[position] is None and fits:
                found[position] = fits[0]
                left = [old for old in left if old is not fits[0]]
    return list(zip(now, found, strict=True))


def broken(case: CaseResult) -> list[str]:
    """The data sets that broke a case."""
    return sorted(one.name for one in case.iterations if not one.result.tolerable)


def is_known(case: CaseResult, old: CaseResult) -> bool:
    """Whether it failed before, with as many sets of each name at least."""
    then, now = broken(old), broken(case)
    return not old.acceptable and (not then or not now or all(now.count(name) <= then.count(name) for name in now))


def is_fixed(case: CaseResult, old: CaseResult) -> bool:
    """Whether it passes now, in full and at once, and failed before."""
    skipped = [one.name for one in case.iterations if one.result is Result.NOT_EXECUTED and one.name in broken(old)]
    passes = case.acceptable and case.result is Result.PASSED and not case.flaky and not skipped
    return passes and not old.acceptable


def ids(placed: tuple[Placed, ...] | list[Placed]) -> list[int]:
    """What tells results apart that look equal."""
    return [id(one[2]) for one in placed]


@given(runs, runs)
def test_names_exactly_what_is_new_known_and_fixed(
    then: tuple[MachineResult, ...], now: tuple[MachineResult, ...]
) -> None:
    """Each failure is new or known, each fixed case is named, and nothing else, in the order of the run."""
    found = compare(run(number=900), then, now)
    matched = pairs(listed(then), listed(now))
    failing = [(placed, old) for placed, old in matched if not placed[2].acceptable]
    known = [placed for placed, old in failing if old and is_known(placed[2], old[2])]
    assert ids(found.known) == ids(known)
    assert ids(found.new) == [one for one in ids([placed for placed, _ in failing]) if one not in ids(known)]
    assert ids(found.fixed) == ids([placed for placed, old in matched if old and is_fixed(placed[2], old[2])])


@given(runs)
def test_a_run_against_itself_has_nothing_new(machines: tuple[MachineResult, ...]) -> None:
    """All failures are known, none is fixed, and none was left out."""
    found = compare(run(number=900), machines, machines)
    assert (found.new, found.fixed, found.not_run) == ((), (), 0)


@given(runs, runs)
def test_no_failure_of_before_is_lost(then: tuple[MachineResult, ...], now: tuple[MachineResult, ...]) -> None:
    """A failure of the run before fails again, is fixed, was not run, or is flaky by now: at most as many are told."""
    found = compare(run(number=900), then, now)
    before = sum(not case.acceptable for *_, case in listed(then))
    assert len(found.known) + len(found.fixed) + found.not_run <= before
    assert found.not_run >= 0
