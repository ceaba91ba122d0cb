"""The lines for events, one function for each: what happened, to which run, what happens next."""

from datetime import timedelta
from functools import singledispatch

from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.events import (
    AnswerLost,
    Attached,
    CasesFailed,
    Ended,
    JobRerun,
    PlanBusy,
    RerunAnswerLost,
    RerunAsked,
    RerunAwaited,
    RerunIgnored,
    RerunStarted,
    ResultsLag,
    Started,
    Starting,
)
from testsigma_action.domain.identity import Foreign
from testsigma_action.domain.job_rerun import Continued, EarlierRun, StartsAnew
from testsigma_action.domain.report import Conclusion
from testsigma_action.domain.results import Placed
from testsigma_action.domain.run import Result, Run, RunSpec
from testsigma_action.domain.words import counted, in_words
from testsigma_action.reporting.console import link
from testsigma_action.reporting.progress.lines import stamp
from testsigma_action.reporting.wording import CONCLUSIONS, RESULTS, case_name, environment_of
from testsigma_action.text import NAME, log_text

# Maximum number of failed cases named for one event, and for one run in total; others are counted. The end of the log
# names them again, with their messages.
MAX_FAILED = 20
MAX_FAILED_OF_RUN = 50


@singledispatch
def about(event: object) -> list[str]:  # noqa: ARG001 - the functions below are registered for a type each
    """The lines for an event that are the same for one run and for several; else empty."""
    return []


def starting(event: Starting) -> list[str]:
    """The spec of a start. Runtime data by name only: its values may be secrets."""
    return ["; ".join([f"Plan {log_text(event.spec.plan_id)}", *_details(event.spec)])]


@about.register
def plan_busy(event: PlanBusy) -> list[str]:
    """The plan is busy with another run, whose ID may be unknown."""
    by = f" with run {log_text(event.run_id)}" if event.run_id else ""
    limit = f"for up to {in_words(event.left)} (timeout)"
    return [f"Plan {log_text(event.plan_id)} is busy{by}. Waiting until it can be started, {limit}."]


@about.register
def answer_lost(event: AnswerLost) -> list[str]:
    """The answer to the start does not show which run was started."""
    looking = f"Looking for a run with the build number {log_text(event.build_number)}, for up to a minute."
    return [f"{log_text(event.reason)} {looking}"]


def started(event: Started, build_number: str) -> list[str]:
    """The run exists: its link, and how it was found if the answer to the start was lost."""
    return [*_found(event, build_number), link(event.run)]


def started_of_several(event: Started, spec: RunSpec) -> list[str]:
    """The same with the details of the spec, which are not printed before for several runs."""
    plan = [f"plan {log_text(spec.plan_id)}"] if spec.plan_id else []
    return [*_found(event, spec.build_number), f"{link(event.run)} ({'; '.join([*plan, *_details(spec)])})"]


@about.register
def attached(event: Attached) -> list[str]:
    """Attached to an existing run: its plan, and its link."""
    run = event.run
    name = run.plan_name or (f"plan {run.plan_id}" if run.plan_id else "")
    of = f" of {log_text(name)}" if name else ""
    build = f"; build number {log_text(run.build_number)}" if run.build_number else ""
    return [f"Attached to run {log_text(run.id)}{of}{build}", link(run)]


@about.register
def job_rerun(event: JobRerun) -> list[str]:
    """What a second attempt of the job does with the run of an earlier attempt, and why."""
    found = event.found
    now = f"This is attempt {event.attempt} of the job."
    if isinstance(found, EarlierRun):
        run = f"Run {log_text(found.run.id)} of attempt {found.attempt}"
        return [f"{now} {run} {_CONTINUED[found.how]}"]
    run = f"run {log_text(found.run_id)} of an earlier attempt" if found.run_id else "the list of the plan's runs"
    return [f"{now} A new run is started: {_ANEW[found.why].format(run=run)}."]


_CONTINUED = {
    Continued.GOING: "has not completed. The step waits for it and starts nothing.",
    Continued.FAILED: "did not pass in Testsigma. Unless its failures are tolerated, its failed cases run once again.",
    Continued.PASSED: "passed in the end. It is judged again, and nothing is started.",
}
_ANEW = {
    StartsAnew.NOT_FOUND: "no run of an earlier attempt is among the newest runs of the plan",
    StartsAnew.AMBIGUOUS: "an earlier attempt has more than one run with the same inputs",
    StartsAnew.STOPPED: "{run} was stopped",
    StartsAnew.NO_RESULT: "{run} has no result",
    StartsAnew.NOT_READ: "{run} cannot be read",
}


def plan_named(name: str) -> str:
    """The plan's name, if the log has named the run by the plan's ID before."""
    return f"The plan is called {log_text(name)}."


def cases_failed(event: CasesFailed, named: int) -> list[str]:
    """A line for each new failed case, and the number of others.

    `named`: number of failed cases of this run that were named before.
    """
    most = max(0, min(MAX_FAILED, MAX_FAILED_OF_RUN - named))
    lines = [_failed(placed) for placed in event.cases[:most]]
    more = len(event.cases) - len(lines)
    return [*lines, f"{counted(more, 'more case')} failed"] if more else lines


@about.register
def rerun_awaited(event: RerunAwaited) -> list[str]:
    """The run did not pass, and its plan runs failed cases again."""
    run = event.run
    return [f"Run {log_text(run.id)}: {RESULTS[run.result]}. Its plan runs failed cases again. Waiting for the rerun."]


@about.register
def rerun_asked(event: RerunAsked) -> list[str]:
    """The step asks for a rerun of the cases that did not pass."""
    trouble = "after trouble of the infrastructure, " if event.infrastructure else ""
    number = f"({trouble}rerun {event.number} of at most {event.most})"
    return [f"Run {log_text(event.parent.id)}: running {counted(event.cases, 'case')} again {number}."]


@about.register
def rerun_answer_lost(event: RerunAnswerLost) -> list[str]:
    """The answer to the rerun call does not show which run was started."""
    looking = f"Looking for the rerun of run {log_text(event.parent.id)}, for up to a minute."
    return [f"{log_text(event.reason)} {looking}"]


@about.register
def rerun_started(event: RerunStarted) -> list[str]:
    """A run in which failed cases run again."""
    run = event.run
    again = f"Run {log_text(run.parent_id)}: its failed cases run again as run {log_text(run.id)}"
    return [f"{again}: {log_text(run.url)}" if run.url else again]


@about.register
def rerun_ignored(event: RerunIgnored) -> list[str]:
    """An answer named a run as a rerun although it is none."""
    run, parent = event.run, event.parent
    reasons = {
        Foreign.NAMELESS: "it does not say to which plan it belongs",
        Foreign.ANOTHER_PLAN: f"it belongs to plan {log_text(run.plan_id)}, not to plan {log_text(parent.plan_id)}",
        Foreign.ANOTHER_PARENT: f"it says that it is a rerun of run {log_text(run.parent_id)}",
        Foreign.ANOTHER_BUILD: "it does not say of which run it is a rerun, and has another build number",
        Foreign.BEGAN_EARLIER: f"it began before run {log_text(parent.id)}",
    }
    named = f"Testsigma names run {log_text(run.id)} as the rerun of run {log_text(parent.id)}"
    consequence = "It is ignored: the step neither waits for it nor stops it, and its result does not count."
    return [f"Warning: {named}, but {reasons[event.why]}. {consequence}"]


@about.register
def results_lag(event: ResultsLag) -> list[str]:
    """The run completed, and its results are not consistent yet."""
    said = f"Run {log_text(event.run.id)}: its results are incomplete or contradictory."
    return [f"{said} Reading them again for up to 30 s."]


def ended(event: Ended, run: Run | None, elapsed: timedelta) -> list[str]:
    """Why one of several runs ended; empty if its result shows it."""
    facts = [_became(event.ending)] if event.ending else []
    if event.error:
        facts.insert(0, log_text(event.error.message))
    if not facts and not _surprising(event.conclusion, run):
        return []
    word = CONCLUSIONS[event.conclusion] if event.conclusion else "ended"
    text = " ".join(filter(None, facts))
    return [f"{stamp(elapsed)} {word}: {text}" if text else f"{stamp(elapsed)} {word}. The end of the log says why."]


def _surprising(conclusion: Conclusion | None, run: Run | None) -> bool:
    """Whether the conclusion differs from the result of the run."""
    if conclusion in {None, Conclusion.STARTED}:
        return False
    if run is None or not run.completed:
        return True
    return conclusion is not (Conclusion.PASSED if run.result is Result.PASSED else Conclusion.FAILED)


def _became(ending: Ending) -> str:
    run = f"run {log_text(ending.run.id)}" if ending.run else "the run"
    stopped = f"Stopped {run}."
    if ending.completed_first:
        stopped = f"{run.capitalize()} completed before it could be stopped."
    return {
        Disposition.NOTHING_STARTED: "Nothing was started.",
        Disposition.COMPLETED: "",
        Disposition.STOP_CONFIRMED: stopped,
        Disposition.STOP_UNCONFIRMED: f"Stopping {run} was not confirmed: it may still be running.",
        Disposition.LEFT_RUNNING: f"Left {run} running.",
        Disposition.UNKNOWN: "A run may have been started.",
    }[ending.disposition]


def _found(event: Started, build_number: str) -> list[str]:
    run = event.run
    if event.adopted:
        found = f"Found run {log_text(run.id)} by its build number; continuing with it."
        return [f"The answer to the start was lost. {found}"]
    if not event.other_build:
        return []
    named = f"has the build number {log_text(run.build_number)}" if run.build_number else "has no build number"
    why = "it began after our request, and no run has our build number"
    return [f"Warning: Run {log_text(run.id)} {named}, not {log_text(build_number)}. It is accepted as ours: {why}."]


def _details(spec: RunSpec) -> list[str]:
    configuration = spec.configuration
    details = {
        "build number": spec.build_number,
        "environment": environment_of(spec),
        "configuration": (configuration.name or configuration.id) if configuration else "",
        "runtime data (values not shown)": ", ".join(sorted(spec.runtime_data)),
        "uploads for devices": ", ".join(sorted(spec.upload_versions)),
        "start options (values not shown)": ", ".join(sorted(spec.start_options)),
    }
    return [f"{name} {log_text(value)}" for name, value in details.items() if value]


def _failed(placed: Placed) -> str:
    machine, suite, case = placed
    word = RESULTS[case.result] if case.result in {Result.ABORTED, Result.STOPPED} else "failed"
    places = (suite.name, machine.title or machine.device.name)
    where = ", ".join(filter(None, (log_text(place, NAME) for place in places)))
    quarantined = " (in quarantine)" if case.tolerance else ""
    return f"{word.capitalize()}{quarantined}: {log_text(case_name(case), NAME)}{f' ({where})' if where else ''}"
