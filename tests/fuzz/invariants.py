"""What the step promises, whatever happens: each promise looks at a story that is over, and says what breaks it."""

import base64
import json
import signal
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from urllib.parse import quote

from tests import junit_rules
from tests.fuzz import evidence, oracle
from tests.fuzz.oracle import with_reruns
from tests.fuzz.story import Story
from tests.simulation import Exchange
from tests.simulator import TEST_KEY
from tests.simulator.service import BUSY

CONCLUSIONS = {
    0: {"passed", "started", "checked"},
    1: {"failed"},
    2: {"error"},
    3: {"error"},
    4: {"timed-out"},
    5: {"error"},
    130: {"cancelled"},
    143: {"cancelled"},
}
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
# Seconds beyond the timeout: for a start that is under way and a last look for its run, for giving up, and for
# collecting. The long look for a run ends with the timeout.
AFTERWARDS = 60.0 + 5.0 + 35.0 + 300.0 + 5.0
# Seconds from the first signal to the end: platforms kill the step after 10, GitHub sends its second signal after 7.5.
WAY_OUT = 7.0
# Seconds within which the same signal is one signal.
REPEAT = 0.3
# Of one path, within a minute: a stop is confirmed three times a second, for half a minute.
MINUTE, MOST = 60.0, 150


Promise = Callable[[Story], Iterator[str]]


def no_pass_without_a_pass(story: Story) -> Iterator[str]:
    """Exit code 0 only where the service knows a run of ours that is over, passed, and had a case that was executed."""
    if story.outcome.exit_code != 0 or story.script.given("wait") == "false" or story.deceived:
        return
    # Off GitHub no output says which run it was, where something on the way started two.
    named = {int(story.outcome.outputs["run-id"] or -1)} if story.script.github else set(story.ours)
    runs = [run for number, run in story.ours.items() if number in named]
    if not any(oracle.passed(run, by_its_cases=any("result" in lie for lie in story.lies)) for run in runs):
        yield f"exit code 0, and the truth of run {sorted(named)} is no pass"


def no_pass_on_what_nobody_can_read(story: Story) -> Iterator[str]:
    """Exit code 0 only where every field that the verdict rests on is missing or can be read."""
    if story.outcome.exit_code != 0 or story.script.given("wait") == "false":
        return
    found = (
        f"{place} in the answer to {call}"
        for call, body in story.last_answers()
        for place in evidence.unreadable(call, body)
    )
    yield from (f"exit code 0, and nobody can read {one}" for one in islice(found, 1))


def a_pass_is_a_pass(story: Story) -> Iterator[str]:
    """Where the service is honest and undisturbed, a verdict on a run is the oracle."""
    honest = story.undisturbed and not story.doubled and story.script.scenario.options.list_of_cases and not story.lies
    plan = story.script.scenario.plans[0]
    if not honest or plan.automatic_rerun or plan.result or story.outcome.exit_code not in {0, 1}:
        return
    if story.script.given("wait") == "false":
        return
    (run,) = story.ours.values()
    if oracle.passed(run) != (story.outcome.exit_code == 0):
        yield f"exit code {story.outcome.exit_code}, and the truth is {'a' if oracle.passed(run) else 'no'} pass"


def started_once(story: Story) -> Iterator[str]:
    """At most one run is started, and a second start is sent only after one that was refused in words."""
    if len(story.started) > (2 if story.doubled else 1):
        yield f"{len(story.started)} runs were started"
    if story.script.given("run-id") and story.starts:
        yield "a start was sent, beside a run that exists"
    for earlier in story.starts[:-1]:
        said = earlier.response.body.decode("utf-8", "replace")
        if not earlier.received or (earlier.response.status != 429 and BUSY not in said):
            yield f"a start was sent again after one that was answered {earlier.response.status} {said[:80]!r}"


def no_run_is_lost(story: Story) -> Iterator[str]:
    """The ID of a run that the answer to the start has told us is in the outputs, if the answer says whose it is."""
    if story.outcome.killed or not story.script.github:
        return
    told = [
        _run_id(story, exchange) for exchange in story.starts if exchange.received and exchange.response.status == 200
    ]
    lost = {str(one) for one in told if one in story.started} - {story.outcome.outputs.get("run-id", "")}
    if lost:
        yield f"run {lost} is not in the outputs"


def ends_in_time(story: Story) -> Iterator[str]:
    """The step ends by its deadline and the time for what comes after it; after a signal within seconds."""
    longest = _seconds(story.script.given("timeout") or "2h") + AFTERWARDS
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


def stops_what_it_was_to_stop(story: Story) -> Iterator[str]:
    """After a signal no run of ours goes on, unless it was to be left; what is not ours is never stopped."""
    cancelled = story.outcome.exit_code in {130, 143} and not story.left_for_post
    if cancelled and story.stops_on_cancel and story.undisturbed and not (story.nameless or story.doubled):
        runs = (one for run in story.ours.values() for one in with_reruns(run))
        yield from (f"run {one.id} goes on" for one in runs if oracle.going_on(one) and story.named(one))
    if "stop-all" in story.outcome.calls:
        yield "everything was stopped"
    ours = {one.id for run in story.ours.values() for one in with_reruns(run)}
    ours |= {int(story.script.given("run-id") or -1)}
    stopped = [int(seen.path.rpartition("/")[2]) for seen in story.outcome.seen if seen.call == "stop"]
    if not set(stopped) <= ours:
        yield f"a stop was sent to {stopped}, of which ours are {ours}"
    wanted = (story.stops_on_cancel and story.outcome.signalled) or story.script.given("on-timeout") == "stop"
    if stopped and not wanted:
        yield "a stop was sent that nobody had asked for"
    if story.undisturbed:
        yield from (f"a stop was sent to {path}, which was over" for path in _stopped_too_late(story))


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


def says_one_thing(story: Story) -> Iterator[str]:
    """Exit code, outputs, log, JUnit, JSON and summary agree."""
    if story.outcome.killed:
        return
    code = story.outcome.exit_code
    if code not in CONCLUSIONS:
        yield f"exit code {code}"
        return
    if f"(exit code {code}" not in story.outcome.lines[-1]:
        yield f"the log ends with {story.outcome.lines[-1][:200]!r}"
    if story.script.github:
        if story.outcome.outputs["conclusion"] not in CONCLUSIONS[code]:
            yield f"exit code {code}, conclusion {story.outcome.outputs['conclusion']}"
        if bool(story.outcome.summary) != (story.script.given("summary") != "off"):
            yield "there is no summary, or one that nobody wanted"
    yield from _of_files(story)


def _of_files(story: Story) -> Iterator[str]:
    workspace, code = story.outcome.workspace, story.outcome.exit_code
    names = sorted(path.relative_to(workspace).as_posix() for path in workspace.rglob("*") if path.is_file())
    wanted = [story.script.given(name) != "off" for name in ("junit-file", "results-file")]
    if len(names) != sum(wanted):
        yield f"the files are {names}"
    for name in names:
        text = (workspace / name).read_text("utf-8")
        if name.endswith(".xml"):
            yield from _of_junit(ET.fromstring(text), code)
        elif json.loads(text)["verdict"]["exitCode"] != code:
            yield f"the results say {json.loads(text)['verdict']}, and the exit code is {code}"


def _of_junit(root: ET.Element, code: int) -> Iterator[str]:
    green = root.find(".//failure") is None and root.find(".//error") is None
    if green and code != 0:
        yield f"the JUnit file is green, and the exit code {code}"
    yield from (f"the JUnit file breaks a rule: {problem}" for problem in junit_rules.broken(root))


def keeps_the_key(story: Story) -> Iterator[str]:
    """The key is nowhere but in the line that masks it."""
    everything = story.outcome.everything.replace(f"::add-mask::{TEST_KEY}", "", 1)
    for key in {TEST_KEY, quote(TEST_KEY), base64.b64encode(TEST_KEY.encode()).decode()}:
        if key in everything:
            at = everything.index(key)
            yield f"the key is in what was written: {everything[max(0, at - 60) : at + 60]!r}"


def post_stops_what_is_left(story: Story) -> Iterator[str]:
    """Where the main stage could not end in order, the post stage stops its run. Runs it, so this comes last."""
    if not story.left_for_post or not story.script.github:
        return
    later = story.world.post(later=2.0)
    known = story.outcome.state.get("run_id") or not story.script.given("build-number")
    if later.exit_code not in {0, 3}:
        yield f"the post stage ended with {later.exit_code}"
    lists = story.script.scenario.options
    findable = story.outcome.state.get("run_id") or lists.newest_runs or ("v2" in lists.versions and lists.index)
    if story.undisturbed and story.stops_on_cancel and known and findable and not (story.nameless or story.doubled):
        # A rerun that the service never names cannot be found.
        named = story.script.scenario.plans[0].reruns.shown_after is not None
        runs = (one for run in story.ours.values() for one in (with_reruns(run) if named else (run,)))
        yield from (f"run {one.id} goes on" for one in runs if oracle.going_on(one))


PROMISES: tuple[Promise, ...] = (
    no_pass_without_a_pass,
    no_pass_on_what_nobody_can_read,
    a_pass_is_a_pass,
    started_once,
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


def _run_id(story: Story, exchange: Exchange) -> int:
    """The run of ours that an answer is about; -1 where nobody could read it, and where it does not say whose it is."""
    if any(name == "Content-Encoding" for name, _ in exchange.response.headers):
        return -1
    try:
        body = json.loads(exchange.response.body)
        run = story.started.get(int(body["id"]))
        return run.id if run and body["executionId"] and body["buildNo"] == run.build_no else -1
    except (ValueError, TypeError, KeyError, RecursionError):
        return -1
