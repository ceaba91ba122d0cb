"""Data that the stages of a session share."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from testsigma_action.domain import events
from testsigma_action.domain.pacing import Pace
from testsigma_action.domain.run import Run
from testsigma_action.errors import Cancelled
from testsigma_action.inputs.options import Inputs
from testsigma_action.lifecycle.record import RunRecord
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.watch import Deadlines
from testsigma_action.runtime.signals import Signals

if TYPE_CHECKING:
    from testsigma_action.domain.ending import Ending
    from testsigma_action.domain.report import Verdict
    from testsigma_action.domain.uploads import Uploaded
    from testsigma_action.lifecycle.settle import LagRetry


@dataclass(frozen=True, slots=True)
class Interruption:
    """Why the sessions of a step are cancelled: a signal, or enough failures.

    `at` is an instant of the monotonic clock.
    """

    at: float
    cause: Cancelled | events.StoppedAfterFailures

    def verdict(self, ending: "Ending") -> "Verdict":
        """The verdict of a run that ended in this way."""
        from testsigma_action.domain import verdict

        if isinstance(self.cause, events.StoppedAfterFailures):
            return verdict.stopped_after_failures(self.cause, ending)
        return verdict.of_error(self.cause, ending)


@dataclass(slots=True)
class Shared:
    """Data that the sessions of a step share: service, inputs, signals, deadlines (monotonic clock), IDs of all runs.

    From `last_start` on nothing is started: there would be no time to wait for it.
    `attempt` is the number of this attempt of the CI job, None unless the runs of earlier attempts can be recognised.
    `stopped_early` is set by the step when it stops after failures, `uploaded` has the files that it uploaded so far.
    """

    remote: Remote
    inputs: Inputs
    signals: Signals
    attempt: int | None = None
    deadline: float = field(init=False)
    last_start: float = field(init=False)
    run_ids: set[str] = field(default_factory=set)
    stopped_early: Interruption | None = None
    uploaded: "tuple[Uploaded, ...]" = ()

    def __post_init__(self) -> None:
        """Begin: from now on the time of the step runs."""
        began = self.remote.now()
        self.deadline = began + self.inputs.timeout.total_seconds()
        self.last_start = Deadlines(began, self.deadline).last_poll

    def put_off(self, seconds: float) -> None:
        """Move the deadlines: the time that uploads took is not counted."""
        self.deadline += seconds
        self.last_start += seconds

    @property
    def interruption(self) -> Interruption | None:
        """Why the sessions are cancelled; a signal has precedence."""
        signal = self.signals.first
        return Interruption(signal.at, Cancelled(signal.number)) if signal else self.stopped_early


@dataclass(frozen=True, slots=True)
class Context:
    """One session's record, service, inputs and listener, which its stages share."""

    record: RunRecord
    remote: Remote
    inputs: Inputs
    shared: Shared
    emit: events.EventListener

    def on_answer(self, run: Run, pace: Pace | None = None) -> None:
        """Record an answer, and emit it; with `pace`, including the expected time left."""
        before = self.record.update(run)
        if not before:
            self.emit(events.RerunStarted(run))
            return
        left, queued = (pace.left(self.remote.now()), pace.queued) if pace else (None, None)
        self.emit(events.Answered(before, run, left, queued))

    @property
    def stops_on_cancel(self) -> bool:
        """Whether a cancelled step stops the most recent run. A rerun that it asked for is its own."""
        return self.inputs.stops_own if self.record.owns_latest else self.inputs.stops_on_cancel

    def deadlines(self) -> Deadlines:
        """The deadlines of a run that is watched from now on."""
        inputs = self.inputs
        return Deadlines(self.remote.now(), self.shared.deadline, inputs.queue_timeout, inputs.poll_interval)

    def lag_retry(self) -> "LagRetry":
        """A new limit for reading completed runs again."""
        from testsigma_action.lifecycle.settle import LagRetry

        until = self.remote.after(self.remote.limits.lag)
        return LagRetry(self.remote, until, self.record.update, lambda run: self.emit(events.ResultsLag(run)))
