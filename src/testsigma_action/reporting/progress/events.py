"""The lines for events: what happened, to which run, what happens next."""

from typing import TYPE_CHECKING

from testsigma_action.domain import events
from testsigma_action.domain.identity import Foreign
from testsigma_action.domain.run import Result, Run, RunSpec
from testsigma_action.domain.words import RESULTS, counted, environment_of, in_words
from testsigma_action.reporting.console import link
from testsigma_action.reporting.progress.tracked import TrackedRun
from testsigma_action.text import NAME, log_text

if TYPE_CHECKING:
    from testsigma_action.domain.results import Placed

# Maximum number of failed cases named for one event, and for one run in total; others are counted. The end of the log
# names them again, with their messages.
MAX_FAILED = 20
MAX_FAILED_OF_RUN = 50


def of_run(event: events.Event, tracked: TrackedRun) -> list[str]:
    """The lines for an event of a run that are the same for one run and for several; else empty.

    Each new failed case has a line, up to a limit. That the plan is busy with another run is printed once.
    """
    match event:
        case events.CasesFailed(cases):
            most = max(0, min(MAX_FAILED, MAX_FAILED_OF_RUN - tracked.failed_cases))
            tracked.failed_cases += len(cases)
            more = [f"{counted(len(cases) - most, 'more case')} failed"] if len(cases) > most else []
            return [*map(_failed, cases[:most]), *more]
        case events.PlanBusy(plan_id, run_id, left) if run_id not in tracked.busy_with:
            tracked.busy_with.add(run_id)
            by = f" with run {log_text(run_id)}" if run_id else ""
            limit = f"for up to {in_words(left)} (timeout)"
            return [f"Plan {log_text(plan_id)} is busy{by}. Waiting until it can be started, {limit}."]
        case events.AnswerLost(reason, build_number):
            looking = f"Looking for a run with the build number {log_text(build_number)}, for up to a minute."
            return [f"{log_text(reason)} {looking}"]
        case events.Attached(run):
            name = run.plan_name or (f"plan {run.plan_id}" if run.plan_id else "")
            of = f" of {log_text(name)}" if name else ""
            build = f"; build number {log_text(run.build_number)}" if run.build_number else ""
            return [f"Attached to run {log_text(run.id)}{of}{build}", link(run)]
        case events.JobRerun(attempt, found):
            from testsigma_action.reporting.progress.job_rerun import continuing

            return [f"This is attempt {attempt} of the job. {continuing(found)}"]
    return about(event)


def about(event: events.Event) -> list[str]:
    """The line for an event after a run completed; else empty."""
    match event:
        case events.RerunAwaited(run):
            failed = f"Run {log_text(run.id)}: {RESULTS[run.result]}."
            said = f"{failed} Its plan runs failed cases again. Waiting for the rerun."
        case events.RerunAsked(parent, cases, number, most, infrastructure):
            trouble = "after trouble of the infrastructure, " if infrastructure else ""
            again = f"running {counted(cases, 'case')} again ({trouble}rerun {number} of at most {most})"
            said = f"Run {log_text(parent.id)}: {again}."
        case events.RerunAnswerLost(reason, parent):
            said = f"{log_text(reason)} Looking for the rerun of run {log_text(parent.id)}, for up to a minute."
        case events.RerunStarted(run):
            again = f"Run {log_text(run.parent_id)}: its failed cases run again as run {log_text(run.id)}"
            said = f"{again}: {log_text(run.url)}" if run.url else again
        case events.RerunIgnored(run, parent, why):
            named = f"Testsigma names run {log_text(run.id)} as the rerun of run {log_text(parent.id)}"
            consequence = "It is ignored: the step neither waits for it nor stops it, and its result does not count."
            said = f"Warning: {named}, but {_why_ignored(run, parent, why)}. {consequence}"
        case events.ResultsLag(run):
            incomplete = f"Run {log_text(run.id)}: its results are incomplete or contradictory."
            said = f"{incomplete} Reading them again for up to 30 s."
        case _:
            return []
    return [said]


def _why_ignored(run: Run, parent: Run, why: Foreign) -> str:
    return {
        Foreign.NAMELESS: "it does not say to which plan it belongs",
        Foreign.ANOTHER_PLAN: f"it belongs to plan {log_text(run.plan_id)}, not to plan {log_text(parent.plan_id)}",
        Foreign.ANOTHER_PARENT: f"it says that it is a rerun of run {log_text(run.parent_id)}",
        Foreign.ANOTHER_BUILD: "it does not say of which run it is a rerun, and has another build number",
        Foreign.BEGAN_EARLIER: f"it began before run {log_text(parent.id)}",
    }[why]


def starting(spec: RunSpec) -> list[str]:
    """The spec of a start. Runtime data by name only: its values may be secrets."""
    return ["; ".join([f"Plan {log_text(spec.plan_id)}", *_details(spec)])]


def started(event: events.Started, spec: RunSpec, *, alone: bool) -> list[str]:
    """The run exists: its link, and how it was found if the answer to the start was lost.

    The details of the spec are added unless it is `alone`: of a single run they are printed before.
    """
    run = event.run
    plan = [f"plan {log_text(spec.plan_id)}"] if spec.plan_id else []
    lines = [link(run) if alone else f"{link(run)} ({'; '.join([*plan, *_details(spec)])})"]
    if event.adopted:
        found = f"Found run {log_text(run.id)} by its build number; continuing with it."
        lines.insert(0, f"The answer to the start was lost. {found}")
    elif run.build_number != spec.build_number:
        named = f"has the build number {log_text(run.build_number)}" if run.build_number else "has no build number"
        but = f"Run {log_text(run.id)} {named}, not {log_text(spec.build_number)}. It is accepted as ours"
        lines.insert(0, f"Warning: {but}: it began after our request, and no run has our build number.")
    return lines


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


def _failed(placed: "Placed") -> str:
    from testsigma_action.reporting.wording import case_name

    machine, suite, case = placed
    word = RESULTS[case.result] if case.result in {Result.ABORTED, Result.STOPPED} else "failed"
    places = (suite.name, machine.title or machine.device.name)
    where = ", ".join(filter(None, (log_text(place, NAME) for place in places)))
    quarantined = " (in quarantine)" if case.tolerance else ""
    return f"{word.capitalize()}{quarantined}: {log_text(case_name(case), NAME)}{f' ({where})' if where else ''}"
