"""Starting a run, exactly once.

The service has no idempotency key: a start that is sent twice creates two runs. So it is sent again only if it was
never sent, or if a search proved that it created no run. If the answer is lost, or describes another run, the run is
searched by its build number.
"""

import asyncio
from collections.abc import Callable, Container
from dataclasses import dataclass, replace

from testsigma_action.api.error_response import RetryEvent, backoff
from testsigma_action.domain import pacing
from testsigma_action.domain.identity import Began, Claim, RunKey, began, claim, counts_unlisted
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ApiError, DeadlineExceeded, Transient
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle.attach import attach
from testsigma_action.lifecycle.lookup import Search, SearchResult
from testsigma_action.lifecycle.outcome import Outcome, StartDeadlines
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.start_failure import (
    BUSY_HINT,
    OWN_NUMBER_HINT,
    UNPROVEN_HINT,
    StartFailure,
    busy,
    failure_of,
    not_ours,
    proves_nothing_started,
    refused,
    uncertain,
)

OnOutcome = Callable[[Outcome], None]


async def start(
    spec: RunSpec, remote: Remote, deadlines: StartDeadlines, on_outcome: OnOutcome, taken: Container[str] = frozenset()
) -> None:
    """Start the run. `on_outcome` is called with each new outcome; the last one has the run.

    `taken` has the IDs of runs that belong to other entries of this step. Raises StartError if nothing was started, or
    if that is uncertain. After a cancellation, a short time is left for the answer to arrive.
    """
    number, again = 0, True
    while again:
        number += 1
        # A pending cancellation is raised here, before anything is sent.
        await asyncio.sleep(0)
        on_outcome(Outcome(in_doubt=True))
        attempt = _Attempt(spec, remote, deadlines, on_outcome, taken, number, remote.now())
        answer = await attempt.send()
        again = await attempt.after(answer)
        if isinstance(answer, ApiError) and failure_of(answer, spec) is StartFailure.BUSY:
            deadlines = deadlines.after_busy(remote.now(), remote.limits.unreachable)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One start request, sent at an instant of the monotonic clock, and the handling of its answer.

    The methods that handle an answer return whether the start must be sent again.
    """

    spec: RunSpec
    remote: Remote
    deadlines: StartDeadlines
    on_outcome: OnOutcome
    taken: Container[str]
    number: int
    sent: float

    async def send(self) -> Run | ApiError:
        """Send the start, and return its answer. A cancellation is raised after a short wait for the answer."""
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
            return await self.remote.client.start_run(self.spec, until=self.sent + self.remote.limits.start_answer)
        except DeadlineExceeded:
            return Transient("The answer to the start did not come in time.")
        except ApiError as error:
            return error

    def _report_last(self, answer: Run | ApiError) -> None:
        """Report an answer that arrived after a cancellation, without a further search."""
        if isinstance(answer, ApiError):
            lost = failure_of(answer, self.spec) in {StartFailure.LOST, StartFailure.RATE_LIMITED, StartFailure.BUSY}
            self.on_outcome(Outcome(in_doubt=lost))
        elif self._claim(answer) is Claim.OURS:
            self.on_outcome(Outcome(answer))
        elif self._claim(answer) is Claim.UNCONFIRMED:
            self.on_outcome(Outcome(in_doubt=True, claimed=answer))

    async def after(self, answer: Run | ApiError) -> bool:
        """Handle an answer. Returns whether the start must be sent again; raises StartError."""
        if isinstance(answer, Run):
            return await self._identify(answer)
        handlers = {
            StartFailure.NOT_SENT: self._unreachable,
            StartFailure.REFUSED: self._refused,
            StartFailure.BUSY: self._busy,
            StartFailure.RATE_LIMITED: self._rate_limited,
            StartFailure.LOST: self._look_for,
        }
        return await handlers[failure_of(answer, self.spec)](answer)

    async def _identify(self, run: Run) -> bool:
        """Use the run of an answer if it is ours; else search for ours."""
        candidate: Run | None = run
        if self._claim(run) is Claim.UNCONFIRMED:
            self.on_outcome(Outcome(in_doubt=True, claimed=run))
            candidate = await self._first_status(run)
        whose = self._claim(candidate or run)
        if candidate and whose is Claim.OURS:
            self.on_outcome(Outcome(candidate))
            return False
        message = not_ours(candidate or run, self.spec, whose)
        self.on_outcome(Outcome(in_doubt=True, lost=message))
        found = await lookup.find(replace(self._search(), apart_from=run.id), self.remote)
        if self._adopt(found, message):
            return False
        if not candidate or not found.nothing or not self._counts(candidate):
            raise uncertain(message, self.spec, ())
        self.on_outcome(Outcome(candidate))
        return False

    async def _first_status(self, run: Run) -> Run | None:
        """The status of a run, if the answer to the start does not show that it is ours."""
        until, tolerance = self.deadlines.deadline, self.remote.limits.replication
        try:
            return await attach(RunKey(run.id), self.remote, until=until, tolerance=tolerance)
        except ApiError:
            return None

    async def _refused(self, error: ApiError) -> bool:
        self.on_outcome(Outcome())
        raise refused(error, self.spec)

    async def _look_for(self, error: ApiError) -> bool:
        """Search for the run after its answer was lost."""
        self.on_outcome(Outcome(in_doubt=True, lost=error.message))
        found = await lookup.find(self._search(), self.remote)
        if self._adopt(found, error.message):
            return False
        if proves_nothing_started(error, found):
            self.on_outcome(Outcome())
            raise refused(error, self.spec)
        raise uncertain(error.message, self.spec, ())

    async def _unreachable(self, error: ApiError) -> bool:
        """Wait before the next try of a start that was not sent."""
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
            raise uncertain(error.message, self.spec, ())
        self.on_outcome(Outcome())
        return await self._again(again, error)

    async def _again(self, instant: float, error: ApiError) -> bool:
        """Wait until the start is sent again; raises StartError if there is no time for it."""
        if instant >= self.deadlines.unreachable_until:
            raise refused(error, self.spec)
        delay = max(0.0, instant - self.remote.now())
        self.remote.on_retry(RetryEvent(f"start plan {self.spec.plan_id}", self.number, error.message, delay))
        await self.remote.sleep_until(instant)
        return True

    async def _busy(self, error: ApiError) -> bool:
        """Check whether our own run keeps the plan busy: a proxy may have sent the start twice.

        If another run does, the start is sent again with `on-busy: wait`, once a search proved that we have no run.
        """
        search, waits_until = replace(self._search(), has_runs=True), self.deadlines.busy_until
        found = await lookup.find(replace(search, or_busy=True), self.remote)
        if self._adopt(found, error.message):
            return False
        if not found.busy_with and not found.nothing:
            raise uncertain(error.message, self.spec, ())
        self.on_outcome(Outcome())
        again = search.settled + max(0.0, self._interval - self.remote.limits.replication)
        if waits_until is None or not self.spec.unique or again >= waits_until:
            raise busy(error, found, BUSY_HINT if self.spec.unique else OWN_NUMBER_HINT)
        self.on_outcome(Outcome(busy_with=found.busy_with))
        if not found.nothing:
            found = await lookup.find(replace(search, until=waits_until), self.remote)
        if self._adopt(found, error.message):
            return False
        if not found.nothing:
            raise busy(error, found, UNPROVEN_HINT)
        await self.remote.sleep_until(again)
        return True

    def _adopt(self, found: SearchResult, message: str) -> bool:
        """Use the run that was found. Returns whether there is one; raises StartError if it cannot be identified."""
        if not found.run_ids:
            return False
        if len(found.run_ids) > 1 or not self.spec.unique:
            self.on_outcome(Outcome(in_doubt=True))
            raise uncertain(message, self.spec, found.run_ids)
        self.on_outcome(Outcome(lookup.unread(found.run_ids[0], self.spec, self.remote), adopted=True))
        return True

    def _search(self) -> Search:
        now, limits = self.remote.now(), self.remote.limits
        return Search.after_start(self.spec, self.sent, now, self.deadlines.deadline, limits)

    def _claim(self, run: Run) -> Claim:
        if run.id in self.taken:
            return Claim.FOREIGN
        return claim(run.plan_id, run.build_number, self.spec, self._began(run))

    def _counts(self, run: Run) -> bool:
        return run.id not in self.taken and counts_unlisted(run, self.spec, self._began(run))

    def _began(self, run: Run) -> Began:
        """When a run began. Without usable times, a run that has already completed began before our request."""
        when = began(run.timing.started, self.remote.client.server_time(self.sent))
        return Began.BEFORE if when is Began.UNKNOWN and run.completed else when

    @property
    def _interval(self) -> float:
        interval = self.deadlines.interval
        return interval.total_seconds() if interval else pacing.LONGEST / 4
