"""A run is green exactly when the table in the README says so: any outcomes, attempts, data sets and policies.

The table is read here, row by row, and each condition stands for a predicate on the world that was generated. The
predicates know nothing of the action's code; a row that is not known here fails the test.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from testsigma_action.domain.findings import Fact
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, ResultTree, SuiteResult
from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Status
from testsigma_action.inputs.reading import read_inputs
from testsigma_action.lifecycle.record import RunRecord

README = Path(__file__).resolve().parents[2].joinpath("README.md").read_text("utf-8")
TODAY = date(2026, 11, 26)
PASSED, FAILED, ABORTED, STOPPED, UNKNOWN, IDLE = "passed", "failed", "aborted", "stopped", "unknown", "not-executed"
# The worst of several results comes first.
WORST = (UNKNOWN, ABORTED, STOPPED, FAILED, PASSED, IDLE)
BAD = {UNKNOWN, ABORTED, STOPPED, FAILED}

# What one execution of a case left: its result, or those of its data sets by their names.
Left = str | dict[str, str]


@dataclass(frozen=True)
class Case:
    """A case on a machine, and what its executions left: None for a rerun in which it was not."""

    name: str
    number: int
    machine: str
    disabled: bool
    runs: tuple[Left | None, ...]

    def final(self) -> list[tuple[str, str]]:
        """The names and results of its data sets (one without a name if it has none), each of the last execution."""
        found: dict[str, str] = {}
        for left in self.runs:
            for name, result in _sets(left):
                if result != IDLE or name not in found:
                    found[name] = result
        return list(found.items())

    @property
    def result(self) -> str:
        """The result of its last execution."""
        return _worst(result for _, result in self.final())


def _sets(left: Left | None) -> list[tuple[str, str]]:
    if left is None:
        return []
    return [("", left)] if isinstance(left, str) else list(left.items())


def _worst(results: Iterator[str]) -> str:
    return min(results, key=WORST.index)


@dataclass(frozen=True)
class Entry:
    """An entry of a quarantine, with what it names as plain values; empty: anything."""

    case: str
    days: int
    machine: str = ""
    data_set: str = ""

    def text(self) -> str:
        """The entry in YAML."""
        keys = {"case": self.case, "reason": "r", "expires": str(TODAY + timedelta(days=self.days))}
        keys |= {"machine": self.machine, "data-set": self.data_set}
        return "{" + ", ".join(f'{name}: "{value}"' for name, value in keys.items()) + "}"

    def names(self, case: Case, data_set: str) -> bool:
        """Whether it names this data set of a case."""
        if self.days < 0 or self.machine not in {"", case.machine} or self.data_set not in {"", data_set}:
            return False
        return self.case in {case.name, str(case.number)} or (self.case == "*y*" and "y" in case.name)


@dataclass(frozen=True)
class World:
    """A run with its reruns, what the service says of it, and the policies.

    `results` are those of the runs. `unlisted` are cases of the first run's counters that its list does not have;
    `odd_machine`: that machine failed by its own result. `hook` is the result of a hook. `announced`: the plan is
    set to run failed cases again, and has not begun.
    """

    cases: tuple[Case, ...]
    results: tuple[str, ...]
    unlisted: tuple[str, ...]
    odd_machine: str
    hook: str
    max_failures: str
    quarantine: tuple[Entry, ...]
    min_tests: int
    flaky_fails: bool
    announced: bool = False

    def known_executed(self) -> int:
        """How many cases were executed, by the list or by the counters."""
        return self.executed() + self.unlisted.count(PASSED)

    def executed(self) -> int:
        """How many cases are known to have been executed."""
        return sum(case.result not in {IDLE, UNKNOWN} for case in self.cases)

    def in_quarantine(self, case: Case) -> bool:
        """Whether each data set that failed is named by an entry."""
        bad = [name for name, result in case.final() if result in BAD]
        return all(any(entry.names(case, name) for entry in self.quarantine) for name in bad)

    def purely_failed(self) -> list[Case]:
        """The cases of which nothing but failures is bad."""
        return [case for case in self.cases if case.result == FAILED]

    def tolerated(self) -> list[Case]:
        """The cases whose failures do not count."""
        failed = self.purely_failed()
        others = [case for case in failed if not self.in_quarantine(case)]
        number = int(self.max_failures.rstrip("%"))
        allowed = self.executed() * number // 100 if self.max_failures.endswith("%") else number
        return failed if len(others) <= allowed else [case for case in failed if case not in others]

    @property
    def bad_at_first(self) -> bool:
        """Whether the run, or a run before the last rerun, did not pass, or a failure is left."""
        return len(self.results) > 1 or self.results[-1] not in {PASSED, IDLE} or bool(self.tolerated())


def _result(world: World) -> bool:
    if world.results[-1] == IDLE:
        return world.min_tests == 0 and not world.executed() and not world.unlisted and len(world.results) == 1
    last = len(world.results) - 1
    shown = [case for case in world.tolerated() if any(result in BAD for _, result in _sets(_left(case, last)))]
    return world.results[-1] == PASSED or (world.results[-1] == FAILED and bool(shown))


def _shows_why(world: World, at: int) -> bool:
    """Whether the list of cases of a run has something that did not pass. A disabled case is no reason."""
    return any(
        result in BAD or (result == IDLE and not case.disabled)
        for case in world.cases
        for _, result in _sets(_left(case, at))
    )


def _flaky(world: World) -> bool:
    def counts(case: Case) -> bool:
        """Whether it passed in the end, and failed before in a way that the quarantine does not tolerate."""
        earlier = [replace(case, runs=(left,)) for left in case.runs[:-1] if left is not None]
        bad = [one for one in earlier if one.result in BAD]
        excused = all(one.result == FAILED and world.in_quarantine(one) for one in bad)
        return case.result not in BAD and bool(bad) and not excused

    return not (world.flaky_fails and any(map(counts, world.cases)))


def _is_odd(case: Case) -> bool:
    return any(result in BAD - {FAILED} for _, result in case.final())


def _machines(world: World) -> bool:
    tolerated = {case.machine for case in world.tolerated()}
    return world.odd_machine in {"", *tolerated}


# The conditions of the table, and what they mean.
CONDITIONS: dict[str, Callable[[World], bool]] = {
    "Testsigma calls the run, or its last rerun, passed, or failed with a tolerated case on its list. With "
    "`min-tests: 0` also not executed, if no case was.": _result,
    "Each run whose cases ran again passed, or its list of cases shows why it did not: a failure, or a case that was "
    "not executed.": (
        lambda world: all(result == PASSED or _shows_why(world, at) for at, result in enumerate(world.results[:-1]))
    ),
    "If a failure is tolerated, or no case was executed: no rerun was refused, lost or cut short, or may begin.": (
        lambda world: not world.announced or (bool(world.known_executed()) and not world.tolerated())
    ),
    "Each failed case is tolerated: by `quarantine`, or by `max-failures`.": lambda world: all(
        case in world.tolerated() for case in world.purely_failed()
    ),
    # These two say what the row above means; `World.tolerated` has them.
    "It tolerates a failed case that an entry names, on or before the day `expires` in UTC. With data sets: if each "
    "that failed is named.": lambda _: True,
    "It tolerates all other failed cases, or none if there are more than this number, or this percentage of the "
    "executed cases.": lambda _: True,
    "No case, data set or hook was aborted or stopped, is queued or has no known result. No hook failed.": (
        lambda world: world.hook not in BAD and not any(map(_is_odd, world.cases))
    ),
    "If the run, or a run before its reruns, did not pass: each case and data set was executed, apart from disabled "
    "cases.": lambda world: (
        not world.bad_at_first
        or not any(result == IDLE for case in world.cases if not case.disabled for _, result in case.final())
    ),
    "No counter shows a failure that is not on the list of cases. If a failure is tolerated, the list has all cases of "
    "the counters.": lambda world: FAILED not in world.unlisted and not (world.unlisted and world.tolerated()),
    "Each machine and suite passed, has no result, or failed with a tolerated case in it.": _machines,
    "At least this many cases were executed. `0` does not excuse trouble of the infrastructure.": lambda world: (
        world.known_executed() >= world.min_tests
    ),
    "If it is `true`: no case passed only in a rerun, apart from failures that `quarantine` tolerates.": _flaky,
}


def table() -> list[tuple[str, str]]:
    """The rules of the README and their conditions."""
    section = README.partition("\n### When the step passes\n")[2].partition("\n\n[docs/reliability.md]")[0]
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", section, re.MULTILINE)
    assert rows[0] == ("Rule", "What must hold")
    return rows[1:]


TABLE = table()


def test_the_table_is_known() -> None:
    """Each condition of the README is one that is tested here, and the other way round."""
    assert [condition for _, condition in TABLE] == list(CONDITIONS)


@st.composite
def left_by(draw: st.DrawFn, *, sets: bool, disabled: bool) -> Left:
    """What a first execution leaves."""
    results = st.sampled_from([PASSED] * 6 + [FAILED] * 4 + [IDLE, ABORTED, UNKNOWN])
    if disabled:
        return IDLE
    return {name: draw(results) for name in ("EUR", "JPY")} if sets else draw(results)


@st.composite
def reruns_of(draw: st.DrawFn, first: Left, number: int) -> tuple[Left | None, ...]:
    """What its executions leave: a rerun has all that was bad or not executed before, or nothing of the case."""
    runs: list[Left | None] = [first]
    again = st.sampled_from([PASSED, PASSED, FAILED, FAILED, ABORTED])
    for _ in range(number):
        last = next(left for left in reversed(runs) if left is not None)
        due = [name for name, result in _sets(last) if result in {*BAD, IDLE}]
        if not due or draw(st.integers(0, 9)) == 0:
            runs.append(None)
        else:
            runs.append(draw(again) if isinstance(last, str) else {name: draw(again) for name in due})
    return tuple(runs)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any run: the service's words fit the list of cases most of the time."""
    number = draw(st.sampled_from([0, 0, 1, 2]))
    cases = []
    for index, name in enumerate(("Pay", "Log in", "Search", "Buy")[: draw(st.integers(0, 4))]):
        disabled = draw(st.integers(0, 9)) == 0
        first = draw(left_by(sets=draw(st.booleans()) and not disabled, disabled=disabled))
        runs = draw(reruns_of(first, 0 if disabled else number))
        cases.append(Case(name, 70 + index, draw(st.sampled_from(["Chrome", "Safari"])), disabled, runs))
    results = _said(cases, number)
    # Runs that ran nothing again are none.
    number = next((at for at in range(1, number + 1) if not any(_left(case, at) for case in cases)), number + 1) - 1
    cases = [replace(case, runs=case.runs[: number + 1]) for case in cases]
    results = _said(cases, number)
    if draw(st.integers(0, 7)) == 0:
        results = (*results[:-1], draw(st.sampled_from(WORST)))
    entries = st.builds(
        Entry,
        st.sampled_from(["Pay", "Log in", "70", "71", "*y*", "pay"]),
        st.sampled_from([-1, 0, 180]),
        st.sampled_from(["", "", "Chrome"]),
        st.sampled_from(["", "", "JPY"]),
    )
    single = not number
    unlisted = draw(st.sampled_from([(), (), (), (), (FAILED,), (PASSED,)])) if single and cases else ()
    odd = draw(st.sampled_from(["", "", "", "Chrome", "Safari"])) if single else ""
    return World(
        tuple(cases),
        results,
        unlisted,
        odd if any(case.machine == odd for case in cases) else "",
        draw(st.sampled_from([PASSED] * 8 + [FAILED])) if cases else PASSED,
        draw(st.sampled_from(["0", "0", "1", "2", "25%", "50%", "100%"])),
        tuple(draw(st.lists(entries, max_size=3))),
        draw(st.sampled_from([1, 1, 0, 2, 4])),
        draw(st.booleans()),
        announced=single and draw(st.integers(0, 4)) == 0,
    )


def _left(case: Case, at: int) -> Left | None:
    return case.runs[at] if at < len(case.runs) else None


def _said(cases: Sequence[Case], number: int) -> tuple[str, ...]:
    """The result of each run, as the service makes it of its cases."""
    runs = []
    for at in range(number + 1):
        found = [result for case in cases for _, result in _sets(_left(case, at))]
        word = _worst(iter(found)) if found else IDLE
        runs.append(FAILED if word == UNKNOWN else word)
    return tuple(runs)


def tree(world: World, at: int) -> ResultTree:
    """What the service answers about one of the runs."""
    machines = []
    for title in ("Chrome", "Safari"):
        rows = [
            _row(case, left, at)
            for case in world.cases
            if case.machine == title and (left := _left(case, at)) is not None
        ]
        if at == 0 and title == "Chrome" and world.cases:
            rows.append(CaseResult("h", "", "After", Result(world.hook), hook=True))
        odd = Result.FAILED if at == 0 and world.odd_machine == title else Result.UNKNOWN
        if rows:
            machines.append(MachineResult(title, title, (SuiteResult("1", "Shop", tuple(rows)),), odd))
    listed = [row.result for machine in machines for row in machine.cases()]
    every = [*listed, *map(Result, world.unlisted if at == 0 else ())]
    # A service that has no result for a case has no counter for it either.
    counts = replace(Counts.of(every), queued=0)
    run = Run(str(at), Status.COMPLETED, Result(world.results[at]), counts=counts, result_label=world.results[at])
    return ResultTree(replace(run, parent_id=str(at - 1) if at else ""), tuple(machines), listed=True)


def _row(case: Case, left: Left, at: int) -> CaseResult:
    sets = tuple(Iteration(name, name, Result(result)) for name, result in _sets(left) if name)
    result = Result(_worst(result for _, result in _sets(left)))
    number = str(case.number)
    return CaseResult(f"{at}.{number}", number, case.name, result, disabled=case.disabled, iterations=sets)


def judged(world: World) -> tuple[int, RunRecord]:
    """The exit code of the step, with the policies given as inputs."""
    environ = {
        "TESTSIGMA_MAX_FAILURES": world.max_failures,
        "TESTSIGMA_QUARANTINE": f"[{', '.join(entry.text() for entry in world.quarantine)}]",
        "TESTSIGMA_MIN_TESTS": str(world.min_tests),
        "TESTSIGMA_FAIL_ON_FLAKY": str(world.flaky_fails).lower(),
    }
    reading = read_inputs((), environ, today=TODAY)
    assert not [problem for problem in reading.problems if not problem.startswith(("api-key", "plan-id"))]
    record = RunRecord(RunSpec(), reading.inputs.policy)
    trees = [tree(world, at) for at in range(len(world.results))]
    for one in trees:
        record.update(one.run)
    for one in trees:
        record.collected(one)
    record.rerun_incomplete = (Fact.RERUN_NEVER_BEGAN,) if world.announced else ()
    record.judge()
    return record.report().verdict.exit_code, record


PLAIN = World((), (FAILED,), (), "", PASSED, "0", (), 1, flaky_fails=False)
CASE = Case("Pay", 70, "Chrome", False, (FAILED,))  # noqa: FBT003
ONE_SET_NAMED = replace(
    PLAIN,
    cases=(replace(CASE, runs=({"EUR": FAILED, "JPY": FAILED},)),),
    quarantine=(Entry("Pay", 0, data_set="JPY"),),
)
UNLISTED = replace(PLAIN, cases=(CASE,), unlisted=(PASSED,), max_failures="1")
ANNOUNCED = replace(PLAIN, cases=(CASE,), max_failures="1", announced=True)
FLAKY_APART_FROM_QUARANTINE = replace(
    PLAIN,
    cases=(replace(CASE, runs=(ABORTED, FAILED, PASSED)),),
    results=(ABORTED, FAILED, PASSED),
    quarantine=(Entry("Pay", 0),),
    flaky_fails=True,
)


@settings(max_examples=1500, deadline=None)
@example(ONE_SET_NAMED)
@example(UNLISTED)
@example(ANNOUNCED)
@example(FLAKY_APART_FROM_QUARANTINE)
@given(worlds())
def test_a_run_is_green_exactly_when_the_table_says_so(world: World) -> None:
    """Each condition that does not hold makes the run red, and nothing else does."""
    broken = [rule for rule, condition in TABLE if not CONDITIONS[condition](world)]
    exit_code, record = judged(world)
    assert (exit_code == 0) == (not broken), (broken, record.report().verdict)


@settings(max_examples=500, deadline=None)
@given(worlds())
def test_what_is_tolerated_is_what_the_table_says(world: World) -> None:
    """Whether the run is green or not, each failed case is tolerated, or is not, as the table says."""
    _, record = judged(world)
    assert record.tree
    found = {case.name for case in record.tree.cases() if case.tolerance}
    assert found == {case.name for case in world.tolerated()}
