"""The built-in scenarios, each with a name and one sentence."""

from collections.abc import Callable
from dataclasses import replace

from tests.simulator.builders import data_driven, failed, grid, passed, steps_failed, steps_passed
from tests.simulator.content import (
    Case,
    Environment,
    Iteration,
    Machine,
    Phase,
    Plan,
    SavedConfiguration,
    Step,
    Suite,
    Variable,
)
from tests.simulator.samples import sample_302, sample_517
from tests.simulator.scenario import Options, RunBefore, Scenario

LOG_IN = ("Navigate to https://shop.example.com/", "Enter ada in the User field", "Click on the Log in button")
BUY = ("Search for a red bicycle", "Click on Add to cart", "Click on Check out", "Verify that the order is confirmed")
CONFIGURATIONS = (
    SavedConfiguration(2, "smoke only", suites=(301,), excluded=False),
    SavedConfiguration(3, "without checkout", suites=(302,)),
)
ENVIRONMENTS = (
    Environment(
        10, "staging", (Variable("url", "https://staging.example.com"), Variable("secret", "hidden", encrypted=True))
    ),
    Environment(11, "production", (Variable("url", "https://www.example.com"),)),
)
IN_PROGRESS = "STATUS_IN_PROGRESS"


def _log_in_with_data(*, broken: bool) -> Case:
    wrong = steps_failed(*LOG_IN, at=2, message="The page did not load within 30 seconds.")
    second = Iteration("customer without address", "FAILURE", "The page did not load within 30 seconds.", wrong)
    good = Iteration("customer without address", steps=steps_passed(*LOG_IN))
    first, third = (Iteration(name, steps=steps_passed(*LOG_IN)) for name in ("new customer", "customer abroad"))
    return data_driven("Log in with every kind of account", first, second if broken else good, third)


def _smoke(*, broken: bool) -> Suite:
    cases = (passed("Log in", *LOG_IN), passed("Log out", "Click on Log out"), _log_in_with_data(broken=broken))
    return Suite("Smoke", cases, id=301)


def _checkout(*, broken: bool) -> Suite:
    pay = failed("Pay by card", *BUY, at=2) if broken else passed("Pay by card", *BUY)
    receipt = passed("Print the receipt", "Click on Print")
    skipped = replace(receipt, result="NOT_EXECUTED", message="Test Case pre-requisite failed", steps=(), duration=0)
    return Suite("Checkout", (pay, passed("Pay by invoice", *BUY), skipped if broken else receipt), id=302)


def _shop(*, broken: bool = False) -> Plan:
    chrome = Machine("Windows Chrome", (_smoke(broken=False), _checkout(broken=broken)))
    suites = (
        _smoke(broken=broken),
        Suite("Search", (passed("Find a bicycle", BUY[0]), passed("Find nothing", "Search"))),
    )
    safari = Machine("Mac Safari", suites, browser="Safari", browser_version="17.4", platform="Mac", os_version="14")
    return Plan(420, "Shop regression", (chrome, safari))


def _scenario(about: str, *plans: Plan, options: Options | None = None) -> Scenario:
    known = Scenario(plans, about, configurations=CONFIGURATIONS, environments=ENVIRONMENTS, next_run_id=1001)
    return replace(known, options=options or Options(), runs_before=(RunBefore(900, _shop(), "build 900"),))


def _passing() -> Scenario:
    return _scenario("Two machines, eleven cases, one of them with three data sets; all pass.", _shop())


def _failing() -> Scenario:
    about = "The same plan: a failing case with its steps, a failing data set, a case that was not executed."
    return _scenario(about, _shop(broken=True))


def _flaky() -> Scenario:
    about = "Two cases fail, and pass when they run again: try rerun-failed: 1."
    unsteady = tuple(replace(failed(name, *BUY, at=2), rerun_result="SUCCESS") for name in ("Pay by card", "Gift card"))
    machine = Machine("Windows Chrome", (_smoke(broken=False), Suite("Checkout", unsteady, id=302)))
    return _scenario(about, replace(_shop(), machines=(machine,)))


def _no_tests() -> Scenario:
    empty = replace(_shop(), machines=())
    return _scenario("The run completes with SUCCESS although it has no case at all.", empty)


def _all_but_first(result: str, message: str) -> Plan:
    rest = tuple(Case(name, "NOT_EXECUTED", message, duration=0) for name in ("Pay by card", "Pay by invoice"))
    cases = (passed("Log in", *LOG_IN), Case("Log out", result, message, duration=300), *rest)
    machine = Machine("Windows Chrome", (Suite("Smoke", cases, id=301),))
    return replace(_shop(), machines=(machine,), message=message, result=result)


def _stopped() -> Scenario:
    about = "Somebody stops the run in the app: one case has passed, one was stopped, two were not executed."
    return _scenario(about, _all_but_first("STOPPED", "User stopped the Test Plan"))


def _aborted() -> Scenario:
    message = "Agent is out of Sync. Please restart Agent"
    return _scenario("The machine is lost: a case is aborted and the run with it.", _all_but_first("ABORTED", message))


def _slow() -> Scenario:
    life = (Phase(IN_PROGRESS, polls=2, seconds=2, idle=True), Phase(IN_PROGRESS, polls=1_000_000, seconds=86_400))
    return _scenario("The run starts and then takes a whole day.", replace(_shop(), life=life))


def _busy() -> Scenario:
    about = "A run of the plan is going on: the first starts are refused, until that one is complete."
    running = RunBefore(900, _shop(), "build 900", life=(Phase(IN_PROGRESS, polls=2, seconds=6),))
    return replace(_scenario(about, _shop(), options=Options(busy_when_active=True)), runs_before=(running,))


def _plans() -> Scenario:
    mobile = replace(_shop(), id=422, name="Shop mobile", machines=_shop().machines[:1])
    going_on = RunBefore(901, mobile, "build 901", life=(Phase(IN_PROGRESS, polls=1_000_000, seconds=86_400),))
    plans = (
        replace(_shop(), id=421, name="Shop smoke", machines=_shop().machines[1:]),
        _shop(broken=True),
        mobile,
    )
    about = "Three plans: one passes, one fails, and one cannot be started, since another run of it is going on."
    known = _scenario(about, *plans, options=Options(busy_when_active=True))
    return replace(known, runs_before=(*known.runs_before, going_on))


def _queued() -> Scenario:
    life = (Phase("STATUS_CREATED", seconds=0.5), Phase(IN_PROGRESS, hold=True, idle=True))
    return _scenario(
        "The run never leaves the queue: it is in progress, and nothing runs.", replace(_shop(), life=life)
    )


def _visual() -> Scenario:
    message = "Visual differences were found."
    looks = Step("Verify the look of the page", "FAILURE", message, visual_enabled=True, visual_result="FAILURE")
    case = Case(
        "Front page", "FAILURE", message, (Step(LOG_IN[0], visual_enabled=True, visual_result="SUCCESS"), looks)
    )
    machine = Machine("Windows Chrome", (Suite("Looks", (case, passed("Log in", *LOG_IN)), id=303),))
    plan = replace(_shop(), machines=(machine,), at_end={"visualTestResult": "FAILURE"})
    return _scenario("A case fails because the page looks different.", plan, options=Options(shape=2024, metric=True))


def _large() -> Scenario:
    return _scenario("1,000 cases on two machines, one in fifty fails.", grid(2, 10, 50, fail_every=50))


_MAKERS: dict[str, Callable[[], Scenario]] = {
    "passing": _passing,
    "failing": _failing,
    "flaky": _flaky,
    "no-tests": _no_tests,
    "stopped": _stopped,
    "aborted": _aborted,
    "slow": _slow,
    "busy": _busy,
    "plans": _plans,
    "queued": _queued,
    "visual": _visual,
    "large": _large,
    "sample-302": sample_302,
    "sample-517": sample_517,
}
NAMES = tuple(_MAKERS)


def scenario(name: str) -> Scenario:
    """A built-in scenario by its name, paced by polls; raises KeyError for another name."""
    return _MAKERS[name]()
