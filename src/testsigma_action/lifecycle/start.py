"""Starting a run, exactly once.

The service knows no idempotency key: a start that is sent twice is two runs. So it is sent again only where it was
never sent, or where a look proved that no run of ours exists. When the answer is lost, or describes another run, the
run is looked for by its build number.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from testsigma_action.api.error_response import Trouble, backoff
from testsigma_action.api.remote import REPLICATION, Remote
from testsigma_action.domain import pacing
from testsigma_action.domain.identity import Began, Claim, RunKey, began, claim, counts_unlisted
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ApiError, Cancelled, Redirected, Refused, Transient, Unreachable
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle.attach import attach
from testsigma_action.lifecycle.lookup import Found, Search
from testsigma_action.lifecycle.start_failure import (
    BUSY_HINT,
    OWN_NUMBER_HINT,
    UNPROVEN_HINT,
    Fate,
    busy,
    fate_of,
    not_ours,
    proves_nothing_started,
    refused,
    uncertain,
)
from testsigma_action.runtime.calls import Late

# Longest time that a service which cannot be reached is tried before anything is started (seconds).
PATIENCE = 120.0
# Longest time that the answer to the start is waited for (seconds).
ANSWER = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a start is tried, as instants of the monotonic clock.

    At a service that cannot be reached; for everything, the step's deadline; and while the plan is busy: once, or every
    `interval` up to `busy_until`.
    """

    unreachable_until: float
    deadline: float
    busy_until: float | None = None
    interval: timedelta | None = None

    def after_busy(self, now: float) -> "Limits":
        """The same after an answer: it ends a time in which the service could not be reached."""
        anew = min(now + PATIENCE, self.busy_until or now)
        return replace(self, unreachable_until=max(self.unreachable_until, anew))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a start: its run, or whether there may be one.

    `adopted` means that the run was found, not told. `claimed` is a run that an answer named and that is not confirmed
    to be ours. `lost` says why the run is being looked for. `busy_with` is the other run of a plan that is waited for:
    empty if it is not known, None if the plan is not waited for.
    """

    run: Run | None = None
    in_doubt: bool = False
    adopted: bool = False
    claimed: Run | None = None
    lost: str = ""
    busy_with: str | None = None


def start(spec: RunSpec, remote: Remote, limits: Limits) -> Iterator[Outcome]:
    """Yield what is known of the start each time that it changes; the last outcome of all has the run.

    Whatever ends it, the outcome before holds: keep it. Sending is the only call that is not cut short by a signal.
    Raises StartError when nothing was started or nobody knows, Cancelled on a signal before or after the call.
    """
    number, again = 0, True
    while again:
        number += 1
        yield Outcome(in_doubt=True)
        attempt = _Attempt(spec, remote, limits, number, remote.clock.monotonic())
        try:
            remote.calls.check()
        except Cancelled:
            yield Outcome()
            raise
        answer = attempt.send()
        again = yield from attempt.after(answer)
        if isinstance(answer, ApiError) and fate_of(answer, spec) is Fate.BUSY:
            limits = limits.after_busy(remote.clock.monotonic())


# What an attempt tells meanwhile, and in the end whether it asks for something: another try, say.
Again = Generator[Outcome, None, bool]


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One request for a start, sent at an instant of the monotonic clock, and what follows from its answer."""

    spec: RunSpec
    remote: Remote
    limits: Limits
    number: int
    sent: float

    def send(self) -> Run | ApiError:
        remote, spec = self.remote, self.spec
        try:
            return remote.calls.run(lambda: remote.client.start_run(spec), until=self.sent + ANSWER, shielded=True)
        except (Refused, Redirected, Transient) as trouble:
            return trouble
        except Late:
            return Transient("The answer to the start did not come in time.")

    def after(self, answer: Run | ApiError) -> Again:
        """Whether the start is to be sent again; if not, the last outcome has the run. Raises StartError."""
        if isinstance(answer, Run):
            return (yield from self._identify(answer))
        ways = {
            Fate.NOT_SENT: self._unreachable,
            Fate.REFUSED: self._refused,
            Fate.BUSY: self._busy,
            Fate.LIMITED: self._limited,
            Fate.LOST: self._look_for,
        }
        return (yield from ways[fate_of(answer, self.spec)](answer))

    def _identify(self, run: Run) -> Again:
        """Take the run of an answer if it is ours; else look for ours."""
        candidate: Run | None = run
        if self._claim(run) is Claim.UNCONFIRMED:
            yield Outcome(in_doubt=True, claimed=run)
            candidate = self._first_status(run)
        whose = self._claim(candidate or run)
        if candidate and whose is Claim.OURS:
            yield Outcome(candidate)
            return False
        message = not_ours(candidate or run, self.spec, whose)
        yield Outcome(in_doubt=True, lost=message)
        found = lookup.find(replace(self._search(), apart_from=run.id), self.remote)
        if (yield from self._adopt(found, message)):
            return False
        if not candidate or not found.nothing or not self._counts(candidate):
            raise uncertain(message, self.spec, ())
        yield Outcome(candidate)
        return False

    def _first_status(self, run: Run) -> Run | None:
        """The run as its status describes it, where the answer to the start left out whose it is."""
        until = self.limits.deadline
        try:
            return attach(RunKey(run.id), self.remote, until=until, tolerance=REPLICATION)
        except (Refused, Redirected, Unreachable):
            return None

    def _refused(self, trouble: ApiError) -> Again:
        yield Outcome()
        raise refused(trouble, self.spec)

    def _look_for(self, trouble: ApiError) -> Again:
        """Find the run that a lost answer was about, if it can be told from all others."""
        yield Outcome(in_doubt=True, lost=trouble.message)
        found = lookup.find(self._search(), self.remote)
        if (yield from self._adopt(found, trouble.message)):
            return False
        if proves_nothing_started(trouble, found):
            yield Outcome()
            raise refused(trouble, self.spec)
        raise uncertain(trouble.message, self.spec, ())

    def _unreachable(self, trouble: ApiError) -> Again:
        """Wait before the next try of a start that was not sent."""
        yield Outcome()
        again = self.remote.after(backoff(self.number, _retry_after(trouble)))
        if again >= self.limits.unreachable_until:
            raise refused(trouble, self.spec)
        self._wait(again, trouble)
        return True

    def _limited(self, trouble: ApiError) -> Again:
        """Wait after 429, which alone does not prove that an earlier copy of the request was refused, too."""
        search = self._search()
        again = max(self.remote.after(backoff(self.number, _retry_after(trouble))), search.settled)
        yield Outcome(in_doubt=True, lost=trouble.message)
        found = lookup.find(search, self.remote)
        if (yield from self._adopt(found, trouble.message)):
            return False
        if not found.nothing:
            raise uncertain(trouble.message, self.spec, ())
        yield Outcome()
        if again >= self.limits.unreachable_until:
            raise refused(trouble, self.spec)
        self._wait(again, trouble)
        return True

    def _busy(self, trouble: ApiError) -> Again:
        """Find out whether our own run keeps the plan busy: something on the way may have sent the start twice.

        Where another run does, the start is sent again if that was asked for, and if a look proves that we have none.
        """
        search, waits_until = replace(self._search(), has_runs=True), self.limits.busy_until
        found = lookup.find(replace(search, or_busy=True), self.remote)
        if (yield from self._adopt(found, trouble.message)):
            return False
        if not found.busy_with and not found.nothing:
            raise uncertain(trouble.message, self.spec, ())
        yield Outcome()
        again = search.settled + max(0.0, self._interval - REPLICATION)
        if waits_until is None or not self.spec.unique or again >= waits_until:
            raise busy(trouble, found, BUSY_HINT if self.spec.unique else OWN_NUMBER_HINT)
        yield Outcome(busy_with=found.busy_with)
        if not found.nothing:
            found = lookup.find(replace(search, until=waits_until), self.remote)
        if (yield from self._adopt(found, trouble.message)):
            return False
        if not found.nothing:
            raise busy(trouble, found, UNPROVEN_HINT)
        self._sleep_until(again)
        return True

    def _adopt(self, found: Found, message: str) -> Again:
        """Whether a look found the run. Raises StartError where it cannot be told which one is ours."""
        if not found.run_ids:
            return False
        if len(found.run_ids) > 1 or not self.spec.unique:
            yield Outcome(in_doubt=True)
            raise uncertain(message, self.spec, found.run_ids)
        yield Outcome(lookup.unread(found.run_ids[0], self.spec, self.remote), adopted=True)
        return True

    def _search(self) -> Search:
        return Search.after_start(self.spec, self.sent, self.remote.clock.monotonic(), self.limits.deadline)

    def _claim(self, run: Run) -> Claim:
        return claim(run.plan_id, run.build_number, self.spec, self._began(run))

    def _counts(self, run: Run) -> bool:
        return counts_unlisted(run, self.spec, self._began(run))

    def _began(self, run: Run) -> Began:
        """When a run began; without times that tell, one that is over by now was there before our request."""
        when = began(run.timing.started, self.remote.client.server_time(self.sent))
        return Began.BEFORE if when is Began.UNKNOWN and run.completed else when

    @property
    def _interval(self) -> float:
        return self.limits.interval.total_seconds() if self.limits.interval else pacing.LONGEST / 4

    def _wait(self, until: float, trouble: ApiError) -> None:
        self.remote.observe(self._trouble(trouble, until))
        self._sleep_until(until)

    def _trouble(self, trouble: ApiError, until: float) -> Trouble:
        delay = max(0.0, until - self.remote.clock.monotonic())
        return Trouble(f"start plan {self.spec.plan_id}", self.number, trouble.message, delay)

    def _sleep_until(self, until: float) -> None:
        self.remote.calls.sleep(max(0.0, until - self.remote.clock.monotonic()))


def _retry_after(trouble: ApiError) -> float | None:
    return trouble.retry_after if isinstance(trouble, Transient) else None
