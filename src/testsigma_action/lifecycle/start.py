"""Starting a run, exactly once: if the answer is lost, the run is searched by its build number."""

from collections.abc import Container
from dataclasses import dataclass

from testsigma_action.domain.identity import Began, Claim, began, claim, counts_unlisted
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ApiError, StartError
from testsigma_action.lifecycle import lookup, start_failure
from testsigma_action.lifecycle.lookup import Search, SearchResult
from testsigma_action.lifecycle.outcome import StartDeadlines
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.send_once import OnOutcome, send_once
from testsigma_action.lifecycle.start_failure import BUSY_HINT, OWN_NUMBER_HINT, UNPROVEN_HINT, StartFailure


async def start(
    spec: RunSpec, remote: Remote, deadlines: StartDeadlines, on_outcome: OnOutcome, taken: Container[str] = frozenset()
) -> None:
    """Start the run. `on_outcome` is called with each new outcome; the last one has the run.

    `taken` has the IDs of runs that belong to other entries of this step. Raises StartError if nothing was started, or
    if that is uncertain. After a cancellation, a short time is left for the answer to arrive.
    """
    await send_once(_Start(spec, remote, taken), remote, deadlines, on_outcome)


@dataclass(frozen=True, slots=True)
class _Start:
    """The start call of a run: see `send_once.Call`."""

    spec: RunSpec
    remote: Remote
    taken: Container[str]

    @property
    def purpose(self) -> str:
        return f"start plan {self.spec.plan_id}"

    @property
    def unique(self) -> bool:
        return self.spec.unique

    async def send(self, *, until: float) -> Run:
        return await self.remote.client.start_run(self.spec, until=until)

    def failure_of(self, error: ApiError) -> StartFailure:
        return start_failure.failure_of(error, self.spec)

    def claim(self, run: Run, sent: float) -> Claim:
        if run.id in self.taken:
            return Claim.FOREIGN
        return claim(run.plan_id, run.build_number, self.spec, self._began(run, sent))

    def counts_unlisted(self, run: Run, sent: float) -> bool:
        return run.id not in self.taken and counts_unlisted(run, self.spec, self._began(run, sent))

    def _began(self, run: Run, sent: float) -> Began:
        """When a run began. Without usable times, a run that has already completed began before our request."""
        when = began(run.timing.started, self.remote.client.server_time(sent))
        return Began.BEFORE if when is Began.UNKNOWN and run.completed else when

    def search(self, sent: float, deadline: float) -> Search:
        return Search.after_start(self.spec, sent, self.remote.now(), deadline, self.remote.limits)

    def unread(self, run_id: str) -> Run:
        return lookup.unread(run_id, self.spec, self.remote)

    def proves_nothing_started(self, error: ApiError, found: SearchResult) -> bool:
        return start_failure.proves_nothing_started(error, found)

    def not_ours(self, run: Run, whose: Claim) -> str:
        return start_failure.not_ours(run, self.spec, whose)

    def refused(self, error: ApiError) -> StartError:
        return start_failure.refused(error, self.spec)

    def busy(self, error: ApiError, found: SearchResult, *, proven: bool) -> StartError:
        hint = BUSY_HINT if self.unique else OWN_NUMBER_HINT
        return start_failure.busy(error, found, hint if proven else UNPROVEN_HINT)

    def uncertain(self, message: str, candidates: tuple[str, ...]) -> StartError:
        return start_failure.uncertain(message, self.spec, candidates)
