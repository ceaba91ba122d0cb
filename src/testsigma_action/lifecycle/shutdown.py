"""Leaving or stopping a run after a timeout or a cancellation."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.identity import Began, Claim, RunKey, claim
from testsigma_action.domain.reruns import as_rerun, awaited
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.lifecycle import lookup, reruns
from testsigma_action.lifecycle.record import Outcome, RunRecord
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.stop import look_once, stop


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Stops the run of a session, or leaves it running; `on_answer` is called with every answer. Raises no ApiError."""

    record: RunRecord
    remote: Remote
    on_answer: Callable[[Run], None]

    async def after_timeout(self, *, stopping: bool) -> Ending | None:
        """Leave the run or stop it. None if it has completed in the meantime: then its results count."""
        run = self.record.latest
        if not stopping:
            return Ending(Disposition.LEFT_RUNNING, run)
        seen = await look_once(RunKey.of(run), self.remote, until=self.remote.after(self.remote.limits.last_look))
        if seen and seen.completed:
            self.on_answer(seen)
            return None
        self.record.cut_short = True
        return await self._stop(run, self.remote.after(self.remote.limits.stop))

    async def after_cancel(self, until: float, *, stopping: bool) -> Ending:
        """Leave or stop the run, up to an instant of the monotonic clock."""
        if self.record.start.in_doubt:
            await self._find_again(until - self.remote.limits.shutdown_reserve)
        if self.record.rerun.in_doubt:
            await self._find_rerun(until - self.remote.limits.shutdown_reserve)
        if self.record.run:
            return await self._leave(self.record.latest, until, stopping=stopping)
        return self._unknown() if self.record.start.in_doubt else Ending(Disposition.NOTHING_STARTED)

    async def after_failures(self) -> Ending:
        """Stop the run, unless a last look finds it completed: then its results count."""
        if self.record.run and not self.record.latest.completed:
            key, until = RunKey.of(self.record.latest), self.remote.after(self.remote.limits.last_look)
            if seen := await look_once(key, self.remote, until=until):
                self.on_answer(seen)
        return await self.after_cancel(self.remote.after(self.remote.limits.stop), stopping=True)

    def left(self) -> Ending | None:
        """The ending of a run that is no longer watched after a bug; None if there is no run."""
        if not self.record.may_still_run:
            return None
        if not self.record.run:
            return self._unknown()
        run = self.record.latest
        disposition = Disposition.COMPLETED if run.completed else Disposition.LEFT_RUNNING
        return Ending(disposition, run, may_run_again=self._may_run_again)

    @property
    def _may_run_again(self) -> bool:
        """Whether a rerun that is not known may be going on after the most recent run."""
        return self.record.rerun.in_doubt or awaited(self.record.latest)

    def _unknown(self) -> Ending:
        spec = self.record.spec
        return Ending(Disposition.UNKNOWN, plan_id=spec.plan_id, build_number=spec.build_number)

    async def _leave(self, run: Run, until: float, *, stopping: bool) -> Ending:
        if run.completed:
            return await self._leave_completed(run, until, stopping=stopping)
        if self.record.cut_short or self.record.attached_unseen:
            # It may have completed: after the stop that we sent, or long ago. Then no further stop is sent.
            seen = await look_once(RunKey.of(run), self.remote, until=self._look_until(until))
            if seen:
                self.on_answer(seen)
            if seen and seen.completed:
                return Ending(Disposition.STOP_CONFIRMED, seen)
        if stopping:
            return await self._stop(run, until)
        if self.record.cut_short:
            return Ending(Disposition.STOP_UNCONFIRMED, run, by_timeout=True)
        return Ending(Disposition.LEFT_RUNNING, run)

    async def _leave_completed(self, run: Run, until: float, *, stopping: bool) -> Ending:
        """Leave or stop the rerun that the last answer names, if its own answer confirms it: no other run."""
        if not awaited(run):
            return Ending(Disposition.COMPLETED, run, may_run_again=self._may_run_again)
        look_until = self._look_until(until - self.remote.limits.shutdown_reserve)
        seen = await reruns.look_at_rerun(run, self.record.chain, self.remote, until=look_until)
        if not isinstance(seen, Run):
            return Ending(Disposition.COMPLETED, run, may_run_again=self._may_run_again)
        self.on_answer(seen)
        rerun = self.record.latest
        if rerun.completed:
            return Ending(Disposition.COMPLETED, rerun)
        return await self._stop(rerun, until) if stopping else Ending(Disposition.LEFT_RUNNING, rerun)

    async def _stop(self, run: Run, until: float) -> Ending:
        ending = await stop(RunKey.of(run), self.remote, until=until)
        if ending.run:
            self.on_answer(ending.run)
        return replace(ending, run=ending.run or run)

    async def _find_again(self, until: float) -> None:
        """Find a run whose start was not answered before the cancellation, if it can be identified."""
        spec, claimed = self.record.spec, self.record.start.claimed
        if claimed:
            seen = await look_once(RunKey(claimed.id), self.remote, until=self._look_until(until))
            if seen and claim(seen.plan_id, seen.build_number, spec, Began.UNKNOWN) is Claim.OURS and spec.unique:
                self.record.started(Outcome(seen))
                return
        if not spec.unique:
            return
        found = (await lookup.find(lookup.Search(spec, until), self.remote)).run_ids
        if len(found) == 1:
            self.record.started(Outcome(lookup.unread(found[0], spec, self.remote), adopted=True))

    async def _find_rerun(self, until: float) -> None:
        """Find a rerun that the step asked for, and whose answer was not there before the cancellation."""
        parent, chain, claimed = self.record.latest, self.record.chain, self.record.rerun.claimed
        if claimed:
            seen = await look_once(RunKey(claimed.id), self.remote, until=self._look_until(until))
            found = [claimed.id] if seen and not chain.rejects(seen, parent) else []
        else:
            found = list((await lookup.find(lookup.rerun_search(parent, chain, until), self.remote)).run_ids)
        if len(found) == 1:
            run = as_rerun(lookup.unread(found[0], RunSpec(), self.remote), parent)
            self.record.rerun_asked(Outcome(run, adopted=True))
            self.on_answer(run)

    def _look_until(self, until: float) -> float:
        return min(until, self.remote.after(self.remote.limits.shutdown_look))
