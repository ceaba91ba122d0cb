"""Synthetic reports of any size: a tenth of the cases failed, with ten long steps each, and with ten earlier runs.

No two texts are the same object, as in a tree that was decoded from answers.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from testsigma_action.domain import verdict
from testsigma_action.domain.findings import Failures
from testsigma_action.domain.history import History, Mark
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult, Device, MachineResult, ResultTree, StepResult, SuiteResult
from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Status, Timing
from testsigma_action.errors import ErrorCode, ExitCode

FAIL_EVERY = 10
STEPS = 10
TEXT = 120
RUNS_BEFORE = 10

_BEGIN = datetime(2026, 3, 4, 10, 0, 0, tzinfo=UTC)
_FILLER = ", as it is described in the acceptance criteria of the story that this test was written for, in no other"
_URL = "https://app.testsigma.com/ui/td"


@dataclass(frozen=True, slots=True)
class Size:
    """Numbers of machines, suites on each, cases in each."""

    machines: int
    suites: int
    cases: int

    @property
    def total(self) -> int:
        """The number of cases."""
        return self.machines * self.suites * self.cases


def report(size: Size, runs: int = 1) -> Report:
    """The report of a step whose runs had this size each."""
    of_runs = [_run_report(size) for _ in range(runs)]
    judged = verdict.of_step([one.verdict for one in of_runs], [])
    ended = _BEGIN + timedelta(hours=1)
    return Report(judged, named(of_runs), _BEGIN, ended, junit_file="junit.xml", results_file="results.json")


def _run_report(size: Size) -> RunReport:
    machines = tuple(_machine(size, number) for number in range(size.machines))
    failed = sum(1 for machine in machines for case in machine.cases() if case.result is Result.FAILED)
    counts = Counts(size.total, size.total - failed, failed, 0, 0, 0, 0, 0)
    run = Run(
        id="9001",
        status=Status.COMPLETED,
        result=Result.FAILED,
        plan_id="12",
        plan_name="Everything",
        timing=_timing(0, 3600),
        counts=counts,
        url=f"{_URL}/runs/9001",
    )
    findings = (Failures(failed, size.total),)
    judged = Verdict(Conclusion.FAILED, ExitCode.FAILED, ErrorCode.TESTS_FAILED, findings)
    spec = RunSpec(plan_id="12", build_number="acme/shop#812.1-k3f9q2")
    tree = ResultTree(run, machines, listed=True, details_result=Result.FAILED)
    return RunReport(spec, judged, run, tree, history=_history(run, machines, failed))


def _history(run: Run, machines: tuple[MachineResult, ...], failed: int) -> History:
    """The history of the failed cases in as many runs as are read by default."""
    runs = [replace(run, id=str(8000 + number)) for number in range(RUNS_BEFORE)]
    marks = {one.id: tuple(_mark(number + position) for position in range(failed)) for number, one in enumerate(runs)}
    return History.of(runs, machines, marks)


def _mark(number: int) -> Mark:
    return Mark.PASSED if number % 3 else Mark.FAILED


def _machine(size: Size, number: int) -> MachineResult:
    suites = tuple(_suite(size, number * size.suites + position) for position in range(size.suites))
    device = Device(browser="Chrome", browser_version="131", os="Windows", os_version="11")
    return MachineResult(str(100 + number), f"Machine {number}", suites, Result.FAILED, _timing(number, 3600), device)


def _suite(size: Size, number: int) -> SuiteResult:
    cases = tuple(_case(number * size.cases + position) for position in range(size.cases))
    return SuiteResult(str(1000 + number), f"Suite {number}", cases, Result.FAILED, _timing(number, 60))


def _case(number: int) -> CaseResult:
    failed = number % FAIL_EVERY == 0
    identity = str(500_000 + number)
    return CaseResult(
        id=identity,
        case_id=str(100_000 + number),
        name=f"Customer number {number} puts something into the basket and pays",
        result=Result.FAILED if failed else Result.PASSED,
        result_label="FAILURE" if failed else "SUCCESS",
        timing=_timing(number, 12.3),
        steps=tuple(_step(number, position) for position in range(1, STEPS + 1)) if failed else None,
        url=f"{_URL}/test_case_results/{identity}",
    )


def _step(case: int, position: int) -> StepResult:
    """One step of a failed case; its last step failed."""
    failed = position == STEPS
    said = _text(f"Nothing was found on page {position} of customer {case}") if failed else f"Step {position} was done."
    return StepResult(
        id=str(10_000_000 + case * STEPS + position),
        position=position,
        action=_text(f"Verify that page {position} of customer {case} shows all that was ordered"),
        result=Result.FAILED if failed else Result.PASSED,
        message=said,
        kind="NLP_TEXT",
        error_type="ASSERT_ERROR" if failed else "",
        timing=_timing(case, 1.2),
    )


def _text(beginning: str) -> str:
    return f"{beginning}{_FILLER}"[:TEXT]


def _timing(offset: float, seconds: float) -> Timing:
    begin, duration = _BEGIN + timedelta(seconds=offset), timedelta(seconds=seconds)
    return Timing(begin, begin + duration, duration)
