"""Trouble with the service, in words: what an error answer says, what it means, when to try again. Pure."""

import email.utils
import http
import json
import random
import re
from dataclasses import dataclass
from datetime import datetime

from testsigma_action.errors import ApiError, Redirected, Refused, Transient
from testsigma_action.text import cut, one_line

# Characters that are shown of what an error answer says.
EXCERPT = 300
FIRST_BACKOFF = 0.5
LONGEST_BACKOFF = 30.0
LONGEST_RETRY_AFTER = 300.0
# Statuses of the 4xx family that may pass: request timeout, too early, too many requests.
PASSING_4XX = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Trouble:
    """A try that failed and will be made again in `delay` seconds; with an empty `message`, the trouble is over."""

    purpose: str
    attempt: int
    message: str = ""
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """An answer that is not 2xx: its status, what it says, and where it points or how long it asks to wait."""

    status: int
    body: bytes = b""
    location_host: str = ""
    retry_after: float | None = None


def error_of(could_not: str, host: str, answer: ErrorAnswer) -> ApiError:
    """The error that an answer stands for. 3xx and most 4xx are final, 5xx and a few 4xx may pass.

    A 500 is a business error at times ("plan busy"), so its words are kept (docs/api.md, "Errors").
    """
    answered = f"{could_not}: {host} answered {answer.status} {phrase(answer.status)}".rstrip()
    if answer.status < 400:
        target = cut(answer.location_host, EXCERPT) or "another path"
        return Redirected(
            f"{answered} and points to {target}.", code="api-redirected", status=answer.status, hint=REDIRECT_HINT
        )
    said, shown = reason(answer.body), excerpt(answer.body)
    news = "" if shown.lower() == phrase(answer.status).lower() else shown
    end = "" if news.endswith((".", "!")) else "."
    message = f"{answered}, saying '{news}'{end}" if news else f"{answered}."
    if answer.status >= 500 or answer.status in PASSING_4XX:
        return Transient(message, status=answer.status, retry_after=answer.retry_after, said=said)
    code, hint = REFUSALS.get(answer.status, ("api-refused", REFUSED_HINT))
    return Refused(message, code=code, hint=hint, status=answer.status, said=said)


def backoff(attempt: int, retry_after: float | None) -> float:
    """Seconds until the next try: what the service asked for, else exponential with full jitter (never below 0.1).

    A service that asks for hours is asked again sooner: one odd answer must not cost a run that is waited for.
    """
    if retry_after is not None:
        return min(retry_after, LONGEST_RETRY_AFTER)
    ceiling = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** min(attempt, 10))
    return random.uniform(0.1, ceiling)  # noqa: S311 - spreads load, guards nothing


def reason(body: bytes) -> str:
    """The reason in a JSON error body: its `error`, `message` or `error_description`.

    Empty for anything else: a page of a proxy may say what it likes, it is not the service that speaks.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    texts = (said.get(key) for key in ("error", "message", "error_description"))
    return next((one_line(" ".join(text.split("\n")), EXCERPT) for text in texts if isinstance(text, str) and text), "")


def excerpt(body: bytes) -> str:
    """What an error body says, for people, on one line: its reason, else its text without tags."""
    text = re.sub(r"<[^<>]{0,200}>", " ", body.decode("utf-8", "replace"))
    return reason(body) or ("" if text.lstrip().startswith(("{", "[")) else _one_line(text))


def _one_line(text: str) -> str:
    return cut(" ".join(text.split()), EXCERPT)


def phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds that the service asks to wait: a number or a date (RFC 9110, 10.2.3)."""
    value = header.strip()[:64]
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


REDIRECT_HINT = "Set base-url to the address that answers without a redirect; the key is never sent to another host."
CERTIFICATE_HINT = "Name the file with your own authority's certificate in ca-bundle, or mend the base-url."
REFUSED_HINT = "Read what the service says, and check the IDs among the inputs."
REFUSALS = {
    401: (
        "api-key-rejected",
        "Check api-key: it may be wrong, revoked, or of another tenant or region (then set base-url to your region's).",
    ),
    403: ("api-forbidden", "The user whose api-key this is may not do that: ask an admin of your Testsigma account."),
    404: ("not-found", "Check the ID, and that api-key and base-url are those of the account that has it."),
}
