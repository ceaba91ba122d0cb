"""Sending a call that creates a run, exactly once: a start or a rerun.

The service has no idempotency key: a call that is sent twice creates two runs. So it is sent again only if it was never
sent, or if a search proved that it created no run. If the answer is lost, or describes another run, the run is
searched.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from testsigma_action.api.error_response import backoff
from testsigma_action.domain import pacing
from testsigma_action.domain.identity import Claim, RunKey
from testsigma_action.domain.run import Run
from testsigma_action.errors import ApiError
from testsigma_action.inputs.options import Inputs
from testsigma_action.lifecycle import lookup, start
from testsigma_action.lifecycle.record import Outcome
from testsigma_action.lifecycle.start import RerunCall, StartCall, StartFailure


@dataclass(slots=True)
class Sender:
    """Sends a call until there is a run, up to `deadline`. `on_outcome` is called with each new outcome.

    `outcome` is the last one that was reported, `number` that of the attempt, `sent` the instant of the monotonic clock
    at which it was sent. `unreachable_until`: the deadline for an unreachable service.
    """

    call: StartCall | RerunCall
    inputs: Inputs
    deadline: float
    on_outcome: Callable[[Outcome], None]
    outcome: Outcome = Outcome()
    number: int = 0
    sent: float = 0.0
    unreachable_until: float = 0.0

    async def run(self) -> None:
        """Send the call, and handle its answer, until there is a run: the last outcome has it.

        Raises StartError if nothing was started, or if that is uncertain. After a cancellation, a short time is left
        for the answer to arrive.
        """
        self.unreachable_until = self.call.remote.unreachable_until(self.deadline)
        while not self.outcome.run:
            # A pending cancellation is raised here, before anything is sent.
            await asyncio.sleep(0)
            self._report(Outcome(in_doubt=True))
            self.number, self.sent = self.number + 1, self.call.remote.now()
            answer = await self._send()
            if isinstance(answer, Run):
                await self._identify(answer)
            else:
                await self._handle(answer)

    def _report(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.on_outcome(outcome)

    async def _send(self) -> Run | ApiError:
        """Send the call, and return its answer. A cancellation is raised after a short wait for the answer."""
        sender = asyncio.ensure_future(self._answer())
        try:
            return await asyncio.shield(sender)
        except asyncio.CancelledError:
            await asyncio.wait({sender}, timeout=self.call.remote.limits.start_answer_after_signal)
            if sender.done():
                # There is no time for a search.
                answer = sender.result()
                if isinstance(answer, Run):
                    self._claim(answer)
                else:
                    nothing = {StartFailure.NOT_SENT, StartFailure.REFUSED}
                    self._report(Outcome(in_doubt=self.call.failure_of(answer) not in nothing))
            raise
        finally:
            # A request that was not sent by now must not be sent: its run would be unknown.
            sender.cancel()

    async def _answer(self) -> Run | ApiError:
        """The answer or error. It is returned, since there may be no caller left to catch it."""
        try:
            return await self.call.send(until=self.sent + self.call.remote.limits.start_answer)
        except ApiError as error:
            return error

    def _claim(self, run: Run) -> Claim:
        """Whose run an answer describes. It is reported if it is ours, or may be."""
        whose = self.call.claim(run, self.sent)
        if whose is Claim.OURS:
            self._report(Outcome(run))
        elif whose is Claim.UNCONFIRMED:
            self._report(Outcome(in_doubt=True, claimed=run))
        return whose

    async def _identify(self, run: Run) -> None:
        """Use the run of an answer if it is ours; else search for ours."""
        whose, confirmed = self._claim(run), True
        if whose is Claim.UNCONFIRMED:
            until, tolerance = self.deadline, self.call.remote.limits.replication
            try:
                # The first status may show whose run it is.
                run = await lookup.attach(RunKey(run.id), self.call.remote, until=until, tolerance=tolerance)
                whose = self._claim(run)
            except ApiError:
                confirmed = False
        if whose is Claim.OURS:
            return
        message = self.call.not_ours(run, whose)
        self._report(Outcome(in_doubt=True, lost=message))
        found = await self._find(replace(self._search(), apart_from=run.id), message)
        if self.outcome.run:
            return
        if not confirmed or not found.nothing or not self.call.counts_unlisted(run, self.sent):
            raise self.call.uncertain(message, ())
        self._report(Outcome(run))

    async def _handle(self, error: ApiError) -> None:
        """Do what an error demands. Returns if there is a run, or once the call can be sent again."""
        kind, again = self.call.failure_of(error), 0.0
        if kind is StartFailure.BUSY:
            await self._busy(error)
            return
        if kind in {StartFailure.NOT_SENT, StartFailure.RATE_LIMITED}:
            again = self.call.remote.after(backoff(self.number, error.retry_after))
        if kind in {StartFailure.RATE_LIMITED, StartFailure.LOST}:
            # A 429 may be the answer to the second request of a proxy that sent the call twice.
            search = self._search()
            self._report(Outcome(in_doubt=True, lost=error.message))
            found = await self._find(search, error.message)
            if self.outcome.run:
                return
            if not start.proves_nothing_started(error, found):
                raise self.call.uncertain(error.message, ())
            again = max(again, search.settled)
        self._report(Outcome())
        if kind in {StartFailure.REFUSED, StartFailure.LOST} or again >= self.unreachable_until:
            raise self.call.refused(error)
        self.call.remote.client.on_retry(error.message)
        await self.call.remote.sleep_until(again)

    async def _busy(self, error: ApiError) -> None:
        """Check whether our own run keeps the plan busy: a proxy may have sent the call twice.

        If another run does, the call is sent again with `on-busy: wait`, once a search proved that we have no run.
        """
        search, every = replace(self._search(), has_runs=True), self.inputs.poll_interval
        found = await self._find(replace(search, or_busy=True), error.message)
        if self.outcome.run:
            return
        if not found.busy_with and not found.nothing:
            raise self.call.uncertain(error.message, ())
        self._report(Outcome())
        interval = every.total_seconds() if every else pacing.LONGEST / 4
        again = search.settled + max(0.0, interval - self.call.remote.limits.replication)
        waits = self.inputs.on_busy == "wait"
        if not waits or not search.spec.unique or again >= self.deadline:
            hint = start.STILL_BUSY_HINT if waits else start.BUSY_HINT
            raise start.busy(error, found, self.call.nothing, hint if search.spec.unique else start.OWN_NUMBER_HINT)
        self._report(Outcome(busy_with=found.busy_with))
        if not found.nothing:
            found = await self._find(replace(search, until=self.deadline), error.message)
        if self.outcome.run:
            return
        if not found.nothing:
            raise start.busy(error, found, self.call.nothing, start.UNPROVEN_HINT)
        await self.call.remote.sleep_until(again)
        # The service has answered, so it may be unreachable as long as before.
        self.unreachable_until = self.call.remote.unreachable_until(self.deadline)

    def _search(self) -> lookup.Search:
        """The search while the run may not be listed yet, up to the deadline, but for at least a few seconds."""
        settled, until = self.call.remote.search_limits(self.deadline)
        return replace(self.call.wanted, until=until, requested=self.sent, settled=settled)

    async def _find(self, search: lookup.Search, message: str) -> lookup.SearchResult:
        """Search for the run. If it is found, it is reported; raises StartError if it cannot be identified."""
        found = await lookup.find(search, self.call.remote)
        if len(found.run_ids) > 1 or (found.run_ids and not search.spec.unique):
            self._report(Outcome(in_doubt=True))
            raise self.call.uncertain(message, found.run_ids)
        for run_id in found.run_ids:
            self._report(Outcome(lookup.unread(run_id, search.spec, self.call.remote), adopted=True))
        return found
