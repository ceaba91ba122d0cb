"""Error answers of the service: message, error type, and when to retry. Pure."""

import email.utils
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http.client import responses

from testsigma_action.api.bodies import EXCERPT, ErrorBody, reason_in
from testsigma_action.errors import ApiError, ErrorCode, Redirected, Refused, Transient
from testsigma_action.text import cut

FIRST_BACKOFF = 0.5
MAX_BACKOFF = 30.0
MAX_RETRY_AFTER = 300.0
# Transient 4xx statuses: request timeout, too early, too many requests.
PASSING_4XX = frozenset({408, 425, 429})
PROXY_AUTHENTICATION = 407
# Keys that only the service itself sends (docs/api.md, "Errors"). Gateways also send JSON with a `message`.
OWN_KEYS = ("error", "error_description", "timeStamp", "fieldErrors", "objectErrors")
UNAUTHORIZED = ("No JWT token found", "Invalid JWT token", "No API Key Found", "Incorrect API Key", "API disabled")


# Called with the message of each request that failed and is retried; with None when a retry succeeded.
OnRetry = Callable[[str | None], None]


def ignore(_: object) -> None:
    """Ignore an event or a body."""


def error_of(
    could_not: str, host: str, status: int, body: ErrorBody, target: str = "", wait: float | None = None
) -> ApiError:
    """The error for an answer that is not 2xx. 3xx and most 4xx are final, 5xx and a few 4xx are transient.

    `target` is the host of its Location, `wait` its Retry-After in seconds.

    A 500 can be a business error ("plan busy"), so its reason is kept (docs/api.md, "Errors"). `by_service` is set,
    too: during a run, the refusal of a gateway is handled as an outage.
    """
    said, shown = reason_in(body.fields), body.excerpt
    answered = answered_with(could_not, host, status)
    if status < 300:
        return Transient(f"{answered}.", status=status)
    if status < 400:
        message = f"{answered} and points to {cut(target, EXCERPT) or 'another path'}."
        return Redirected(message, code=ErrorCode.API_REDIRECTED, status=status, hint=REDIRECT_HINT)
    message = saying(answered, "" if shown.lower() == responses.get(status, "").lower() else shown)
    error: ApiError
    if status >= 500 or status in PASSING_4XX:
        error = Transient(message, status=status, said=said)
        error.retry_after = wait
    else:
        code, hint = REFUSALS.get(status, (ErrorCode.API_REFUSED, REFUSED_HINT))
        error = Refused(message, code=code, hint=hint, status=status, said=said)
    error.by_service = by_service(status, body)
    return error


def answered_with(could_not: str, host: str, status: int) -> str:
    """The beginning of a message: what failed, which host answered, and the status."""
    return f"{could_not}: {host} answered {status} {responses.get(status, '')}".rstrip()


def saying(answered: str, words: str) -> str:
    """The whole message; `words` is the reason that the service gave, or empty."""
    end = "" if words.endswith((".", "!")) else "."
    return f"{answered}, saying '{words}'{end}" if words else f"{answered}."


def by_service(status: int, body: ErrorBody) -> bool:
    """Whether an error is of the service itself: by the shape of its body, or one of its plain texts for a 401."""
    if status == 401 and body.text.strip('" \r\n').startswith(UNAUTHORIZED):
        return True
    return status != PROXY_AUTHENTICATION and any((body.fields or {}).get(key) for key in OWN_KEYS)


def backoff(attempt: int, retry_after: float | None) -> float:
    """Seconds until the next try: exponential with full jitter (at least 0.1), or `retry_after` if longer.

    `retry_after` is capped: one wrong answer must not use up the time for a run.
    """
    ceiling = min(MAX_BACKOFF, FIRST_BACKOFF * 2 ** min(attempt, 10))
    own = random.uniform(0.1, ceiling)  # noqa: S311 - not used for security
    return max(own, min(retry_after or 0.0, MAX_RETRY_AFTER))


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds that the service asks to wait: a number or a date (RFC 9110, 10.2.3)."""
    value = header.strip()[:64]
    if value.isdecimal():
        return float(value)
    with suppress(ValueError, TypeError, OverflowError):
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    return None


REDIRECT_HINT = (
    "Set base-url to the address that answers without a redirect. The API key is never sent to another host."
)
CREDENTIALS_HINT = "Put user and password into the proxy's URL: HTTPS_PROXY=http://user:password@host:port."
REFUSED_HINT = "Read the message of the service above, and check the IDs in the inputs."
KEY_HINT = (
    "Check api-key: it may be wrong, revoked, or belong to another account or region. For an account of another "
    "region set base-url to its address: https://app-eu.testsigma.com or https://app-in.testsigma.com."
)
FORBIDDEN_HINT = "The user of this API key does not have permission: ask an admin of your Testsigma account."
NOT_FOUND_HINT = (
    "Check the ID, and that api-key and base-url belong to the account that owns it; base-url is the host, without the "
    "path of a page."
)
REFUSALS = {
    401: (ErrorCode.API_KEY_REJECTED, KEY_HINT),
    403: (ErrorCode.API_FORBIDDEN, FORBIDDEN_HINT),
    PROXY_AUTHENTICATION: (ErrorCode.API_UNREACHABLE, CREDENTIALS_HINT),
    404: (ErrorCode.NOT_FOUND, NOT_FOUND_HINT),
}
