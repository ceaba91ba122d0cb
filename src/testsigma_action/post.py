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
        self._open: list[Entry] = []
        self._warned: set[str] = set()

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
        self._open = list(entries)
        for error in self._command.ended_by(self._stop)[:1]:
            # Hints of other errors are about a step that has started nothing.
            hint = error.hint if isinstance(error, Bug) else ""
            left = cleanup_wording.left((one.run_id, one.plan_id) for one in self._open)
            self._warn(" ".join(filter(None, (error.message, left, hint))))
            return error.exit_code
        return ExitCode.SERVICE if self._open else ExitCode.PASSED

    def _stop(self) -> None:
        command, transport = self._command, self._command.transport(Transport)
        transport.route.check()
        remote = Remote(Client(transport), command.clock).with_listener(self._warn)
        with asyncio.Runner(loop_factory=command.clock.loop) as runner:
            runner.run(until_signal(self._clean_up(remote), command.signals))

    async def _clean_up(self, remote: Remote) -> None:
        """Clean up all entries. A bug is raised once the others have ended."""
        outcomes = await asyncio.gather(*(self._one(entry, remote) for entry in self._open), return_exceptions=True)
        for outcome in outcomes:
            if outcome:
                raise outcome

    async def _one(self, entry: Entry, remote: Remote) -> None:
        log, url_of = self._command.log, remote.client.run_url
        found = await clean_up(entry, remote, lambda event: log.say(events.about(event)))
        if found.complete:
            self._open.remove(entry)
            log.say([cleanup_wording.stopped(found.ending)])
        elif found.unread:
            self._warn(cleanup_wording.not_read(found.unread, url_of(found.unread)))
        elif found.run_id:
            self._warn(cleanup_wording.not_stopped(found.run_id, url_of(found.run_id), found.ending))
        else:
            self._warn(cleanup_wording.not_found(entry.plan_id, entry.build_number, found.candidates))

    def _warn(self, text: str | None) -> None:
        """Print a warning, once; nothing where there is no text, which tells that a retry succeeded."""
        if text and text not in self._warned:
            self._warned.add(text)
            self._command.log.say(console.warnings([text]))
