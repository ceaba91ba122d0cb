"""Retries: a GET is retried until its deadline, other requests never."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from math import inf

from testsigma_action.api.connection import NETWORK, Adapter, Exchange
from testsigma_action.api.error_response import OnRetry, backoff, ignore
from testsigma_action.api.fields import Decoder, T
from testsigma_action.api.http import Http, OnTrace, Request, Trace
from testsigma_action.api.route import Route
from testsigma_action.errors import ApiError, DeadlineExceeded, NoThreads, Outage, Transient, Unsent
from testsigma_action.runtime.ask import run_in_thread
from testsigma_action.runtime.clock import Clock
from testsigma_action.secret import Secret

# The last try begins this long before the deadline (seconds, at most a tenth of the time until the deadline).
LAST_TRY = 2.0
# An exchange that ignores its limits (a name look-up that hangs) is abandoned this long after them (seconds).
HANGING = 0.5


@dataclass(slots=True)
class RetryPolicy:
    """Decides when a GET is retried, and when it fails. Instants are those of the monotonic clock."""

    request: Request
    began: float
    until: float
    attempt: int = 0
    errors_since: float = inf
    last: bool = False
    error: ApiError | None = None

    def delay(self, error: ApiError, now: float) -> float | None:
        """Seconds until the next try after this error; None if there is no further one."""
        self.attempt += 1
        self.error = error
        same_error = error.by_service and (error.status or 0) >= 500
        self.errors_since = min(self.errors_since, now) if same_error else inf
        delay = backoff(self.attempt, error.retry_after)
        if self.last or not self.request.retried or now + delay - self.errors_since > self.request.error_retry_limit:
            return None
        # Time reserved for the last try, so that its answer arrives before the deadline.
        kept = min(LAST_TRY, (self.until - self.began) / 10) if self.request.last_try else 0.0
        left = self.until - kept - now
        if delay < left:
            return delay
        self.last = True
        return left if self.request.last_try and left > 0 else None


class Transport:
    """Sends requests to one service without blocking the event loop."""

    def __init__(
        self, route: Route, key: Secret, *, clock: Clock, adapter: Adapter = NETWORK, on_trace: OnTrace = ignore
    ) -> None:
        """Prepare for a service; nothing is sent yet. Tests replace the `adapter`, which accesses the network.

        `on_trace` is called after each request.
        """
        self.http = Http(route, key, clock=clock, adapter=adapter)
        # Number of answers with status 429. Callers that send many requests at a time reduce their number.
        self.too_many = 0
        self.route = route
        self._clock = clock
        self._on_trace = on_trace

    async def get(self, request: Request, decode: Decoder[T], *, until: float, on_retry: OnRetry = ignore) -> T:
        """Fetch and decode; retry until an instant of the monotonic clock.

        `on_retry` is called for each retry, and when a retry succeeds. Raises Refused and Redirected at once,
        Outage after the deadline (DeadlineExceeded is an Outage). Once the service has answered, a refusal
        that it did not send itself is handled like a 502.
        """
        policy = RetryPolicy(request, self._clock.monotonic(), until)
        while True:
            limits = request.limits.within(until - self._clock.monotonic())
            try:
                value = await self._exchange(replace(request, limits=limits), decode, until, policy.attempt + 1)
            except ApiError as error:
                await self._wait_after(error, policy, on_retry)
            else:
                if policy.attempt:
                    on_retry(None)
                return value

    async def send(self, request: Request, decode: Decoder[T], *, until: float) -> T:
        """Send once, on a new connection: after a reset of a reused one, nobody knows what was received.

        Raises Refused, Redirected, Transient, or DeadlineExceeded. After the last two, it may have been received unless
        the error is Unsent.
        """
        return await self._exchange(request, decode, until, attempt=1)

    async def _exchange(self, request: Request, decode: Decoder[T], until: float, attempt: int) -> T:
        """Make one exchange, up to `until` or its own limits. Its thread ends soon after that."""
        began = self._clock.monotonic()
        exchange = Exchange(began + request.limits.total, request.limits.size, self._clock.monotonic)
        until = min(until, exchange.ends + HANGING)
        try:
            fetch = partial(self.http.fetch, request, decode, exchange)
            return await run_in_thread(fetch, begin=self._clock.begin, until=until)
        except DeadlineExceeded:
            exchange.leave()
            if exchange.sent:
                raise DeadlineExceeded(f"Could not {request.purpose}: no answer in time.") from None
            raise self.http.failure(request, TimeoutError(), exchange) from None
        except NoThreads as error:
            message = f"Could not {request.purpose}: {error.message}"
            raise Unsent(message, hint=error.hint) from None
        finally:
            exchange.leave()
            answer = (exchange.status, self._clock.monotonic() - began, exchange.received)
            self._trace(Trace(request.method, request.path, request.query, *answer, attempt))

    def _trace(self, trace: Trace) -> None:
        self._on_trace(trace)

    async def _wait_after(self, error: ApiError, policy: RetryPolicy, on_retry: OnRetry) -> None:
        """Wait for the next try. Raises an error that no retry can fix, and Outage if no time is left for one."""
        unanswered = isinstance(error, Transient | DeadlineExceeded) and not error.by_service
        if unanswered and self._clock.monotonic() >= policy.until:
            # An earlier error explains more than that of the try which the deadline interrupted.
            error = policy.error or error
            raise _final(DeadlineExceeded(error.message, hint=error.hint), error) from None
        is_missing = policy.request.optional and error.status == 404
        is_final = is_missing or error.by_service or not self.http.proven
        if is_final and not isinstance(error, Transient | DeadlineExceeded):
            raise error
        self.too_many += error.status == 429
        delay = policy.delay(error, self._clock.monotonic())
        if delay is None:
            raise _final(Outage(error.message, hint=error.hint), error) from None
        on_retry(error.message)
        await asyncio.sleep(delay)


@dataclass(frozen=True, slots=True, eq=False)
class Endpoints:
    """Endpoints of the service, for one account. GETs are retried until `until`, an instant of the monotonic clock.

    `on_retry` is called for each retry, and when a retry succeeds.
    Each call raises ApiError: DeadlineExceeded if there was no answer by then.
    """

    _transport: Transport
    on_retry: OnRetry

    async def _get(self, request: Request, decoder: Decoder[T], until: float) -> T:
        return await self._transport.get(request, decoder, until=until, on_retry=self.on_retry)


def _final(final: Outage, error: ApiError) -> Outage:
    """The final error of a call, with what the last answer said."""
    final.status, final.said, final.by_service = error.status, error.said, error.by_service
    return final
