"""Letting go of a run: leaving or stopping it when the wait is over or the step is cancelled, and saying which.

What became of the run is added to the message of the error that ends the wait.
"""

from collections.abc import Callable
from dataclasses import dataclass

from testsigma_action.api.remote import Remote
from testsigma_action.domain.identity import Began, Claim, RunKey, claim
from testsigma_action.domain.run import Result, Run
from testsigma_action.errors import ActionError, Cancelled
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle.known import Known
from testsigma_action.lifecycle.lookup import Search
from testsigma_action.lifecycle.reruns import as_rerun, awaited
from testsigma_action.lifecycle.start import Outcome
from testsigma_action.lifecycle.start_failure import look_for
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
            error.message += _left(run)
            error.hint = f"{error.hint} {_attach_hint(run)}".lstrip()
            raise error
        if self._is_over(run):
            return
        self.known.given_up = True
        error.message += self._stop(run, self.remote.after(STOP_BUDGET))
        self.known.conclude(error)

    def give_up_rerun(self, error: ActionError, *, stopping: bool) -> None:
        """Leave a rerun or stop it. What was started is over, so this is a remark on its verdict, no verdict."""
        run = self.known.running
        if run.completed:
            # No answer has confirmed a rerun yet: there is nothing that may be stopped.
            self.known.remark = error.message
        elif not stopping:
            self.known.remark = error.message + _left(run)
        elif not self._is_over(run):
            self.known.given_up = True
            self.known.remark = error.message + self._stop(run, self.remote.after(STOP_BUDGET))

    def _is_over(self, run: Run) -> bool:
        """Whether a last look at the run finds it over."""
        seen = look_once(RunKey.of(run), self.remote, until=self.remote.after(LOOK_BUDGET))
        if not seen or not seen.completed:
            return False
        self.saw(seen)
        return True

    def cancel(self, cancelled: Cancelled, *, stopping: bool) -> None:
        """Leave or stop the run, as far as the time that the platform leaves us allows."""
        until = (self.remote.calls.signalled_at or self.remote.clock.monotonic()) + CANCEL_BUDGET
        if self.known.start.in_doubt:
            self._find_again(until - CANCEL_RESERVE)
        if self.known.run:
            cancelled.message += self._cancel(self.known.running, until, stopping=stopping)
            run = self.known.running
            cancelled.hint = "" if run.completed else f"Stop it on its page if nobody needs it. {_attach_hint(run)}"
        elif self.known.start.in_doubt:
            cancelled.message += " A run may have been started."
            cancelled.hint = look_for(self.known.spec)
        else:
            cancelled.message += " Nothing was started."

    def _cancel(self, run: Run, until: float, *, stopping: bool) -> str:
        if run.completed:
            rerun = self._confirmed_rerun(run, until) if awaited(run) else None
            if rerun and not rerun.completed:
                return self._stop(rerun, until) if stopping else _left(rerun)
            again = " Its plan may still run failed cases again." if awaited(run) and not rerun else ""
            return f" Run {(rerun or run).id} was over by then.{again}"
        if self.known.given_up or self.known.attached_unseen:
            # It may be over: by the stop that we sent, or for long. A stop that comes too late could hit another run.
            seen = look_once(RunKey.of(run), self.remote, until=min(until, self.remote.after(CANCEL_LOOK)))
            if seen:
                self.saw(seen)
            if seen and seen.completed:
                return stop_in_words(run.id, Stop(confirmed=True, run=seen))
        if stopping:
            return self._stop(run, until)
        if self.known.given_up:
            return f" Run {run.id} was to be stopped, since the wait was over; it may go on."
        return _left(run)

    def _stop(self, run: Run, until: float) -> str:
        outcome = stop(RunKey.of(run), self.remote, until=until)
        if outcome.run:
            self.saw(outcome.run)
        return stop_in_words(run.id, outcome)

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


def _left(run: Run) -> str:
    return f" Run {run.id} was not stopped: it may go on."


def _attach_hint(run: Run) -> str:
    return f"To wait for it again, attach to it (run-id: {run.id})."


def stop_in_words(run_id: str, outcome: Stop) -> str:
    """What became of a run that we asked to stop."""
    if not outcome.confirmed or not outcome.run:
        return f" It is not certain that run {run_id} was stopped: it may go on. {outcome.trouble}".rstrip()
    if outcome.run.result is Result.STOPPED:
        return f" Run {run_id} was stopped."
    return f" Run {run_id} is over: {outcome.run.result.value}."
