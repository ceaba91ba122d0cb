"""What the step and its post stage promise of stopping: nothing that was to be stopped goes on, and nothing else is."""

import re
from collections.abc import Iterator

from tests.fuzz import oracle
from tests.fuzz.oracle import with_reruns
from tests.fuzz.story import Story, entry_of
from tests.simulator.runs import Run

STOPPED_EARLY = "stopped-after-failures"


def stops_what_it_was_to_stop(story: Story) -> Iterator[str]:
    """After a signal no run of ours goes on, unless it was to be left; what is not ours is never stopped."""
    cancelled = story.outcome.exit_code in {130, 143} and not story.left_for_post
    if cancelled and story.stops_on_cancel:
        given_up = _given_up(story)
        runs = (one for one in _stoppable(story) if story.named(one) and str(one.id) not in given_up)
        yield from (f"run {one.id} goes on" for one in runs if oracle.going_on(one))
    early = [told["id"] for told in story.told if told["errorCode"] == STOPPED_EARLY]
    for one in _stoppable(story):
        if str(one.id) in early and oracle.going_on(one) and not story.outcome.signalled:
            yield f"run {one.id} goes on, although enough cases have failed"
    if "stop-all" in story.outcome.calls:
        yield "everything was stopped"
    ours = {one.id for run in story.ours.values() for one in with_reruns(run)}
    ours |= {int(story.script.given("run-id") or -1)}
    stopped = [int(seen.path.rpartition("/")[2]) for seen in story.outcome.seen if seen.call == "stop"]
    if not set(stopped) <= ours:
        yield f"a stop was sent to {stopped}, of which ours are {ours}"
    asked_for = story.script.given("on-timeout") == "stop" or story.script.given("stop-after-failures")
    reruns = story.script.given("rerun-failed") and story.script.given("on-cancel") != "leave"
    wanted = ((story.stops_on_cancel or reruns) and story.outcome.signalled) or asked_for
    if stopped and not wanted:
        yield "a stop was sent that nobody had asked for"
    if story.undisturbed:
        yield from (f"a stop was sent to {path}, which was over" for path in _stopped_too_late(story))


def _given_up(story: Story) -> list[str]:
    """The IDs of runs that had come to their end before a signal, while others went on."""
    if not story.told:
        # Without outputs and a results file, only the log says so.
        return re.findall(r"Run (\d+) was left running", story.outcome.log)
    return [told["id"] for told in story.told if told["conclusion"] in {"timed-out", "error"}]


def _stoppable(story: Story) -> Iterator[Run]:
    """The runs of ours that nothing keeps us from stopping."""
    for run in story.ours.values():
        if story.spared(run) and not story.nameless(run) and not story.doubled:
            yield from with_reruns(run)


def _stopped_too_late(story: Story) -> Iterator[str]:
    """The runs to which a stop was sent after an answer had said that they were over.

    Answers that came after a signal do not count: nobody may have waited for them any more.
    """
    signalled = story.outcome.signalled[0][0] if story.outcome.signalled else story.outcome.duration
    over: set[str] = set()
    for one in story.outcome.exchanges:
        if one.call == "status" and one.received and b'"STATUS_COMPLETED"' in one.response.body:
            over |= {one.request.path} if one.received < signalled else set()
        elif one.call == "stop" and one.request.path in over:
            yield one.request.path


def post_stops_what_is_left(story: Story) -> Iterator[str]:
    """Where the main stage could not end in order, the post stage stops its runs. Runs it, so this comes last."""
    if not story.left_for_post or not story.script.github:
        return
    later = story.world.post(later=2.0)
    if later.exit_code not in {0, 3}:
        yield f"the post stage ended with {later.exit_code}"
    if story.stops_on_cancel:
        yield from (f"run {one.id} goes on" for one in _left(story) if oracle.going_on(one))


def _left(story: Story) -> Iterator[Run]:
    """The runs that the post stage can find and may stop."""
    lists = story.script.scenario.options
    listed = lists.newest_runs or ("v2" in lists.versions and lists.index)
    entries = {(entry["plan_id"], entry["build_number"]): entry for entry in story.state}
    for run in story.ours.values():
        # A run that the step attached to is not stopped, unless the step asked for a rerun of it.
        entry = entries.get(entry_of(run), {"run_id": "", "unique": not story.script.given("run-id"), "over": False})
        findable = entry["run_id"] or (listed and entry["unique"])
        may_be_left = entry["over"] and story.script.given("on-timeout") != "stop"
        if findable and not may_be_left and story.spared(run) and not story.nameless(run) and not story.doubled:
            # A rerun that the service never names cannot be found.
            yield from with_reruns(run) if run.plan.reruns.shown_after is not None else (run,)
