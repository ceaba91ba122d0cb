"""The state that the step saves for its cleanup, in case it is killed."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace

from testsigma_action.domain import events
from testsigma_action.domain.run import Run
from testsigma_action.platforms.base import Platform

# Names of the saved values.
RUNS, SETTLED = "runs", "settled"
PREFIX = "STATE_"


@dataclass(frozen=True, slots=True)
class Entry:
    """A run that this step started, or was about to start.

    `unique`: its build number identifies it. `over`: the cleanup has nothing to do for it. `asked`: the step was about
    to ask for a rerun of the run, which it had not seen when the state was written.
    """

    plan_id: str
    build_number: str
    unique: bool = False
    run_id: str = ""
    over: bool = False
    asked: bool = False


def open_entries(environ: Mapping[str, str]) -> tuple[Entry, ...]:
    """The runs of this step that may still be running. Raises ValueError if the state cannot be read."""
    try:
        written = json.loads(environ.get(f"{PREFIX}{RUNS}") or "[]")
        entries = tuple(Entry(**entry) for entry in written)
    except (TypeError, RecursionError) as error:
        raise ValueError(RUNS) from error
    # What was read may be anything: each value must have its type.
    sound = all(type(getattr(entry, one.name)) is one.type for entry in entries for one in fields(Entry))
    if not isinstance(written, list) or not sound:
        raise ValueError(RUNS)
    settled = environ.get(f"{PREFIX}{SETTLED}") == "true"
    return () if settled else tuple(entry for entry in entries if not entry.over)


class StateWriter:
    """Writes the whole state after each change. `failed` is called with an error of writing."""

    def __init__(self, platform: Platform, failed: Callable[[OSError], None]) -> None:
        """Start without entries."""
        self._platform = platform
        self._failed = failed
        self._entries: dict[int, Entry] = {}

    def take(self, index: int, event: events.Event) -> None:
        """Handle an event of the session with this index."""
        if isinstance(event, events.Starting):
            self._put(index, Entry(event.spec.plan_id, event.spec.build_number, event.spec.unique))
        elif isinstance(event, events.Started | events.RerunStarted) and index in self._entries:
            self._put(index, self._entry(index, event.run))
        elif isinstance(event, events.JobRerun) and (run := event.found.latest):
            self._put(index, Entry(run.plan_id, run.build_number, unique=True, run_id=run.id))
        elif isinstance(event, events.RerunAsked):
            self._put(index, replace(self._entry(index, event.parent), asked=True))

    def _entry(self, index: int, run: Run) -> Entry:
        """The entry of the newest run of a session. A run that the step attached to has none before its first rerun."""
        before = self._entries.get(index) or Entry(run.plan_id, run.build_number)
        return replace(before, run_id=run.id, build_number=run.build_number, asked=False)

    def over(self, index: int) -> None:
        """Record that the cleanup has nothing to do for this session."""
        if index in self._entries:
            self._put(index, replace(self._entries[index], over=True))

    def settled(self) -> None:
        """Record that the cleanup has nothing to do. Errors are ignored: the log is complete by now."""
        with suppress(OSError):
            self._platform.write_state({SETTLED: "true"})

    def _put(self, index: int, entry: Entry) -> None:
        self._entries[index] = entry
        try:
            self._platform.write_state({RUNS: json.dumps([asdict(one) for one in self._entries.values()])})
        except OSError as error:
            self._failed(error)
