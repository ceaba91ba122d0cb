"""Requests that are tried again: a GET as long as its caller is patient, nothing else ever."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from typing import TypeVar

from testsigma_action.api.connection import Exchange
from testsigma_action.api.error_response import Observe, Trouble, backoff, ignore
from testsigma_action.api.http import NETWORK, Http, Json, Request
from testsigma_action.api.route import Route
from testsigma_action.api.sessions import Adapter
from testsigma_action.errors import (
    ApiError,
    DeadlineExceeded,
    ErrorCode,
    NoThreads,
    Redirected,
    Refused,
    Transient,
    Unreachable,
)
from testsigma_action.runtime.ask import ask
from testsigma_action.runtime.clock import Clock
from testsigma_action.secret import Secret

T = TypeVar("T")

# A last try begins this long before the patience is over (seconds, at most a tenth of it).
LAST_TRY = 2.0
# An exchange that its own limits do not end (a name look-up that hangs) is left this long after them (seconds).
HANGING = 0.5


@dataclass(slots=True)
class Patience:
    """Decides when a GET is tried again, and when it is given up. Instants are those of the monotonic clock."""

    request: Request
    began: float
    until: float
    attempt: int = 0
    errors_since: float = inf
    last: bool = False
    trouble: ApiError | None = None

    def delay(self, trouble: ApiError, now: float) -> float | None:
        """Seconds until the next try after this trouble; None where there is none."""
        self.attempt += 1
        self.trouble = trouble
        same_error = trouble.by_service and (trouble.status or 0) >= 500
        self.errors_since = min(self.errors_since, now) if same_error else inf
        delay = backoff(self.attempt, trouble.retry_after)
        if self.last or now + delay - self.errors_since > self.request.error_patience:
            return None
        # Time that a last try is left with, so that its answer is in before the patience is over.
        kept = min(LAST_TRY, (self.until - self.began) / 10) if self.request.last_try else 0.0
        left = self.until - kept - now
        if delay < left:
            return delay
        self.last = True
        return left if self.request.last_try and left > 0 else None


class Transport:
    """Sends requests to one service without blocking the event loop."""

    def __init__(self, route: Route, key: Secret, *, clock: Clock, adapter: Adapter = NETWORK) -> None:
        """Take the way to the service. `adapter` carries requests over the network, unless told otherwise."""
        self.http = Http(route, key, clock=clock, adapter=adapter)
        # Answers with status 429 so far: who sends many requests at a time should send fewer.
        self.too_many = 0
        self._route = route
        self._clock = clock

    def check_settings(self) -> None:
        """See that proxy and certificates can be used. Raises InputError."""
        self._route.check()

    async def get(self, request: Request, decode: Callable[[Json], T], *, until: float, observe: Observe = ignore) -> T:
        """Fetch and decode, trying again until an instant of the monotonic clock.

        `observe` is told of trouble and of its end. Raises Refused and Redirected at once, Unreachable when the
        patience is over; DeadlineExceeded is an Unreachable. A refusal that is not the service's own counts like a 502
        once the service has answered.
        """
        patience = Patience(request, self._clock.monotonic(), until)
        while True:
            try:
                value = await self._try(request, decode, until)
            except (Transient, Refused, Redirected) as trouble:
                if not self._may_pass(trouble, request):
                    raise
                await self._wait_after(trouble, patience, observe)
            except DeadlineExceeded:
                if patience.trouble:
                    # It says more about the reason than the last try, which the deadline cut short.
                    raise DeadlineExceeded(patience.trouble.message, hint=patience.trouble.hint) from None
                raise
            else:
                if patience.attempt:
                    observe(Trouble(request.purpose, patience.attempt))
                return value

    async def send(self, request: Request, decode: Callable[[Json], T], *, until: float) -> T:
        """Send once, on a connection of its own: with a kept one, a reset would say nothing about what was received.

        Raises Refused, Redirected, Transient (`sent` says whether it may have been received), or DeadlineExceeded (it
        may have been).
        """
        return await self._exchange(partial(self.http.fetch, request, decode, fresh=True), request, until)

    async def tell(self, request: Request, *, until: float) -> None:
        """Send once what has no answer worth reading: any 2xx means that it was accepted. Raises like `send`."""
        await self._exchange(partial(self.http.tell, request), request, until)

    async def _try(self, request: Request, decode: Callable[[Json], T], until: float) -> T:
        """One try of a GET; one that hangs before the patience is over is a try that failed."""
        limited = replace(request, limits=request.limits.within(until - self._clock.monotonic()))
        try:
            return await self._exchange(partial(self.http.fetch, limited, decode), limited, until)
        except DeadlineExceeded as late:
            if self._clock.monotonic() >= until:
                raise
            raise Transient(late.message) from None

    async def _exchange(self, call: Callable[[Exchange], T], request: Request, until: float) -> T:
        """Make one exchange, until the instant or its own limits end it. Its thread ends soon after that."""
        ends = self._clock.monotonic() + request.limits.total
        exchange = Exchange(ends, request.limits.size, self._clock.monotonic)
        try:
            return await ask(lambda: call(exchange), begin=self._clock.begin, until=min(until, ends + HANGING))
        except DeadlineExceeded:
            raise self.http.leave(request, exchange) from None
        except NoThreads as error:
            message = f"Could not {request.purpose}: {error.message}"
            raise Transient(message, sent=False, hint=error.hint) from None
        finally:
            exchange.leave()

    def _may_pass(self, trouble: ApiError, request: Request) -> bool:
        if isinstance(trouble, Transient):
            return True
        missing = request.optional and trouble.status == 404
        return self.http.proven and not trouble.by_service and not missing

    async def _wait_after(self, trouble: ApiError, patience: Patience, observe: Observe) -> None:
        self.too_many += trouble.status == 429
        delay = patience.delay(trouble, self._clock.monotonic())
        if delay is None:
            error = Unreachable(
                trouble.message, code=ErrorCode.API_UNREACHABLE, hint=trouble.hint, status=trouble.status
            )
            error.by_service = trouble.by_service
            raise error from None
        observe(Trouble(patience.request.purpose, patience.attempt, trouble.message, delay))
        await asyncio.sleep(delay)
