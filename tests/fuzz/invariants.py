"""What the step promises, whatever happens: each promise looks at a story that is over, and says what breaks it.

Those about stopping are in `stopping.py`, those about what is written in `agreement.py`.
"""

import json
import math
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from tests.fuzz import evidence, oracle, uploads
from tests.fuzz.agreement import keeps_the_key, says_one_thing
from tests.fuzz.stopping import STOPPED_EARLY, post_stops_what_is_left, stops_what_it_was_to_stop
from tests.fuzz.story import Story, entry_of
from tests.simulation import Exchange
from tests.simulation.clock import BEGIN
from tests.simulator.runs import Run
from tests.simulator.service import BUSY

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
# Seconds beyond the timeout: for a start that is under way and a last look for its run, for giving up, and for
# collecting. The long look for a run ends with the timeout.
AFTERWARDS = 60.0 + 5.0 + 35.0 + 300.0 + 5.0
# Seconds from the first signal to the end: platforms kill the step after 10, GitHub sends its second signal after 7.5.
WAY_OUT = 7.0
# Seconds after the first signal in which the step takes the answer to a start. After that it says that a run may have
# been started, and what to look for; other runs may still be stopped when the answer comes.
LAST_ANSWER = 3.0
# Seconds in which the end of a run is seen at the latest: a poll interval and its answer, twice.
SLOWEST = 130.0
# Seconds within which the same signal is one signal.
REPEAT = 0.3
# Reruns after trouble of the infrastructure, beside those that were asked for.
INFRASTRUCTURE = 2
# Of one path, within a minute: a stop is confirmed three times a second, for half a minute.
MINUTE, MOST = 60.0, 150


Promise = Callable[[Story], Iterator[str]]


def no_pass_without_a_pass(story: Story) -> Iterator[str]:
    """No pass but of a run of ours that is over, has passed, and had a case that was executed.

    Exit code 0 only where that holds for every run that was asked for.
    """
    for told in story.told:
        run = story.run_of(told)
        if told["conclusion"] == "passed" and not (run and _passed(story, run)):
            yield f"the truth of run {told['id']} is no pass"
    if story.outcome.exit_code != 0 or story.script.given("wait") == "false":
        return
    passes = sum(told["conclusion"] == "passed" for told in story.told)
    if not story.told:
        # Nothing says which run it was, where something on the way started two.
        passes = sum(_passed(story, run) for run in story.ours.values())
    if passes < len(story.script.entries):
        yield f"exit code 0, and {passes} of {len(story.script.entries)} runs have passed"


def _passed(story: Story, run: Run) -> bool:
    """Whether a pass of this run is the truth, as far as the service has told it."""
    lies = (*story.lies(run), *(fault.fields for fault in story.script.scenario.faults))
    # What a fault tells of a run in place of the service is as good as what the service says.
    told = any('"result"' in (fault.text or "") for fault in story.script.scenario.faults)
    by_its_cases = told or any("result" in lie for lie in lies)
    # Nor can anybody know of a rerun that such an answer hides.
    hidden = told and not all(map(story.named, oracle.with_reruns(run)))
    given = story.script.given
    accounted = oracle.accounted(
        run, given("max-failures") or "0", given("min-tests"), quarantined=bool(given("quarantine"))
    )
    return story.deceived(run) or hidden or accounted or oracle.passed(run, by_its_cases=by_its_cases)


def no_pass_on_what_nobody_can_read(story: Story) -> Iterator[str]:
    """A pass only of a run of which every field that the verdict rests on is missing or can be read.

    A case of unknown result counts like one that failed: a later run of the chain that passed has made up for it.
    """
    found = (
        f"{place} in the answer to {call}"
        for told, run in story.judged
        if told["conclusion"] == "passed"
        for call, body in story.last_answers(run)
        if call != "cases" or not _is_of_an_earlier_run(body, run)
        for place in evidence.unreadable(call, body)
    )
    yield from (f"a pass, and nobody can read {one}" for one in islice(found, 1))


def _is_of_an_earlier_run(body: object, run: Run) -> bool:
    """Whether a list of cases is one of a run that has a rerun."""
    owner = str(body.get("executionResultId")) if isinstance(body, dict) else ""
    return owner in {str(one.id) for one in oracle.with_reruns(run) if one is not run.last}


def a_pass_is_a_pass(story: Story) -> Iterator[str]:
    """Where the service is honest and undisturbed, a verdict on a run is the truth, whatever becomes of other runs."""
    for told, run in story.judged:
        judged = told["conclusion"] in {"passed", "failed"} and told["errorCode"] != STOPPED_EARLY
        truth = oracle.passed(run)
        if (
            judged
            and not story.script.has_policies
            and story.honest(run)
            and story.spared(run)
            and truth != (told["conclusion"] == "passed")
        ):
            yield f"run {run.id} {told['conclusion']}, and the truth is {'a' if truth else 'no'} pass"


def each_run_by_itself(story: Story) -> Iterator[str]:
    """What becomes of one run changes nothing for another: where that is honest and undisturbed, it has its verdict."""
    if story.outcome.killed:
        return
    for told, run in story.judged:
        if not story.honest(run) or not story.spared(run) or story.script.given("run-id"):
            continue
        # A new run may be unknown for longer than is waited for, where it is asked for rarely.
        unknown = told["errorCode"] == "not-found" and story.script.scenario.options.replication_delay
        if told["conclusion"] == "error" and not unknown:
            yield f"run {run.id} was disturbed by nothing, and has the error {told['errorCode']}"
        long_over = run.life.ended and run.life.ended - BEGIN < _timeout(story) - SLOWEST
        if told["conclusion"] == "timed-out" and told["errorCode"] != "queue-timed-out" and long_over:
            yield f"run {run.id} timed out, and was over in time"


def started_once(story: Story) -> Iterator[str]:
    """At most one run for each entry, and a second start only after one that was refused in words.

    Plan and build number tell the entries apart. Where an input is wrong, nothing is started.
    """
    runs = Counter((run.plan.id, run.build_no) for run in story.started.values())
    most = 2 if story.doubled else 1
    yield from (f"{number} runs of plan {plan} were started" for (plan, _), number in runs.items() if number > most)
    if len(story.started) > most * len(story.script.entries):
        yield f"{len(story.started)} runs were started"
    if story.starts and (story.script.given("run-id") or story.outcome.exit_code == 2):
        yield "a start was sent, beside a run that exists or with a wrong input"
    yield from _sent_again(story)


def _sent_again(story: Story) -> Iterator[str]:
    answered: dict[tuple[str, str], Exchange] = {}
    for start in story.starts:
        entry = _identity(json.loads(start.request.body))
        if (earlier := answered.get(entry)) is not None:
            said = earlier.response.body.decode("utf-8", "replace")
            if not earlier.received or (earlier.response.status != 429 and BUSY not in said):
                yield f"a start was sent again after one that was answered {earlier.response.status} {said[:80]!r}"
        answered[entry] = start


def reruns_once(story: Story) -> Iterator[str]:
    """A rerun of a run is asked for once, and again only after a refusal in words; no more often than it should be."""
    answered: dict[str, Exchange] = {}
    for asked in (one for one in story.outcome.exchanges if one.call == "rerun"):
        parent = str(json.loads(asked.request.body)["executionResultId"])
        if (earlier := answered.get(parent)) is not None:
            said = earlier.response.body.decode("utf-8", "replace")
            if not earlier.received or BUSY not in said:
                yield f"a rerun of run {parent} was asked for again after {earlier.response.status} {said[:80]!r}"
        answered[parent] = asked
    most = (int(story.script.given("rerun-failed") or 0) + INFRASTRUCTURE) * len(story.script.entries)
    if len(answered) > (most if story.script.given("rerun-failed") else 0):
        yield f"{len(answered)} reruns were asked for"


def tells_runs_apart(story: Story) -> Iterator[str]:
    """A run of one entry is never taken for that of another: plan and build number are those of its entry."""
    for told, run in story.judged:
        theirs, ours = entry_of(run), (told["planId"], told["buildNumber"])
        if theirs != ours and not story.script.given("run-id"):
            yield f"run {run.id} of {theirs} is told to be that of {ours}"
    yield from (
        f"run {number} is told {times} times"
        for number, times in Counter(told["id"] for told in story.told if told["id"]).items()
        if times > 1
    )


def no_run_is_lost(story: Story) -> Iterator[str]:
    """The ID of a run that the answer to a start told us in time is in the outputs, if the answer says whose it is."""
    if story.outcome.killed or not story.script.github:
        return
    until = story.outcome.signalled[0][0] + LAST_ANSWER if story.outcome.signalled else math.inf
    answered = (one for one in story.starts if one.received and one.received <= until and one.response.status == 200)
    told = [_run_id(story, exchange) for exchange in answered]
    lost = {str(one) for one in told if one in story.started} - set(story.outcome.outputs.get("run-ids", "").split(","))
    if lost:
        yield f"run {lost} is not in the outputs"


def ends_in_time(story: Story) -> Iterator[str]:
    """The step ends by its deadline and the time for what comes after it; after a signal within seconds."""
    longest = _timeout(story) + uploads.longest(story) + AFTERWARDS
    if story.outcome.duration > longest:
        yield f"it took {story.outcome.duration:.0f} s, of at most {longest:.0f}"
    if story.outcome.signalled and story.outcome.duration - story.outcome.signalled[0][0] > WAY_OUT:
        yield f"the way out took {story.outcome.duration - story.outcome.signalled[0][0]:.2f} s"


def ends_in_order(story: Story) -> Iterator[str]:
    """Only SIGKILL, or a signal that came again later than 0.3 s after the first, ends the step before its reports."""
    times, numbers = zip(*story.outcome.signalled, strict=True) if story.outcome.signalled else ((0.0,), ())
    asked_twice = times[-1] - times[0] > REPEAT
    if story.outcome.killed and not asked_twice and signal.SIGKILL not in numbers:
        yield f"the signals {story.outcome.signalled} ended the step at once"


def asks_in_moderation(story: Story) -> Iterator[str]:
    """No path is asked for without pause, whatever the answers ask for."""
    asked = Counter((one.call, one.request.target, int(one.arrived // MINUTE)) for one in story.outcome.exchanges)
    yield from (
        f"{call} was asked {number} times within a minute" for (call, *_), number in asked.items() if number > MOST
    )


PROMISES: tuple[Promise, ...] = (
    no_pass_without_a_pass,
    no_pass_on_what_nobody_can_read,
    a_pass_is_a_pass,
    each_run_by_itself,
    started_once,
    reruns_once,
    uploads.nothing_after_a_failed_upload,
    uploads.uploaded_once,
    tells_runs_apart,
    no_run_is_lost,
    ends_in_time,
    ends_in_order,
    asks_in_moderation,
    stops_what_it_was_to_stop,
    says_one_thing,
    keeps_the_key,
    post_stops_what_is_left,
)


def broken(story: Story) -> list[str]:
    """Every promise that is broken, with the way it is."""
    return [f"{promise.__name__}: {how}" for promise in PROMISES for how in promise(story)]


def _seconds(duration: str) -> float:
    return float(duration[:-1]) * UNITS[duration[-1]]


def _timeout(story: Story) -> float:
    return _seconds(story.script.given("timeout") or "2h")


def _identity(start: Mapping[str, object]) -> tuple[str, str]:
    """Plan and build number of a start request: they tell the entries apart."""
    return str(start["executionId"]), str(start["buildNo"])


def _run_id(story: Story, exchange: Exchange) -> int:
    """The run of ours that the answer to its start is about; -1 where nobody could read it or tell whose it is."""
    if any(name == "Content-Encoding" for name, _ in exchange.response.headers):
        return -1
    try:
        body, sent = json.loads(exchange.response.body), json.loads(exchange.request.body)
        run = story.started.get(int(body["id"]))
        named = body["executionId"] and run and body["buildNo"] == run.build_no
        return run.id if named and run and entry_of(run) == _identity(sent) else -1
    except (ValueError, TypeError, KeyError, RecursionError):
        return -1
