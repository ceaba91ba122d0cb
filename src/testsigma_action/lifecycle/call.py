"""What `send_once` must know about a call that creates a run: a start, or a rerun."""

from typing import Protocol

from testsigma_action.domain.identity import Claim
from testsigma_action.domain.run import Run
from testsigma_action.errors import ApiError, StartError
from testsigma_action.lifecycle.lookup import Search, SearchResult
from testsigma_action.lifecycle.start_failure import StartFailure


class Call(Protocol):
    """A call that creates a run. `sent` is the instant of the monotonic clock at which it was sent."""

    @property
    def purpose(self) -> str:
        """What the call is for, as in "Could not <purpose>"."""

    @property
    def unique(self) -> bool:
        """Whether a run that a search finds is certainly the one that the call created."""

    async def send(self, *, until: float) -> Run:
        """Send the call, and return the run of the answer. Raises ApiError."""

    def failure_of(self, error: ApiError) -> StartFailure:
        """Classify an error."""

    def claim(self, run: Run, sent: float) -> Claim:
        """Whose run an answer describes."""

    def counts_unlisted(self, run: Run, sent: float) -> bool:
        """Whether a run that is not clearly ours is ours after a search proved that no other run is."""

    def search(self, sent: float, deadline: float) -> Search:
        """The search for the run that the call may have created."""

    def unread(self, run_id: str) -> Run:
        """The run that was found, before its status is read."""

    def proves_nothing_started(self, error: ApiError, found: SearchResult) -> bool:
        """Whether an error and a search together prove that the call created no run."""

    def not_ours(self, run: Run, whose: Claim) -> str:
        """Why the run in the answer is not accepted."""

    def refused(self, error: ApiError) -> StartError:
        """Nothing was started."""

    def busy(self, error: ApiError, found: SearchResult, *, proven: bool) -> StartError:
        """Another run keeps the plan busy; `proven`: it is certain that the call created no run."""

    def uncertain(self, message: str, candidates: tuple[str, ...]) -> StartError:
        """It is unknown whether the call created a run, or which one it is."""
