"""The comparison with the plan's run before: in every report, and never in the verdict."""

from dataclasses import replace

import pytest

from tests.scenario.conftest import Bench
from tests.simulator import Fault, Machine, Plan, RunBefore, Scenario, Suite, failed, passed

NAMES = ("Pay by card", "Pay by invoice", "Pay by voucher", "Pay on delivery")


def plan(*bad: str) -> Plan:
    """A plan in which these cases fail."""
    cases = (failed(name, "Open", "Pay", at=1, message="No") if name in bad else passed(name) for name in NAMES)
    return Plan(420, "Shop", (Machine("Chrome", (Suite("Checkout", tuple(cases)),)),))


def served(*bad: str) -> Scenario:
    """A service on which voucher and delivery failed before, and these fail now."""
    before = RunBefore(900, plan("Pay by voucher", "Pay on delivery"), "build 900")
    return Scenario((plan(*bad),), runs_before=(before,), next_run_id=1001)


def test_new_known_and_fixed(bench: Bench) -> None:
    """Log, summary, annotations and outputs say which failures are new, the new ones first."""
    step = bench.run(server=bench.serve(served("Pay by card", "Pay by voucher")))
    assert (step.exit_code, step.outputs["new-failures"]) == (1, "1")
    assert "Compared with run 900: 1 new, 1 known, 1 fixed" in step.log
    assert "Checkout / Pay by card (new, failed, " in step.log
    assert "Checkout / Pay by voucher (known, failed, " in step.log
    summary = step.summary
    order = ("<b>1 new, 1 known, 1 fixed</b> since", "<h3>1 new failure", "<h3>1 known failure", "<h3>1 fixed case")
    assert sorted(order, key=summary.index) == list(order)
    notes = [line for line in step.lines if line.startswith("::error ")]
    assert ["New%3A Chrome / Checkout / Pay by card" in line for line in notes] == [True, False]


def test_a_green_run_says_what_is_fixed(bench: Bench) -> None:
    """A run that passed is compared, too."""
    step = bench.run(server=bench.serve(served()))
    assert (step.exit_code, step.outputs["new-failures"]) == (0, "0")
    assert "Compared with run 900: 2 fixed" in step.log


@pytest.mark.parametrize(("compare", "said"), [("900", "Compared with run 900:"), ("901", "Comparison with run 901.")])
def test_run_that_was_asked_for(bench: Bench, compare: str, said: str) -> None:
    """A run is compared with by its ID; one that does not exist is a line in the log, and no other verdict."""
    step = bench.run({"TESTSIGMA_COMPARE": compare}, server=bench.serve(served("Pay by card")))
    assert (step.exit_code, bool(step.outputs["new-failures"])) == (1, compare == "900")
    assert said in step.log


def test_off(bench: Bench) -> None:
    """Nothing is compared where comparison and history are turned off."""
    server = bench.serve(served("Pay by card"))
    step = bench.run({"TESTSIGMA_COMPARE": "off", "TESTSIGMA_HISTORY": "0"}, server=server)
    assert step.outputs["new-failures"] == ""
    assert not [seen for seen in server.seen_of("cases") if "/900/" in seen.path]
    assert "since" not in step.log + step.summary


def test_first_run_of_a_plan(bench: Bench) -> None:
    """Where the plan never ran before nothing is said of a comparison."""
    step = bench.run(server=bench.serve(replace(served("Pay by card"), runs_before=())))
    assert step.outputs["new-failures"] == ""
    assert "since" not in step.log + step.summary
    assert "<h3>1 case did not pass" in step.summary


def test_trouble_with_it_does_not_change_the_verdict(bench: Bench) -> None:
    """Where the cases of the run before cannot be had a green run stays green, and says so."""
    fault = Fault("cases", status=403, after=1, count=None)
    step = bench.run(server=bench.serve(served().with_faults(fault)))
    assert (step.exit_code, step.outputs["conclusion"], step.outputs["new-failures"]) == (0, "passed", "")
    assert "Not available: Comparison with run 900." in step.log


def test_annotations_are_as_many_as_asked_for(bench: Bench) -> None:
    """The input says how many annotations there are at most; the last one counts the rest."""
    for most, number in (("0", 0), ("1", 1), ("50", 3)):
        server = bench.serve(served(*NAMES[:3]))
        step = bench.run({"TESTSIGMA_ANNOTATIONS": most}, server=server)
        assert len([line for line in step.lines if line.startswith("::error ")]) == number
