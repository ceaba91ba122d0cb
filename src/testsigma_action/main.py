"""The composition root and the only sequencer: environment -> stages -> exit code."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from testsigma_action import platforms as ci
from testsigma_action.api.client import Client
from testsigma_action.api.error_response import Trouble
from testsigma_action.api.http import NETWORK, Adapter, Transport
from testsigma_action.api.remote import Remote
from testsigma_action.api.route import route
from testsigma_action.domain import verdict as verdicts
from testsigma_action.domain.findings import without_result
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.report import Conclusion, Report, Verdict
from testsigma_action.domain.run import Run
from testsigma_action.errors import ActionError, ApiError, Bug, Cancelled, ErrorCode, ExitCode, InputError
from testsigma_action.inputs.parsers import OFF, PREVIOUS
from testsigma_action.inputs.reading import Reading, read_inputs
from testsigma_action.inputs.run_specs import run_spec, spec_of
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle import prepare as preflight
from testsigma_action.lifecycle.attach import attach
from testsigma_action.lifecycle.baseline import compare_with
from testsigma_action.lifecycle.collect import collect
from testsigma_action.lifecycle.known import Known
from testsigma_action.lifecycle.leaving import Leaving
from testsigma_action.lifecycle.start import PATIENCE, Limits, start
from testsigma_action.lifecycle.trace import Trace
from testsigma_action.lifecycle.waiting import Waiting
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import console
from testsigma_action.reporting.progress import Progress
from testsigma_action.reporting.publish import Publisher
from testsigma_action.runtime.calls import Calls
from testsigma_action.runtime.clock import Clock

# For collecting results once a run is over (seconds).
COLLECT_BUDGET = 300.0
# Makes the transport, given what is to be told of trouble.
Connect = Callable[[Callable[[Trouble], None]], Transport]
NONCE_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
UNFINISHED = Verdict(
    Conclusion.ERROR,
    ExitCode.BUG,
    "The step has not finished: it was killed, or is still going on.",
    ErrorCode.NOT_FINISHED,
)


def main(
    arguments: Sequence[str], environ: Mapping[str, str], calls: Calls, clock: Clock, adapter: Adapter = NETWORK
) -> int:
    """Run one step; the exit code of the contract comes back on every way out."""
    platform = ci.detect(environ)
    reading = read_inputs(arguments, environ, platform.workspace)
    log = Log()
    for line in platform.mask(reading.inputs.api_key):
        log.command(line)
    log.hide(reading.inputs.api_key)
    platform.hide(reading.inputs.api_key)

    def connect(observe: Callable[[Trouble], None]) -> Transport:
        way = route(reading.inputs.base_url, reading.inputs.ca_bundle, environ)
        return Transport(way, reading.inputs.api_key, clock=clock, observe=observe, adapter=adapter)

    try:
        return Step(reading, platform, log, calls, clock, connect).run()
    finally:
        log.close()


class Step:
    """One run from its inputs to its exit code."""

    def __init__(
        self, reading: Reading, platform: Platform, log: Log, calls: Calls, clock: Clock, connect: Connect
    ) -> None:
        """Wire the parts together; nothing happens yet."""
        self._reading = reading
        self._inputs = inputs = reading.inputs
        self._log = log
        self._clock = clock
        self._began = clock.monotonic()
        self._started_at = clock.now()
        self._deadline = self._began + inputs.timeout.total_seconds()
        self._publisher = Publisher(inputs, platform, log)
        self._progress = Progress(log, clock, live=log.is_terminal and platform.watched)
        self._transport = connect(self._observe)
        self._remote = Remote(Client(self._transport), calls, clock, self._observe)
        self._busy_with: str | None = None
        self._known = Known(run_spec(inputs, f"{platform.build_label}-{nonce()}"))
        self._trace = Trace(platform, log, for_post=inputs.wait and not inputs.run_id)
        self._leaving = Leaving(self._known, self._remote, self._saw)
        self._waiting = Waiting(
            inputs, self._known, self._remote, log, self._progress, self._leaving, deadline=self._deadline
        )

    def run(self) -> int:
        """Go through the stages, then write every report, whatever happened."""
        self._remote.calls.remind(self._progress.beat, self._progress.interval)
        try:
            self._stages()
            if not self._known.verdicts:
                raise AssertionError("a step that ends has a verdict")
        except ActionError as error:
            self._known.conclude(error)
        except Exception as error:  # noqa: BLE001 - the last net: a bug must end in reports and exit code 70
            self._log.say(console.traceback(error))
            bug = Bug(error)
            if self._known.loose:
                bug.message += " What it started may go on."
            self._known.conclude(bug)
        return self._end()

    def _stages(self) -> None:
        """The sequence. Each stage leaves what it finds in what is known."""
        self._prepare()
        try:
            if self._inputs.run_id:
                self._attach()
            else:
                self._look_up()
                self._start()
            if self._inputs.wait:
                self._waiting.watch()
                self._waiting.follow()
                self._collect()
            else:
                self._known.verdicts.append(started(self._known.running))
        except Cancelled as cancelled:
            self._progress.does("stopping the run" if self._inputs.stops_on_cancel else "ending")
            self._leaving.cancel(cancelled, stopping=self._inputs.stops_on_cancel)
            raise

    def _prepare(self) -> None:
        self._log.say(console.warnings(self._reading.warnings))
        places = self._publisher.problems() or self._publisher.write_unfinished(self._report(UNFINISHED))
        if problems := [*self._reading.problems, *places]:
            raise InputError(*problems)
        self._remote.calls.reserve()
        self._transport.check_settings()

    def _attach(self) -> None:
        self._progress.does("reading the run")
        known = self._known
        known.run = run = lookup.unread(self._inputs.run_id, known.spec, self._remote)
        try:
            run = attach(RunKey(run.id), self._remote, until=self._patience)
        except ApiError:
            known.run = None
            raise
        known.spec = spec_of(run)
        self._log.say([console.attached(run)])
        self._exists(run)
        self._saw(run)

    def _look_up(self) -> None:
        self._known.spec = preflight.check(self._known.spec, self._remote, until=self._patience)
        self._log.say([console.announce(self._known.spec)])

    def _start(self) -> None:
        self._progress.does("starting the run")
        self._trace.starting(self._known.spec)
        busy_until = self._deadline if self._inputs.on_busy == "wait" else None
        limits = Limits(self._patience, self._deadline, busy_until, self._inputs.poll_interval)
        for outcome in start(self._known.spec, self._remote, limits):
            self._known.started(outcome)
            if outcome.lost:
                self._log.say([console.looking_for(outcome.lost, self._known.spec.build_number)])
            if outcome.busy_with is not None:
                self._wait_for_plan(outcome.busy_with)
        run, build_number = self._known.running, self._known.spec.build_number
        if self._known.start.adopted:
            self._log.say([console.adopted(run)])
        elif run.build_number != build_number:
            self._log.say(console.warnings([console.other_build(run, build_number)]))
        self._exists(self._known.running)

    def _wait_for_plan(self, run_id: str) -> None:
        """Tell which run keeps the plan busy, once for each."""
        if run_id != self._busy_with:
            left = timedelta(seconds=max(0.0, self._deadline - self._clock.monotonic()))
            self._log.say([console.busy(self._known.spec.plan_id, run_id, left)])
        self._busy_with = run_id
        self._progress.does("waiting until the plan is free")

    def _exists(self, run: Run) -> None:
        """Leave word of a run at once: outputs, state, log."""
        if unwritable := self._trace.exists(run):
            self._known.conclude(unwritable)
        self._progress.started(run)

    @property
    def _patience(self) -> float:
        """Until when a service that cannot be reached is tried before anything is started."""
        return min(self._began + PATIENCE, self._deadline)

    def _saw(self, run: Run) -> None:
        before = self._known.saw(run)
        if before:
            self._progress.of(before, run)
        else:
            self._trace.runs_again(run)
            self._log.say([console.rerun(run)])

    def _collect(self) -> None:
        """Fetch the results of a run that is over, and judge it unless we gave up on it."""
        known = self._known
        if not known.over:
            return
        self._progress.does("collecting the results")
        self._log.say(["Collecting the results."])
        until = self._remote.after(COLLECT_BUDGET)
        # Who has waited for a result in vain, or cut the run short, does not wait for the rest.
        vain = known.given_up or without_result(known.over[0])
        settling = None if vain else self._waiting.settling()
        for run in known.over:
            for tree in collect(run, self._remote, self._inputs.details, until=until, settling=settling):
                known.collected(tree)
        if known.judge():
            self._compare(until)

    def _compare(self, until: float) -> None:
        """Find out which failures are new. The verdict stands by then, and nothing here changes it."""
        known, wanted = self._known, self._inputs.compare
        before = {PREVIOUS: known.previous, OFF: None}.get(wanted, wanted)
        if before and known.tree:
            known.tree, known.comparison = compare_with(before, known.tree, self._remote, until=until)

    def _end(self) -> int:
        """Write all reports. A signal that comes later does not change what they say."""
        try:
            self._remote.calls.check()
        except Cancelled as cancelled:
            self._known.conclude(cancelled)
        report = self._publisher.publish(self._report(verdicts.combined(self._known.verdicts)))
        if not self._left_for_post(report.verdict):
            self._trace.settled()
        return report.verdict.exit_code

    def _left_for_post(self, verdict: Verdict) -> bool:
        """Whether the post stage, which has more time, is to stop what we were to stop and could not."""
        return (
            self._inputs.stops_on_cancel
            and verdict.exit_code in {ExitCode.BUG, ExitCode.INTERRUPTED, ExitCode.TERMINATED}
            and self._known.loose
        )

    def _report(self, verdict: Verdict) -> Report:
        return Report(
            verdict=verdict,
            runs=(self._known.report(verdict),),
            started=self._started_at,
            ended=self._clock.now(),
            title=self._inputs.summary_title,
            junit_file=self._inputs.junit_path,
            results_file=self._inputs.results_path,
        )

    def _observe(self, trouble: Trouble) -> None:
        """Told on any thread; printed on the main one."""
        self._remote.calls.post(partial(self._progress.trouble, trouble))


def nonce() -> str:
    """Six characters that make a build number unique (a thousand million possibilities)."""
    return "".join(secrets.choice(NONCE_ALPHABET) for _ in range(6))


def started(run: Run) -> Verdict:
    """The verdict of a step that does not wait."""
    return Verdict(
        Conclusion.STARTED,
        ExitCode.PASSED,
        f"Run {run.id} goes on; this step does not wait for it. A later one can (run-id: {run.id}).",
    )
