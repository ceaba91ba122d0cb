"""A simulator of the Testsigma REST API, an independent reading of the published facts: how tests use it.

A built-in scenario behind a real socket (names in `NAMES`; `python -m tests.simulator --list` describes them):

    with Server(Simulator(scenario("failing"))) as server:
        start_our_step(base_url=server.url, api_key=server.key, plan_id=420)
        assert server.calls == ["start", *["status"] * 5, "cases", "run"]
        assert server.seen_of("start")[0].body["executionId"] == 420    # JSON types are kept

A scenario is frozen data, to be changed by copies, or written from scratch:

    scenario("failing").with_options(index=False, versions=("v3",), string_ids=True, shape=2024, metric=True)
    scenario("passing").with_plan(at_end={"result": None, "failedCount": 3})      # the first plan; any v1 run field
    Scenario(plans=(Plan(7, "My plan", (Machine("Chrome", (Suite("Smoke", (
        passed("Log in", "Click on Log in"),
        failed("Pay", "Open the shop", "Click on Pay", at=1, message="No such element"),
        data_driven("Search", Iteration("empty"), Iteration("umlauts", "FAILURE", "Nothing was found")),
        Case("any text, <b>lone surrogates</b> too", "SOMETHING_NEW"),
    )),)),)),))
    Scenario(plans=(grid(machines=2, suites=100, cases=500, fail_every=50),))     # benches: plan 4200

See content.py (plans), scenario.py (`Options`, `RunBefore`, `Scenario`) and faults.py (`Fault`) for every field.

How a run goes on: the start answer is STATUS_CREATED, then come the phases of `Plan.life`, then STATUS_COMPLETED. By
default a run is created for a moment, then in progress with nothing running, then in progress with counters that move.
With `pace="polls"` (the default) each status call shows the next phase, `polls` times each; with `pace="time"` a phase
lasts `seconds` of the simulator's clock. A phase with `hold=True` lasts until `server.release()` or `.release(run_id)`:

    queue = Phase("STATUS_IN_PROGRESS", idle=True)
    life = (queue, Phase("STATUS_SOMETHING_NEW", polls=2), Phase("STATUS_IN_PROGRESS", hold=True))
    with Server(Simulator(scenario("passing").with_plan(life=life))) as server:
        ...
        server.wait_for("status", count=4)        # blocks without polling; raises TimeoutError, 10 s by default
        server.wait_for(lambda seen: seen.call == "stop" and seen.status == 200)
        server.release()

A plan that runs failed cases again by itself, and how (`Case.rerun_result` is what comes of it):

    scenario("failing").with_plan(rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True, reruns=Reruns(shown_after=3))

Copies that are behind, by seconds after the end: `scenario("passing").with_options(lag=Lag(cases=1.5, counters=3.0))`.

Runs that exist before the test: `runs_before=(RunBefore(900, plan, "build 900"),)`, complete unless it has a `life`.
The first run that is started has the ID `next_run_id` (1001 in most built-ins, 302 and 517 in the samples).

Faults, the first that hits counts; all of it is data (`call` takes patterns, `count=None` is for ever):

    Fault("status", status=503, after=1, count=3, headers={"Retry-After": "1"})   # the 2nd to the 4th status call
    Fault("start", delivery="reset", takes_effect=True)       # the run exists, the answer is lost
    Fault("start", status=502, text="<html>Bad gateway</html>")                    # nothing was started
    Fault("stop", status=500, count=None)                     # no stop is ever accepted
    Fault("cases", text="[1, 2]")                             # the wrong type of JSON
    Fault("status", status=302, headers={"Location": "http://127.0.0.1:9/"})
    Fault("index-*", delivery="drip", chunk=10, interval=0.1) # also: close, truncate, endless, huge, garbage,
                                                              # and drip-head: the headers drip, too
    Fault("status", delivery="trailer", interval=5)           # correct so far, and never complete: also interim,
                                                              # chunk-size, empty-blocks
    Fault("status", delivery="early")                         # 103 Early Hints, then the answer
    Fault("*", delay=30.0, begin=5.0, end=60.0)               # by the simulator's clock, after it was made
    scenario("passing").with_faults(*faults)

Names of calls: start, rerun, status, stop, stop-all, cases (v1 list), configs, environments, environment, newest,
raw-cases, junit, upload-new, upload-version (PUT), upload, uploads, upload-versions (GET);
v2 and v3: run, machine, suite, case, steps, index-runs, index-machines, index-suites, index-cases;
unknown, wrong-method. A request is recorded (`server.seen`, see `Seen`) when the simulator has acted on it: before a
delay, and before the answer leaves. `server.simulator.statuses()` looks at the runs without a call.

TLS: `Server(simulator, host="localhost", certificate=path, private_key=path)`.
Without sockets, on any clock: `Simulator(scenario, clock=lambda: now).answer(Request("GET", "/api/v1/...", headers))`
returns a `Response`, in which `delay` and `delivery` are for the caller to carry out; `Caller` and `Clock` in
tests.simulator.caller make such calls short.
As a program: `python -m tests.simulator --help`.
"""

from tests.simulator.builders import data_driven, failed, grid, hook, passed, steps_failed, steps_passed
from tests.simulator.builtin import NAMES, scenario
from tests.simulator.content import (
    Case,
    Environment,
    Iteration,
    Machine,
    Phase,
    Plan,
    Reruns,
    SavedConfiguration,
    Step,
    Suite,
    UploadBefore,
    Variable,
)
from tests.simulator.faults import Fault
from tests.simulator.recording import Seen
from tests.simulator.scenario import TEST_KEY, Lag, Options, RunBefore, Scenario
from tests.simulator.server import Server
from tests.simulator.simulator import Simulator
from tests.simulator.wire import Request, Response

__all__ = [
    "NAMES",
    "TEST_KEY",
    "Case",
    "Environment",
    "Fault",
    "Iteration",
    "Lag",
    "Machine",
    "Options",
    "Phase",
    "Plan",
    "Request",
    "Reruns",
    "Response",
    "RunBefore",
    "SavedConfiguration",
    "Scenario",
    "Seen",
    "Server",
    "Simulator",
    "Step",
    "Suite",
    "UploadBefore",
    "Variable",
    "data_driven",
    "failed",
    "grid",
    "hook",
    "passed",
    "scenario",
    "steps_failed",
    "steps_passed",
]
