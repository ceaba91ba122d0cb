"""The history of a failed run: one list of runs, and one list of cases for each of the earlier runs.

An error is reported as a gap in the results, and does not fail the step.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from testsigma_action.api.lists import FoundRuns
from testsigma_action.domain.compare import Comparison
from testsigma_action.domain.gaps import Gap, Missing, Why
from testsigma_action.domain.history import History, Mark, marks_of
from testsigma_action.domain.quarantine import named_cases
from testsigma_action.domain.results import MachineResult, Placed, ResultTree
from testsigma_action.domain.run import Run
from testsigma_action.domain.tolerance import QuarantineEntry
from testsigma_action.errors import ApiError, DeadlineExceeded
from testsigma_action.lifecycle.batch import BatchFetcher, LimitReached
from testsigma_action.lifecycle.history import comparable, has_newest, older
from testsigma_action.lifecycle.remote import Remote

# What the cases with a history did in an earlier run, the comparison with that run, and its cases in quarantine.
Seen = tuple[tuple[Mark, ...], Comparison, tuple[Placed, ...]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """At most `most` earlier runs, read until an instant of the monotonic clock, without those in `apart_from` (IDs).

    `known` has the earlier runs, the newest first, if their list was read before. The cases that entries of the
    `quarantine` name are kept.
    """

    most: int
    until: float
    known: tuple[Run, ...] | None = None
    apart_from: Collection[str] = frozenset()
    quarantine: Sequence[QuarantineEntry] = ()


@dataclass(frozen=True, slots=True)
class LookBack:
    """The history of a run, the comparison that follows from it (None if there is none), and what is missing.

    `found` says whether there are earlier runs at all. `quarantined` has the cases that the quarantine names, of each
    run that was read.
    """

    found: bool = False
    history: History | None = None
    comparison: Comparison | None = None
    gaps: tuple[Gap, ...] = ()
    quarantined: tuple[tuple[Placed, ...], ...] = ()


def runs_on(listed: FoundRuns, run: Run, apart_from: Collection[str]) -> tuple[Run, ...] | None:
    """The comparable runs before this one, the newest first. None if the rows of the list do not describe runs.

    Only runs that are known to have completed count, so the index is not enough: its rows have no status.
    """
    rows = {str(int(row.id)): row.run for row in listed.runs if row.run and row.id.isdecimal()}
    if not rows:
        return None
    found = (rows.get(identity) for identity in older(run, listed, apart_from))
    return tuple(one for one in found if one and comparable(one, run))


async def look_back(run: Run, tree: ResultTree, remote: Remote, wanted: Wanted) -> LookBack:
    """Read the results of earlier runs. Raises no ApiError. No request is sent twice."""
    remote = remote.quiet()
    until = min(wanted.until, remote.after(remote.limits.history))
    try:
        known = wanted.known if wanted.known is not None else await _list(run, remote, until, wanted.apart_from)
    except ApiError as error:
        return LookBack(gaps=(_gap(error, Missing.EARLIER_RUNS),))
    runs = [replace(one, url=remote.client.run_url(one.id)) for one in reversed(known[: wanted.most])]
    seen, lost = await _read(runs, tree.machines, BatchFetcher(remote, until), wanted.quarantine)
    gaps = tuple(_gap(error, Missing.HISTORY, len(lost), len(runs)) for error in list(lost.values())[:1])
    if not seen:
        return LookBack(bool(runs), gaps=gaps)
    history = History.of(runs, tree.machines, {identity: marks for identity, (marks, *_) in seen.items()})
    newest = next(seen[one.id][1] for one in reversed(runs) if one.id in seen)
    comparison = replace(newest, new=history.new, known=history.known)
    quarantined = tuple(named for *_, named in seen.values())
    return LookBack(bool(runs), history, comparison, gaps, quarantined)


async def _list(run: Run, remote: Remote, until: float, apart_from: Collection[str]) -> tuple[Run, ...]:
    if not run.plan_id or not run.id.isdecimal():
        return ()
    listed = await remote.client.fetch_newest_runs(run.plan_id, until=until, retried=False)
    return (runs_on(listed, run, apart_from) or ()) if has_newest(listed) else ()


async def _read(
    runs: Iterable[Run], now: tuple[MachineResult, ...], fetcher: BatchFetcher, quarantine: Sequence[QuarantineEntry]
) -> tuple[dict[str, Seen], dict[str, ApiError]]:
    """What was seen in the earlier runs, and the errors of those that could not be read, both by ID.

    Only marks, and cases in quarantine, are kept of each list of cases, whatever its size.
    """
    by_id = {run.id: run for run in runs}

    async def read(identity: str, until: float) -> Seen:
        def seen(then: tuple[MachineResult, ...]) -> Seen:
            return *marks_of(by_id[identity], then, now), named_cases(quarantine, then)

        return await fetcher.remote.client.scan_case_list(identity, seen, until=until)

    return await fetcher.each(list(by_id), read)


def _gap(error: ApiError, missing: Missing, number: int = 0, total: int = 0) -> Gap:
    if isinstance(error, DeadlineExceeded | LimitReached):
        return Gap(missing, Why.HISTORY_LIMIT, number=number, total=total)
    return Gap(missing, message=error.message, number=number, total=total)
