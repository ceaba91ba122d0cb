"""The calls of a step, each in a world where it is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from signal import SIGTERM

from tests.fault_matrix.faults import CHANGED_ALL_THE_SAME, TROUBLES
from tests.simulation import Signal
from tests.simulator import (
    Environment,
    Fault,
    Iteration,
    Machine,
    Phase,
    Plan,
    RunBefore,
    SavedConfiguration,
    Scenario,
    Suite,
    UploadBefore,
    data_driven,
    failed,
    passed,
    steps_passed,
)

EARLIER_RUN = 900

WORKING = Phase("STATUS_IN_PROGRESS", seconds=60.0)
HELD = Phase("STATUS_IN_PROGRESS", hold=True)
CASES = (passed("Log in", "Click on Log in"), data_driven("Search", Iteration("empty", steps=steps_passed("Search"))))
PLAN = Plan(
    420, "Shop", (Machine("Chrome", (Suite("Smoke", CASES),)),), life=(Phase("STATUS_QUEUED", seconds=5.0), WORKING)
)
BASE = Scenario(
    plans=(PLAN,),
    pace="time",
    configurations=(SavedConfiguration(7, "smoke"),),
    environments=(Environment(8, "staging"),),
    runs_before=(RunBefore(EARLIER_RUN, PLAN, "build 900"),),
)
FLAKY = BASE.with_plan(
    machines=(Machine("Chrome", (Suite("Smoke", (*CASES, replace(failed("Pay"), rerun_result="SUCCESS"))),)),)
)
RERUN = FLAKY.with_plan(rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True)
LOST_START = Fault("start", delivery="reset", takes_effect=True)
BY_NAME = {"TESTSIGMA_EXECUTION_CONFIG": "smoke"}
ENVIRONMENT = {"TESTSIGMA_ENVIRONMENT_ID": "staging"}
UPLOADS = replace(BASE, uploads_before=(UploadBefore(62),))
LOST_UPLOAD = Fault("upload-version", delivery="reset", takes_effect=True)
APP = {"TESTSIGMA_UPLOADS": "[{file: app.apk, upload-id: 62}]"}
APP_FOR_IOS = {"TESTSIGMA_UPLOADS": "[{file: app.ipa, upload-id: 62}]"}
NEW_APP = {"TESTSIGMA_UPLOADS": "[{file: app.apk, name: App, project-id: 11, application-id: 4}]"}
ATTACHED = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_RUN_ID": str(EARLIER_RUN)}
OWN = {"TESTSIGMA_BUILD_NUMBER": "my build"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the step: what it is for, its name in the simulator, and the world in which it is made.

    `after` so many such calls to `path` the faults begin; `changes` says that it is more than a question.
    """

    words: str
    name: str
    scenario: Scenario = BASE
    environ: Mapping[str, str] = field(default_factory=dict)
    signals: tuple[Signal, ...] = ()
    path: str = "*"
    after: int = 0
    changes: bool = False

    @property
    def troubles(self) -> list[str]:
        """The names of the faults that can hit it."""
        return [name for name in TROUBLES if self.changes or name != CHANGED_ALL_THE_SAME]


CALLS: dict[str, Call] = {
    "configs": Call("Look up the saved configuration by its name", "configs", environ=BY_NAME),
    "environments": Call("Look up the environment by its name", "environments", environ=ENVIRONMENT),
    "upload-read": Call("Read an upload, before a new version is sent", "upload", UPLOADS, APP),
    "upload-version": Call("Upload a file as a new version", "upload-version", UPLOADS, APP, changes=True),
    "upload-new": Call("Upload a file as a new upload", "upload-new", UPLOADS, NEW_APP, changes=True),
    "upload-lost": Call(
        "Look for a version whose upload was not answered", "upload", UPLOADS.with_faults(LOST_UPLOAD), APP, after=1
    ),
    "upload-signed": Call("Read an upload until an app for iOS is signed", "upload", UPLOADS, APP_FOR_IOS, after=1),
    "start": Call("Start the run, with a derived build number", "start", changes=True),
    "start-own": Call("Start the run, with your own build number", "start", environ=OWN, changes=True),
    "newest": Call("Look for a run whose start was not answered", "newest", BASE.with_faults(LOST_START)),
    "index-runs": Call(
        "Look for that run if there is no list of the plan's runs",
        "index-runs",
        BASE.with_options(newest_runs=False).with_faults(LOST_START),
    ),
    "attach": Call("Attach to a run", "status", environ=ATTACHED),
    "status": Call("Read the status of the run", "status", after=2),
    "rerun": Call("Read the status of a rerun", "status", RERUN, path="*/1002"),
    "rerun-asked": Call(
        "Ask for a rerun of the failed cases", "rerun", FLAKY, {"TESTSIGMA_RERUN_FAILED": "1"}, changes=True
    ),
    "stop-timeout": Call(
        "Stop the run when the wait ends",
        "stop*",
        BASE.with_plan(life=(HELD,)),
        {"TESTSIGMA_TIMEOUT": "2m", "TESTSIGMA_ON_TIMEOUT": "stop"},
        changes=True,
    ),
    "stop-cancel": Call(
        "Stop the run when the step is cancelled",
        "stop*",
        BASE.with_plan(life=(HELD,)),
        signals=(Signal(SIGTERM, 30.0),),
        changes=True,
    ),
    "cases": Call("Read the list of cases", "cases"),
    "run": Call("Read the counters and times of the run", "run"),
    "machine": Call("Read the details of a machine", "machine"),
    "suite": Call("Read the details of a suite", "suite"),
    "index-cases": Call("Read the index of cases", "index-cases"),
    "case": Call("Read the details of a case, if there is no index", "case", BASE.with_options(index=False)),
    "previous": Call("Look for the previous run of the plan", "newest"),
    "compared": Call("Read the cases of the previous run", "cases", path=f"*/{EARLIER_RUN}/*"),
    "steps": Call("Read the steps of a case", "steps", environ={"TESTSIGMA_DETAILS": "all"}),
}
