"""One outage of the service is felt by many sessions: it is told once when it begins, and once when it is over."""

from dataclasses import dataclass, field

# An outage that is shorter is not told, and by then it shows how many runs it affects (seconds).
GRACE = 10.0


@dataclass(frozen=True, slots=True)
class Over:
    """An outage that was told is over. `only`: the index of the run, where no other was affected."""

    seconds: float
    only: int | None


@dataclass(slots=True)
class SharedOutage:
    """The outage that goes on, if any. It is over when no session is affected any more."""

    affected: set[int] = field(default_factory=set)
    problem: str = ""
    _since: float = 0.0
    _seen: set[int] = field(default_factory=set)
    _told: bool = False
    _answered: bool = False

    def began(self, index: int, problem: str, now: float) -> None:
        """Take that a request of a session failed."""
        if not self._seen:
            self._since, self.problem = now, problem
        self.affected.add(index)
        self._seen.add(index)

    def ended(self, index: int) -> None:
        """Take that the service answers a session."""
        self._answered = self._answered or index in self.affected
        self.affected.discard(index)

    def left(self, index: int) -> None:
        """Take that a session is over, which does not say that the service answers."""
        self.affected.discard(index)

    def is_news(self, now: float) -> bool:
        """Whether it lasts long enough to be told now. True once for each outage."""
        if self._told or not self.affected or now - self._since < GRACE:
            return False
        self._told = True
        return True

    def over(self, now: float) -> Over | None:
        """Forget an outage that affects no session any more; what is to be told of its end, if anything is."""
        if self.affected or not self._seen:
            return None
        only = next(iter(self._seen)) if len(self._seen) == 1 else None
        over = Over(now - self._since, only) if self._told and self._answered else None
        self._seen, self._told, self._answered = set(), False, False
        return over
