"""The post stage: stops the runs that the main stage could not stop, because it was killed.

It acts only if the main stage did not shut down cleanly, and only on runs that it started and waited for.
"""

import asyncio
from collections.abc import Callable, Mapping

from testsigma_action import platforms
from testsigma_action.api.client import Client
from testsigma_action.api.error_response import RetryEvent
from testsigma_action.api.http import NETWORK
from testsigma_action.api.retry import Transport
from testsigma_action.api.route import route
from testsigma_action.api.sessions import Adapter
from testsigma_action.api.trace import untraced
from testsigma_action.domain.events import RerunIgnored
from testsigma_action.errors import ActionError, Bug, Cancelled, ExitCode
from testsigma_action.inputs.options import Inputs
from testsigma_action.inputs.reading import read_inputs
from testsigma_action.lifecycle.cleanup import Cleanup, clean_up
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.state import Entry, open_entries
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import cleanup_wording, console
from testsigma_action.reporting.progress import events
from testsigma_action.runtime.clock import Clock
from testsigma_action.runtime.signals import Signals


def main(environ: Mapping[str, str], signals: Signals, clock: Clock, adapter: Adapter = NETWORK) -> int:
    """Stop the remaining runs. Returns 0 if none is left, 3 if a run may still be running, 130 or 143 on a signal."""
    log, platform = Log(), platforms.detect(environ)
    reading = read_inputs((), environ, platform.workspace)
    inputs = reading.inputs
    for line in platform.mask(inputs.api_key):
        log.command(line)
    log.hide(inputs.api_key)
    platform.hide(inputs.api_key)

    def connect() -> Remote:
        service_route = route(inputs.base_url, inputs.ca_bundle, environ)
        on_trace = (lambda trace: log.say(console.request(trace))) if reading.debug else untraced
        transport = Transport(service_route, inputs.api_key, clock=clock, adapter=adapter, on_trace=on_trace)
        transport.check_settings()
        return Remote(Client(transport), clock, lambda retry: _warn_of(retry, log))

    try:
        return _PostStage(inputs, log, signals, clock, connect).run(environ)
    finally:
        log.close()


class _PostStage:
    """Cleans up all entries of the state concurrently."""

    def __init__(self, inputs: Inputs, log: Log, signals: Signals, clock: Clock, connect: Callable[[], Remote]) -> None:
        self._inputs = inputs
        self._log = log
        self._signals = signals
        self._clock = clock
        self._connect = connect

    def run(self, environ: Mapping[str, str]) -> int:
        """Return the exit code."""
        try:
            entries = open_entries(environ)
        except ValueError:
            self._warn(cleanup_wording.UNREADABLE_STATE)
            return ExitCode.SERVICE
        if not entries:
            return ExitCode.PASSED
        if not self._inputs.stops_own:
            self._log.say([cleanup_wording.LEFT_RUNNING])
            return ExitCode.PASSED
        try:
            return self._stop(entries)
        except ActionError as error:
            self._warn(f"{error.message} {error.hint}")
            return error.exit_code
        except Exception as error:  # noqa: BLE001 - after a bug, name the plans whose runs may still be running
            self._log.say(console.traceback(error))
            self._warn(cleanup_wording.crashed(entry.plan_id for entry in entries))
            return Bug.exit_code

    def _stop(self, entries: tuple[Entry, ...]) -> int:
        remote = self._connect()
        with asyncio.Runner(loop_factory=self._clock.loop) as runner:
            done = runner.run(self._clean_up(entries, remote))
        if self._signals.number is not None:
            raise Cancelled(self._signals.number)
        return ExitCode.PASSED if done else ExitCode.SERVICE

    async def _clean_up(self, entries: tuple[Entry, ...], remote: Remote) -> bool:
        """Whether all entries were cleaned up."""
        tasks = [asyncio.create_task(self._one(entry, remote)) for entry in entries]
        self._signals.cancels(tasks)
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
        return all(outcome is True for outcome in outcomes)

    async def _one(self, entry: Entry, remote: Remote) -> bool:
        found = await clean_up(entry, remote, self._on_ignored)
        self._report(found, remote)
        return found.complete

    def _report(self, found: Cleanup, remote: Remote) -> None:
        url_of = remote.client.run_url
        if found.complete:
            self._log.say([cleanup_wording.stopped(found.ending)])
        elif found.unread:
            self._warn(cleanup_wording.not_read(found.unread, url_of(found.unread)))
        elif found.run_id:
            self._warn(cleanup_wording.not_stopped(found.run_id, url_of(found.run_id), found.ending.trouble))
        else:
            self._warn(cleanup_wording.not_found(found.entry.plan_id, found.entry.build_number, found.candidates))

    def _on_ignored(self, ignored: RerunIgnored) -> None:
        self._log.say(events.about(ignored))

    def _warn(self, text: str) -> None:
        self._log.say(console.warnings([text]))


def _warn_of(retry: RetryEvent, log: Log) -> None:
    if retry.message:
        log.say(console.warnings([retry.message]))
