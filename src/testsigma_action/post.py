"""The post stage: stops a run that the main stage could not, because it was killed.

It acts only when the main stage did not end in order, and only on a run that it started and waited for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from testsigma_action import platforms as ci
from testsigma_action.api.client import Client
from testsigma_action.api.error_response import Trouble
from testsigma_action.api.http import NETWORK, Adapter, Transport
from testsigma_action.api.remote import REPLICATION, Remote
from testsigma_action.api.route import Route, route
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import BUG_HINT, ActionError, Bug
from testsigma_action.inputs.options import Inputs
from testsigma_action.inputs.reading import read_inputs
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle.leaving import LOOK_BUDGET, STOP_BUDGET, stop_in_words
from testsigma_action.lifecycle.lookup import Search
from testsigma_action.lifecycle.reruns import GRACE, INTERVAL, MOST, Chain, awaited
from testsigma_action.lifecycle.watch import Stop, look_once, stop
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import console
from testsigma_action.runtime.calls import Calls
from testsigma_action.runtime.clock import Clock
from testsigma_action.secret import Secret

# For finding a run whose start was not answered (seconds).
LOOKUP_BUDGET = REPLICATION
NOT_STOPPED = "The step ended before it could stop its run; what came of it is no verdict."


@dataclass(frozen=True, slots=True)
class State:
    """What the main stage left: the names that it gave to `write_state`."""

    plan_id: str = ""
    build_number: str = ""
    run_id: str = ""
    settled: bool = False

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "State":
        """Read the state of this step."""
        return cls(
            plan_id=environ.get("STATE_plan_id", ""),
            build_number=environ.get("STATE_build_number", ""),
            run_id=environ.get("STATE_run_id", ""),
            settled=environ.get("STATE_settled") == "true",
        )


def main(environ: Mapping[str, str], calls: Calls, clock: Clock, adapter: Adapter = NETWORK) -> int:
    """Stop what is left over. 0 when nothing is left, 3 when a run may go on, 130 or 143 on a signal."""
    inputs, log, platform = read_inputs((), environ).inputs, Log(), ci.detect(environ)
    for line in platform.mask(inputs.api_key):
        log.command(line)
    log.hide(inputs.api_key)
    platform.hide(inputs.api_key)

    def connect() -> Remote:
        way = route(inputs.base_url, inputs.ca_bundle, environ)
        return _remote(way, inputs.api_key, calls, clock, log, adapter)

    try:
        return _clean_up(State.of(environ), inputs, connect, log)
    finally:
        log.close()


def _clean_up(state: State, inputs: Inputs, connect: Callable[[], Remote], log: Log) -> int:
    if state.settled or not state.plan_id:
        return 0
    if not inputs.stops_on_cancel:
        log.say(["The step did not end in order; on-cancel is leave, so its run is left as it is."])
        return 0
    try:
        return _stop_leftover(state, inputs, connect(), log)
    except ActionError as error:
        log.say(console.warnings([f"{error.message} {error.hint}"]))
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last net: a bug must say what may be left over
        log.say(console.traceback(error))
        log.say(console.warnings([f"A run of plan {state.plan_id} may go on. {BUG_HINT}"]))
        return Bug.exit_code


def _remote(way: Route, key: Secret, calls: Calls, clock: Clock, log: Log, adapter: Adapter) -> Remote:
    def observe(trouble: Trouble) -> None:
        if trouble.message:
            calls.post(partial(log.say, console.warnings([trouble.message])))

    transport = Transport(way, key, clock=clock, observe=observe, adapter=adapter)
    transport.check_settings()
    return Remote(Client(transport), calls, clock, observe)


def _stop_leftover(state: State, inputs: Inputs, remote: Remote, log: Log) -> int:
    run_id = state.run_id or _find(state, inputs, remote, log)
    if not run_id:
        return 3
    left = _newest(RunKey(run_id, state.plan_id, state.build_number), remote, log)
    if left.unread:
        url = remote.client.run_url(left.unread)
        log.say(console.warnings([f"Run {left.unread} may be a rerun that goes on, but it could not be read: {url}"]))
        return 3
    if left.run and left.run.completed:
        log.say([f"{NOT_STOPPED}{stop_in_words(left.run.id, Stop(confirmed=True, run=left.run))}"])
        return 0
    key = left.key
    outcome = stop(key, remote, until=remote.after(STOP_BUDGET))
    if outcome.confirmed:
        log.say([f"{NOT_STOPPED}{stop_in_words(key.id, outcome)}"])
        return 0
    log.say(console.warnings([f"Run {key.id} may go on: {remote.client.run_url(key.id)} {outcome.trouble}"]))
    return 3


@dataclass(frozen=True, slots=True)
class Leftover:
    """The last run that is certainly ours, as its last answer described it.

    `unread` is a run that it names as its rerun, and whose own answer could not be had.
    """

    key: RunKey
    run: Run | None = None
    unread: str = ""


def _newest(key: RunKey, remote: Remote, log: Log) -> Leftover:
    """The run as it is now, or that in which its plan runs failed cases again.

    The main stage may have been killed before it knew that one: it is waited for as there.
    """
    until, strangers = remote.after(GRACE), set[str]()
    run = look_once(key, remote, until=remote.after(LOOK_BUDGET))
    chain = Chain.of(run) if run else None
    unread = ""
    while run and chain and awaited(run) and chain.length <= MOST:
        unread = chain.named_by(run, strangers)
        rerun = look_once(RunKey(unread), remote, until=remote.after(LOOK_BUDGET)) if unread else None
        if rerun and (why := chain.rejects(rerun, run)):
            log.say(console.warnings([console.ignored(rerun, run, why)]))
            strangers.add(rerun.id)
        elif rerun:
            key, run, chain, unread = RunKey.of(rerun), rerun, chain.extended(rerun), ""
        elif remote.after(INTERVAL) < until:
            remote.calls.sleep(INTERVAL)
            run = look_once(key, remote, until=remote.after(LOOK_BUDGET)) or run
        else:
            break
    return Leftover(key, run, unread)


def _find(state: State, inputs: Inputs, remote: Remote, log: Log) -> str:
    """The run of a start that was never answered; empty where it cannot be told from all others."""
    spec = RunSpec(plan_id=state.plan_id, build_number=state.build_number, unique=not inputs.build_number)
    found = lookup.find(Search(spec, remote.after(LOOKUP_BUDGET)), remote).run_ids
    if len(found) == 1 and spec.unique:
        return found[0]
    known = f" Runs with that build number: {', '.join(found[:10])}." if found else ""
    lost = (
        f"The step ended while it started plan {state.plan_id}, and its run (build number "
        f"{state.build_number}) was not found.{known} Look in Testsigma whether one is going on."
    )
    log.say(console.warnings([lost]))
    return ""
