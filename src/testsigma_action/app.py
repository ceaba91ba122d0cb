"""The composition root and the only sequencer: environment -> stages -> exit code."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from testsigma_action import ci, lookup, preflight
from testsigma_action import verdict as verdicts
from testsigma_action.api.client import Client
from testsigma_action.api.remote import Remote
from testsigma_action.api.transport import Transport
from testsigma_action.api.trouble import Trouble
from testsigma_action.cancel import Calls
from testsigma_action.ci.base import Platform
from testsigma_action.ci.log import Log
from testsigma_action.clock import Clock
from testsigma_action.collect import collect
from testsigma_action.errors import ActionError, ApiError, Bug, Cancelled, InputError, TimedOut
from testsigma_action.inputs import Reading, read_inputs
from testsigma_action.model import Result, Run, RunSpec, Status
from testsigma_action.progress import Progress
from testsigma_action.publish import Publisher, junit_path, results_path, unwritable
from testsigma_action.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.reporters import console, outputs
from testsigma_action.specs import run_spec
from testsigma_action.start import PATIENCE, Start
from testsigma_action.tree import ResultTree
from testsigma_action.watch import Limits, Stop, look_once, stop, watch

# Seconds: for collecting results once a run is over, for a last look at it before we give up, for stopping it then, and
# for stopping it when cancelled (the platform kills the step 10 s after its first signal).
COLLECT_BUDGET = 300.0
LOOK_BUDGET = 5.0
STOP_BUDGET = 30.0
CANCEL_BUDGET = 6.0
NONCE_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
UNFINISHED = Verdict(
    Conclusion.ERROR, 70, "The step has not finished: it was killed, or is still going on.", "not-finished"
)


def main(arguments: Sequence[str], environ: Mapping[str, str], calls: Calls, clock: Clock) -> int:
    """Run one step; the exit code of the contract comes back on every way out."""
    reading = read_inputs(arguments, environ)
    platform = ci.detect(environ)
    log = Log()
    for line in platform.mask(reading.inputs.api_key):
        log.command(line)
    log.hide(reading.inputs.api_key)
    return Step(reading, platform, log, calls, clock).run()


@dataclass(slots=True)
class Known:
    """What is known so far: it survives whatever ends a stage."""

    spec: RunSpec
    run: Run | None = None
    tree: ResultTree | None = None
    given_up: bool = False
    in_doubt: bool = False
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def loose(self) -> bool:
        """Whether something that we started may go on."""
        return self.in_doubt or (self.run is not None and not self.run.completed)


class Step:
    """One run from its inputs to its exit code."""

    def __init__(self, reading: Reading, platform: Platform, log: Log, calls: Calls, clock: Clock) -> None:
        """Wire the parts together; nothing happens yet."""
        self._reading = reading
        self._inputs = inputs = reading.inputs
        self._platform = platform
        self._log = log
        self._clock = clock
        self._began = clock.monotonic()
        self._started_at = clock.now()
        self._publisher = Publisher(inputs, platform, log)
        self._progress = Progress(log, clock)
        self._transport = Transport(
            inputs.base_url, inputs.api_key, clock=clock, ca_bundle=inputs.ca_bundle, observe=self._observe
        )
        self._remote = Remote(Client(self._transport), calls, clock, self._observe)
        self._known = Known(run_spec(inputs, f"{platform.build_label}-{nonce()}"))

    def run(self) -> int:
        """Go through the stages, then write every report, whatever happened."""
        try:
            self._stages()
        except ActionError as error:
            self._conclude(error)
        except Exception as error:  # noqa: BLE001 - the last net: a bug must end in reports and exit code 70
            self._log.say(console.traceback(error))
            bug = Bug(error)
            if self._known.loose:
                bug.message += " What it started may go on."
            self._conclude(bug)
        return self._end()

    def _stages(self) -> None:
        self._log.say(console.warnings(self._reading.warnings))
        if self._reading.problems:
            raise InputError(*self._reading.problems)
        self._transport.check_bundle()
        self._publisher.write_unfinished(self._report(UNFINISHED))
        until = min(self._remote.after(PATIENCE), self._deadline)
        busy_until = self._deadline if self._inputs.on_busy == "wait" else None
        start = Start(self._known.spec, self._remote, until, busy_until, self._inputs.poll_interval)
        try:
            self._start(start)
            self._see_through()
        except Cancelled as cancelled:
            self._after_cancel(cancelled, in_doubt=start.in_doubt)
            raise

    @property
    def _deadline(self) -> float:
        return self._began + self._inputs.timeout.total_seconds()

    def _start(self, start: Start) -> None:
        start.spec = self._known.spec = preflight.check(start.spec, self._remote, until=start.unreachable_until)
        self._log.say([console.announce(start.spec)])
        if self._inputs.wait:
            self._write_state({"plan_id": start.spec.plan_id, "build_number": start.spec.build_number})
        self._known.run = run = start.run()
        self._write_early(run)
        if start.adopted:
            self._log.say([console.adopted(run)])
        self._progress.started(run)

    def _write_early(self, run: Run) -> None:
        """Leave a trace of the run the moment it exists."""
        try:
            self._platform.write_outputs(outputs.early(run))
        except OSError as error:
            self._conclude(unwritable("the outputs", error))
        if self._inputs.wait:
            self._write_state({"run_id": run.id})

    def _write_state(self, state: Mapping[str, str]) -> None:
        try:
            self._platform.write_state(state)
        except OSError as error:
            self._log.say(console.warnings((unwritable("the state of the step", error).message,)))

    def _see_through(self) -> None:
        if self._inputs.wait:
            self._watch()
            self._collect()
        else:
            self._known.verdicts.append(started(self._running()))

    def _watch(self) -> None:
        run = self._running()
        queue = self._inputs.queue_timeout
        limits = Limits(
            began=self._clock.monotonic(),
            deadline=self._deadline,
            queue_deadline=self._remote.after(queue.total_seconds()) if queue else None,
            interval=self._inputs.poll_interval,
        )
        try:
            for seen in watch(run.id, self._remote, limits):
                self._saw(seen)
        except (TimedOut, ApiError) as error:
            self._give_up(error)

    def _saw(self, run: Run) -> None:
        """Keep the newest answer; a name that is missing in it is still the plan's name."""
        before = self._running()
        self._known.run = replace(run, plan_name=run.plan_name or before.plan_name)
        self._progress.of(before, run, timedelta(seconds=self._clock.monotonic() - self._began))

    def _running(self) -> Run:
        if not self._known.run:
            raise AssertionError("there is a run once it was started")
        return self._known.run

    def _give_up(self, error: ActionError) -> None:
        """Leave or stop a run that we do not wait for any more. If it turns out to be over, its results count."""
        run = self._running()
        if self._inputs.on_timeout == "leave":
            error.message += f" Run {run.id} was left as it is: {run.url}"
            raise error
        seen = look_once(run.id, self._remote, until=self._remote.after(LOOK_BUDGET))
        if seen and seen.completed:
            self._saw(seen)
            return
        # From here on the run is cut short by us: whatever it says of itself, it is not what was asked for.
        self._known.given_up = True
        outcome = stop(run.id, self._remote, until=self._remote.after(STOP_BUDGET))
        if outcome.run:
            self._saw(outcome.run)
        error.message += in_words(run.id, outcome)
        self._conclude(error)

    def _after_cancel(self, cancelled: Cancelled, *, in_doubt: bool) -> None:
        """Stop the run, as far as the time that the platform leaves us allows, and say what became of it."""
        until = (self._remote.calls.signalled_at or self._clock.monotonic()) + CANCEL_BUDGET
        if in_doubt:
            self._known.run = self._found_again(until)
            self._known.in_doubt = self._known.run is None
        run = self._known.run
        if not run:
            cancelled.message += " A run may have been started." if in_doubt else " Nothing was started."
        elif run.completed:
            cancelled.message += f" Run {run.id} was over by then."
        elif self._inputs.on_cancel == "leave" or not self._inputs.wait:
            cancelled.message += f" Run {run.id} goes on: {run.url}"
        else:
            outcome = stop(run.id, self._remote, until=until)
            if outcome.run:
                self._saw(outcome.run)
            cancelled.message += in_words(run.id, outcome)

    def _found_again(self, until: float) -> Run | None:
        """A run whose start was not answered before the signal, if it can be told from all others."""
        spec = self._known.spec
        if not spec.unique:
            return None
        found = lookup.find(spec, self._remote, until=until - CANCEL_BUDGET / 3).run_ids
        if len(found) != 1:
            return None
        url = self._remote.client.run_url(found[0])
        return Run(found[0], Status.UNKNOWN, Result.UNKNOWN, plan_id=spec.plan_id, url=url)

    def _collect(self) -> None:
        """Fetch the results of a run that is over, and judge it unless we gave up on it."""
        run = self._running()
        if not run.completed:
            return
        self._log.say(["Collecting the results."])
        for tree in collect(run, self._remote, self._inputs.details, until=self._remote.after(COLLECT_BUDGET)):
            self._known.tree = tree
        if self._known.tree and not self._known.given_up:
            self._known.verdicts.append(verdicts.judge(self._known.tree))

    def _conclude(self, error: ActionError) -> None:
        self._known.verdicts.append(verdicts.of_error(error))

    def _end(self) -> int:
        """Write all reports. A signal that comes later does not change what they say."""
        try:
            self._remote.calls.check()
        except Cancelled as cancelled:
            self._conclude(cancelled)
        report = self._publisher.publish(self._report(verdicts.combined(self._known.verdicts)))
        if not self._left_for_post(report.verdict):
            self._write_state({"settled": "true"})
        return report.verdict.exit_code

    def _left_for_post(self, verdict: Verdict) -> bool:
        """Whether the post stage, which has more time, is to stop what we were to stop and could not."""
        to_stop = self._inputs.wait and self._inputs.on_cancel == "stop"
        return to_stop and verdict.exit_code in {70, 130, 143} and self._known.loose

    def _report(self, verdict: Verdict) -> Report:
        known = self._known
        return Report(
            verdict=verdict,
            runs=(RunReport(known.spec, verdict, known.run, known.tree),),
            started=self._started_at,
            ended=self._clock.now(),
            title=self._inputs.summary_title,
            junit_file=junit_path(self._inputs),
            results_file=results_path(self._inputs),
        )

    def _observe(self, trouble: Trouble) -> None:
        """Told on any thread; printed on the main one."""
        self._remote.calls.post(partial(self._progress.trouble, trouble))


def nonce() -> str:
    """Six characters that make a build number unique (a thousand million possibilities)."""
    return "".join(secrets.choice(NONCE_ALPHABET) for _ in range(6))


def started(run: Run) -> Verdict:
    """The verdict of a step that does not wait."""
    return Verdict(Conclusion.STARTED, 0, f"Run {run.id} was started; this step does not wait for it.")


def in_words(run_id: str, outcome: Stop) -> str:
    """What became of a run that we asked to stop."""
    if not outcome.confirmed or not outcome.run:
        return f" It is not certain that run {run_id} was stopped, it may go on. {outcome.trouble}".rstrip()
    if outcome.run.result is Result.STOPPED:
        return f" Run {run_id} was stopped."
    return f" Run {run_id} is over: {outcome.run.result.value}."
