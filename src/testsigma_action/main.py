"""The composition root: environment -> sessions -> reports -> exit code."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from functools import partial

from testsigma_action import platforms
from testsigma_action.api.client import Client
from testsigma_action.api.http import NETWORK
from testsigma_action.api.retry import Transport
from testsigma_action.api.route import route
from testsigma_action.api.sessions import Adapter
from testsigma_action.domain import events, verdict
from testsigma_action.domain.events import Event
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Report, RunReport, Verdict
from testsigma_action.domain.run import RunSpec
from testsigma_action.errors import ActionError, Bug, Cancelled, ErrorCode, ExitCode, InputError
from testsigma_action.inputs.reading import Reading, read_inputs
from testsigma_action.inputs.run_specs import run_specs
from testsigma_action.lifecycle import prepare
from testsigma_action.lifecycle.background import Background
from testsigma_action.lifecycle.context import Interruption, Shared
from testsigma_action.lifecycle.remote import DETAIL_LANES, Remote
from testsigma_action.lifecycle.session import Session
from testsigma_action.lifecycle.state import StateWriter
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import console
from testsigma_action.reporting.progress import Progress
from testsigma_action.reporting.publish import Publisher, unwritable
from testsigma_action.runtime.ask import check_threads
from testsigma_action.runtime.clock import Clock
from testsigma_action.runtime.signals import Signals

# The beginning of a build number where the build in the pipeline is not known.
NO_BUILD = "testsigma-action"
NONCE_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
# After these exit codes, the cleanup stops the runs that the step could not stop: it has more time.
LEFT_FOR_CLEANUP = {ExitCode.BUG, ExitCode.INTERRUPTED, ExitCode.TERMINATED}


def main(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    signals: Signals,
    clock: Clock,
    adapter: Adapter = NETWORK,
) -> int:
    """Run one step; always returns one of the documented exit codes."""
    platform = platforms.detect(environ)
    reading = read_inputs(arguments, environ, platform.workspace)
    log = Log()
    for line in platform.mask(reading.inputs.api_key):
        log.command(line)
    log.hide(reading.inputs.api_key)
    platform.hide(reading.inputs.api_key)
    service_route = route(reading.inputs.base_url, reading.inputs.ca_bundle, environ)
    transport = Transport(service_route, reading.inputs.api_key, clock=clock, adapter=adapter)
    try:
        return Step(reading, platform, log, signals, clock, transport).run()
    finally:
        log.close()


class Step:
    """All runs of a step, from its inputs to its exit code."""

    def __init__(
        self,
        reading: Reading,
        platform: Platform,
        log: Log,
        signals: Signals,
        clock: Clock,
        transport: Transport,
    ) -> None:
        """Wire the parts together; nothing happens yet."""
        self._reading = reading
        self._inputs = inputs = reading.inputs
        self._log = log
        self._signals = signals
        self._clock = clock
        self._transport = transport
        self._started_at = clock.now()
        began = clock.monotonic()
        self._shared = Shared(began, began + inputs.timeout.total_seconds(), signals)
        # Without any valid plan, the reports have one empty run.
        self._build = platform.build
        self._specs = run_specs(inputs, self._build.label or NO_BUILD, nonce) or (RunSpec(),)
        self._publisher = Publisher(inputs, platform, log)
        live = log.is_terminal and platform.watched
        self._progress = Progress(log, clock, self._specs, attached=bool(inputs.run_id), live=live)
        self._state = StateWriter(platform, self._warn_of_state, enabled=inputs.wait and not inputs.run_id)
        width = DETAIL_LANES if len(self._specs) == 1 else DETAIL_LANES // 2
        self._remote = Remote(Client(transport), clock, width=width)
        self._failures: dict[int, int] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._around: list[Verdict] = []
        self._sessions = [
            Session(spec, self._remote, inputs, self._shared, partial(self._on_event, index))
            for index, spec in enumerate(self._specs)
        ]

    def run(self) -> int:
        """Run all sessions, then write all reports, even after an error. Returns the exit code."""
        try:
            self._prepare()
            with asyncio.Runner(loop_factory=self._clock.loop) as runner:
                runner.run(self._run())
        except ActionError as error:
            self._conclude(error)
        except Exception as error:  # noqa: BLE001 - a bug must lead to reports and exit code 70
            self._log.say(console.traceback(error))
            self._around.append(verdict.of_error(Bug(error)))
        return self._end()

    def _prepare(self) -> None:
        self._log.say(console.warnings(self._reading.warnings))
        places = self._publisher.problems() or self._publisher.write_unfinished(self._report(verdict.NOT_FINISHED))
        if problems := [*self._reading.problems, *places]:
            raise InputError(*problems)
        check_threads(self._clock.begin)
        self._transport.check_settings()

    async def _run(self) -> None:
        with Background() as background:
            background.begin(self._heartbeat())
            if await self._look_up():
                await self._run_sessions()

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self._progress.interval)
            self._progress.beat()

    async def _look_up(self) -> bool:
        """Look up the data for the starts; False if a signal interrupted it. Raises InputError and ApiError."""
        remote = self._remote.with_listener(self._sessions[0].on_retry)
        until = min(remote.after(remote.limits.unreachable), self._shared.deadline)
        looking = asyncio.ensure_future(prepare.resolve(self._specs, remote, until=until))
        self._signals.cancels([looking])
        await asyncio.wait({looking})
        if looking.cancelled():
            return False
        for session, spec in zip(self._sessions, looking.result(), strict=True):
            session.prepared(spec)
        return True

    async def _run_sessions(self) -> None:
        parallel = self._inputs.max_parallel if self._inputs.wait else len(self._sessions)
        gate = asyncio.Semaphore(parallel)
        async with asyncio.TaskGroup() as group:
            self._tasks = [group.create_task(self._drive(index, gate)) for index in range(len(self._sessions))]
            self._signals.cancels(self._tasks)

    async def _drive(self, index: int, gate: asyncio.Semaphore) -> None:
        session = self._sessions[index]
        await session.run(gate)
        if not self._is_left_for_cleanup(session):
            self._state.over(index)

    def _on_event(self, index: int, event: Event) -> None:
        """Handle an event of the session with this index."""
        if isinstance(event, events.Crashed):
            self._log.say(console.traceback(event.error))
        self._state.take(index, event)
        if isinstance(event, events.Started | events.Attached):
            self._write_early(index)
        self._progress.listener(index)(event)
        if isinstance(event, events.Answered | events.Ended):
            self._count_failures(index, event)

    def _write_early(self, index: int) -> None:
        """Write the IDs of the runs as soon as they exist. An error becomes part of the verdict."""
        try:
            self._publisher.write_early(self._reports())
        except OSError as error:
            self._sessions[index].conclude(unwritable("the outputs", error))

    def _count_failures(self, index: int, event: events.Answered | events.Ended) -> None:
        """Stop all runs, and start no more, once `stop-after-failures` is reached.

        If the plan runs failed cases again, they count after its last attempt.
        """
        if isinstance(event, events.Answered) and event.run.reruns_itself:
            return
        counts = event.run.counts if isinstance(event, events.Answered) else self._sessions[index].report().counts
        self._failures[index] = max(counts.failed or 0, self._failures.get(index, 0))
        limit, total = self._inputs.stop_after_failures, sum(self._failures.values())
        if not limit or total < limit or self._shared.interruption:
            return
        self._shared.stopped_early = Interruption(self._clock.monotonic(), failures=total, limit=limit)
        pairs = zip(self._sessions, self._tasks, strict=True)
        if going := [task for session, task in pairs if session.may_be_stopped]:
            self._log.say([console.stopping_early(total, limit)])
        for task in going:
            task.cancel()

    def _conclude(self, error: ActionError) -> None:
        """Record an error from before any start: it applies to every run."""
        for session in self._sessions:
            session.conclude(error)

    def _end(self) -> int:
        """Write all reports. A later signal does not change them."""
        for session in self._sessions:
            if session.undecided and (why := self._shared.interruption):
                session.never_begun(why)
        number = self._signals.number
        cancelled = [] if number is None else [verdict.of_error(Cancelled(number))]
        runs = self._reports()
        judged = verdict.of_step([run.verdict for run in runs], [*self._around, *cancelled], [run.name for run in runs])
        report = self._publisher.publish(self._report(judged))
        if not any(map(self._is_left_for_cleanup, self._sessions)):
            self._state.settled()
        return report.verdict.exit_code

    def _is_left_for_cleanup(self, session: Session) -> bool:
        """Whether the cleanup must stop a run that the step could not stop."""
        judged = session.report().verdict
        stopping = judged.exit_code in LEFT_FOR_CLEANUP or judged.code is ErrorCode.STOPPED_AFTER_FAILURES
        return self._inputs.stops_on_cancel and stopping and session.may_still_run

    def _report(self, judged: Verdict) -> Report:
        return Report(
            verdict=judged,
            runs=self._reports(),
            started=self._started_at,
            ended=self._clock.now(),
            title=self._inputs.summary_title,
            junit_file=self._inputs.junit_path,
            results_file=self._inputs.results_path,
            build=self._build,
        )

    def _reports(self) -> tuple[RunReport, ...]:
        return named([session.report() for session in self._sessions])

    def _warn_of_state(self, error: OSError) -> None:
        self._log.say(console.warnings([unwritable("the state of the step", error).message]))


def nonce() -> str:
    """Six random characters that make a build number unique (10^9 possibilities)."""
    return "".join(secrets.choice(NONCE_ALPHABET) for _ in range(6))
