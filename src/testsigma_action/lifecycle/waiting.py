"""Waiting for the run that is known, and for the runs in which its plan runs failed cases again, or giving up."""

from dataclasses import dataclass

from testsigma_action.api.remote import Remote
from testsigma_action.domain.ending import RerunTrouble
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.pacing import Pace
from testsigma_action.domain.run import Run
from testsigma_action.errors import ApiError, TimedOut
from testsigma_action.inputs.options import Inputs
from testsigma_action.lifecycle.history import previous_run
from testsigma_action.lifecycle.known import Known
from testsigma_action.lifecycle.leaving import Leaving
from testsigma_action.lifecycle.reruns import Ignored, awaited, follow
from testsigma_action.lifecycle.settle import LAG, Settling, await_result
from testsigma_action.lifecycle.watch import Limits, watch
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import console
from testsigma_action.reporting.progress import Progress

# For the plan's run before this one, which we can do without (seconds).
RECALL_BUDGET = 3.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Waits, up to a deadline of the monotonic clock; `leaving` is told of every answer, and lets go of the run."""

    inputs: Inputs
    known: Known
    remote: Remote
    log: Log
    progress: Progress
    leaving: Leaving
    deadline: float

    def watch(self) -> None:
        """See the run to its end, unless it is over already."""
        run, limits = self.known.running, self._limits
        if run.completed:
            self._recall()
            return
        age = self._age(run) if self.inputs.run_id else 0.0
        pace = Pace(limits.began - age, limits.interval)
        self.progress.paced(pace)
        try:
            for number, seen in enumerate(watch(RunKey.of(run), self.remote, limits, pace)):
                self.known.queued = pace.queued
                self.leaving.saw(seen)
                pace.before = pace.before if number else self._recall()
        except (TimedOut, ApiError) as error:
            self.progress.does("stopping the run")
            self.leaving.give_up(error, stopping=self.inputs.on_timeout == "stop")

    def follow(self) -> None:
        """Follow the runs in which the plan runs failed cases again by itself."""
        known = self.known
        if known.given_up:
            return
        await_result(known.running, self.settling())
        if not awaited(known.running):
            return
        self.progress.does("waiting for the rerun", watching=True)
        self.log.say([console.rerun_awaited(known.running)])
        try:
            for seen in follow(known.running, self.remote, self._limits):
                if isinstance(seen, Ignored):
                    self.log.say(console.warnings([console.ignored(seen.run, seen.parent, seen.why)]))
                else:
                    self.leaving.saw(seen)
        except (TimedOut, ApiError) as error:
            self.progress.does("stopping the run")
            self.leaving.give_up_rerun(error, stopping=self.inputs.on_timeout == "stop")
        if not known.reruns and not known.rerun_trouble:
            known.rerun_trouble = RerunTrouble()

    def settling(self) -> Settling:
        """What reads the runs that are over again from now on."""
        return Settling(self.remote, self.remote.after(LAG), self.known.saw, self._tell_unsettled)

    def _tell_unsettled(self, run: Run) -> None:
        self.log.say([console.unsettled(run)])

    @property
    def _limits(self) -> Limits:
        """How long a run that is watched from now on may take."""
        queue = self.inputs.queue_timeout
        return Limits(
            began=self.remote.clock.monotonic(),
            deadline=self.deadline,
            queue_deadline=self.remote.after(queue.total_seconds()) if queue else None,
            interval=self.inputs.poll_interval,
        )

    def _age(self, run: Run) -> float:
        """For how long a run goes on that we did not start, if the clocks agree (seconds)."""
        began = run.timing.started
        return max(0.0, (self.remote.clock.now() - began).total_seconds()) if began else 0.0

    def _recall(self) -> Run | None:
        """Ask for the plan's run before this one: it says how long a run takes, and which failures are known."""
        known = self.known
        until = min(self.remote.after(RECALL_BUDGET), self.deadline)
        with self.progress.aside():
            known.previous = previous_run(known.running, self.remote, until=until)
        return known.previous
