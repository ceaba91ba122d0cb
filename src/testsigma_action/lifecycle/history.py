"""Earlier runs of the same plan: the previous one for pacing the polls and detecting new failures, others for history.

The history of a failed run takes one list of runs, and one list of cases for each of the earlier runs. An error is
reported as a gap in the results, and does not fail the step.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from testsigma_action.api.lists import FoundRuns
from testsigma_action.domain.compare import Comparison
from testsigma_action.domain.gaps import Gap, Missing, Why
from testsigma_action.domain.history import History, Mark, has_history, marks_of
from testsigma_action.domain.identity import RunKey, same_id
from testsigma_action.domain.quarantine import named_cases
from testsigma_action.domain.results import MachineResult, Placed
from testsigma_action.domain.run import Result, Run
from testsigma_action.domain.tolerance import QuarantineEntry
from testsigma_action.errors import ApiError, DeadlineExceeded
from testsigma_action.inputs.parsers import PREVIOUS
from testsigma_action.lifecycle.batch import BatchFetcher, LimitReached
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.lookup import run_lists
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.stop import look_once

# Maximum number of runs that are read to find a comparable one.
MAX_LOOKS = 5


async def list_runs(run: Run, remote: Remote, *, until: float) -> FoundRuns | None:
    """The runs of the plan, with the newest ones certainly among them. Raises no ApiError.

    None if no list is available, or if `until` (monotonic clock) passes first.
    """
    if not run.plan_id or not run.id.isdecimal():
        return None
    for run_list in run_lists(run.plan_id, "", remote.client):
        try:
            listed = await run_list(_soon(remote, until))
        except ApiError:
            continue
        if has_newest(listed):
            return listed
    return None


async def previous_run(
    run: Run, listed: FoundRuns, remote: Remote, *, until: float, apart_from: Collection[str] = frozenset()
) -> Run | None:
    """The newest completed run on the list that is older than this one and comparable.

    None if there is none, or if `until` (monotonic clock) passes first. Stopped runs, reruns of failed cases, runs in
    another environment and those in `apart_from` (IDs) are not comparable. Raises no ApiError.
    """
    for identity in older(run, listed, apart_from)[:MAX_LOOKS]:
        seen = await look_once(RunKey(identity), remote, until=_soon(remote, until))
        if seen and comparable(seen, run):
            return seen
    return None


def older(run: Run, listed: FoundRuns, apart_from: Collection[str]) -> list[str]:
    """The IDs of the plan's runs before this one, the newest first.

    The list is filtered and sorted here, since the service may ignore the query. A run may be listed twice.
    """
    ours = {int(one) for one in apart_from if one.isdecimal()}
    numbers = {int(row.id) for row in listed.runs if row.id.isdecimal() and same_id(row.plan_id, run.plan_id)}
    return [str(number) for number in sorted(numbers - ours, reverse=True) if number < int(run.id)]


def _soon(remote: Remote, until: float) -> float:
    """The deadline of one request: the previous run is optional."""
    return min(until, remote.after(remote.limits.previous_run_answer))


def has_newest(listed: FoundRuns) -> bool:
    """Whether no newer run can be on another page. The order of the index is not documented."""
    ids = [int(run.id) for run in listed.runs if run.id.isdecimal()]
    return listed.complete or ids == sorted(ids, reverse=True)


def comparable(before: Run, run: Run) -> bool:
    """Whether a run is comparable: a complete run of the same plan in the same environment."""
    elsewhere = before.environment_id and run.environment_id and before.environment_id != run.environment_id
    whole = before.completed and before.result is not Result.STOPPED and not before.parent_id
    same_plan = same_id(before.plan_id, run.plan_id)
    return whole and same_plan and not elsewhere and not same_id(before.id, run.parent_id)


# What the cases with a history did in an earlier run, the comparison with that run, and its cases in quarantine.
Seen = tuple[tuple[Mark, ...], Comparison, tuple[Placed, ...]]


def runs_on(listed: FoundRuns, run: Run, apart_from: Collection[str]) -> tuple[Run, ...] | None:
    """The comparable runs before this one, the newest first. None if the rows of the list do not describe runs.

    Only runs that are known to have completed count, so the index is not enough: its rows have no status.
    """
    rows = {str(int(row.id)): row for row in listed.runs if row.status_label and row.id.isdecimal()}
    if not rows:
        return None
    found = (rows.get(identity) for identity in older(run, listed, apart_from))
    return tuple(one for one in found if one and comparable(one, run))


async def look_back(context: Context, until: float) -> bool:
    """Read the results of earlier runs if something failed, up to an instant of the monotonic clock.

    The record gets the history and what is missing. Returns whether the history stands for the comparison with the
    previous run. Raises no ApiError. No request is sent twice.
    """
    record, inputs, remote = context.record, context.inputs, context.remote.quiet()
    run, tree, known = record.run, record.tree, record.plan_runs
    if not inputs.history or not run or not tree or not any(map(has_history, tree.rows())):
        return False
    until = min(until, remote.after(remote.limits.history))
    try:
        known = await _list(run, remote, until, context.shared.run_ids) if known is None else known
    except ApiError as error:
        record.tree = replace(tree, gaps=(*tree.gaps, _gap(error, Missing.EARLIER_RUNS)))
        return False
    runs = [replace(one, url=remote.client.run_url(one.id)) for one in reversed(known[: inputs.history])]
    seen, lost = await _read(runs, tree.machines, BatchFetcher(remote, until), inputs.quarantine)
    gaps = (_gap(error, Missing.HISTORY, len(lost), len(runs)) for error in list(lost.values())[:1])
    record.tree = replace(tree, gaps=(*tree.gaps, *gaps))
    compared = bool(runs) and inputs.compare == PREVIOUS
    if seen:
        history = History.of(runs, tree.machines, {identity: marks for identity, (marks, *_) in seen.items()})
        record.history, record.quarantined = history, tuple(named for *_, named in seen.values())
        newest = next(seen[one.id][1] for one in reversed(runs) if one.id in seen)
        if compared:
            record.comparison = replace(newest, new=history.new, known=history.known)
    return compared


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

        return await fetcher.remote.client.results.scan_case_list(identity, seen, until=until)

    return await fetcher.each(list(by_id), read)


def _gap(error: ApiError, missing: Missing, number: int = 0, total: int = 0) -> Gap:
    if isinstance(error, DeadlineExceeded | LimitReached):
        return Gap(missing, Why.HISTORY_LIMIT, number=number, total=total)
    return Gap(missing, message=error.message, number=number, total=total)
