"""Steps that get a signal at a random moment: what the service does meanwhile, and what must be true afterwards."""

import json
import signal
from collections.abc import Iterable
from dataclasses import dataclass, replace
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
# The run of a step with one plan, and the end of its life.
RUN = 1001
OVER = "STATUS_COMPLETED"
# Every so many shots hit a step with many plans.
SEVERAL_EVERY = 10
MANY = 20


@dataclass(frozen=True)
class Shot:
    """One step and its signal.

    `share` is the moment of the signal, as a share of the life of such a step that gets none. `lost` says that a
    start is not answered. Each of the `delays` (seconds) is that of one answer.
    """

    number: signal.Signals
    share: float
    lost: bool
    delays: tuple[float, ...]
    plans: int = 1

    @classmethod
    def of(cls, seed: object, index: int) -> "Shot":
        """Every fifth start is not answered; one answer of ten is slow; every tenth step has many plans."""
        random = Random(f"{seed}/{index}")  # noqa: S311 - chances that can be repeated
        plans = MANY if index % SEVERAL_EVERY == SEVERAL_EVERY - 1 else 1
        slow = tuple(random.uniform(0, SLOWEST if random.random() < 0.1 else 0.15) for _ in range(80 * plans))
        number = random.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        return cls(number, random.random(), random.random() < 0.2, slow, plans)

    @property
    def scenario(self) -> Scenario:
        """Plans that fail, so that no exit code of ours is that of an empty step."""
        delays = (Fault("*", delay=delay) for delay in self.delays)
        served = scenario("failing").with_faults(*([LOST] if self.lost else []), *delays)
        return replace(served, plans=tuple(replace(served.plans[0], id=plan) for plan in self._plan_ids))

    @property
    def inputs(self) -> dict[str, str]:
        """The inputs that run all plans of the scenario."""
        if self.plans == 1:
            return {}
        listed = "".join(f"- plan-id: {plan}\n" for plan in self._plan_ids)
        return {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": listed, "TESTSIGMA_MAX_PARALLEL": str(self.plans)}

    @property
    def _plan_ids(self) -> range:
        return range(420, 420 + self.plans)


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


def assert_nothing_lost(server: Server, outcome: Outcome, shot: Shot, going: Iterable[int]) -> None:
    """No plan was started twice; every run is over, by a stop if it went on at the signal; and all reports agree."""
    assert server.calls.count("start") <= shot.plans
    assert going_on(server) == []
    stopped = {int(seen.path.rsplit("/", 1)[1]) for seen in server.seen_of("stop")}
    assert [run for run in going if run not in stopped and not _ended_by_itself(run, outcome)] == []
    started = sorted(number for number in server.simulator.statuses() if number >= RUN)
    assert sorted(map(int, filter(None, outcome.outputs["run-ids"].split(",")))) == started
    assert outcome.state["settled"] == "true"
    _assert_reports(outcome, shot.number)


def _ended_by_itself(run: int, outcome: Outcome) -> bool:
    """Whether the step saw the end of a run before it could stop it."""
    told = {one["id"]: one["status"] for one in json.loads(outcome.outputs["runs"])}
    return told.get(str(run)) == "completed"


def _assert_reports(outcome: Outcome, number: signal.Signals) -> None:
    """Cancelled, or the verdict of a step that was through, and that everywhere."""
    conclusion = outcome.outputs["conclusion"]
    assert (outcome.exit_code, conclusion) in {(WAYS_OUT[number], "cancelled"), (1, "failed")}
    assert outcome.results["verdict"]["conclusion"] == conclusion
    assert outcome.junit_counts["failures"] + outcome.junit_counts["errors"] > 0
    assert outcome.summary.strip()
    assert f"(exit code {outcome.exit_code}, " in outcome.lines[-1]
