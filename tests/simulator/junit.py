"""The vendor's own JUnit report, with its deficiencies: one suite per machine, errors repeat failures."""

from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from tests.simulator.runs import Run
from tests.simulator.tree import CaseNode, MachineNode

_URL = "https://app.testsigma.com/ui/td/runs/{}"


def vendor_report(run: Run) -> str:
    """The report of a complete run as the deprecated endpoint gives it."""
    suites = "".join(_machine(run, machine) for machine in run.tree.machines)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f"{head}<testsuites>\n{suites}</testsuites>\n"


def _machine(run: Run, machine: MachineNode) -> str:
    cases, url = list(machine.cases), _URL.format(run.id)
    bad = sum(run.case_result(case) not in {"SUCCESS", "PASSED"} for case in cases)
    stamp = datetime.fromtimestamp(run.started, UTC).strftime("%Y-%m-%d %H:%M:%S.0")
    name = quoteattr(f"{run.plan.name} || {machine.content.title}")
    counters = f'tests="{len(cases)}" failures="{bad}" errors="{bad}" time="{_seconds(machine.duration)}"'
    link = f'<property name="Testsigma reports URL" value="{url}"/>'
    return (
        f'    <testsuite name={name} timestamp="{stamp}" {counters}>\n'
        f"        <properties>\n            {link}\n        </properties>\n"
        f"{''.join(_case(run, case, url) for case in cases)}"
        f"        <system-out>For More info on results, visit {url}</system-out>\n    </testsuite>\n"
    )


def _case(run: Run, case: CaseNode, url: str) -> str:
    names = f"name={quoteattr(case.content.name)} classname={quoteattr(case.suite.content.name)}"
    head = f'        <testcase {names} time="{_seconds(case.duration)}"'
    if run.case_result(case) in {"SUCCESS", "PASSED"}:
        return f"{head}/>\n"
    message = "null" if case.content.message is None else escape(case.content.message)
    text = f'Test failed with message:"{message}".please visit below URL for more details.\n {url}'
    return f"{head}>\n            <failure>{text}</failure>\n        </testcase>\n"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:06.3f}"
