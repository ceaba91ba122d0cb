"""The composition root: environment -> sessions -> reports -> exit code."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from testsigma_action import platforms
from testsigma_action.api.client import Client
from testsigma_action.api.http import NETWORK
from testsigma_action.api.retry import Transport
from testsigma_action.api.route import route
from testsigma_action.api.sessions import Adapter
from testsigma_action.api.trace import untraced
from testsigma_action.domain import events, verdict
from testsigma_action.domain.build_numbers import ALPHABET, LENGTH
from testsigma_action.domain.events import Event
from testsigma_action.domain.findings import StoppedAfterFailures
from testsigma_action.domain.quarantine import Outdated, unmatched
from testsigma_action.domain.report import Report, Verdict
from testsigma_action.domain.run import RunSpec
from testsigma_action.domain.uploads import ignored_devices
from testsigma_action.errors import ActionError, Bug, Cancelled, InputError
from testsigma_action.inputs.options import START
from testsigma_action.inputs.reading import Reading, read_inputs
from testsigma_action.inputs.run_specs import run_specs, upload_specs
from testsigma_action.lifecycle.background import Background
from testsigma_action.lifecycle.context import Shared
from testsigma_action.lifecycle.group import SessionGroup
from testsigma_action.lifecycle.remote import DETAIL_LANES, Remote
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


def main(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    signals: Signals,
    clock: Clock,
    adapter: Adapter = NETWORK,
) -> int:
    """Run one step; always returns one of the documented exit codes."""
    platform = platforms.detect(environ)
    today = clock.now().date()
    reading = read_inputs(arguments, environ, platform.workspace, platform.key_advice, today)
    log = Log()
    for line in platform.mask(reading.inputs.api_key):
        log.command(line)
    log.hide(reading.inputs.api_key)
    platform.hide(reading.inputs.api_key)
    if reading.inputs.merge:
        from testsigma_action.merge import Merge

        return _closing(log, Merge(reading, platform, log, signals, clock).run)
    service_route = route(reading.inputs.base_url, reading.inputs.ca_bundle, environ)
    on_trace = (lambda trace: log.say(console.request(trace))) if reading.debug else untraced
    key = reading.inputs.api_key
    if reading.inputs.dry_run:
        from testsigma_action.api.probing import ProbingTransport
        from testsigma_action.check import Check

        probing = ProbingTransport(service_route, key, clock=clock, adapter=adapter, on_trace=on_trace)
        return _closing(log, Check(reading, platform, log, signals, clock, probing).run)
    transport = Transport(service_route, key, clock=clock, adapter=adapter, on_trace=on_trace)
    return _closing(log, Step(reading, platform, log, signals, clock, transport).run)


def _closing(log: Log, run: Callable[[], int]) -> int:
    """The exit code of what runs, which is the last to write to the log."""
    try:
        return run()
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
        self._log = log
        self._signals = signals
        self._clock = clock
        self._transport = transport
        self._started_at = clock.now()
        self._errors: list[ActionError] = []
        inputs, began = reading.inputs, clock.monotonic()
        # Without any valid plan, the reports have one empty run.
        self._build = platform.build
        specs = run_specs(inputs, self._build.label or NO_BUILD, nonce, platform.step) or (RunSpec(),)
        self._publisher = Publisher(inputs, platform, log)
        live = log.is_terminal and platform.watched
        self._progress = Progress(log, clock.monotonic, specs, attached=bool(inputs.run_id), live=live)
        width = DETAIL_LANES if len(specs) == 1 else DETAIL_LANES // 2
        remote = Remote(Client(transport), clock, width=width)
        self._attempt = self._build.attempt if self._build.label and platform.step else None
        shared = Shared(began, began + inputs.timeout.total_seconds(), signals, self._attempt)
        state = StateWriter(platform, self._warn_of_state, enabled=inputs.wait)
        inputs = replace(inputs, uploads=upload_specs(inputs, specs, self._build.label or NO_BUILD, nonce))
        self._sessions = SessionGroup(specs, remote, inputs, shared, state, self._on_event)

    def run(self) -> int:
        """Run all sessions, then write all reports, even after an error. Returns the exit code."""
        try:
            self._prepare()
            with asyncio.Runner(loop_factory=self._clock.loop) as runner:
                runner.run(self._run())
        except ActionError as error:
            self._sessions.conclude(error)
        except Exception as error:  # noqa: BLE001 - a bug must lead to reports and exit code 70
            self._log.say(console.traceback(error))
            self._errors.append(Bug(error))
        return self._end()

    def _prepare(self) -> None:
        self._log.say(console.warnings(self._reading.warnings))
        if self._reading.inputs.on_job_rerun != START and self._attempt is None:
            self._log.say(console.attempts_unknown(self._build.system))
        places = self._publisher.problems() or self._publisher.write_unfinished(self._report(verdict.NOT_FINISHED))
        if problems := [*self._reading.problems, *places]:
            raise InputError(*problems)
        check_threads(self._clock.begin)
        self._transport.check_settings()

    async def _run(self) -> None:
        with Background() as background:
            background.begin(self._heartbeat())
            if await self._sessions.prepare(self._progress.on_upload):
                await self._sessions.run()

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self._progress.interval)
            self._progress.beat()

    def _on_event(self, index: int, event: Event | StoppedAfterFailures) -> None:
        """Handle an event of the session with this index."""
        if isinstance(event, StoppedAfterFailures):
            self._log.say([console.stopping_early(event)])
            return
        if isinstance(event, events.Crashed):
            self._log.say(console.traceback(event.error))
        if isinstance(event, events.Started | events.Attached):
            self._write_early(index)
        self._progress.on_event(index, event)

    def _write_early(self, index: int) -> None:
        """Write the IDs of the runs as soon as they exist. An error becomes part of the verdict."""
        try:
            self._publisher.write_early(self._sessions.reports())
        except OSError as error:
            self._sessions.conclude_one(index, unwritable("the outputs", error))

    def _end(self) -> int:
        """Write all reports. A later signal does not change them."""
        self._sessions.end()
        if self._signals.number is not None:
            self._errors.append(Cancelled(self._signals.number))
        runs = self._sessions.reports()
        around = [verdict.of_error(error) for error in self._errors]
        judged = verdict.of_step([run.verdict for run in runs], around, [run.name for run in runs])
        report = self._publisher.publish(self._report(judged))
        self._sessions.settle()
        return report.verdict.exit_code

    def _report(self, judged: Verdict) -> Report:
        inputs, runs = self._reading.inputs, self._sessions.reports()
        unused = unmatched(inputs.quarantine, [run.tree for run in runs])
        return Report(
            verdict=judged,
            runs=runs,
            started=self._started_at,
            ended=self._clock.now(),
            title=inputs.summary_title,
            junit_file=inputs.junit_path,
            results_file=inputs.results_path,
            ctrf_file=inputs.ctrf_path,
            agent_file=inputs.agent_path,
            build=self._build,
            outdated=Outdated(self._reading.expired, unused, self._sessions.passing()),
            policy=inputs.policy,
            uploads=self._sessions.uploaded,
            ignored_devices=ignored_devices([run.spec for run in runs], [run.tree for run in runs]),
        )

    def _warn_of_state(self, error: OSError) -> None:
        self._log.say(console.warnings([unwritable("the state of the step", error).message]))


def nonce() -> str:
    """Random characters that make a build number unique (10^9 possibilities)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
