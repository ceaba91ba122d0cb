"""A dry run: checks what a step needs, and what the service answers. It starts nothing and writes no report file."""

import asyncio
import platform as machine
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from testsigma_action import __version__
from testsigma_action.api.client import Client
from testsigma_action.api.probing import ProbingTransport
from testsigma_action.domain import verdict as verdicts
from testsigma_action.domain.checkup import Checkup, Findings, Outcome, Subject, Surroundings
from testsigma_action.domain.quarantine import Outdated
from testsigma_action.domain.report import Report, Verdict
from testsigma_action.domain.run import RunSpec
from testsigma_action.errors import ActionError, Bug, Cancelled, InputError
from testsigma_action.inputs.options import Inputs
from testsigma_action.inputs.parsers import OFF
from testsigma_action.inputs.reading import Reading
from testsigma_action.inputs.run_specs import run_specs
from testsigma_action.lifecycle.checkup import Examination
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.files import Workspace
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import checkup, console, outputs
from testsigma_action.reporting.policy_wording import outdated
from testsigma_action.reporting.publish import taken, unwritable
from testsigma_action.runtime.ask import check_threads
from testsigma_action.runtime.clock import Clock
from testsigma_action.runtime.signals import Signals

# Hosts that may be told to anybody.
PUBLIC_HOSTS = frozenset({"app.testsigma.com", "app-eu.testsigma.com", "app-in.testsigma.com"})
# Without these no call can be made.
ACCESS = frozenset({"api-key", "base-url"})


class Check:
    """A dry run, from its inputs to its exit code."""

    def __init__(
        self,
        reading: Reading,
        platform: Platform,
        log: Log,
        signals: Signals,
        clock: Clock,
        transport: ProbingTransport,
    ) -> None:
        """Wire the parts together; nothing happens yet."""
        self._reading = reading
        self.platform = platform
        self._log = log
        self._signals = signals
        self._clock = clock
        self._transport = transport
        self._started_at = clock.now()
        self._reachable = False
        self._checkup = Checkup()
        self._errors: list[ActionError] = []
        remote = Remote(Client(transport), clock)
        until = remote.after(min(remote.limits.checkup, reading.inputs.timeout.total_seconds()))
        self._examination = Examination(transport, remote, until, self._checkup)
        # Nothing is started, so no build number is needed.
        self._specs = run_specs(reading.inputs, "", str)

    def run(self) -> int:
        """Check everything, then write log, summary and outputs. Returns the exit code."""
        try:
            self._check_here()
            with asyncio.Runner(loop_factory=self._clock.loop) as runner:
                runner.run(self._ask())
        except ActionError as error:
            self._errors.append(error)
        except Exception as error:  # noqa: BLE001 - a bug must lead to reports and exit code 70
            self._log.say(console.traceback(error))
            self._errors.append(Bug(error))
        return self._end()

    def _check_here(self) -> None:
        """Check what needs no call: inputs, files and the machine."""
        self._log.say([checkup.STARTING])
        self._log.say(console.warnings(self._reading.warnings))
        self._log.say(console.warnings(outdated(Outdated(self._reading.expired))))
        settings = list(self._wrong_settings())
        self._reachable = not settings and not self._reading.wrong & ACCESS
        clashes = taken(self.platform, self._reading.inputs).values()
        places = self.platform.problems(summary=self._reading.inputs.summary != OFF)
        files = [*clashes, *places, *self._unwritable()]
        found = {Subject.INPUTS: [*self._reading.problems, *settings], Subject.REPORTS: files}
        for subject, problems in found.items():
            self._checkup.note(subject, Outcome.WRONG if problems else Outcome.FINE)
            self._errors += [InputError(*problems)] if problems else []
        check_threads(self._clock.begin)

    def _wrong_settings(self) -> Iterator[str]:
        """Problems with the settings of proxy and certificates."""
        try:
            self._transport.check_settings()
        except InputError as error:
            yield from error.problems

    def _unwritable(self) -> Iterator[str]:
        """A problem for each report file that a step could not write."""
        workspace = Workspace(self.platform.workspace)
        for field, path in self._reading.inputs.report_paths.items():
            try:
                if path:
                    workspace.check(path)
            except OSError as error:
                yield f"{field.replace('_', '-')}: {unwritable(path, error).message}"

    async def _ask(self) -> None:
        """Ask the service, until a signal comes."""
        if not self._reachable:
            return
        inputs = self._reading.inputs
        asking = asyncio.ensure_future(self._examination.run(self._specs, inputs.run_id, inputs.uploads))
        self._signals.cancels([asking])
        await asyncio.wait({asking})
        if not asking.cancelled():
            asking.result()

    def _end(self) -> int:
        self._errors += self._examination.errors
        if self._signals.number is not None:
            self._errors.append(Cancelled(self._signals.number))
        verdict = self._try_writing(verdicts.checked(self._errors))
        for note in checkup.annotations(verdict)[: self._reading.inputs.annotations]:
            self._log.commands(self.platform.annotation(note.level, note.title, note.message))
        self._log.say(checkup.lines(self._findings(), verdict, self._examination.without_run))
        return verdict.exit_code

    def _try_writing(self, verdict: Verdict) -> Verdict:
        """Write summary and outputs. An error becomes part of the verdict."""
        try:
            if self._reading.inputs.summary != OFF:
                text = (self._findings(), verdict, self._examination.without_run)
                self._log.commands(self.platform.write_summary(checkup.summary(*text)))
            report = Report(verdict, (), self._started_at, self._clock.now())
            self._log.commands(self.platform.write_outputs(outputs.render(report)))
        except OSError as error:
            return verdicts.combined((verdict, verdicts.of_error(unwritable("summary and outputs", error))))
        return verdict

    def _findings(self) -> Findings:
        return Findings(
            surroundings=self._surroundings(),
            outcomes=self._checkup.of(_subjects(self._specs, self._reading.inputs)),
            calls=tuple(self._transport.calls),
            wrong_inputs=tuple(sorted(self._reading.wrong)),
        )

    def _surroundings(self) -> Surroundings:
        address, route = urlsplit(self._transport.http.base_url), self._transport.route
        is_public = address.hostname in PUBLIC_HOSTS and not address.port and not address.path.strip("/")
        return Surroundings(
            version=__version__,
            python=machine.python_version(),
            system=f"{sys.platform} {machine.machine()}",
            ci=self.platform.name or "no CI system",
            host=address.hostname or "" if is_public else "",
            proxy=bool(route.proxy.value),
            own_certificates=bool(route.bundle.value),
        )


def _subjects(specs: tuple[RunSpec, ...], inputs: Inputs) -> Iterator[Subject]:
    """What this dry run checks."""
    yield from (Subject.INPUTS, Subject.REPORTS, Subject.SERVICE, Subject.KEY)
    yield Subject.RUN if inputs.run_id else Subject.PLANS
    if any(spec.configuration for spec in specs):
        yield Subject.CONFIGURATION
    if any(spec.environment_id or spec.environment_name for spec in specs):
        yield Subject.ENVIRONMENT
    if any(one.upload_id for one in inputs.uploads):
        yield Subject.UPLOADS
    yield Subject.RESULTS
