"""Where a run is in its life: which phase, and how much of its work is done."""

from dataclasses import dataclass

from tests.simulator.content import Phase
from tests.simulator.scenario import Pace

CREATED = "STATUS_CREATED"
COMPLETED = "STATUS_COMPLETED"
_IDLE = {CREATED, "STATUS_QUEUED", "STATUS_PRE_FLIGHT", COMPLETED}


def _idle(phase: Phase) -> bool:
    return phase.idle or phase.status in _IDLE


@dataclass(slots=True)
class Life:
    """The phases of one run, from created to completed; times are seconds of the simulator's clock."""

    phases: tuple[Phase, ...]
    pace: Pace
    since: float
    index: int = 0
    polls: int = 0
    passes: int = 0
    ended: float | None = None

    @classmethod
    def of(cls, phases: tuple[Phase, ...], pace: Pace, now: float) -> "Life":
        """A life that begins now."""
        return cls((Phase(CREATED, polls=0, seconds=0.0), *phases, Phase(COMPLETED)), pace, now)

    @property
    def phase(self) -> Phase:
        """The phase that is shown."""
        return self.phases[self.index]

    @property
    def over(self) -> bool:
        """Whether the run is complete."""
        return self.ended is not None

    @property
    def idle(self) -> bool:
        """Whether no case runs in the phase that is shown."""
        return _idle(self.phase)

    def release(self) -> None:
        """Let the run leave the phase that holds it, or the next one that will."""
        self.passes += 1

    def polled(self, now: float) -> None:
        """A status call was made: go on when the phase was seen often enough."""
        if self.pace == "time" or self.over:
            return
        if self._may_leave(spent=self.polls >= self.phase.polls):
            self._enter_next(now)
            self.polls = 1
        else:
            self.polls += 1

    def tick(self, now: float) -> None:
        """Go on as far as the time that has passed allows."""
        while self.pace == "time" and not self.over:
            ends = self.since + self.phase.seconds
            if not self._may_leave(spent=now >= ends):
                return
            self._enter_next(now if self.phase.hold else ends)

    def finish(self, now: float) -> None:
        """End now, whatever is left."""
        self.index, self.ended = len(self.phases) - 1, now

    def share(self, now: float) -> float:
        """The share of the work that is done, 0 to 1."""
        if self.over:
            return 1.0
        if self.phase.done is not None:
            return self.phase.done
        weights = [self._weight(phase) for phase in self.phases]
        total = sum(weights) + (1 if self.pace == "polls" else 0)
        within = self.polls if self.pace == "polls" else now - self.since
        done = sum(weights[: self.index]) + min(within, weights[self.index])
        return done / total if total else 0.0

    def _may_leave(self, *, spent: bool) -> bool:
        if not self.phase.hold:
            return spent
        released = self.passes > 0
        self.passes -= released
        return released

    def _enter_next(self, now: float) -> None:
        self.index, self.since, self.polls = self.index + 1, now, 0
        if self.index == len(self.phases) - 1:
            self.ended = now

    def _weight(self, phase: Phase) -> float:
        if _idle(phase):
            return 0.0
        return float(phase.polls) if self.pace == "polls" else phase.seconds
