"""What the service itself knows of the runs of a step, whatever it said of them."""

from collections.abc import Iterator

from tests.simulator.runs import Run
from tests.simulator.selection import place

PASSED = {"SUCCESS", "PASSED"}
FAILURES = {"FAILURE", "FAILED"}
TOLERABLE = {*PASSED, "NOT_EXECUTED"}


def passed(run: Run, *, by_its_cases: bool = False) -> bool:
    """Whether a run, with its reruns, is over, has passed, and at least one of its cases was executed.

    The service may call a run NOT_EXECUTED of which some cases were left out and the others passed; by its cases it
    has passed.
    """
    last = run.last
    results = set(_results(run).values())
    over = all(one.over and not one.stopped for one in with_reruns(run))
    return (
        over
        and last.result in (TOLERABLE if by_its_cases else PASSED)
        and results <= TOLERABLE
        and bool(results & PASSED)
    )


def accounted(run: Run, max_failures: str, min_tests: str, *, quarantined: bool) -> bool:
    """Whether a run may pass by policy: each case that did not pass failed, and is tolerated; all others were executed.

    `quarantined`: an entry names all cases. With `min-tests: 0` also a run without a case that was executed may pass.
    """
    results = list(_results(run).values())
    failed = sum(result in FAILURES for result in results)
    executed = sum(result in FAILURES | PASSED for result in results)
    number = int(max_failures.rstrip("%"))
    allowed = executed * number // 100 if max_failures.endswith("%") else number
    over = all(one.over and not one.stopped for one in with_reruns(run))
    known = set(results) <= FAILURES | TOLERABLE
    if min_tests == "0" and over and known and not executed:
        return True
    seen = set(results) <= FAILURES | PASSED
    return over and run.last.result in FAILURES and failed > 0 and seen and (quarantined or failed <= allowed)


def going_on(run: Run) -> bool:
    """Whether a run goes on that nobody has stopped."""
    return not run.over and run.stop is None


def with_reruns(run: Run) -> Iterator[Run]:
    """A run and those in which its cases ran again."""
    yield run
    if run.child:
        yield from with_reruns(run.child)


def _results(run: Run) -> dict[tuple[int, int, int], str | None]:
    own = {place(case): run.case_result(case) for case in run.tree.cases}
    return own | _results(run.child) if run.child else own
