"""An outage of the service affects many sessions, but its beginning and its end are printed only once."""

from dataclasses import dataclass, field

# Shorter outages are not printed (seconds). By then it is also known how many runs are affected.
GRACE = 10.0


@dataclass(frozen=True, slots=True)
class OutageEnd:
    """The end of an outage that was printed. `only`: the index of the run if no other was affected."""

    seconds: float
    only: int | None


@dataclass(slots=True)
class SharedOutage:
    """The current outage, if any. It ends when no session is affected any more."""

    affected: set[int] = field(default_factory=set)
    problem: str = ""
    _since: float = 0.0
    _seen: set[int] = field(default_factory=set)
    _printed: bool = False
    _answered: bool = False

    def began(self, index: int, problem: str, now: float) -> None:
        """Record that a request of a session failed."""
        if not self._seen:
            self._since, self.problem = now, problem
        self.affected.add(index)
        self._seen.add(index)

    def ended(self, index: int) -> None:
        """Record that the service answers a session."""
        self._answered = self._answered or index in self.affected
        self.affected.discard(index)

    def left(self, index: int) -> None:
        """Record that a session ended, which does not prove that the service answers."""
        self.affected.discard(index)

    def is_news(self, now: float) -> bool:
        """Whether the outage must be printed now. True once for each outage."""
        if self._printed or not self.affected or now - self._since < GRACE:
            return False
        self._printed = True
        return True

    def take_end(self, now: float) -> OutageEnd | None:
        """Reset after an outage. Returns its end if that must be printed, else None."""
        if self.affected or not self._seen:
            return None
        only = next(iter(self._seen)) if len(self._seen) == 1 else None
        end = OutageEnd(now - self._since, only) if self._printed and self._answered else None
        self._seen, self._printed, self._answered = set(), False, False
        return end
