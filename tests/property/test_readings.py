"""A further reading of a run takes back nothing that it could not read itself."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from tests.samples import timing
from testsigma_action.domain.evidence import against_pass
from testsigma_action.domain.gaps import Gap, Missing
from testsigma_action.domain.readings import updated
from testsigma_action.domain.results import CaseResult, Device, MachineResult, Placed, ResultTree, SuiteResult
from testsigma_action.domain.run import Counts, Result, Run, Status, Timing

FOUND = st.sampled_from([Result.FAILED, Result.ABORTED, Result.QUEUED, Result.UNKNOWN])
DETAILED = st.sampled_from([Result.UNKNOWN, Result.PASSED, Result.PASSED, Result.FAILED])
COUNTED = st.builds(Counts, total=st.just(2), passed=st.sampled_from([None, 2]), failed=st.sampled_from([None, 0, 1]))
STATUS = Counts(total=2, passed=2)
UNREADABLE = st.sampled_from([(), (), ("result of suite 2",)])
READ = timing(12)


@st.composite
def readings(draw: st.DrawFn) -> ResultTree:
    """All that the service says of a completed run with two cases, some of which may speak against a pass."""
    cases = [CaseResult(number, number, "Case", Result.PASSED, timing=READ) for number in ("71", "72")]
    if draw(st.booleans()):
        # Either the list has the result, or it calls the case passed, and only the details have it.
        cases[0] = replace(cases[0], result=draw(FOUND), by_details=draw(st.booleans()))
    if draw(st.booleans()):
        cases[1] = replace(cases[1], disabled=True, timing=Timing())
    suite = SuiteResult("2", "Suite", tuple(cases), draw(DETAILED), READ)
    device = Device(browser="Chrome")
    machine = MachineResult("1", "Chrome", (suite,), draw(DETAILED), READ, device, listed_as="Chrome")
    details = draw(COUNTED)
    run = Run("9", Status.COMPLETED, Result.PASSED, counts=details, other_counts=(STATUS,))
    run = replace(run, consolidated_counts=(details,))
    return ResultTree(run, (machine,), listed=True, details_result=draw(DETAILED), unreadable_fields=draw(UNREADABLE))


def without_list(tree: ResultTree) -> ResultTree:
    """No list of cases, and so none of the details of machines, suites and cases."""
    fields = ("result of suite 2",) if not tree.machines else ()
    return replace(tree, machines=(), listed=False, unreadable=True, unreadable_fields=fields)


def without_run(tree: ResultTree) -> ResultTree:
    """No details of the run."""
    run = replace(tree.run, counts=STATUS, other_counts=(), consolidated_counts=())
    return replace(tree, run=run, details_result=Result.UNKNOWN)


def without_machines(tree: ResultTree) -> ResultTree:
    """No details of machines."""
    blank = {"result": Result.UNKNOWN, "timing": Timing(), "device": Device(), "listed_as": ""}
    return replace(tree, machines=tuple(replace(one, **blank) for one in tree.machines))  # type: ignore[arg-type]


def without_suites(tree: ResultTree) -> ResultTree:
    """No details of suites."""

    def blank(machine: MachineResult) -> MachineResult:
        suites = (replace(suite, result=Result.UNKNOWN, timing=Timing()) for suite in machine.suites)
        return replace(machine, suites=tuple(suites))

    return replace(tree, machines=tuple(map(blank, tree.machines)), unreadable_fields=())


def without_times(tree: ResultTree) -> ResultTree:
    """No details of cases."""

    def listed(placed: Placed) -> CaseResult:
        case = replace(placed[2], timing=Timing(), disabled=False, by_details=False)
        return replace(case, result=Result.PASSED) if placed[2].by_details else case

    return tree.with_rows(listed)


def without_details(tree: ResultTree) -> ResultTree:
    """Nothing but the status and the list of cases."""
    return without_times(without_suites(without_machines(without_run(tree))))


REFUSALS: Mapping[Missing, Callable[[ResultTree], ResultTree]] = {
    Missing.CASE_LIST: without_list,
    Missing.RUN_DETAILS: without_run,
    Missing.MACHINE_DETAILS: without_machines,
    Missing.SUITE_DETAILS: without_suites,
    Missing.CASE_TIMES: without_times,
    Missing.ALL_DETAILS: without_details,
}
REFUSED = st.sets(st.sampled_from([*REFUSALS]), min_size=1)
OF_DETAILS = st.sets(st.sampled_from([*REFUSALS.keys() - {Missing.CASE_LIST}]), min_size=1)


def refused(tree: ResultTree, missing: set[Missing]) -> ResultTree:
    """The reading without these parts, and with a gap for each of them."""
    less = reduce(lambda one, kind: REFUSALS[kind](one), sorted(missing, key=lambda kind: kind.value), tree)
    return replace(less, gaps=tuple(Gap(kind) for kind in missing))


@given(tree=readings(), missing=REFUSED)
def test_a_reading_with_gaps_takes_nothing_back(tree: ResultTree, missing: set[Missing]) -> None:
    """All evidence against a pass, all cases, and all that is shown stay; what was read before is no gap."""
    known = updated(tree, refused(tree, missing))
    assert set(map(str, against_pass(tree))) <= set(map(str, against_pass(known)))
    assert known.run.consolidated_counts == tree.run.consolidated_counts
    assert (known.machines, known.listed, known.unreadable, known.gaps) == (tree.machines, True, False, ())


@given(tree=readings(), missing=REFUSED)
def test_a_reading_without_gaps_stands_alone(tree: ResultTree, missing: set[Missing]) -> None:
    """What was missing before is there, and nothing else."""
    assert updated(refused(tree, missing), tree) == tree


@given(before=readings(), again=readings(), missing=REFUSED)
def test_evidence_of_the_newer_reading_counts(before: ResultTree, again: ResultTree, missing: set[Missing]) -> None:
    """A reading with gaps is still evidence. Only a list of cases that was read before explains more than no list."""
    new = refused(again, missing - {Missing.CASE_LIST})
    if any(against_pass(new)):
        assert any(against_pass(updated(before, new)))


@given(tree=readings(), first=OF_DETAILS, second=OF_DETAILS)
def test_what_neither_reading_has_is_missing(tree: ResultTree, first: set[Missing], second: set[Missing]) -> None:
    """Not more, and not less. If all details are refused together, that is said once."""
    known = updated(refused(tree, first), refused(tree, second))
    shown = {gap.missing for gap in known.gaps}
    assert everything(shown) == everything(first) & everything(second)
    assert Missing.ALL_DETAILS not in shown or shown == {Missing.ALL_DETAILS}
    if Missing.CASE_TIMES not in everything(shown):
        assert [case.disabled for case in known.cases()] == [case.disabled for case in tree.cases()]


def everything(missing: set[Missing]) -> set[Missing]:
    """These details, or each kind of them if all are refused together."""
    each = REFUSALS.keys() - {Missing.CASE_LIST, Missing.ALL_DETAILS}
    return each if Missing.ALL_DETAILS in missing else missing


@given(tree=readings(), missing=OF_DETAILS)
def test_details_of_what_was_not_listed_are_missing(tree: ResultTree, missing: set[Missing]) -> None:
    """Without the list of cases, the first reading had no parts to read details of."""
    known = updated(refused(tree, {Missing.CASE_LIST}), refused(tree, missing))
    assert {gap.missing for gap in known.gaps} == missing - {Missing.RUN_DETAILS, Missing.ALL_DETAILS}
