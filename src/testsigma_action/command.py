"""What a step, a dry run, a merge and the post stage have in common: their parts, their report, and how they end."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from testsigma_action import platforms
from testsigma_action.api.connection import NETWORK, Adapter
from testsigma_action.api.error_response import ignore
from testsigma_action.api.retry import Transport
from testsigma_action.api.route import route
from testsigma_action.errors import ActionError, Bug, Cancelled
from testsigma_action.inputs.reading import read_inputs
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import console
from testsigma_action.runtime.clock import Clock
from testsigma_action.runtime.signals import Signals

if TYPE_CHECKING:
    from testsigma_action.domain.report import Report, RunReport, Verdict

AnyTransport = TypeVar("AnyTransport", bound=Transport)


class Command:
    """The parts of a command: its inputs, its platform, and its log, in which the API key is masked."""

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        signals: Signals,
        clock: Clock,
        adapter: Adapter = NETWORK,
    ) -> None:
        """Read the inputs. Nothing is sent yet. Tests replace the `adapter`, which accesses the network."""
        self.environ = environ
        self.signals = signals
        self.clock = clock
        self.log = Log()
        self.platform = platform = platforms.detect(environ)
        today = clock.now().date()
        self.reading = read_inputs(arguments, environ, platform.workspace, platform.key_advice, today)
        self.inputs = inputs = self.reading.inputs
        for line in platform.mask(inputs.api_key):
            self.log.command(line)
        self.log.secret = platform.secret = inputs.api_key
        self.build = platform.build
        self.started = clock.now()
        self._adapter = adapter

    def transport(self, kind: type[AnyTransport]) -> AnyTransport:
        """A transport of this kind to the service of the inputs."""
        inputs, log = self.inputs, self.log
        on_trace = (lambda trace: log.say(console.request(trace))) if self.reading.debug else ignore
        service = route(inputs.base_url, inputs.ca_bundle, self.environ)
        return kind(service, inputs.api_key, clock=self.clock, adapter=self._adapter, on_trace=on_trace)

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
        if signal := self.signals.first:
            errors.append(Cancelled(signal.number))
        return errors

    def report(self, verdict: "Verdict", runs: "tuple[RunReport, ...]") -> "Report":
        """The report on these runs, which ends now."""
        from testsigma_action.domain.report import Report

        paths = self.inputs.report_paths
        return Report(
            verdict=verdict,
            runs=runs,
            started=self.started,
            ended=self.clock.now(),
            title=self.inputs.summary_title,
            junit_file=paths["junit-file"],
            results_file=paths["results-file"],
            ctrf_file=paths["ctrf-file"],
            agent_file=paths["agent-file"],
            build=self.build,
        )
