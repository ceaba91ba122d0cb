"""Stories that once broke a promise, and some that came close: each with what it is about."""

import signal
from dataclasses import replace

from tests.fuzz.scripts import Script
from tests.simulation import Cut, Signal
from tests.simulator import Fault, RunBefore, scenario

SLOW = scenario("slow")

PAST: dict[str, Script] = {
    "the start is answered after the signal": Script(
        SLOW.with_faults(Fault("start", delay=2.9)), signals=(Signal(signal.SIGTERM, call="start"),), travel=0.001
    ),
    "the start is answered too late after the signal": Script(
        SLOW.with_faults(Fault("start", delay=4.0)), signals=(Signal(signal.SIGINT, call="start"),)
    ),
    "the start is lost, and the signal comes in the lookup": Script(
        SLOW.with_faults(Fault("start", delivery="reset", takes_effect=True)),
        signals=(Signal(signal.SIGTERM, call="newest"),),
    ),
    "the signal comes when the wait is over": Script(
        SLOW, {"TESTSIGMA_TIMEOUT": "20s", "TESTSIGMA_POLL_INTERVAL": "10s"}, signals=(Signal(signal.SIGTERM, 18.0),)
    ),
    "killed while the start is on its way": Script(SLOW, signals=(Signal(signal.SIGKILL, 0.01),)),
    "the head of an answer drips": Script(
        scenario("passing").with_faults(Fault("status", delivery="drip-head", chunk=1, interval=20.0)),
        {"TESTSIGMA_TIMEOUT": "30m"},
    ),
    "an answer says that it is compressed, and is not": Script(
        scenario("passing").with_faults(Fault("start", headers={"Content-Encoding": "gzip"}))
    ),
    "the network is gone for minutes": Script(
        scenario("passing"), cuts=(Cut("unresolved", Fault("*", begin=1.0, end=600.0, count=None)),)
    ),
    "attached to a run that is not there": Script(
        scenario("passing"), {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_RUN_ID": "77777", "TESTSIGMA_ON_CANCEL": "stop"}
    ),
    "cancelled before the run to attach to was read": Script(
        replace(SLOW, runs_before=(RunBefore(800, SLOW.plans[0], life=SLOW.plans[0].life),)),
        {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_RUN_ID": "800", "TESTSIGMA_ON_CANCEL": "stop"},
        signals=(Signal(signal.SIGINT, look=3),),
    ),
    "the details are refused when the results are read for the second time": Script(
        scenario("passing")
        .with_plan(test_run={"metrics": {"totalCount": "many"}})
        .with_faults(Fault("run", after=1, status=499, count=None)),
        {"TESTSIGMA_RERUN_FAILED": "1"},
    ),
}
