"""The log: plain lines for people. What the service said stands behind `│ ` or within a sentence of ours.

Every line is returned without its line break and holds none. Words of ours begin it, so that the text of others begins
no command; `Log.say` makes sure of that.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from traceback import format_exception

from testsigma_action.domain.identity import Foreign
from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.domain.words import counted, in_words
from testsigma_action.errors import help_url
from testsigma_action.reporting.wording import (
    CONCLUSIONS,
    RESULTS,
    Placed,
    case_name,
    cases_and_hooks,
    changes,
    failures_by_news,
    heading,
    hints,
    machine_name,
    reason,
    reason_lines,
    slower,
    step_and_message,
    suite_name,
    took,
)
from testsigma_action.text import BAR, NAME, log_text


def announce(spec: RunSpec) -> str:
    """What is about to be run. Runtime data by name only: its values may be secrets."""
    plan = f"Plan {log_text(spec.plan_id)}" if spec.plan_id else "An existing run"
    configuration = spec.configuration
    details = {
        "build number": spec.build_number,
        "environment": spec.environment_id,
        "configuration": (configuration.name or configuration.id) if configuration else "",
        "runtime data (values not shown)": ", ".join(sorted(spec.runtime_data)),
        "uploads for devices": ", ".join(sorted(spec.upload_versions)),
    }
    told = [f"{name} {log_text(value)}" for name, value in details.items() if value]
    return "; ".join([plan, *told])


def warnings(texts: Iterable[str]) -> list[str]:
    """What is odd and does not end the step."""
    return [f"Warning: {log_text(text)}" for text in texts]


def traceback(error: BaseException) -> list[str]:
    """Where a bug is, for its report; the text of the error may hold anything."""
    lines = "".join(format_exception(error)).splitlines()
    return [f"{BAR}{log_text(line)}" for line in lines]


def link(run: Run) -> str:
    """Where a run is to be seen: the line that is printed as soon as it exists."""
    return f"Run {log_text(run.id)}: {log_text(run.url)}" if run.url else f"Run {log_text(run.id)}"


def adopted(run: Run) -> str:
    """The answer to the start was lost, and the run was found by its build number."""
    return f"The answer to the start was lost. Run {log_text(run.id)} has our build number, so it is ours, and adopted."


def looking_for(message: str, build_number: str) -> str:
    """The answer to the start does not show which run is ours, so it is looked for."""
    return f"{log_text(message)} Looking for a run with the build number {log_text(build_number)}, for up to a minute"


def busy(plan_id: str, run_id: str, left: timedelta) -> str:
    """Another run keeps the plan busy, which may not be known, and the step waits for so long."""
    busy = f"Plan {log_text(plan_id)} is busy{f' with run {log_text(run_id)}' if run_id else ''}"
    return f"{busy}. Waiting until it can be started, for up to {in_words(left)} (timeout)."


def other_build(run: Run, build_number: str) -> str:
    """The service did not keep our build number, but nothing else speaks against the run that it named."""
    named = f"has the build number {log_text(run.build_number)}" if run.build_number else "has no build number"
    return (
        f"Run {log_text(run.id)} {named}, not {log_text(build_number)}. It is taken for ours, because it began after "
        "our request and no run has our build number"
    )


def ignored(run: Run, parent: Run, why: Foreign) -> str:
    """A run that is no rerun of ours, although an answer about our run names it."""
    reasons = {
        Foreign.NAMELESS: "it does not say to which plan it belongs",
        Foreign.ANOTHER_PLAN: f"it belongs to plan {log_text(run.plan_id)}, not to plan {log_text(parent.plan_id)}",
        Foreign.ANOTHER_PARENT: f"it says that it is a rerun of run {log_text(run.parent_id)}",
        Foreign.ANOTHER_BUILD: "it names no run that it is a rerun of, and has another build number",
        Foreign.BEGAN_EARLIER: f"it began before run {log_text(parent.id)}",
    }
    named = f"Testsigma names run {log_text(run.id)} as the rerun of run {log_text(parent.id)}"
    return f"{named}, but {reasons[why]}. It is ignored: not waited for, not stopped, and no part of the result."


def attached(run: Run) -> str:
    """The run was there already; what it is called, and since when it goes."""
    name = run.plan_name or (f"plan {run.plan_id}" if run.plan_id else "")
    of = f" of {log_text(name)}" if name else ""
    build = f"; build number {log_text(run.build_number)}" if run.build_number else ""
    return f"Attached to run {log_text(run.id)}{of}{build}"


def rerun_awaited(run: Run) -> str:
    """The run did not pass, and its plan runs failed cases again by itself."""
    return f"Run {log_text(run.id)}: {RESULTS[run.result]}. Its plan runs failed cases again: waiting for that run"


def unsettled(run: Run) -> str:
    """What a run that is over says of itself does not fit together, which may pass."""
    said = f"Run {log_text(run.id)}: its results are not complete yet, or contradict each other"
    return f"{said}: reading them again for up to 30 seconds"


def rerun(run: Run) -> str:
    """A run in which failed cases run again."""
    again = f"Run {log_text(run.parent_id)}: its failed cases run again as run {log_text(run.id)}"
    return f"{again}: {log_text(run.url)}" if run.url else again


def failed_cases(report: RunReport, most: int = 50) -> list[str]:
    """The failures of a run with all that helps to understand them, `most` of them at most; nothing where none are."""
    found = list(failures_by_news(report))
    if not found:
        return []
    shown = [_failure(placed, news) for placed, news in found[:most]]
    left = len(found) - len(shown)
    lines = [f"{cases_and_hooks([placed[2] for placed, _ in found])} did not pass in {log_text(report.title)}:"]
    lines += [line for told in shown for line in told]
    return [*lines, f"and {left:,} more: see the reports and the run"] if left else lines


def since(report: RunReport) -> list[str]:
    """What changed since the run before; nothing where there is none to compare with."""
    told = report.comparison
    if not told:
        return []
    difference = slower(report.run, told.before) if report.run else ""
    return [f"Compared with run {log_text(told.before.id)}: {changes(told)}{f', {difference}' if difference else ''}"]


def gaps(report: RunReport) -> list[str]:
    """What could not be had, one line each."""
    return [f"Not available: {log_text(gap)}" for gap in report.tree.gaps] if report.tree else []


def conclude(report: Report) -> list[str]:
    """The end of the log: each run where there are several, what is wrong, what to do, help, and the verdict last."""
    verdict = report.verdict
    lines = [_conclude_run(run) for run in report.runs] if len(report.runs) > 1 else []
    problems = [log_text(problem) for problem in reason_lines(verdict)]
    if len(problems) > 1:
        lines += [f"- {problem}" for problem in problems]
    if verdict.exit_code and len(report.runs) == 1:
        lines += _links(report.runs[0])
    lines += [f"What to do: {log_text(told)}" for told in _hints(report)]
    lines += [f"Help: {help_url(verdict.code)}"] if verdict.code else []
    why = f"{counted(len(problems), 'problem')}, see above." if len(problems) > 1 else log_text(reason(verdict))
    code = f", {verdict.code}" if verdict.code else ""
    # A word of ours stands first: with a name like ":" the line could begin a command.
    conclusion = f"{CONCLUSIONS[verdict.conclusion].upper()} (exit code {verdict.exit_code}{code})"
    return [*lines, f"{conclusion}: {log_text(heading(report))}. {why}"]


def _hints(report: Report) -> Iterator[str]:
    """What to do by the verdict of the step, then by those of its runs; each thing is said once."""
    told: set[str] = set()
    for verdict in (report.verdict, *(run.verdict for run in report.runs)):
        new = [hint for hint in hints(verdict) if hint not in told]
        told.update(new)
        if new:
            yield " ".join(new)


def _links(report: RunReport) -> list[str]:
    """Where the run, and what ran again of it, is to be seen: near the end, where people look first."""
    runs = filter(None, (report.run, *(report.tree.reruns if report.tree else ())))
    return [link(run) for run in runs if run.url]


def _conclude_run(run: RunReport) -> str:
    url = f" {log_text(run.run.url)}" if run.run and run.run.url else ""
    title = f"{CONCLUSIONS[run.verdict.conclusion]}: {log_text(run.title)}."
    return f"{title} {log_text(reason(run.verdict))}{url}"


def _failure(placed: Placed, news: str) -> list[str]:
    machine, suite, case = placed
    step, why = step_and_message(case.result, case.failing_step, case.result_label)
    name = " / ".join(log_text(part, NAME) for part in (machine_name(machine), suite_name(suite), case_name(case)))
    facts = filter(None, (news, RESULTS[case.result], in_words(took(case.timing))))
    told = [f"{name} ({', '.join(facts)})"]
    if step:
        told.append(f"  {log_text(step)}")
    told.append(f"  {log_text(why)}")
    if case.url:
        told.append(f"  {log_text(case.url)}")
    return [BAR + line for line in told]
