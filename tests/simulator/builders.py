"""Short ways to write content: cases that pass or fail, and plans of any size."""

from collections.abc import Iterator

from tests.simulator.content import Case, Iteration, Machine, Plan, Step, Suite

NOT_DISPLAYED = "Unable to perform click action on element, Element is not displayed."
AFTER_FAILURE = "Major Test step failed ."


def steps_passed(*actions: str) -> tuple[Step, ...]:
    """Steps that all passed."""
    return tuple(Step(action) for action in actions)


def steps_failed(*actions: str, at: int, message: str = NOT_DISPLAYED) -> tuple[Step, ...]:
    """Steps of which number `at` (from 0) failed and the later ones were not executed."""
    failing = Step(actions[at], "FAILURE", message, error_code=1_000_001, error_type="ASSERT_ERROR")
    rest = (Step(action, "NOT_EXECUTED", AFTER_FAILURE, duration=1) for action in actions[at + 1 :])
    return (*steps_passed(*actions[:at]), failing, *rest)


def passed(name: str, *actions: str, duration: int = 800) -> Case:
    """A case that passed."""
    return Case(name, steps=steps_passed(*actions), duration=duration)


def failed(name: str, *actions: str, at: int = 0, message: str = NOT_DISPLAYED, duration: int = 1100) -> Case:
    """A case that failed at its step number `at`, with the step's message as its own."""
    steps = steps_failed(*(actions or ("Click on the button",)), at=at, message=message)
    return Case(name, "FAILURE", message, steps, duration=duration)


def hook(when: str = "after", result: str = "SUCCESS", message: str | None = None, number: int = 2438) -> Case:
    """The row that the service makes for a hook before or after a case: named by an ID, a hash and when it runs."""
    step = Step("Remove the account", result, message or "Successfully performed the action.")
    return Case(f"{number}_{number:032x}_{when}test", result, message, (step,), hook=True)


def data_driven(name: str, *iterations: Iteration) -> Case:
    """A case with data sets; it failed when one of them did."""
    result = "FAILURE" if any(each.result == "FAILURE" for each in iterations) else "SUCCESS"
    duration = sum(each.duration for each in iterations)
    return Case(name, result, iterations=iterations, duration=duration)


def grid(machines: int = 1, suites: int = 1, cases: int = 1, *, fail_every: int = 0, steps: int = 3) -> Plan:
    """A plan of any size: so many machines, suites on each, cases in each.

    Every `fail_every`th case of a suite fails at its last step; 0: none. All names are numbered.
    """
    actions = tuple(f"Click on element {number}" for number in range(1, steps + 1))
    good, bad = passed("", *actions), failed("", *actions, at=max(0, steps - 1))

    def content() -> Iterator[Case]:
        for number in range(1, cases + 1):
            kind = bad if fail_every and number % fail_every == 0 else good
            yield Case(f"Case {number}", kind.result, kind.message, kind.steps, duration=kind.duration)

    shared = tuple(content())
    named = tuple(Suite(f"Suite {number}", shared) for number in range(1, suites + 1))
    return Plan(4200, "Grid", tuple(Machine(f"Machine {number}", named) for number in range(1, machines + 1)))
