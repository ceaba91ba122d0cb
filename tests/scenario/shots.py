"""Steps that get a signal at a random moment: what the service does meanwhile, and what must be true afterwards."""

import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.scenario.conftest import Outcome
from tests.simulator import Fault, Scenario, Server, scenario

# Seconds from the first signal to the end of the step: the platform's limit is 10, SIGTERM follows after 7.5.
WAY_OUT = 7.0
# Seconds that the service takes for an answer at most.
SLOWEST = 0.9
# Bits of the mask of signals that a process catches (proc(5), SigCgt).
CAUGHT = 1 << (signal.SIGINT - 1) | 1 << (signal.SIGTERM - 1) | 1 << (signal.SIGHUP - 1)
WAYS_OUT = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
LOST = Fault("start", delivery="reset", takes_effect=True)
# The run that the step starts, and the end of its life.
RUN = 1001
OVER = "STATUS_COMPLETED"


@dataclass(frozen=True)
class Shot:
    """One step and its signal.

    `share` is the moment of the signal, as a share of the life of such a step that gets none. `lost` says that the
    start is not answered. Each of the `delays` (seconds) is that of one answer.
    """

    number: signal.Signals
    share: float
    lost: bool
    delays: tuple[float, ...]

    @classmethod
    def of(cls, seed: object, index: int) -> "Shot":
        """Every fifth start is not answered; one answer of ten is slow."""
        random = Random(f"{seed}/{index}")  # noqa: S311 - chances that can be repeated
        slow = tuple(random.uniform(0, SLOWEST if random.random() < 0.1 else 0.15) for _ in range(80))
        number = random.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        return cls(number, random.random(), random.random() < 0.2, slow)

    @property
    def scenario(self) -> Scenario:
        """A plan that fails, so that no exit code of ours is that of an empty step."""
        delays = (Fault("*", delay=delay) for delay in self.delays)
        return scenario("failing").with_faults(*([LOST] if self.lost else []), *delays)


def seed_of(config: pytest.Config) -> object:
    """The seed of the whole test run, which is printed at its beginning and repeats it: `--randomly-seed=...`."""
    return config.getoption("randomly_seed", 0)


def stands(process: int) -> bool:
    """Whether a process takes these signals itself."""
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:"))
    return caught & CAUGHT == CAUGHT


def going_on(server: Server) -> list[int]:
    """The runs that are not over."""
    return [number for number, status in server.simulator.statuses().items() if status != OVER]


def assert_nothing_lost(server: Server, outcome: Outcome, number: signal.Signals, going: Iterable[int]) -> None:
    """At most one run was started; it is over, by a stop if it went on at the signal; and all reports say the same."""
    assert server.calls.count("start") <= 1
    assert going_on(server) == []
    assert "stop" in server.calls or not going or _ended_by_itself(outcome)
    assert outcome.outputs["run-id"] == (str(RUN) if RUN in server.simulator.statuses() else "")
    assert outcome.state["settled"] == "true"
    _assert_reports(outcome, number)


def _ended_by_itself(outcome: Outcome) -> bool:
    """Whether the step saw the end of its run before it could stop it."""
    return f"Run {RUN} had completed by then" in outcome.log or outcome.outputs["conclusion"] == "failed"


def _assert_reports(outcome: Outcome, number: signal.Signals) -> None:
    """Cancelled, or the verdict of a step that was through, and that everywhere."""
    conclusion = outcome.outputs["conclusion"]
    assert (outcome.exit_code, conclusion) in {(WAYS_OUT[number], "cancelled"), (1, "failed")}
    assert outcome.results["verdict"]["conclusion"] == conclusion
    assert outcome.junit_counts["failures"] + outcome.junit_counts["errors"] > 0
    assert outcome.summary.strip()
    assert f"(exit code {outcome.exit_code}, " in outcome.lines[-1]
