"""Starting a run, exactly once.

The service knows no idempotency key: a start that is sent twice is two runs. So it is sent again only when it cannot
have been received, or was refused in words. When the answer is lost, the run is looked for by its build number.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from testsigma_action import lookup, pacing
from testsigma_action.api.remote import Remote
from testsigma_action.api.trouble import Trouble, backoff
from testsigma_action.cancel import Late
from testsigma_action.errors import ApiError, Redirected, Refused, StartError, Transient
from testsigma_action.model import Run, RunSpec

# What the service says when a plan cannot run twice at a time, and when there is no such plan (docs/api.md, "Start").
BUSY = re.compile("plan is currently running", re.IGNORECASE)
NO_SUCH = re.compile(r"not find resource with id:\s*(?P<id>[\w-]+)", re.IGNORECASE)
# Longest time that a service which cannot be reached is tried before anything is started (seconds).
PATIENCE = 120.0
# Longest time that the answer to the start is waited for (seconds).
ANSWER = 60.0
# How long a run whose start was not answered is looked for (seconds).
LOOKUP = 30.0
# The same where the plan is said to be busy, for which our own run may be the reason: once, or before every other try.
BUSY_LOOKUP, BUSY_LOOK = 3.0, 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a start is tried, as instants of the monotonic clock.

    At a service that cannot be reached; and while the plan is busy: once, or every `interval` up to that instant.
    """

    unreachable_until: float
    busy_until: float | None = None
    interval: timedelta | None = None

    def after_busy(self, now: float) -> "Limits":
        """The same after an answer: it ends a time in which the service could not be reached."""
        anew = min(now + PATIENCE, self.busy_until or now)
        return replace(self, unreachable_until=max(self.unreachable_until, anew))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a start: its run, or whether there may be one; `adopted` means that it was found, not told."""

    run: Run | None = None
    in_doubt: bool = False
    adopted: bool = False


def start(spec: RunSpec, remote: Remote, limits: Limits) -> Iterator[Outcome]:
    """Yield what is known of the start each time that it changes; the last outcome of all has the run.

    Whatever ends it, the outcome before holds: keep it. Sending is the only call that is not cut short by a signal.
    Raises StartError when nothing was started or nobody knows, Cancelled on a signal before or after the call.
    """
    attempt = 0
    while True:
        attempt += 1
        remote.calls.check()
        yield Outcome(in_doubt=True)
        answer = _send(spec, remote)
        if isinstance(answer, Run):
            yield Outcome(answer)
            return
        if _may_exist(answer, spec):
            yield from _found(answer, spec, remote)
            return
        yield Outcome()
        if BUSY.search(answer.said):
            if (yield from _busy_with_ours(answer, spec, remote, limits)):
                return
            limits = limits.after_busy(remote.clock.monotonic())
        delay = _delay_after(answer, attempt, spec, remote, limits)
        remote.observe(Trouble(f"start plan {spec.plan_id}", attempt, answer.message, delay))
        remote.calls.sleep(delay)


def _send(spec: RunSpec, remote: Remote) -> Run | ApiError:
    try:
        return remote.calls.run(lambda: remote.client.start_run(spec), until=remote.after(ANSWER), shielded=True)
    except (Refused, Redirected, Transient) as trouble:
        return trouble
    except Late:
        return Transient("The answer to the start did not come in time.")


def _may_exist(trouble: ApiError, spec: RunSpec) -> bool:
    """Whether a run may have come of a start that failed: received perhaps, and not refused in words."""
    if not isinstance(trouble, Transient):
        # "See other" is the answer to a POST that was carried out (RFC 9110, 15.4.4); other redirects refuse it.
        return trouble.status == 303
    refused = BUSY.search(trouble.said) or _no_such_plan(trouble, spec)
    return trouble.sent and trouble.status != 429 and not refused


def _busy_with_ours(trouble: ApiError, spec: RunSpec, remote: Remote, limits: Limits) -> Generator[Outcome, None, bool]:
    """Whether our own run keeps the plan busy: where a proxy sends a request twice, the second answer is what we see.

    Raises StartError where it was even started more than once.
    """
    patience, ends = (BUSY_LOOK, limits.busy_until) if limits.busy_until else (BUSY_LOOKUP, limits.unreachable_until)
    until = min(remote.after(patience), ends)
    ours = lookup.find(spec, remote, until=until).run_ids if spec.unique else ()
    if len(ours) > 1:
        yield Outcome(in_doubt=True)
        raise _uncertain(trouble.message, spec, ours)
    for run_id in ours:
        yield Outcome(lookup.unread(run_id, spec, remote), adopted=True)
    return bool(ours)


def _no_such_plan(trouble: ApiError, spec: RunSpec) -> bool:
    found = NO_SUCH.search(trouble.said)
    return found is not None and found["id"] == spec.plan_id


def _delay_after(trouble: ApiError, attempt: int, spec: RunSpec, remote: Remote, limits: Limits) -> float:
    """Seconds until it is useful to start again. Raises StartError where it is not."""
    if BUSY.search(trouble.said):
        return _delay_while_busy(trouble, remote, limits)
    if _no_such_plan(trouble, spec):
        raise _refused(trouble.message, "start-refused", NO_SUCH_HINT)
    delay = backoff(attempt, trouble.retry_after) if isinstance(trouble, Transient) else None
    if delay is None or remote.after(delay) >= limits.unreachable_until:
        raise _refused(trouble.message, trouble.code, trouble.hint)
    return delay


def _delay_while_busy(trouble: ApiError, remote: Remote, limits: Limits) -> float:
    delay = limits.interval.total_seconds() if limits.interval else pacing.LONGEST / 4
    if limits.busy_until is None or remote.after(delay) >= limits.busy_until:
        raise _refused(trouble.message, "plan-busy", BUSY_HINT)
    return delay


def _found(trouble: ApiError, spec: RunSpec, remote: Remote) -> Iterator[Outcome]:
    """The run that the lost answer was about, if it can be told from all others. Raises StartError."""
    found = lookup.find(spec, remote, until=remote.after(LOOKUP))
    if len(found.run_ids) == 1 and spec.unique:
        yield Outcome(lookup.unread(found.run_ids[0], spec, remote), adopted=True)
        return
    if found.nothing and trouble.said:
        yield Outcome()
        raise _refused(trouble.message, "start-refused", REFUSED_HINT)
    raise _uncertain(trouble.message, spec, found.run_ids)


def _uncertain(message: str, spec: RunSpec, candidates: tuple[str, ...]) -> StartError:
    listed = f" Runs with its build number: {', '.join(candidates[:10])}." if candidates else ""
    attach = " If it is one of those listed, attach to it (run-id instead of plan-id)." if candidates else ""
    return StartError(
        f"{message} A run of plan {spec.plan_id} may have been started.{listed}",
        code="start-uncertain",
        hint=f"{look_for(spec)}{attach}",
    )


def look_for(spec: RunSpec) -> str:
    """What to do where nobody knows whether a run was started."""
    return (
        f"Before you run this step again, look in Testsigma for a run of plan {spec.plan_id} "
        f"with the build number '{spec.build_number}': it may be going on."
    )


def _refused(message: str, code: str, hint: str) -> StartError:
    code = "start-refused" if code == "api-refused" else code
    return StartError(f"{message} Nothing was started.", code=code, hint=hint)


BUSY_HINT = "Wait until the plan's other run is over, or set on-busy to wait."
NO_SUCH_HINT = (
    "Check plan-id (and environment-id and execution-config), and that api-key and base-url are of its account."
)
REFUSED_HINT = "See what the service says above; no run with this build number was found."
