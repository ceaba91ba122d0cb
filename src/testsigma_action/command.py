"""What a step, a dry run, a merge and the post stage have in common: their parts, their report, and how they end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from testsigma_action import platforms
from testsigma_action.api.http import NETWORK
from testsigma_action.api.retry import Transport
from testsigma_action.api.route import route
from testsigma_action.api.sessions import Adapter
from testsigma_action.api.trace import untraced
from testsigma_action.domain.build import Build
from testsigma_action.domain.report import Report, RunReport, Verdict
from testsigma_action.errors import ActionError, Bug, Cancelled
from testsigma_action.inputs.options import Inputs
from testsigma_action.inputs.reading import Reading, read_inputs
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import console
from testsigma_action.runtime.clock import Clock
from testsigma_action.runtime.signals import Signals

AnyTransport = TypeVar("AnyTransport", bound=Transport)


@dataclass(frozen=True, slots=True)
class Command:
    """The parts of a command. Nothing is sent and nothing is written yet."""

    environ: Mapping[str, str]
    signals: Signals
    clock: Clock
    adapter: Adapter
    platform: Platform
    reading: Reading
    log: Log
    build: Build
    started: datetime

    @classmethod
    def of(
        cls,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        signals: Signals,
        clock: Clock,
        adapter: Adapter = NETWORK,
    ) -> "Command":
        """Read the inputs; from then on the API key is masked everywhere. Tests replace the `adapter`."""
        platform, log = platforms.detect(environ), Log()
        reading = read_inputs(arguments, environ, platform.workspace, platform.key_advice, clock.now().date())
        for line in platform.mask(reading.inputs.api_key):
            log.command(line)
        log.hide(reading.inputs.api_key)
        platform.hide(reading.inputs.api_key)
        return cls(environ, signals, clock, adapter, platform, reading, log, platform.build, clock.now())

    @property
    def inputs(self) -> Inputs:
        """The inputs, with defaults for invalid ones."""
        return self.reading.inputs

    def transport(self, kind: type[AnyTransport]) -> AnyTransport:
        """A transport of this kind to the service of the inputs."""
        inputs, log = self.inputs, self.log
        on_trace = (lambda trace: log.say(console.request(trace))) if self.reading.debug else untraced
        service = route(inputs.base_url, inputs.ca_bundle, self.environ)
        return kind(service, inputs.api_key, clock=self.clock, adapter=self.adapter, on_trace=on_trace)

    def ended_by(self, work: Callable[[], None]) -> list[ActionError]:
        """Do the work. Returns what ended it before its time: an error or a bug, and a signal."""
        errors: list[ActionError] = []
        try:
            work()
        except ActionError as error:
            errors.append(error)
        except Exception as error:  # noqa: BLE001 - a bug must lead to reports and exit code 70
            self.log.say(console.traceback(error))
            errors.append(Bug(error))
        if self.signals.number is not None:
            errors.append(Cancelled(self.signals.number))
        return errors

    def report(self, verdict: Verdict, runs: tuple[RunReport, ...]) -> Report:
        """The report on these runs, which ends now."""
        return Report(
            verdict=verdict,
            runs=runs,
            started=self.started,
            ended=self.clock.now(),
            title=self.inputs.summary_title,
            junit_file=self.inputs.junit_path,
            results_file=self.inputs.results_path,
            ctrf_file=self.inputs.ctrf_path,
            agent_file=self.inputs.agent_path,
            build=self.build,
        )
