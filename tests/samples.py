"""Reports as the reporters get them: small builders with plain defaults, and a realistic run that failed."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from testsigma_action.domain.build import Build
from testsigma_action.domain.findings import ErrorFinding, Failures, InputProblem, Passed, Started
from testsigma_action.domain.gaps import Gap, Missing
from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.results import (
    CaseResult,
    Device,
    Iteration,
    MachineResult,
    ResultTree,
    StepResult,
    SuiteResult,
)
from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Status, Timing
from testsigma_action.errors import ErrorCode, ExitCode

BEGIN = datetime(2026, 3, 4, 10, 0, 0, tzinfo=UTC)
RUN_URL = "https://app.testsigma.com/ui/td/runs/9001"
BUILD = Build(
    system="GitHub Actions",
    label="acme/shop#812.2",
    attempt=2,
    commit="6f1ed002ab5595859014ebf0951522d9",
    branch="feature/basket",
    pull_request="5",
    job_url="https://github.com/acme/shop/actions/runs/99/attempts/2",
    pipeline_run="acme/shop 99",
)


def of_error(conclusion: Conclusion, exit_code: ExitCode, code: ErrorCode, message: str, hint: str = "") -> Verdict:
    """The verdict for an error with this message and hint."""
    return Verdict(conclusion, exit_code, code, (ErrorFinding(message, hint),))


PASSED = Verdict(Conclusion.PASSED, ExitCode.PASSED, findings=(Passed(3, 3),))
FAILED = Verdict(Conclusion.FAILED, ExitCode.FAILED, ErrorCode.TESTS_FAILED, (Failures(1, 3),))
TIMED_OUT = of_error(
    Conclusion.TIMED_OUT,
    ExitCode.TIMED_OUT,
    ErrorCode.TIMED_OUT,
    "The run had not finished after 2h.",
    "Attach with run-id: 9001.",
)
CANCELLED = of_error(
    Conclusion.CANCELLED, ExitCode.TERMINATED, ErrorCode.CANCELLED, "The step was cancelled (SIGTERM)."
)
BAD_INPUT = Verdict(
    Conclusion.ERROR,
    ExitCode.NOT_STARTED,
    ErrorCode.BAD_INPUT,
    (InputProblem("plan-id: 'x' is no ID.", "Mend them."), InputProblem("timeout: 'y' is no duration.", "Mend them.")),
)
UNREACHABLE = of_error(
    Conclusion.ERROR,
    ExitCode.SERVICE,
    ErrorCode.API_UNREACHABLE,
    "The service did not answer.",
    "Try again later.",
)
UNWRITABLE = of_error(
    Conclusion.ERROR, ExitCode.REPORT, ErrorCode.REPORT_UNWRITABLE, "The JUnit file could not be written."
)
STARTED = Verdict(Conclusion.STARTED, ExitCode.PASSED, findings=(Started("9001"),))
VERDICTS = (PASSED, FAILED, TIMED_OUT, CANCELLED, BAD_INPUT, UNREACHABLE, UNWRITABLE, STARTED)


def parsed(document: Iterable[str]) -> ET.Element:
    """Read XML that we made ourselves."""
    return ET.fromstring("".join(document).encode())


def timing(seconds: float) -> Timing:
    """A time that began at BEGIN."""
    duration = timedelta(seconds=seconds)
    return Timing(BEGIN, BEGIN + duration, duration)


def step(position: int, result: Result = Result.PASSED, action: str = "", message: str = "") -> StepResult:
    """A step; a failed one has the error type that the service gives to assertions."""
    kind = "ASSERT_ERROR" if result is Result.FAILED else ""
    words = action or f"Click on element {position}"
    return StepResult(f"s{position}", position, words, result, message, error_type=kind, timing=timing(1.5))


def broken_steps(message: str = "Element not found", number: int = 3) -> tuple[StepResult, ...]:
    """Steps of which the last but one fails and the last is left out."""
    passed = tuple(step(position) for position in range(1, number - 1))
    return (*passed, step(number - 1, Result.FAILED, message=message), step(number, Result.NOT_EXECUTED))


def case(
    name: str = "Case",
    result: Result = Result.PASSED,
    steps: tuple[StepResult, ...] | None = None,
    iterations: tuple[Iteration, ...] = (),
) -> CaseResult:
    """A case that took 12.3 s."""
    return CaseResult(
        id="71",
        case_id="7",
        name=name,
        result=result,
        data_driven=bool(iterations),
        timing=timing(12.3),
        steps=steps,
        iterations=iterations,
        url="https://app.testsigma.com/ui/td/test_case_results/71",
    )


def rerun(found: CaseResult, *earlier: CaseResult) -> CaseResult:
    """A case that ran more than once, with its attempts before the last one."""
    return replace(found, earlier=earlier)


def suite(*cases: CaseResult, name: str = "Login", result: Result = Result.FAILED) -> SuiteResult:
    """A suite that took a minute."""
    return SuiteResult("5", name, cases, result, timing(60))


def machine(*suites: SuiteResult, title: str = "Chrome", result: Result = Result.FAILED) -> MachineResult:
    """A machine with Chrome on Windows."""
    device = Device(browser="Chrome", browser_version="131", os="Windows", os_version="11")
    return MachineResult("3", title, suites, result, timing(61), device)


def run(
    result: Result = Result.FAILED,
    status: Status = Status.COMPLETED,
    counts: Counts | None = None,
    message: str = "",
    number: int = 9001,
) -> Run:
    """A run of the plan "Checkout"."""
    return Run(
        id=str(number),
        status=status,
        result=result,
        plan_id="12",
        plan_name="Checkout",
        message=message,
        build_number="acme/shop#812.1-k3f9q2",
        timing=timing(252) if status is Status.COMPLETED else Timing(BEGIN),
        counts=counts or Counts(),
        url=f"https://app.testsigma.com/ui/td/runs/{number}",
    )


STEPS_MISSING = Gap(Missing.STEPS, message="The service answered 404.", number=1, total=6)


def tree(*machines: MachineResult, remote: Run | None = None, gaps: tuple[Gap, ...] = ()) -> ResultTree:
    """What was collected of a run."""
    return ResultTree(remote or run(), machines, listed=bool(machines), gaps=gaps)


def run_report(verdict: Verdict = FAILED, results: ResultTree | None = None, remote: Run | None = None) -> RunReport:
    """What is known of one run; the run is the one of the tree where none is given."""
    known = remote or (results.run if results else None)
    return RunReport(RunSpec(plan_id="12", build_number="acme/shop#812.1-k3f9q2"), verdict, known, results)


def report(*runs: RunReport, verdict: Verdict | None = None, title: str = "") -> Report:
    """What is known of the step; its verdict is the first run's where none is given."""
    ended = BEGIN + timedelta(minutes=5)
    told = verdict or runs[0].verdict
    return Report(
        told, runs, BEGIN, ended, title, "test-results/TEST-testsigma-12.xml", "test-results/testsigma-12.json"
    )


def merging(build: Build = BUILD) -> Report:
    """The report of a step that merges, before it has any part."""
    return replace(report(verdict=PASSED), build=build)


def of_cases(*cases: CaseResult, verdict: Verdict = FAILED) -> Report:
    """A report of one run with one machine and one suite."""
    return report(run_report(verdict, tree(machine(suite(*cases)))))


def failing() -> Report:
    """A run as it looks on a bad day: failures of all kinds on two machines, and a gap."""
    login = suite(
        case("Sign in with a valid password"),
        case(
            "Wrong password is refused",
            Result.FAILED,
            (
                step(1, action="Navigate to https://shop.example/login"),
                step(2, action='Enter "anna" in the "User" field'),
                step(3, action='Click on "Log in"'),
                step(
                    4,
                    Result.FAILED,
                    'Verify that the text "Wrong password" is displayed',
                    'Expected "Wrong password" to be displayed.\nFound: "Something went wrong (500)"',
                ),
                step(5, Result.NOT_EXECUTED, "Close the browser"),
            ),
        ),
        case("Remember me", Result.NOT_EXECUTED),
    )
    sets = (
        Iteration("81", "EUR", Result.PASSED, (step(1), step(2))),
        Iteration("82", "JPY", Result.FAILED, broken_steps("Total is ¥1,200, expected ¥1.200")),
        Iteration("83", "USD", Result.ABORTED, None),
    )
    basket = suite(case("Totals are right", Result.FAILED, iterations=sets), case("Empty basket"), name="Basket")
    green = suite(case("Sign in with a valid password"), name="Login", result=Result.PASSED)
    machines = (machine(login, basket), machine(green, title="Safari on macOS", result=Result.PASSED))
    message = "Test plan execution failed"
    found = tree(*machines, remote=run(message=message), gaps=(STEPS_MISSING,))
    verdict = replace(FAILED, findings=(Failures(2, 6),))
    return replace(report(run_report(verdict, found)), build=BUILD)


def flaky() -> Report:
    """A run that passed only by its rerun: cases that failed, aborted, and failed with a data set at first."""
    bad = case("Pay", Result.FAILED, broken_steps("No such button"))
    lost = case("Search", Result.ABORTED)
    yen = Iteration("82", "JPY", Result.FAILED, broken_steps("Total is ¥1,200"))
    sets = (Iteration("81", "EUR", Result.PASSED), replace(yen, result=Result.PASSED, steps=None))
    totals = case("Totals", iterations=sets)
    again = (
        rerun(case("Pay"), bad),
        rerun(case("Search"), lost, replace(bad, name="Search")),
        rerun(totals, replace(totals, result=Result.FAILED, iterations=(sets[0], yen))),
    )
    found = tree(machine(suite(case("Sign in"), *again, result=Result.PASSED), result=Result.PASSED), remote=run())
    passed = replace(
        found, run=run(Result.PASSED), reruns=(replace(run(Result.PASSED, number=9002), parent_id="9001"),)
    )
    verdict = replace(PASSED, findings=(Passed(4, 4, reruns=1, flaky=3),))
    return report(run_report(verdict, passed))
