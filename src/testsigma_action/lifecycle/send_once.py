"""Sending a call that creates a run, exactly once: a start or a rerun.

The service has no idempotency key: a call that is sent twice creates two runs. So it is sent again only if it was never
sent, or if a search proved that it created no run. If the answer is lost, or describes another run, the run is
searched.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from testsigma_action.api.error_response import RetryEvent, backoff
from testsigma_action.domain import pacing
from testsigma_action.domain.identity import Claim, RunKey
from testsigma_action.domain.run import Run
from testsigma_action.errors import ApiError, DeadlineExceeded
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle.attach import attach
from testsigma_action.lifecycle.call import Call
from testsigma_action.lifecycle.lookup import Search, SearchResult
from testsigma_action.lifecycle.outcome import Outcome, StartDeadlines
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.start_failure import StartFailure, no_answer

OnOutcome = Callable[[Outcome], None]


async def send_once(call: Call, remote: Remote, deadlines: StartDeadlines, on_outcome: OnOutcome) -> None:
    """Send the call. `on_outcome` is called with each new outcome; the last one has the run.

    Raises StartError if nothing was started, or if that is uncertain. After a cancellation, a short time is left for
    the answer to arrive.
    """
    number, again = 0, True
    while again:
        number += 1
        # A pending cancellation is raised here, before anything is sent.
        await asyncio.sleep(0)
        on_outcome(Outcome(in_doubt=True))
        attempt = _Attempt(call, remote, deadlines, on_outcome, number, remote.now())
        answer = await attempt.send()
        again = await attempt.after(answer)
        if isinstance(answer, ApiError) and call.failure_of(answer) is StartFailure.BUSY:
            deadlines = deadlines.after_busy(remote.now(), remote.limits.unreachable)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One request, sent at an instant of the monotonic clock, and the handling of its answer.

    The methods that handle an answer return whether the call must be sent again.
    """

    call: Call
    remote: Remote
    deadlines: StartDeadlines
    on_outcome: OnOutcome
    number: int
    sent: float

    async def send(self) -> Run | ApiError:
        """Send the call, and return its answer. A cancellation is raised after a short wait for the answer."""
        sender = asyncio.ensure_future(self._answer())
        try:
            return await asyncio.shield(sender)
        except asyncio.CancelledError:
            await asyncio.wait({sender}, timeout=self.remote.limits.start_answer_after_signal)
            if sender.done():
                self._report_last(sender.result())
            raise
        finally:
            # A request that was not sent by now must not be sent: its run would be unknown.
            sender.cancel()

    async def _answer(self) -> Run | ApiError:
        """The answer or error. It is returned, since there may be no caller left to catch it."""
        try:
            return await self.call.send(until=self.sent + self.remote.limits.start_answer)
        except DeadlineExceeded:
            return no_answer(self.call.purpose)
        except ApiError as error:
            return error

    def _report_last(self, answer: Run | ApiError) -> None:
        """Report an answer that arrived after a cancellation, without a further search."""
        if isinstance(answer, ApiError):
            nothing = {StartFailure.NOT_SENT, StartFailure.REFUSED}
            self.on_outcome(Outcome(in_doubt=self.call.failure_of(answer) not in nothing))
        elif self.call.claim(answer, self.sent) is Claim.OURS:
            self.on_outcome(Outcome(answer))
        elif self.call.claim(answer, self.sent) is Claim.UNCONFIRMED:
            self.on_outcome(Outcome(in_doubt=True, claimed=answer))

    async def after(self, answer: Run | ApiError) -> bool:
        """Handle an answer. Returns whether the call must be sent again; raises StartError."""
        if isinstance(answer, Run):
            return await self._identify(answer)
        handlers = {
            StartFailure.NOT_SENT: self._unreachable,
            StartFailure.REFUSED: self._refused,
            StartFailure.BUSY: self._busy,
            StartFailure.RATE_LIMITED: self._rate_limited,
            StartFailure.LOST: self._look_for,
        }
        return await handlers[self.call.failure_of(answer)](answer)

    async def _identify(self, run: Run) -> bool:
        """Use the run of an answer if it is ours; else search for ours."""
        candidate: Run | None = run
        if self.call.claim(run, self.sent) is Claim.UNCONFIRMED:
            self.on_outcome(Outcome(in_doubt=True, claimed=run))
            candidate = await self._first_status(run)
        whose = self.call.claim(candidate or run, self.sent)
        if candidate and whose is Claim.OURS:
            self.on_outcome(Outcome(candidate))
            return False
        message = self.call.not_ours(candidate or run, whose)
        self.on_outcome(Outcome(in_doubt=True, lost=message))
        found = await lookup.find(replace(self._search(), apart_from=run.id), self.remote)
        if self._adopt(found, message):
            return False
        if not candidate or not found.nothing or not self.call.counts_unlisted(candidate, self.sent):
            raise self.call.uncertain(message, ())
        self.on_outcome(Outcome(candidate))
        return False

    async def _first_status(self, run: Run) -> Run | None:
        """The status of a run, if the answer does not show that it is ours."""
        until, tolerance = self.deadlines.deadline, self.remote.limits.replication
        try:
            return await attach(RunKey(run.id), self.remote, until=until, tolerance=tolerance)
        except ApiError:
            return None

    async def _refused(self, error: ApiError) -> bool:
        self.on_outcome(Outcome())
        raise self.call.refused(error)

    async def _look_for(self, error: ApiError) -> bool:
        """Search for the run after its answer was lost."""
        self.on_outcome(Outcome(in_doubt=True, lost=error.message))
        found = await lookup.find(self._search(), self.remote)
        if self._adopt(found, error.message):
            return False
        if self.call.proves_nothing_started(error, found):
            self.on_outcome(Outcome())
            raise self.call.refused(error)
        raise self.call.uncertain(error.message, ())

    async def _unreachable(self, error: ApiError) -> bool:
        """Wait before the next try of a call that was not sent."""
        self.on_outcome(Outcome())
        again = self.remote.after(backoff(self.number, error.retry_after))
        return await self._again(again, error)

    async def _rate_limited(self, error: ApiError) -> bool:
        """Wait after a 429. A proxy may have sent the request twice, so first check that no run exists."""
        search = self._search()
        again = max(self.remote.after(backoff(self.number, error.retry_after)), search.settled)
        self.on_outcome(Outcome(in_doubt=True, lost=error.message))
        found = await lookup.find(search, self.remote)
        if self._adopt(found, error.message):
            return False
        if not found.nothing:
            raise self.call.uncertain(error.message, ())
        self.on_outcome(Outcome())
        return await self._again(again, error)

    async def _again(self, instant: float, error: ApiError) -> bool:
        """Wait until the call is sent again; raises StartError if there is no time for it."""
        if instant >= self.deadlines.unreachable_until:
            raise self.call.refused(error)
        delay = max(0.0, instant - self.remote.now())
        self.remote.on_retry(RetryEvent(self.call.purpose, self.number, error.message, delay))
        await self.remote.sleep_until(instant)
        return True

    async def _busy(self, error: ApiError) -> bool:
        """Check whether our own run keeps the plan busy: a proxy may have sent the call twice.

        If another run does, the call is sent again with `on-busy: wait`, once a search proved that we have no run.
        """
        search, waits_until = replace(self._search(), has_runs=True), self.deadlines.busy_until
        found = await lookup.find(replace(search, or_busy=True), self.remote)
        if self._adopt(found, error.message):
            return False
        if not found.busy_with and not found.nothing:
            raise self.call.uncertain(error.message, ())
        self.on_outcome(Outcome())
        again = search.settled + max(0.0, self._interval - self.remote.limits.replication)
        if waits_until is None or not self.call.unique or again >= waits_until:
            raise self.call.busy(error, found, proven=True)
        self.on_outcome(Outcome(busy_with=found.busy_with))
        if not found.nothing:
            found = await lookup.find(replace(search, until=waits_until), self.remote)
        if self._adopt(found, error.message):
            return False
        if not found.nothing:
            raise self.call.busy(error, found, proven=False)
        await self.remote.sleep_until(again)
        return True

    def _adopt(self, found: SearchResult, message: str) -> bool:
        """Use the run that was found. Returns whether there is one; raises StartError if it cannot be identified."""
        if not found.run_ids:
            return False
        if len(found.run_ids) > 1 or not self.call.unique:
            self.on_outcome(Outcome(in_doubt=True))
            raise self.call.uncertain(message, found.run_ids)
        self.on_outcome(Outcome(self.call.unread(found.run_ids[0]), adopted=True))
        return True

    def _search(self) -> Search:
        return self.call.search(self.sent, self.deadlines.deadline)

    @property
    def _interval(self) -> float:
        interval = self.deadlines.interval
        return interval.total_seconds() if interval else pacing.LONGEST / 4
