"""A script and how it went: what the step did, and what the service knows of it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.ci_readers import JSON_FILE
from tests.fuzz import plans
from tests.fuzz.content import COUNTERS
from tests.fuzz.oracle import with_reruns
from tests.fuzz.scripts import Script
from tests.simulation import Exchange, Outcome, World
from tests.simulator.runs import Run


@dataclass(frozen=True, slots=True)
class Story:
    """A script and how it went."""

    script: Script
    world: World
    outcome: Outcome

    @property
    def before(self) -> set[int]:
        """The runs that existed already."""
        return {run.id for run in self.script.scenario.runs_before}

    @property
    def started(self) -> dict[int, Run]:
        """The runs that the step has started, reruns apart."""
        runs = self.world.simulator.runs()
        return {number: run for number, run in runs.items() if number not in self.before and not run.parent}

    @property
    def ours(self) -> dict[int, Run]:
        """The runs that the step is responsible for: what it has started, or was to attach to."""
        attached = self.script.given("run-id")
        runs = self.world.simulator.runs()
        return {int(attached): runs[int(attached)]} if attached and int(attached) in runs else self.started

    @property
    def told(self) -> list[Mapping[str, Any]]:
        """What the outputs say of the runs, in the order of the list.

        Off GitHub it is taken from the results file; nothing if that is off, too.
        """
        if self.script.github:
            told: list[Mapping[str, Any]] = json.loads(self.outcome.outputs.get("runs") or "[]")
            return told
        return [_as_in_outputs(run) for run in self.results.get("runs", ())]

    @property
    def results(self) -> Mapping[str, Any]:
        """The results file; empty where there is none."""
        files = (path for path in self.outcome.workspace.rglob("*.json") if path.is_file())
        found = [path for path in files if path != self.outcome.workspace / JSON_FILE]
        read: Mapping[str, Any] = json.loads(found[0].read_text("utf-8")) if found else {}
        return read

    def run_of(self, told: Mapping[str, Any]) -> Run | None:
        """The run that the step says something of, if it is one of ours."""
        number = str(told["id"] or "")
        return self.ours.get(int(number)) if number.isascii() and number.isdecimal() else None

    @property
    def judged(self) -> list[tuple[Mapping[str, Any], Run]]:
        """What the step says of runs of ours, each with the run as the service knows it."""
        return [(told, run) for told in self.told if (run := self.run_of(told))]

    @property
    def starts(self) -> list[Exchange]:
        """The start requests that have reached the service."""
        return [exchange for exchange in self.outcome.exchanges if exchange.call == "start"]

    @property
    def undisturbed(self) -> bool:
        """Whether the service answered everything, and within a second."""
        return not self.script.scenario.faults and not self.script.cuts

    def spared(self, run: Run) -> bool:
        """Whether the service answered everything that can concern this run, and within a second."""
        others = {plans.aim(number) for number in plans.STARTED if number not in {one.id for one in with_reruns(run)}}
        return not self.script.cuts and all(fault.path in others for fault in self.script.scenario.faults)

    @property
    def doubled(self) -> bool:
        """Whether something on the way sent every start twice: then nobody knows of one of the runs."""
        return bool(self.script.scenario.options.doubled_starts)

    @property
    def left_for_post(self) -> bool:
        """Whether the main stage was killed, or could not do what it was to do."""
        return self.outcome.killed or (self.script.github and self.outcome.state.get("settled") != "true")

    @property
    def state(self) -> list[dict[str, Any]]:
        """What the main stage left for the post stage: one entry for each start that was about to be sent."""
        entries: list[dict[str, Any]] = json.loads(self.outcome.state.get("runs", "[]"))
        return entries

    @property
    def stops_on_cancel(self) -> bool:
        """Whether a signal is to stop the run."""
        default = "leave" if self.script.given("run-id") else "stop"
        waits = self.script.given("wait") != "false"
        return waits and (self.script.given("on-cancel") or default) == "stop"

    def lies(self, run: Run) -> list[Mapping[str, object]]:
        """What the service says of the runs of a plan, whatever they are."""
        plan = run.plan
        said = (plan.at_end, plan.at_start, plan.while_running, plan.test_run, plan.reruns.at_end)
        return [one for one in said if one]

    def nameless(self, run: Run) -> bool:
        """Whether the service leaves out of its answers whose run it describes: such a run may not be stopped."""
        return any({"executionId", "buildNo"} & lie.keys() for lie in self.lies(run))

    def honest(self, run: Run) -> bool:
        """Whether the service says what is true of a run and nothing else, and its verdict is that of its cases."""
        plan = run.plan
        alone = not self.doubled and not plan.automatic_rerun
        return alone and not plan.result and not self.lies(run) and self.script.scenario.options.list_of_cases

    def deceived(self, run: Run) -> bool:
        """Whether all that was said of a run is wrong: counters that lie, or none, and no list of cases was read."""
        path = f"/api/v1/execution_results/{run.id}/test_case_results"
        listed = (one for one in self.outcome.exchanges if one.request.path == path and one.received)
        honest = any(one.response.status == 200 and b"testCaseName" in one.response.body for one in listed)
        no_counters = any(f"{name}Count" in lie for name in COUNTERS for lie in self.lies(run))
        return (no_counters or self.script.scenario.options.null_counters) and not honest

    def last_answers(self, run: Run) -> Iterator[tuple[str, object]]:
        """The call and the JSON of the last answer about each part of a run that the step has read."""
        last: dict[str, tuple[str, object]] = {}
        for one in self.outcome.exchanges:
            body = _json(one) if one.received and one.response.status == 200 else None
            asked_for = one.request.path.rpartition("/")[2]
            if isinstance(body, dict) and (one.call == "cases" or str(body.get("id")) == asked_for):
                last[one.request.path] = (one.call, body)
        ours = {str(one.id) for one in with_reruns(run)}
        yield from (answer for path, answer in last.items() if ours & set(path.split("/")))

    def named(self, run: Run) -> bool:
        """Whether an answer that came before any signal has told the step of this run."""
        if not run.parent:
            return True
        signalled = self.outcome.signalled[0][0] if self.outcome.signalled else self.outcome.duration
        child = re.compile(rb'"childResult": ({"id": )?"?%d\b' % run.id)
        asked = re.compile(rb'"id": "?%d\b' % run.id)
        answers = (one for one in self.outcome.exchanges if one.received and one.received < signalled)
        return any((asked if one.call == "rerun" else child).search(one.response.body) for one in answers)


def entry_of(run: Run) -> tuple[str, str]:
    """Plan and build number of a run: they say which entry it is of."""
    return str(run.plan.id), str(run.build_no)


def _as_in_outputs(run: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the results file says of a run, under the names of the outputs."""
    return {
        "id": (run["run"] or {}).get("id"),
        "planId": run["spec"]["planId"],
        "buildNumber": run["spec"]["buildNumber"],
        "conclusion": run["verdict"]["conclusion"],
        "errorCode": run["verdict"]["code"],
    }


def _json(exchange: Exchange) -> object:
    """The body of an answer; None where it is no JSON, or none that arrives as such."""
    if any(name == "Content-Encoding" for name, _ in exchange.response.headers):
        return None
    try:
        return json.loads(exchange.response.body)
    except (ValueError, RecursionError):
        return None
