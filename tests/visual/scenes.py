"""Scenes: real steps against the simulator, and what a reader of their summaries must see first."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tests import samples
from tests.scenario.conftest import Bench, Step
from tests.simulator import (
    Case,
    Iteration,
    Machine,
    Phase,
    Plan,
    RunBefore,
    Scenario,
    Server,
    Suite,
    data_driven,
    failed,
    passed,
    scenario,
    steps_failed,
    steps_passed,
)
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Conclusion, Report, RunReport
from testsigma_action.domain.run import Result, RunSpec
from testsigma_action.domain.verdict import of_step
from testsigma_action.errors import ErrorCode, ExitCode
from testsigma_action.reporting.summary import document

MACHINES = ("Windows 11 / Chrome 126", "macOS 14 / Safari 17.4")
AREAS = ("Sign in", "Search", "Product page", "Basket", "Checkout", "Payment", "Orders", "Returns", "Account", "Admin")
PAY = ("Navigate to https://shop.example.com/", "Search for a red bicycle", "Click on Check out", "Verify the total")
TOTAL = "Expected the total to be 1,299.00 EUR but it was 1,299.01 EUR (VAT is rounded per item, not per order)"
TIMEOUT = "TimeoutException: waiting for visibility of element located by By.cssSelector: #order > .confirmation failed"
HALF = (Phase("STATUS_QUEUED"), Phase("STATUS_IN_PROGRESS", done=0.5, hold=True))

# Text that would do something if it were not escaped, and has to be read as it stands here.
HOSTILE = (
    "<script>document.title='taken'</script>",
    "<img src=x onerror=alert(1)>",
    "</details></td></tr></table></div>",
    "[a link](https://evil.example/) and ![a picture](https://evil.example/p.png)",
    "https://evil.example/?a=1&b=2 or www.evil.example",
    "@octocat and @github/security, please look: #1 and octocat/hello#1",
    ":rocket: :+1:",
    "**bold** _italic_ ~~gone~~ `code` $x^2$",
    "| a | b | --- |",
    "```mermaid",
    "## A heading of theirs",
    "&lt;b&gt; &amp;amp; &#64;octocat",
    "footnote[^1] <!-- hidden -->",
    "Überprüfung der Größe, корзина пуста, カートに入れる, סל הקניות ריק",
    "W" * 150,
)


def nobody(step: Step, server: Server) -> None:
    """Nothing happens to the step from outside."""


def interrupt(step: Step, server: Server) -> None:
    """Somebody cancels the workflow while the run is in the middle."""
    server.wait_for("status", count=4)
    step.send(signal.SIGINT)


@dataclass(frozen=True)
class Scene:
    """A step, and the texts that have to be seen without scrolling or unfolding: the verdict, the first failure."""

    scenario: Scenario
    seen: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    meanwhile: Callable[[Step, Server], None] = nobody

    def summary(self, bench: Bench) -> str:
        """Play it; the summary that the step wrote."""
        server = bench.serve(self.scenario)
        step = bench.start(self.environ, server=server)
        self.meanwhile(step, server)
        return step.wait().summary


@dataclass(frozen=True)
class Drawn:
    """A summary that is made of a report, for what no step of one plan shows."""

    report: Report
    seen: tuple[str, ...]

    def summary(self, bench: Bench) -> str:  # noqa: ARG002 - nothing has to run for it
        """Render it."""
        return document.render(self.report)


def plan(*suites: Suite, name: str = "Shop regression", **changes: object) -> Scenario:
    """One machine with these suites."""
    return Scenario((Plan(420, name, (Machine(MACHINES[0], suites),)),), next_run_id=1001).with_plan(**changes)


def one_failure() -> Scene:
    """The usual red run: one case of many."""
    checkout = Suite(
        "Checkout", (passed("Pay by invoice", *PAY), failed("Pay by card with 3-D Secure", *PAY, at=3, message=TOTAL))
    )
    others = tuple(Suite(area, tuple(passed(f"{area} {number}") for number in range(1, 9))) for area in AREAS[:4])
    return Scene(
        plan(*others, checkout), ("Shop regression", "1 of 34 cases failed.", "Pay by card with 3-D Secure", TOTAL)
    )


def _bad_suite(area: str) -> Suite:
    """Forty cases, of which every fourth fails, all for one of two reasons."""
    cases = (
        failed(f"{area}: customer {number} sees the right total", *PAY, at=3, message=TIMEOUT if number % 8 else TOTAL)
        if number % 4 == 0
        else passed(f"{area}: customer {number}", *PAY)
        for number in range(1, 41)
    )
    return Suite(area, tuple(cases))


def many_failures() -> Scene:
    """A bad day: two hundred failures on two machines."""
    suites = tuple(_bad_suite(area) for area in AREAS)
    machines = tuple(Machine(title, suites) for title in MACHINES)
    scenario = Scenario((Plan(420, "Shop regression", machines),), next_run_id=1001)
    return Scene(scenario, ("200 of 800 cases failed.", "Sign in: customer 4 sees the right total", TIMEOUT[:80]))


def with_data() -> Scene:
    """A case with twelve data sets, of which three break it for different reasons."""
    messages = {"JPY": "Total is ¥1,200, expected ¥1.200", "TND": "Total has 2 decimals, expected 3", "CHF": TOTAL}
    currencies = ("EUR", "USD", "JPY", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "TND", "INR")
    sets = (
        Iteration(name, "FAILURE", messages[name], steps_failed(*PAY, at=3, message=messages[name]))
        if name in messages
        else Iteration(name, steps=steps_passed(*PAY))
        for name in currencies
    )
    suite = Suite("Checkout", (passed("Pay by invoice", *PAY), data_driven("The total in every currency", *sets)))
    return Scene(plan(suite), ("The total in every currency", "JPY", messages["JPY"]))


def rerun() -> Scene:
    """The plan runs failed cases again: one passes then, one fails again."""
    flaky = replace(failed("Suggestions appear while typing", *PAY, at=1, message=TIMEOUT), rerun_result="SUCCESS")
    suite = Suite("Search", (passed("Find a bicycle", PAY[1]), flaky))
    checkout = Suite("Checkout", (failed("Pay by card", *PAY, at=3, message=TOTAL), passed("Pay by invoice", *PAY)))
    again = plan(suite, checkout, rerun_type="ALL_TESTS", automatic_rerun=True)
    # With a short time to wait, no further rerun is waited for.
    return Scene(again, ("Pay by card", TOTAL), {"TESTSIGMA_TIMEOUT": "4s"})


def flaky() -> Scene:
    """The plan runs failed cases again, and all of them pass then."""
    case = replace(failed("Suggestions appear while typing", *PAY, at=1, message=TIMEOUT), rerun_result="SUCCESS")
    suite = Suite("Search", (passed("Find a bicycle", PAY[1]), case))
    return Scene(plan(suite, rerun_type="ALL_TESTS", automatic_rerun=True), ("Shop regression",))


def compared() -> Scene:
    """The same plan ran before: one failure is new, one is known, one is gone."""
    names = ("Pay by card", "Pay by invoice", "Pay by voucher", "Pay on delivery")

    def suites(*bad: str) -> tuple[Suite, ...]:
        cases = (failed(name, *PAY, at=3, message=TOTAL) if name in bad else passed(name, *PAY) for name in names)
        return (Suite("Checkout", tuple(cases)),)

    now = plan(*suites("Pay by card", "Pay by voucher"))
    before = plan(*suites("Pay by voucher", "Pay on delivery")).plans[0]
    return Scene(replace(now, runs_before=(RunBefore(900, before, "build 900"),)), ("2 of 4 cases failed.", TOTAL))


def with_history() -> Scene:
    """Eight runs before: one case is flaky, one has been failing for five runs, one is new."""
    names = ("Pay by card", "Pay by invoice", "Pay by voucher", "Pay on delivery")
    card, invoice, voucher, _ = names

    def of(*bad: str) -> Plan:
        cases = (failed(name, *PAY, at=3, message=TOTAL) if name in bad else passed(name) for name in names)
        return plan(Suite("Checkout", tuple(cases))).plans[0]

    bad = ((), (card,), (), (invoice,), (card, invoice), (invoice,), (card, invoice), (invoice,))
    runs = [RunBefore(900 + n, of(*each), f"acme/shop#{800 + n}", seconds=90) for n, each in enumerate(bad)]
    now = Scenario((replace(of(card, invoice, voucher), at_end={"duration": 121_000}),), next_run_id=1001)
    return Scene(replace(now, runs_before=tuple(runs)), ("3 of 4 cases failed.", "since run 903", "first failure in"))


def failing() -> Scene:
    """What `make demo` shows; the run takes as long as its cases, and not as long as the simulator."""
    demo = scenario("failing").with_plan(at_end={"duration": 6100})
    before = tuple(replace(run, seconds=6.0) for run in demo.runs_before)
    return Scene(
        replace(demo, runs_before=before), ("2 of 11 cases failed.", "Pay by card", "Element is not displayed.")
    )


def hostile() -> Scene:
    """Every name and message is an attack."""
    cases = tuple(failed(text, text, at=0, message=text) for text in HOSTILE)
    suites = (Suite(HOSTILE[0], cases), Suite(HOSTILE[2], (Case("\x1b[31mred\r::error::x\u202e", "SOMETHING_NEW"),)))
    machine = Machine(HOSTILE[5], suites, browser=HOSTILE[3], platform=HOSTILE[1])
    scenario = Scenario((Plan(420, HOSTILE[0], (machine,)),), next_run_id=1001)
    return Scene(scenario, (HOSTILE[0], HOSTILE[1]))


def _of_plan(report: RunReport, name: str) -> RunReport:
    return replace(report, run=replace(report.run, plan_name=name) if report.run else None)


def three_plans() -> Drawn:
    """One plan passed, one failed, one could not be started."""
    counts = samples.tree(
        samples.machine(samples.suite(*[samples.case()] * 24, result=Result.PASSED), result=Result.PASSED)
    )
    passed = samples.run_report(samples.PASSED, counts, samples.run(Result.PASSED))
    failed = replace(samples.failing().runs[0], queued=timedelta(minutes=12))
    message = "Testsigma refused to start plan 433: the parallel limit of the project is exceeded (HTTP 422)."
    refused = samples.of_error(
        Conclusion.ERROR, ExitCode.SERVICE, ErrorCode.START_REFUSED, message, "Wait for the other runs."
    )
    lost = replace(samples.run_report(refused), spec=RunSpec("433", environment_id="10"))
    runs = (_of_plan(passed, "Smoke"), _of_plan(failed, "Checkout regression"), lost)
    named_runs = named(runs)
    verdict = of_step([one.verdict for one in named_runs], (), [one.name for one in named_runs])
    return Drawn(
        samples.report(*named_runs, verdict=verdict),
        ("Smoke", "Checkout regression", "plan 433", "2 cases did not pass", "Wrong password is refused"),
    )


def twenty_plans() -> Drawn:
    """Twenty plans with long names, of which every fourth has many failures."""
    cases = [samples.case(f"Customer {number}", Result.FAILED, samples.broken_steps(TOTAL)) for number in range(40)]
    bad = samples.run_report(results=samples.tree(samples.machine(samples.suite(*cases))))
    good = samples.run_report(
        samples.PASSED, samples.tree(samples.machine(samples.suite(samples.case()))), samples.run(Result.PASSED)
    )
    names = (f"Regression of {AREAS[number % 10]} in the shop for wholesale customers" for number in range(20))
    runs = [_of_plan(good if number % 4 else bad, name) for number, name in enumerate(names)]
    named_runs = named(runs)
    verdict = of_step([one.verdict for one in named_runs], (), [one.name for one in named_runs])
    return Drawn(samples.report(*named_runs, verdict=verdict), ("5 of 20 plans failed.", "Regression of Admin"))


SCENES: dict[str, Scene | Drawn] = {
    "passed": Scene(scenario("passing"), ("Shop regression", "All cases passed.")),
    "one-failure": one_failure(),
    "failing": failing(),
    "200-failures": many_failures(),
    "data-driven": with_data(),
    "rerun": rerun(),
    "flaky": flaky(),
    "compared": compared(),
    "history": with_history(),
    "timed-out": Scene(
        scenario("passing").with_plan(life=HALF), ("timed out", "What to do:"), {"TESTSIGMA_TIMEOUT": "2s"}
    ),
    "cancelled": Scene(scenario("passing").with_plan(life=HALF), ("cancelled",), meanwhile=interrupt),
    "api-error": Scene(
        scenario("passing"), ("api-key-rejected", "What to do:"), {"TESTSIGMA_API_KEY": "another-key-for-tests"}
    ),
    "bad-input": Scene(
        scenario("passing"),
        ("bad-input", "What to do:"),
        {"TESTSIGMA_TIMEOUT": "soon", "TESTSIGMA_DETAILS": "a bit", "TESTSIGMA_WAIT": "perhaps"},
    ),
    "hostile": hostile(),
    "three-plans": three_plans(),
    "twenty-plans": twenty_plans(),
}
