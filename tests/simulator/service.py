"""The state of the service: runs, who may start one, and what starting, stopping and rerunning do to it."""

from collections.abc import Mapping, Sequence

from tests.simulator.content import Environment, Plan, SavedConfiguration
from tests.simulator.life import Life
from tests.simulator.runs import Run, completed
from tests.simulator.scenario import RunBefore, Scenario
from tests.simulator.selection import FAILED, again_by_itself, cases_to_rerun, kept_again, kept_by
from tests.simulator.tree import CaseNode, Ids, grow
from tests.simulator.uploads import Uploads
from tests.simulator.wire import Refusal, as_id

BUSY = (
    "The specified Test Plan is currently running. Please wait for the current execution to complete "
    "or stop it before starting another one."
)


class Service:
    """Runs and their lives. Times are seconds of the simulator's clock; refusals are raised as `Refusal`."""

    def __init__(self, scenario: Scenario, now: float) -> None:
        self.scenario = scenario
        self.runs: dict[int, Run] = {}
        self._ids = Ids(scenario.next_result_id)
        self._next_run_id = scenario.next_run_id
        self.uploads = Uploads(scenario.uploads_before)
        self._before = {before.id for before in scenario.runs_before}
        for before in scenario.runs_before:
            self._add_before(before, now)

    def _add_before(self, before: RunBefore, now: float) -> None:
        born = now - (before.age if before.life is None else before.head_start)
        life = Life.of(before.life or (), self.scenario.pace, born if before.life is None else now)
        run = Run(before.id, before.plan, grow(before.plan, before.id, self._ids), life, born, before.build_no)
        run.triggered_type = before.triggered_type
        if before.life is None:
            completed(run, before.seconds)
        else:
            run.polled(now)
        self.runs[run.id] = run

    def tick(self, now: float) -> None:
        """Time has passed for all runs."""
        for run in self.runs.values():
            run.tick(now)

    def plan(self, wanted: object) -> Plan:
        """The plan with an ID that is a number or a numeric string."""
        number = as_id(wanted)
        if wanted is None:
            raise Refusal(500, "The given id must not be null!; nested exception is java.lang.IllegalArgumentException")
        plan = next((plan for plan in self.scenario.plans if plan.id == number), None)
        if plan is None:
            status = self.scenario.options.unknown_plan_status
            raise Refusal(status, f"Could not find resource with id:{wanted}")
        return plan

    def run(self, run_id: int) -> Run:
        """A run by its ID."""
        if run_id not in self.runs:
            raise Refusal(404, f"Resource not found for id: {run_id}", "0")
        return self.runs[run_id]

    def runs_of(self, plan_id: int) -> list[Run]:
        """The runs of a plan, oldest first."""
        return sorted((run for run in self.runs.values() if run.plan.id == plan_id), key=lambda run: run.id)

    def listed(self, plan_id: int, now: float) -> list[Run]:
        """The runs of a plan that are in lists by now, oldest first; a run that was just started may be missing."""
        late = self.scenario.options.listed_after
        return [run for run in self.runs_of(plan_id) if run.id in self._before or now - run.started >= late]

    def environment(self, wanted: object) -> Environment | None:
        """The environment that a start names, None when it names none."""
        if wanted is None:
            return None
        number = as_id(wanted)
        found = next((each for each in self.scenario.environments if each.id == number), None)
        if found is None:
            raise Refusal(500, f"Could not find resource with id:{wanted}")
        return found

    def configuration(self, wanted: object) -> SavedConfiguration | None:
        """The saved configuration that a start names by ID or by name."""
        if wanted is None:
            return None
        if not isinstance(wanted, dict) or not {"id", "name"} & wanted.keys():
            raise Refusal(400, "executionConfig needs an id or a name")
        known = self.scenario.configurations
        if "id" in wanted:
            found = [each for each in known if each.id == as_id(wanted["id"])]
        else:
            found = [each for each in known if each.name == wanted["name"]]
        if not found:
            raise Refusal(500, f"Could not find resource with id:{wanted.get('id', wanted.get('name'))}")
        return found[0]

    def start(self, body: Mapping[str, object], now: float) -> Run:
        """Start a run as the body of a start call asks for."""
        plan = self.plan(body.get("executionId"))
        environment = self.environment(body.get("environmentId"))
        configuration = self.configuration(body.get("executionConfig"))
        self._refuse_when_busy(plan, now)
        build = body.get("buildNo")
        build_no = None if build is None else str(build)
        run_id = self._new_id()
        tree = grow(plan, run_id, self._ids, kept_by(configuration, self._ids))
        run = Run(run_id, plan, tree, self._life(plan, now), now)
        run.build_no, run.environment_id = build_no, environment.id if environment else None
        run.apps = self._apps(run, body.get("uploadVersions"))
        return self._added(run)

    def _apps(self, run: Run, pinned: object) -> dict[int, int]:
        """The version that each machine tests; one that is pinned for another device is ignored."""
        versions = {as_id(device): as_id(one) for device, one in pinned.items()} if isinstance(pinned, dict) else {}
        machines = {machine.machine_id: machine.content.upload for machine in run.tree.machines}
        newest = {one: self.uploads.one(upload).latest.id for one, upload in machines.items() if upload is not None}
        return newest | {device: one for device, one in versions.items() if device in machines}

    def rerun(self, body: Mapping[str, object], now: float) -> Run:
        """Run cases of a run again, as the body of a rerun call asks for."""
        plan = self.plan(body.get("executionId"))
        parent = self.run(as_id(body.get("executionResultId")))
        if not parent.over:
            raise Refusal(400, f"Test plan run {parent.id} is not completed")
        if parent.child is not None:
            raise Refusal(500, "ReRun Parent Id Already Exists")
        self._refuse_when_busy(plan, now)
        return self.spawn(parent, cases_to_rerun(parent, body), now)

    def spawn(self, parent: Run, cases: Sequence[CaseNode], now: float) -> Run:
        """A child run with these cases of its parent."""
        if not cases:
            raise Refusal(400, "There are no test cases to run again")
        run_id = self._new_id()
        tree = grow(parent.plan, run_id, self._ids, kept_again(cases))
        plan = parent.plan
        phases = plan.life if plan.reruns.life is None else plan.reruns.life
        life = Life.of(phases, self.scenario.pace, now)
        run = Run(run_id, plan, tree, life, now, parent.build_no, parent.environment_id)
        run.apps = parent.apps
        run.parent, parent.child = parent, run
        return self._added(run)

    def polled(self, run: Run, now: float) -> None:
        """A status call was made; a plan that reruns by itself does so some calls after the end."""
        run.polled(now)
        reruns = run.plan.reruns
        again = run.plan.automatic_rerun and run.child is None and run.attempt < reruns.most
        due = run.polls_after_end >= reruns.after and run.result in FAILED and not run.stopped
        cases = again_by_itself(run) if again and due else ()
        if cases:
            self.spawn(run, cases, now).hidden_polls += reruns.hidden

    def stop(self, run: Run, now: float) -> Run:
        """Stop a run, or let it be stopped soon."""
        if run.over:
            raise Refusal(500, f"No Queued executions for test plan - {run.plan.name}")
        run.accept_stop(now, self.scenario.options.stop_polls, self.scenario.options.stop_seconds)
        return run

    def stop_all(self, now: float) -> list[Run]:
        """Stop every run that is not complete."""
        return [self.stop(run, now) for run in self.runs.values() if not run.over]

    def _refuse_when_busy(self, plan: Plan, now: float) -> None:
        active = [run for run in self.runs_of(plan.id) if not run.over]
        if active and self.scenario.options.busy_when_active:
            for run in active:
                run.polled(now)
            raise Refusal(500, BUSY, BUSY)

    def _new_id(self) -> int:
        self._next_run_id += 1
        return self._next_run_id - 1

    def _life(self, plan: Plan, now: float) -> Life:
        return Life.of(plan.life, self.scenario.pace, now)

    def _added(self, run: Run) -> Run:
        run.hidden_polls = self.scenario.options.replication_delay
        self.runs[run.id] = run
        return run
