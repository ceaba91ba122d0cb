"""Scenarios around the bodies that the vendor published: run 302, and run 517 with its results at all levels."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

from tests.simulator.builders import failed, passed
from tests.simulator.content import Case, Machine, Plan, SavedConfiguration, Step, Suite
from tests.simulator.scenario import RunBefore, Scenario

BODIES = Path(__file__).parent.parent / "fixtures" / "api"


@cache
def _text(name: str) -> str:
    return (BODIES / f"{name}.json").read_text("utf-8")


def _body(name: str) -> dict[str, object]:
    body: dict[str, object] = json.loads(_text(name))
    return body


def _configurations() -> tuple[SavedConfiguration, ...]:
    found = json.loads(_text("seed000_saved_execution_configs_response"))
    return tuple(SavedConfiguration(each["id"], each["name"], (114, 130, 131, 132), fields=each) for each in found)


def sample_302() -> Scenario:
    """Run 302: complete from the beginning for whoever attaches to it, and the ID of the next run as well."""
    case = failed("Book a trip", "Navigate to https://simply-travel.testsigma.com/", "Click on Book now", at=1)
    machine = Machine("Windows Chrome", (Suite("Booking", (replace(case, duration=13_647),)),))
    end = _body("seed000_run_status_response")
    plan = Plan(274, "Test Plan Trigger REST API", (machine,), at_end=end)
    about = "The published run 302 of plan 274: 1 of 1 failed, served with exactly the sample's body at its end."
    return Scenario(
        (plan,), about, configurations=_configurations(), runs_before=(RunBefore(302, plan),), next_run_id=302
    )


def _step(body: dict[str, object]) -> Step:
    result = None if body["result"] is None else str(body["result"])
    return Step(str(body["action"]), result, str(body["message"]), fields=body)


def _published_case() -> Case:
    steps = json.loads(_text("seed004_step_results_page"))["content"]
    message = "Unable to perform click/check action on element, Element is not displayed."
    fields = _body("seed004_test_case_result")
    rows = tuple(_step(each) for each in steps)
    return Case(
        "Log in by mobile number", "FAILURE", message, rows, duration=23_038, id=609, result_id=3857, fields=fields
    )


def _published_machine() -> Machine:
    log_in = (_published_case(), passed("Log in by e-mail", "Click on Login Button", duration=38_962))
    book = (
        failed("Book a flight", "Click on Book", duration=31_000),
        passed("Book a hotel", "Click on Book", duration=36_000),
    )
    first = Suite("Log in", log_in, id=359, result_id=1383, fields=_body("seed004_test_suite_result"))
    second = Suite("Booking", book, id=360, result_id=1384)
    return Machine(
        "Windows Chrome", (first, second), id=88, result_id=1434, fields=_body("seed004_test_machine_result")
    )


def _invented_machine() -> Machine:
    by_mobile = failed("Log in by mobile number", "Click on Continue Button", duration=24_000)
    log_in = (by_mobile, passed("Log in by e-mail", "Click on Login Button", duration=22_000))
    book = (
        failed("Book a flight", "Click on Book", duration=26_000),
        passed("Book a hotel", "Click on Book", duration=25_000),
    )
    suites = (Suite("Log in", log_in, id=359, result_id=1385), Suite("Booking", book, id=360, result_id=1386))
    return Machine("Windows Firefox", suites, browser="MozillaFirefox", browser_version="125.0", id=89, result_id=1435)


def sample_517() -> Scenario:
    """Run 517: complete from the beginning for whoever attaches to it, and the ID of the next run as well."""
    end: dict[str, object] = {"startTime": 1_716_967_759_000, "endTime": 1_716_967_997_000, "duration": 238_000}
    machines = (_published_machine(), _invented_machine())
    plan = Plan(420, "Simply Travel", machines, at_end=end, test_run=_body("seed004_test_run"))
    before = RunBefore(517, plan, triggered_type="MANUAL")
    about = "The published run 517 of plan 420: two machines, 8 cases, 4 failed, one case with its six steps."
    return Scenario((plan,), about, runs_before=(before,), next_run_id=517, next_result_id=3858)
