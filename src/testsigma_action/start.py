"""Starting a run, exactly once.

The service knows no idempotency key: a start that is sent twice is two runs. So it is sent again only when it cannot
have been received, or was refused in words. When the answer is lost, the run is looked for by its build number.
"""

import re
from dataclasses import dataclass
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


@dataclass(slots=True)
class Start:
    """A start and its limits, as instants of the monotonic clock; a busy plan is waited for until `busy_until`.

    `in_doubt` says, while and after the start, whether there may be a run that we do not know. `adopted` says that
    the run was found, not answered.
    """

    spec: RunSpec
    remote: Remote
    unreachable_until: float
    busy_until: float | None = None
    interval: timedelta | None = None
    in_doubt: bool = False
    adopted: bool = False

    def run(self) -> Run:
        """Start the run; the only call that is not cut short by a signal.

        Raises StartError when nothing was started or nobody knows, Cancelled on a signal before or after the call.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._send()
            except (Refused, Redirected, Transient) as trouble:
                if self.in_doubt:
                    return self._found(trouble.message, trouble.said)
                delay = self._delay_after(trouble, attempt)
                self.remote.observe(Trouble(f"start plan {self.spec.plan_id}", attempt, trouble.message, delay))
                self.remote.calls.sleep(delay)
            except Late:
                return self._found("The answer to the start did not come in time.")

    def _send(self) -> Run:
        calls, client = self.remote.calls, self.remote.client
        calls.check()
        self.in_doubt = True
        try:
            run = calls.run(lambda: client.start_run(self.spec), until=self.remote.after(ANSWER), shielded=True)
        except (Refused, Redirected, Transient) as trouble:
            self.in_doubt = self._may_exist(trouble)
            raise
        self.in_doubt = False
        return run

    def _may_exist(self, trouble: ApiError) -> bool:
        """Whether a run may have come of a start that failed: received perhaps, and not refused in words."""
        if not isinstance(trouble, Transient):
            return False
        refused = BUSY.search(trouble.said) or self._no_such_plan(trouble)
        return trouble.sent and trouble.status != 429 and not refused

    def _no_such_plan(self, trouble: ApiError) -> bool:
        found = NO_SUCH.search(trouble.said)
        return found is not None and found["id"] == self.spec.plan_id

    def _delay_after(self, trouble: ApiError, attempt: int) -> float:
        """Seconds until it is useful to start again. Raises StartError where it is not."""
        if BUSY.search(trouble.said):
            return self._delay_while_busy(trouble)
        if self._no_such_plan(trouble):
            raise _refused(trouble.message, "start-refused", NO_SUCH_HINT)
        delay = backoff(attempt, trouble.retry_after) if isinstance(trouble, Transient) else None
        if delay is None or self.remote.after(delay) >= self.unreachable_until:
            raise _refused(trouble.message, trouble.code, trouble.hint)
        return delay

    def _delay_while_busy(self, trouble: ApiError) -> float:
        delay = self.interval.total_seconds() if self.interval else pacing.LONGEST / 4
        if self.busy_until is None or self.remote.after(delay) >= self.busy_until:
            raise _refused(trouble.message, "plan-busy", BUSY_HINT)
        return delay

    def _found(self, message: str, said: str = "") -> Run:
        """The run that the lost answer was about, if it can be told from all others. Raises StartError."""
        found = lookup.find(self.spec, self.remote, until=self.remote.after(LOOKUP))
        if len(found.run_ids) == 1 and self.spec.unique:
            run = self._adopt(found.run_ids[0])
            self.in_doubt, self.adopted = False, True
            return run
        if found.nothing and said:
            self.in_doubt = False
            raise _refused(message, "start-refused", REFUSED_HINT)
        raise self._uncertain(message, found.run_ids)

    def _adopt(self, run_id: str) -> Run:
        client, until = self.remote.client, self.remote.after(LOOKUP)
        try:
            return self.remote.calls.run(lambda: client.fetch_run(run_id, until=until), until=until, shielded=True)
        except (ApiError, Late):
            raise self._uncertain(f"Run {run_id} was started, but its status cannot be read.", (run_id,)) from None

    def _uncertain(self, message: str, candidates: tuple[str, ...]) -> StartError:
        listed = f" Runs with that build number: {', '.join(candidates[:10])}." if candidates else ""
        return StartError(
            f"{message} A run of plan {self.spec.plan_id} may have been started.{listed}",
            code="start-uncertain",
            hint=f"Look in Testsigma for a run of plan {self.spec.plan_id} with the build number "
            f"{self.spec.build_number} before you run this step again: it may be going on.",
        )


def _refused(message: str, code: str, hint: str) -> StartError:
    code = "start-refused" if code == "api-refused" else code
    return StartError(f"{message} Nothing was started.", code=code, hint=hint)


BUSY_HINT = "Wait until the plan's other run is over, or set on-busy to wait."
NO_SUCH_HINT = (
    "Check plan-id (and environment-id and execution-config), and that api-key and base-url are of its account."
)
REFUSED_HINT = "See what the service says above; no run with this build number was found."
