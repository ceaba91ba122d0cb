"""The composition root: environment -> sessions -> reports -> exit code."""

import asyncio
import secrets
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from testsigma_action.api.client import Client
from testsigma_action.api.retry import Transport
from testsigma_action.command import Command
from testsigma_action.domain import events
from testsigma_action.domain.build_numbers import ALPHABET, LENGTH
from testsigma_action.domain.run import RunSpec
from testsigma_action.errors import InputError
from testsigma_action.inputs.options import START
from testsigma_action.inputs.run_specs import run_specs, upload_specs
from testsigma_action.lifecycle.background import Background, until_signal
from testsigma_action.lifecycle.context import Shared
from testsigma_action.lifecycle.group import SessionGroup
from testsigma_action.lifecycle.remote import DETAIL_LANES, Remote
from testsigma_action.lifecycle.state import StateWriter
from testsigma_action.reporting import console
from testsigma_action.reporting.progress.listener import Progress
from testsigma_action.reporting.report_files import ReportFiles, unwritable
from testsigma_action.runtime.ask import check_threads

if TYPE_CHECKING:
    from testsigma_action.reports import Reports

# The beginning of a build number where the build in the pipeline is not known.
NO_BUILD = "testsigma-action"


def main(command: Command) -> int:
    """Run one step; always returns one of the documented exit codes."""
    with closing(command.log):
        if command.inputs.merge:
            from testsigma_action.merge import Merge

            return Merge(command).run()
        if command.inputs.dry_run:
            from testsigma_action.check import Check

            return Check(command).run()
        return Step(command).run()


class Step:
    """All runs of a step, from its inputs to its exit code."""

    def __init__(self, command: Command) -> None:
        """Wire the parts together; nothing happens yet."""
        self._command = command
        self._log = command.log
        self._transport = command.transport(Transport)
        inputs, build, platform = command.inputs, command.build, command.platform
        label = build.label or NO_BUILD
        # Without any valid plan, the reports have one empty run.
        specs = run_specs(inputs, label, nonce, platform.step) or (RunSpec(),)
        inputs = replace(inputs, uploads=upload_specs(inputs, specs, label, nonce))
        self._files = ReportFiles(inputs, platform)
        width = DETAIL_LANES if len(specs) == 1 else DETAIL_LANES // 2
        remote = Remote(Client(self._transport), command.clock, width=width)
        attempt = build.attempt if build.label and platform.step else None
        self._shared = Shared(remote, inputs, command.signals, attempt)
        live = self._log.is_terminal and platform.watched
        self._progress = Progress(self._log, remote.now, specs, live=live)
        state = StateWriter(platform, self._warn_of_state)
        self._group = SessionGroup(specs, self._shared, state, self._on_event)

    @cached_property
    def _reports(self) -> "Reports":
        from testsigma_action.reports import Reports

        return Reports(self._command, self._shared, self._group.sessions, self._files)

    def run(self) -> int:
        """Run all sessions, then write all reports, even after an error. Returns the exit code."""
        # A later signal does not change the reports.
        errors = self._command.ended_by(self._run_sessions)
        exit_code = self._reports.publish(errors)
        self._group.settle()
        return exit_code

    def _run_sessions(self) -> None:
        self._prepare()
        with asyncio.Runner(loop_factory=self._command.clock.loop) as runner:
            runner.run(self._run())

    def _prepare(self) -> None:
        reading = self._command.reading
        self._log.say(console.warnings(reading.warnings))
        if reading.inputs.on_job_rerun != START and self._shared.attempt is None:
            self._log.say(console.attempts_unknown(self._command.build.system))
        if problems := [*reading.problems, *self._files.problems()]:
            raise InputError(*problems)
        check_threads(self._command.clock.begin)
        self._transport.route.check()

    async def _run(self) -> None:
        with Background() as background:
            background.begin(self._heartbeat())
            if await until_signal(self._group.prepare(self._progress.on_upload), self._command.signals):
                await self._group.run()
            await self._group.end()

    async def _heartbeat(self) -> None:
        await asyncio.sleep(self._progress.interval)
        # What comes before the start may take long.
        self._reports.write_unfinished()
        while True:
            self._progress.beat()
            await asyncio.sleep(self._progress.interval)

    def _on_event(self, index: int, event: events.Event | events.StoppedAfterFailures) -> None:
        """Handle an event of the session with this index."""
        if isinstance(event, events.StoppedAfterFailures):
            from testsigma_action.reporting.progress import endings

            self._log.say([endings.stopping_early(event)])
            return
        if isinstance(event, events.Crashed):
            self._log.say(console.traceback(event.error))
        # The log has the ID of a run first: writing files takes longer.
        self._progress.on_event(index, event)
        if isinstance(event, events.Started | events.Attached):
            self._write_early(index)

    def _write_early(self, index: int) -> None:
        """Write the IDs of the runs as soon as they exist. An error becomes part of the verdict."""
        try:
            self._reports.write_early()
        except OSError as error:
            self._group.sessions[index].conclude(unwritable("the outputs", error))

    def _warn_of_state(self, error: OSError) -> None:
        self._log.say(console.warnings([unwritable("the state of the step", error).message]))


def nonce() -> str:
    """Random characters that make a build number unique (10^9 possibilities)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
