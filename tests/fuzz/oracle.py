"""What the service itself knows of the runs of a step, whatever it said of them."""

from collections.abc import Iterator

from tests.simulator.runs import Run
from tests.simulator.selection import place

PASSED = {"SUCCESS", "PASSED"}
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
