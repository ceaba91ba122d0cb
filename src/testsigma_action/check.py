"""A dry run: checks what a step needs, and what the service answers. It starts nothing and writes no report file."""

import asyncio
import platform as machine
import sys
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from testsigma_action import __version__
from testsigma_action.api.client import Client
from testsigma_action.api.probing import ProbingTransport
from testsigma_action.command import Command
from testsigma_action.domain import verdict as verdicts
from testsigma_action.domain.checkup import Checkup, Findings, Outcome, Subject, Surroundings
from testsigma_action.domain.quarantine import Outdated
from testsigma_action.domain.report import Report, Verdict
from testsigma_action.domain.run import RunSpec
from testsigma_action.errors import ActionError, InputError
from testsigma_action.inputs.options import Inputs
from testsigma_action.inputs.parsers import OFF
from testsigma_action.inputs.run_specs import run_specs
from testsigma_action.lifecycle.background import until_signal
from testsigma_action.lifecycle.checkup import Examination
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.platforms.files import Workspace
from testsigma_action.reporting import checkup, console, outputs, policy_wording
from testsigma_action.reporting.report_files import taken, unwritable
from testsigma_action.runtime.ask import check_threads

# Hosts that may be told to anybody.
PUBLIC_HOSTS = frozenset({"app.testsigma.com", "app-eu.testsigma.com", "app-in.testsigma.com"})
# Without these no call can be made.
ACCESS = frozenset({"api-key", "base-url"})


class Check:
    """A dry run, from its inputs to its exit code."""

    def __init__(self, command: Command) -> None:
        """Wire the parts together; nothing happens yet."""
        self._command = command
        self.platform = command.platform
        self._transport = command.transport(ProbingTransport)
        self._errors: list[ActionError] = []
        remote = Remote(Client(self._transport), command.clock)
        until = remote.after(min(remote.limits.checkup, command.inputs.timeout.total_seconds()))
        self._examination = Examination(self._transport, remote, until, Checkup())
        # Nothing is started, so no build number is needed.
        self._specs = run_specs(command.inputs, "", str)

    def run(self) -> int:
        """Check everything, then write log, summary and outputs. Returns the exit code."""
        command = self._command
        self._errors.extend(command.ended_by(self._check))
        self._errors.extend(self._examination.errors)
        findings, without_run = self._findings(), self._examination.without_run
        verdict = verdicts.checked(self._errors)
        try:
            self._write(findings, verdict)
        except OSError as error:
            verdict = verdicts.combined((verdict, verdicts.of_error(unwritable("summary and outputs", error))))
        for note in checkup.annotations(verdict)[: command.inputs.annotations]:
            command.log.commands(self.platform.annotation(note.level, note.title, note.message))
        command.log.say(checkup.lines(findings, verdict, without_run))
        return verdict.exit_code

    def _check(self) -> None:
        """Check what needs no call: inputs, files and the machine. Then ask the service if that is possible."""
        reading, log, inputs = self._command.reading, self._command.log, self._command.inputs
        log.say([checkup.STARTING])
        log.say(console.warnings(reading.warnings))
        log.say(console.warnings(policy_wording.outdated(Outdated(reading.expired))))
        settings: tuple[str, ...] = ()
        try:
            self._transport.route.check()
        except InputError as error:
            settings = error.problems
        self._note(Subject.INPUTS, [*reading.problems, *settings])
        self._note(Subject.REPORTS, self._wrong_files())
        check_threads(self._command.clock.begin)
        if settings or reading.wrong & ACCESS:
            return
        with asyncio.Runner(loop_factory=self._command.clock.loop) as runner:
            asking = self._examination.run(self._specs, inputs.run_id, inputs.uploads)
            runner.run(until_signal(asking, self._command.signals))

    def _note(self, subject: Subject, problems: Sequence[str]) -> None:
        self._examination.checkup.note(subject, Outcome.WRONG if problems else Outcome.FINE)
        if problems:
            self._errors.append(InputError(*problems))

    def _wrong_files(self) -> list[str]:
        """Problems with the files of a step."""
        inputs, platform = self._command.inputs, self.platform
        problems = [*taken(platform, inputs).values(), *platform.problems(summary=inputs.summary != OFF)]
        workspace = Workspace(platform.workspace)
        for name, path in inputs.report_paths.items():
            try:
                if path:
                    workspace.check(path)
            except OSError as error:
                problems.append(f"{name}: {unwritable(path, error).message}")
        return problems

    def _write(self, findings: Findings, verdict: Verdict) -> None:
        """Write summary and outputs. Raises OSError."""
        log, without_run = self._command.log, self._examination.without_run
        if self._command.inputs.summary != OFF:
            log.commands(self.platform.write_summary(checkup.summary(findings, verdict, without_run)))
        report = Report(verdict, (), self._command.started, self._command.clock.now())
        log.commands(self.platform.write_outputs(outputs.render(report)))

    def _findings(self) -> Findings:
        route = self._transport.route
        address = urlsplit(route.base_url)
        is_public = address.hostname in PUBLIC_HOSTS and not address.port and not address.path.strip("/")
        return Findings(
            surroundings=Surroundings(
                version=__version__,
                python=machine.python_version(),
                system=f"{sys.platform} {machine.machine()}",
                ci=self.platform.name or "no CI system",
                host=address.hostname or "" if is_public else "",
                proxy=bool(route.proxy.value),
                own_certificates=bool(route.bundle.value),
            ),
            outcomes=self._examination.checkup.of(_subjects(self._specs, self._command.inputs)),
            calls=tuple(self._transport.calls),
            wrong_inputs=tuple(sorted(self._command.reading.wrong)),
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
