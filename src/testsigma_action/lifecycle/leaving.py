"""Letting go of a run: leaving or stopping it when the wait is over or the step is cancelled, and saying which.

What became of the run stands in the verdict beside the error that ends the wait.
"""

from collections.abc import Callable
from dataclasses import dataclass

from testsigma_action.api.remote import Remote
from testsigma_action.domain.ending import Disposition, Ending, RerunTrouble
from testsigma_action.domain.identity import Began, Claim, RunKey, claim
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ActionError
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle.known import Known
from testsigma_action.lifecycle.lookup import Search
from testsigma_action.lifecycle.reruns import as_rerun, awaited
from testsigma_action.lifecycle.start import Outcome
from testsigma_action.lifecycle.watch import Stop, look_once, stop

# Seconds: for a last look at a run before we give up, for stopping it then, and for stopping it when cancelled (the
# platform kills the step 10 s after its first signal), of which parts are kept: for a look, and for the stop itself.
LOOK_BUDGET = 5.0
STOP_BUDGET = 30.0
CANCEL_BUDGET = 6.0
CANCEL_LOOK = 2.0
CANCEL_RESERVE = 2.0


@dataclass(frozen=True, slots=True)
class Leaving:
    """Lets go of the run that is known; `saw` is told of every answer about it."""

    known: Known
    remote: Remote
    saw: Callable[[Run], None]

    def give_up(self, error: ActionError, *, stopping: bool) -> None:
        """Leave the run (then the error is raised) or stop it. If it turns out to be over, its results count."""
        run = self.known.running
        if not stopping:
            self.known.ending = _left(run)
            raise error
        if self._is_over(run):
            return
        self.known.given_up = True
        self.known.ending = self._stop(run, self.remote.after(STOP_BUDGET))
        self.known.conclude(error)

    def give_up_rerun(self, error: ActionError, *, stopping: bool) -> None:
        """Leave a rerun or stop it. The first run has completed, so this is added to its verdict."""
        run = self.known.running
        if run.completed:
            # No answer has confirmed a rerun yet: there is nothing that may be stopped.
            self.known.rerun_trouble = RerunTrouble(error)
        elif not stopping:
            self.known.rerun_trouble = RerunTrouble(error, _left(run))
        elif not self._is_over(run):
            self.known.given_up = True
            self.known.rerun_trouble = RerunTrouble(error, self._stop(run, self.remote.after(STOP_BUDGET)))

    def _is_over(self, run: Run) -> bool:
        """Whether a last look at the run finds it over."""
        seen = look_once(RunKey.of(run), self.remote, until=self.remote.after(LOOK_BUDGET))
        if not seen or not seen.completed:
            return False
        self.saw(seen)
        return True

    def cancel(self, *, stopping: bool) -> None:
        """Leave or stop the run, as far as the time that the platform leaves us allows."""
        until = (self.remote.calls.signalled_at or self.remote.clock.monotonic()) + CANCEL_BUDGET
        if self.known.start.in_doubt:
            self._find_again(until - CANCEL_RESERVE)
        if self.known.run:
            self.known.ending = self._cancel(self.known.running, until, stopping=stopping)
        elif self.known.start.in_doubt:
            self.known.ending = unknown(self.known.spec)
        else:
            self.known.ending = Ending(Disposition.NOTHING_STARTED)

    def _cancel(self, run: Run, until: float, *, stopping: bool) -> Ending:
        if run.completed:
            rerun = self._confirmed_rerun(run, until) if awaited(run) else None
            if rerun and not rerun.completed:
                return self._stop(rerun, until) if stopping else _left(rerun)
            return Ending(Disposition.COMPLETED, rerun or run, may_run_again=awaited(run) and not rerun)
        if self.known.given_up or self.known.attached_unseen:
            # It may be over: by the stop that we sent, or for long. A stop that comes too late could hit another run.
            seen = look_once(RunKey.of(run), self.remote, until=min(until, self.remote.after(CANCEL_LOOK)))
            if seen:
                self.saw(seen)
            if seen and seen.completed:
                return stop_ending(run, Stop(confirmed=True, run=seen))
        if stopping:
            return self._stop(run, until)
        if self.known.given_up:
            return Ending(Disposition.STOP_UNCONFIRMED, run, by_timeout=True)
        return _left(run)

    def _stop(self, run: Run, until: float) -> Ending:
        outcome = stop(RunKey.of(run), self.remote, until=until)
        if outcome.run:
            self.saw(outcome.run)
        return stop_ending(run, outcome)

    def _confirmed_rerun(self, parent: Run, until: float) -> Run | None:
        """The rerun that the last answer names, if its own answer shows that it is one. Nothing else is stopped."""
        chain = self.known.chain
        rerun_id = chain.named_by(parent)
        if not rerun_id:
            return None
        until = min(until - CANCEL_RESERVE, self.remote.after(CANCEL_LOOK))
        seen = look_once(RunKey(rerun_id), self.remote, until=until)
        if not seen or chain.rejects(seen, parent):
            return None
        self.saw(as_rerun(seen, parent))
        return self.known.running

    def _find_again(self, until: float) -> None:
        """Find a run whose start was not answered before the signal, if it can be told from all others."""
        spec, claimed = self.known.spec, self.known.start.claimed
        if claimed:
            seen = look_once(RunKey(claimed.id), self.remote, until=min(until, self.remote.after(CANCEL_LOOK)))
            if seen and claim(seen.plan_id, seen.build_number, spec, Began.UNKNOWN) is Claim.OURS and spec.unique:
                self.known.started(Outcome(seen))
                return
        if not spec.unique:
            return
        found = lookup.find(Search(spec, until), self.remote).run_ids
        if len(found) == 1:
            self.known.started(Outcome(lookup.unread(found[0], spec, self.remote), adopted=True))


def _left(run: Run) -> Ending:
    return Ending(Disposition.LEFT_RUNNING, run)


def unknown(spec: RunSpec) -> Ending:
    """The start was sent, and nobody knows whether there is a run."""
    return Ending(Disposition.UNKNOWN, plan_id=spec.plan_id, build_number=spec.build_number)


def stop_ending(run: Run, outcome: Stop) -> Ending:
    """What became of a run that we asked to stop."""
    if outcome.confirmed and outcome.run:
        return Ending(Disposition.STOP_CONFIRMED, outcome.run)
    return Ending(Disposition.STOP_UNCONFIRMED, outcome.run or run, outcome.trouble)
