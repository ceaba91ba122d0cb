"""What the simulator saw: every request in order, and a way to wait for one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Condition
from time import monotonic


@dataclass(frozen=True, slots=True)
class Seen:
    """A request and the status of its answer (0 when nothing was answered).

    `time` is the simulator's clock, `headers` have names in lower case (the key is in there), `body` is the JSON value
    with its types, the text when it was no JSON, None without one. It is recorded when the simulator has acted on the
    request, before any delay and before the answer is sent.
    """

    number: int
    time: float
    call: str
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str] = field(repr=False)
    body: object
    status: int


Predicate = Callable[[Seen], bool]


class Recording:
    """The requests that were seen; safe for several threads."""

    def __init__(self) -> None:
        self._seen: list[Seen] = []
        self._changed = Condition()
        self._listeners: list[Callable[[Seen], None]] = []

    def listen(self, listener: Callable[[Seen], None]) -> None:
        """Call this with every request from now on, one at a time."""
        with self._changed:
            self._listeners.append(listener)

    def add(self, make: Callable[[int], Seen]) -> Seen:
        """Record the request that `make` returns when it is given its number, counted from 1."""
        with self._changed:
            seen = make(len(self._seen) + 1)
            self._seen.append(seen)
            for listener in self._listeners:
                listener(seen)
            self._changed.notify_all()
        return seen

    def all(self) -> list[Seen]:
        """All requests in order."""
        with self._changed:
            return list(self._seen)

    def of(self, wanted: str | Predicate) -> list[Seen]:
        """The requests with the name of a call, or those for which a predicate holds."""
        return [seen for seen in self.all() if _fits(seen, wanted)]

    def wait_for(self, wanted: str | Predicate, count: int = 1, timeout: float = 10.0) -> Seen:
        """Block until `count` such requests were seen, also those seen already; returns the last of them.

        Raises TimeoutError after `timeout` seconds of real time, with the names of what was seen instead.
        """
        deadline = monotonic() + timeout
        with self._changed:
            while len(found := [seen for seen in self._seen if _fits(seen, wanted)]) < count:
                if not self._changed.wait(deadline - monotonic()):
                    names = [seen.call for seen in self._seen]
                    raise TimeoutError(f"{len(found)} of {count} requests {wanted!r} in {timeout} s; seen: {names}")
        return found[count - 1]


def _fits(seen: Seen, wanted: str | Predicate) -> bool:
    return seen.call == wanted if isinstance(wanted, str) else wanted(seen)
