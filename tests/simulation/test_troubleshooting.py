"""What docs/troubleshooting.md shows for an error code is what the step says when that happens."""

import re
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.simulation import Cut, Signal, World
from tests.simulation.world import URL
from tests.simulator import (
    Fault,
    Machine,
    Phase,
    Reruns,
    RunBefore,
    Scenario,
    Simulator,
    Suite,
    UploadBefore,
    failed,
    scenario,
)

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "troubleshooting.md").read_text("utf-8")
EXAMPLES = {found[2]: found[1] for found in re.finditer(r"```text\n(.+ \(exit code \d+, ([a-z-]+)\): .+)\n```", GUIDE)}
LONG = (Phase("STATUS_IN_PROGRESS", seconds=5.0, idle=True), Phase("STATUS_IN_PROGRESS", seconds=86_400.0))
HELD = (Phase("STATUS_IN_PROGRESS", hold=True, idle=True),)
COUNTERS = ("total", "passed", "failed", "aborted", "stopped", "notExecuted", "queued")
NO_COUNTERS = {f"{name}Count": None for name in COUNTERS}
ATTACH = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_RUN_ID": "9001"}
MERGE = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_MERGE": "parts/*.json", "TESTSIGMA_MERGE_EXPECTS": "4"}
APP = {"TESTSIGMA_UPLOADS": "[{file: app.apk, upload-id: 62}]"}
# Examples that no step of this world writes into its log: the one of a step that was killed, and our own fault.
NOT_HERE = {"not-finished", "bug"}


def plan(name: str = "passing", *faults: Fault, **changes: object) -> Scenario:
    """A scenario with the IDs that the page uses, paced by time."""
    found = replace(scenario(name).with_plan(id=431, **changes), pace="time", next_run_id=9001)
    return found.with_faults(*faults)


def rerunning() -> Scenario:
    """The plan runs two failed cases again by itself, and they pass."""
    cases = tuple(replace(failed(name, "Click"), rerun_result="SUCCESS") for name in ("Pay by card", "Log in"))
    machines = (Machine("Windows Chrome", (Suite("Smoke", cases),)),)
    return plan(machines=machines, rerun_type="ALL", automatic_rerun=True, reruns=Reruns())


def uploading(**options: object) -> Scenario:
    """An upload exists that gets a new version."""
    return replace(plan(), uploads_before=(UploadBefore(62),)).with_options(**options)


def busy() -> Scenario:
    """The service refuses the start, because another run of the plan goes on."""
    made = plan("passing", refusal(500, "The specified Test Plan is currently running."))
    return replace(made, runs_before=(RunBefore(8999, made.plans[0], "nightly", life=LONG),))


def refusal(status: int, said: str, call: str = "start") -> Fault:
    """The service answers like this, again and again."""
    return Fault(call, status=status, text=f'{{"error": "{said}"}}', count=None)


@dataclass(frozen=True)
class Situation:
    """How it comes to an error code; `spoilt` puts a file where the folder of the reports was.

    `threads` is how many the step may start.
    """

    scenario: Scenario
    environ: Mapping[str, str] = field(default_factory=dict)
    signals: tuple[Signal, ...] = ()
    cuts: tuple[Cut, ...] = ()
    spoilt: bool = False
    threads: int | None = None


SIGN_IN = Fault("*", status=302, headers={"Location": "https://sso.example.com/"}, count=None)
SITUATIONS = {
    "tests-failed": Situation(plan("failing")),
    "incomplete-merge": Situation(plan(), MERGE),
    "no-tests": Situation(plan("no-tests")),
    "too-few-tests": Situation(plan(), {"TESTSIGMA_MIN_TESTS": "200"}),
    "flaky": Situation(rerunning(), {"TESTSIGMA_FAIL_ON_FLAKY": "true"}),
    "run-stopped": Situation(plan("stopped")),
    "run-aborted": Situation(plan("aborted", message="Testsigma ended the Test Plan")),
    "infrastructure": Situation(plan("aborted")),
    "stopped-after-failures": Situation(
        plan("failing", life=(Phase("STATUS_IN_PROGRESS", seconds=3000.0),)), {"TESTSIGMA_STOP_AFTER_FAILURES": "2"}
    ),
    "bad-input": Situation(plan(), {"TESTSIGMA_TIMEOUT": "soon"}),
    "not-found": Situation(plan(), ATTACH),
    "start-refused": Situation(plan("passing", refusal(400, "Invalid environment"))),
    "plan-busy": Situation(busy()),
    "upload-failed": Situation(uploading(upload_error="Unsupported package"), APP),
    "upload-uncertain": Situation(
        uploading().with_faults(Fault("upload-version", status=504, text="<html></html>")),
        APP | {"TESTSIGMA_BUILD_NUMBER": "build 7"},
    ),
    "api-key-rejected": Situation(plan("passing", refusal(401, "Invalid JWT token"))),
    "api-forbidden": Situation(plan("passing", refusal(403, "Access denied"))),
    "api-unreachable": Situation(plan(), cuts=(Cut("refused", Fault("*", count=None)),)),
    "api-certificate": Situation(plan(), cuts=(Cut("untrusted", Fault("*", count=None)),)),
    "api-redirected": Situation(plan("passing", SIGN_IN)),
    "api-refused": Situation(plan("passing", refusal(400, "Invalid request", "status"))),
    "timed-out": Situation(plan(life=LONG)),
    "queue-timed-out": Situation(plan(life=HELD), {"TESTSIGMA_QUEUE_TIMEOUT": "10m"}),
    "cancelled": Situation(plan(life=LONG), signals=(Signal(signal.SIGINT, 30.0),)),
    "contradiction": Situation(plan("failing", result="SUCCESS")),
    "no-evidence": Situation(
        plan("passing", Fault("cases", status=500, count=None), at_end=NO_COUNTERS).with_options(versions=())
    ),
    "result-unknown": Situation(plan(result="SOMETHING")),
    "start-uncertain": Situation(
        plan("passing", Fault("start", delivery="reset", takes_effect=True)), {"TESTSIGMA_BUILD_NUMBER": "build 7"}
    ),
    "no-threads": Situation(plan(), threads=1),
    "report-unwritable": Situation(plan(), {"TESTSIGMA_RESULTS_FILE": "off"}, spoilt=True),
}


def last_line(folder: Path, situation: Situation) -> str:
    """The last line of the log of a step in a situation, at the usual address."""
    world = World(
        situation.scenario,
        folder,
        situation.environ,
        signals=situation.signals,
        cuts=situation.cuts,
        threads=situation.threads,
    )

    (world.workspace / "app.apk").write_bytes(b"an app")

    def spoil(_: Simulator) -> None:
        shutil.rmtree(world.workspace / "test-results")
        (world.workspace / "test-results").touch()

    if situation.spoilt:
        world.at(1.0, spoil)
    line = world.run().lines[-1]
    return line.replace(URL, "https://app.testsigma.com").replace("testsigma.example", "app.testsigma.com")


@pytest.mark.parametrize("code", SITUATIONS)
def test_the_example_of_a_code(tmp_path: Path, code: str) -> None:
    """It is the last line of a log, word by word."""
    assert last_line(tmp_path, SITUATIONS[code]) == EXAMPLES[code]


def test_every_example_is_tried() -> None:
    """Every section of the page has an example, and every example is tried."""
    assert set(EXAMPLES) == set(SITUATIONS) | NOT_HERE
