"""One cell: what a step does when a fault hits a call, as seen from outside, and in words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.fault_matrix.calls import EARLIER_RUN, Call
from tests.fault_matrix.faults import Trouble
from tests.simulation import Outcome, World

ONCE, FOR_GOOD = 1, None
OVER = "STATUS_COMPLETED"


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of it: `runs` is what the service knows in the end of what this step started, by ID."""

    exit_code: int
    code: str
    run_id: str
    runs: dict[str, str]
    result: str
    adopted: bool
    gaps: bool
    settled: bool
    attached: bool
    rerun_unknown: bool = False

    @property
    def words(self) -> str:
        """The cell in words for people."""
        verdict = "passes" if self.exit_code == 0 else f"exit {self.exit_code}, `{self.code}`"
        return "; ".join([verdict, *self._notes()])

    def _notes(self) -> Iterator[str]:
        if self.adopted:
            yield "the run is found by its build number"
        if not self.attached and not self.runs:
            yield "nothing is started"
        if self.runs and not self.run_id:
            yield "the message says that a run may have been started"
        if self.exit_code and self.run_id:
            yield self._fate()
        if self.rerun_unknown:
            yield "the message says that a rerun may have been started"
        if self.gaps:
            yield "says what is missing"
        if not self.settled:
            yield f"the post stage stops the {'rerun' if self.rerun_unknown else 'run'}"

    def _fate(self) -> str:
        status = self.runs.get(self.run_id, OVER)
        if status != OVER:
            return "the run goes on"
        return "the run is stopped" if self.result == "stopped" else "the run is over"


def observe(call: Call, trouble: Trouble, count: int | None, folder: Path) -> tuple[Cell, World, Outcome]:
    """Run a step in a world where this trouble hits this call."""
    # A connection is made before the body is known, which tells a rerun from the start before it.
    name, after = ("start", 1) if trouble.cut and call.name == "rerun" else (call.name, call.after)
    faults, cuts = trouble.on(name, call.path, count=count, after=after)
    scenario = replace(call.scenario, faults=(*faults, *call.scenario.faults))
    environ = {"TESTSIGMA_TIMEOUT": "30m", **call.environ}
    world = World(scenario, folder, environ, cuts=cuts, signals=call.signals)
    for file in ("app.apk", "app.ipa") if "TESTSIGMA_UPLOADS" in call.environ else ():
        (world.workspace / file).write_bytes(b"an app")
    outcome = world.run()
    outputs = outcome.outputs
    started = (run for run in world.simulator.runs().values() if run.id != EARLIER_RUN and not run.parent)
    cell = Cell(
        exit_code=outcome.exit_code,
        code=outputs["error-code"],
        run_id=outputs.get("run-id", ""),
        runs={str(run.id): run.status for run in started},
        result=outputs["result"],
        adopted="by its build number; continuing with it" in outcome.log,
        gaps=any(line.startswith("Not available") for line in outcome.lines),
        settled="settled" in outcome.state,
        attached="TESTSIGMA_RUN_ID" in call.environ,
        rerun_unknown=f"A rerun of run {outputs.get('run-id')} may have been started" in outcome.log,
    )
    return cell, world, outcome
