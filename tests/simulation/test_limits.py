"""After a signal most CI systems kill a step within 10 s (docs/other-ci.md). It must have ended by then."""

import re
import signal
from pathlib import Path

import pytest

from tests.simulation import Signal, World
from tests.simulator import Fault, Phase, scenario

# Seconds.
WAY_OUT = 7.0
HOUR = 3600.0
LONG = (Phase("STATUS_IN_PROGRESS", polls=1_000_000, seconds=10 * HOUR),)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    "fault",
    [
        Fault("*", begin=90.0, delay=HOUR, count=None),
        Fault("*", begin=90.0, delay=3.0, count=None),
        Fault("*", begin=90.0, status=503, headers={"Retry-After": "120"}, count=None),
        Fault("*", begin=90.0, delivery="reset", count=None),
    ],
    ids=["no answer", "slow", "503", "reset"],
)
def test_a_signal_while_the_service_is_in_trouble(fault: Fault, number: int, tmp_path: Path) -> None:
    """The step ends in time with its reports, also if the run cannot be stopped; the log then says so."""
    content = scenario("slow").with_plan(life=LONG).with_faults(fault)
    outcome = World(content, tmp_path, signals=[Signal(number, 100.0)]).run()
    assert outcome.exit_code == (130 if number == signal.SIGINT else 143)
    assert outcome.duration - outcome.signalled[0][0] < WAY_OUT
    assert outcome.outputs["conclusion"] == "cancelled"
    assert re.search(r"was stopped|may still be running", outcome.lines[-1]), outcome.log
