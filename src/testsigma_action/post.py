"""The post stage: stops the runs that the main stage could not stop, because it was killed.

It acts only if the main stage did not shut down cleanly, and only on runs that it started and waited for.
"""

import asyncio
from contextlib import closing

from testsigma_action.api.client import Client
from testsigma_action.api.retry import Transport
from testsigma_action.command import Command
from testsigma_action.errors import Bug, ExitCode
from testsigma_action.lifecycle.background import until_signal
from testsigma_action.lifecycle.cleanup import clean_up
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.state import Entry, open_entries
from testsigma_action.reporting import cleanup_wording, console
from testsigma_action.reporting.progress import events


def main(command: Command) -> int:
    """Stop the remaining runs. Returns 0 if none is left, 3 if a run may still be running, 130 or 143 on a signal."""
    with closing(command.log):
        return _PostStage(command).run()


class _PostStage:
    """Cleans up all entries of the state concurrently."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._done = False

    def run(self) -> int:
        """Return the exit code."""
        try:
            entries = open_entries(self._command.environ)
        except ValueError:
            self._warn(cleanup_wording.UNREADABLE_STATE)
            return ExitCode.SERVICE
        if not entries:
            return ExitCode.PASSED
        if not self._command.inputs.stops_own:
            self._command.log.say([cleanup_wording.LEFT_RUNNING])
            return ExitCode.PASSED
        for error in self._command.ended_by(lambda: self._stop(entries))[:1]:
            # After a bug, name the plans whose runs may still be running.
            crashed = cleanup_wording.crashed(entry.plan_id for entry in entries)
            self._warn(crashed if isinstance(error, Bug) else f"{error.message} {error.hint}")
            return error.exit_code
        return ExitCode.PASSED if self._done else ExitCode.SERVICE

    def _stop(self, entries: tuple[Entry, ...]) -> None:
        command, transport = self._command, self._command.transport(Transport)
        transport.route.check()
        remote = Remote(Client(transport), command.clock).with_listener(self._warn)
        with asyncio.Runner(loop_factory=command.clock.loop) as runner:
            runner.run(until_signal(self._clean_up(entries, remote), command.signals))

    async def _clean_up(self, entries: tuple[Entry, ...], remote: Remote) -> None:
        """Clean up all entries. A bug is raised once the others have ended."""
        outcomes = await asyncio.gather(*(self._one(entry, remote) for entry in entries), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        self._done = all(outcomes)

    async def _one(self, entry: Entry, remote: Remote) -> bool:
        log, url_of = self._command.log, remote.client.run_url
        found = await clean_up(entry, remote, lambda event: log.say(events.about(event)))
        if found.complete:
            log.say([cleanup_wording.stopped(found.ending)])
        elif found.unread:
            self._warn(cleanup_wording.not_read(found.unread, url_of(found.unread)))
        elif found.run_id:
            self._warn(cleanup_wording.not_stopped(found.run_id, url_of(found.run_id), found.ending))
        else:
            self._warn(cleanup_wording.not_found(entry.plan_id, entry.build_number, found.candidates))
        return found.complete

    def _warn(self, text: str | None) -> None:
        """Print a warning; nothing where there is no text, which tells that a retry succeeded."""
        if text:
            self._command.log.say(console.warnings([text]))
