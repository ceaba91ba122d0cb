"""A process with policies: its exit code, its last line and its files say that failures are tolerated."""

from datetime import UTC, datetime, timedelta

from tests.scenario.conftest import Bench
from tests.simulator import Machine, Plan, Scenario, Suite, failed, passed

CASES = (failed("Pay by card", "Open", "Pay", at=1, message="No"), passed("Pay by invoice"))
SHOP = Scenario((Plan(420, "Shop", (Machine("Chrome", (Suite("Checkout", CASES),)),)),))


def test_a_quarantine_turns_the_step_green_until_its_last_day(bench: Bench) -> None:
    """Today is the day of the machine, in UTC: an entry holds today, and none that ended the day before yesterday."""
    today = datetime.now(UTC).date()
    for days, exit_code in ((1, 0), (-2, 1)):
        entry = f"[{{case: Pay by card, reason: known, expires: {today + timedelta(days=days)}}}]"
        step = bench.run({"TESTSIGMA_QUARANTINE": entry}, server=bench.serve(SHOP))
        assert step.exit_code == exit_code, step.log
        assert step.outputs["tolerated"] == str(1 - exit_code)
        assert step.junit_counts["failures"] == exit_code
    assert "Its failures count again." in step.log
