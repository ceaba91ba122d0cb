"""The log: plain lines for people. Text of the service is placed after `│ ` or within our own sentence.

Lines have no line breaks. They begin with text of our own, so that untrusted text cannot begin a command; `Log.say`
enforces that.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from traceback import format_exception

from testsigma_action.api.trace import Trace
from testsigma_action.domain.findings import StoppedAfterFailures
from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.run import Run
from testsigma_action.domain.words import counted, in_words
from testsigma_action.errors import help_url
from testsigma_action.reporting import history_wording
from testsigma_action.reporting.finding_wording import sentence
from testsigma_action.reporting.gap_wording import gap
from testsigma_action.reporting.policy_wording import outdated as outdated_entries
from testsigma_action.reporting.policy_wording import why_tolerated
from testsigma_action.reporting.upload_wording import ignored
from testsigma_action.reporting.wording import (
    CONCLUSIONS,
    RESULTS,
    Placed,
    case_name,
    cases_and_hooks,
    changes,
    failures_by_news,
    flaky_cases,
    has_common_cause,
    heading,
    hints,
    left_out_cases,
    machine_name,
    reason,
    reason_lines,
    slower,
    step_and_message,
    suite_name,
    tolerated_cases,
    took,
)
from testsigma_action.text import BAR, NAME, log_text

# Maximum number of failures in the log: of a single run, of several together; and the minimum of each of several.
_MAX_OF_ONE, _MAX_SHOWN, _FEWEST_SHOWN = 50, 200, 10
# Parameters of requests whose values are shown. The others have build numbers, which name a repository.
_SHOWN = frozenset({"page", "size", "sortBy", "direction"})


def warnings(texts: Iterable[str]) -> list[str]:
    """Warnings, one line each."""
    return [f"Warning: {log_text(text)}" for text in texts]


def attempts_unknown(system: str) -> list[str]:
    """Earlier attempts of the job cannot be recognised, so `on-job-rerun: failed` has no effect."""
    where = f"{system} does not tell the step" if system else "Without a CI system, nothing tells"
    said = f"on-job-rerun: failed has no effect here. {where} which attempt of which job this is"
    return warnings([f"{said}, so a new run is started."])


def request(trace: Trace) -> list[str]:
    """The line for a request and its answer, for debugging."""
    query = "&".join(f"{name}={value if name in _SHOWN else '***'}" for name, value in trace.query.items())
    where = f"{trace.path}?{query}" if query else trace.path
    answer = str(trace.status) if trace.status else "no answer"
    took = f"{1000 * trace.seconds:.0f} ms"
    return [f"Request: {trace.method} {where}: {answer}, {took}, {trace.size} bytes, try {trace.attempt}"]


def traceback(error: BaseException) -> list[str]:
    """The traceback of a bug; the text of the error is untrusted."""
    lines = "".join(format_exception(error)).splitlines()
    return [f"{BAR}{log_text(line)}" for line in lines]


def link(run: Run) -> str:
    """The ID and URL of a run, printed as soon as it exists."""
    return f"Run {log_text(run.id)}: {log_text(run.url)}" if run.url else f"Run {log_text(run.id)}"


def failures_shown(report: Report) -> int:
    """The maximum number of failures listed for each run; several runs share the space."""
    return min(_MAX_OF_ONE, max(_FEWEST_SHOWN, _MAX_SHOWN // max(len(report.runs), 1)))


def failed_cases(report: RunReport, most: int = _MAX_OF_ONE) -> list[str]:
    """The first `most` failures of a run, with place, step and message. Empty if nothing failed."""
    found = list(failures_by_news(report))
    if not found:
        return []
    shown = [_failure(placed, news) for placed, news in found[:most]]
    left = len(found) - len(shown)
    lines = [f"{cases_and_hooks([placed[2] for placed, _ in found])} did not pass in {log_text(report.title)}:"]
    lines += chain.from_iterable(shown)
    return [*lines, f"and {left:,} more: see the reports and the run"] if left else lines


def since(report: RunReport) -> list[str]:
    """The changes since the previous run; empty if there is no comparison."""
    comparison = report.comparison
    if not comparison:
        return []
    difference = slower(report.run, comparison.before) if report.run else ""
    of = f" ({log_text(report.name)})" if report.name else ""
    facts = ", ".join(filter(None, (changes(comparison), difference)))
    return [f"Compared with run {log_text(comparison.before.id)}{of}: {facts}"]


def history(report: RunReport) -> list[str]:
    """What the earlier runs say; empty if there is no history."""
    of = f" of {log_text(report.name)}" if report.name else ""
    return (
        [f"History{of}: {log_text(history_wording.overview(report.history))}"]
        if report.history and report.history.shown
        else []
    )


def tolerated(report: RunReport, most: int = _MAX_OF_ONE) -> list[str]:
    """The first `most` failures of a run that do not count, each with the reason. Empty if there are none."""
    found = tolerated_cases(report.tree)
    if not found:
        return []
    does = "does" if len(found) == 1 else "do"
    title = f"{counted(len(found), 'failure')} in {log_text(report.title)} {does} not count:"
    return _listed(title, map(_tolerated, found[:most]), len(found) - most)


def flaky(report: RunReport, most: int = _MAX_OF_ONE) -> list[str]:
    """The first `most` cases of a run that passed only in a rerun. Empty if there are none."""
    found = flaky_cases(report.tree)
    title = f"{counted(len(found), 'case')} of {log_text(report.title)} passed only in a rerun:"
    return _listed(title, ([_name(placed)] for placed in found[:most]), len(found) - most) if found else []


def left_out(report: RunReport, most: int = _MAX_OF_ONE) -> list[str]:
    """The first `most` cases that were not executed, where nothing else explains the verdict. Empty if none."""
    found = left_out_cases(report)
    were = "was" if len(found) == 1 else "were"
    title = f"{counted(len(found), 'case')} of {log_text(report.title)} {were} not executed:"
    return _listed(title, ([_name(placed)] for placed in found[:most]), len(found) - most) if found else []


def _listed(title: str, items: Iterable[list[str]], left: int) -> list[str]:
    """A title, and the lines of each item below it."""
    more = [f"and {left:,} more: see the reports and the run"] if left > 0 else []
    return [title, *(f"{BAR}{line}" for lines in items for line in lines), *more]


def _tolerated(placed: Placed) -> list[str]:
    tolerance = placed[2].tolerance
    return [_name(placed), f"  {log_text(why_tolerated(tolerance))}"] if tolerance else []


def outdated(report: Report) -> list[str]:
    """A warning for each entry of the quarantine that somebody should remove or renew."""
    return warnings(outdated_entries(report.outdated))


def ignored_devices(report: Report) -> list[str]:
    """A warning about devices whose build was not tested; empty if there are none."""
    return warnings(filter(None, [ignored(report)]))


def gaps(report: RunReport) -> list[str]:
    """The missing data, one line each."""
    of = f" in {log_text(report.name)}" if report.name else ""
    return [f"Not available{of}: {log_text(gap(one))}" for one in report.tree.gaps] if report.tree else []


def conclude(report: Report) -> list[str]:
    """The end of the log: each of several runs, problems, what to do, help, and the verdict last."""
    verdict = report.verdict
    each = report.several and not has_common_cause(report)
    lines = [_conclude_run(run) for run in report.runs] if each else []
    problems = [log_text(problem) for problem in reason_lines(verdict)]
    if len(problems) > 1:
        lines += [f"- {problem}" for problem in problems]
    if verdict.exit_code and len(report.runs) == 1:
        lines += _links(report.runs[0])
    lines += [f"What to do: {log_text(advice)}" for advice in _hints(report)]
    lines += [f"Help: {help_url(verdict.code)}"] if verdict.code else []
    why = f"{counted(len(problems), 'problem')}, see above." if len(problems) > 1 else log_text(reason(verdict))
    code = f", {verdict.code}" if verdict.code else ""
    # Begin with our own word: with a name like ":" the line could begin a command.
    conclusion = f"{CONCLUSIONS[verdict.conclusion].upper()} (exit code {verdict.exit_code}{code})"
    return [*lines, f"{conclusion}: {_subject(report)}{why}"]


def _subject(report: Report) -> str:
    """What the verdict is about, as a sentence. Empty if it names some of several plans: others may have passed."""
    names_plans = report.several and report.verdict.exit_code and not has_common_cause(report)
    return "" if names_plans and not report.title else f"{log_text(heading(report))}. "


def _hints(report: Report) -> Iterator[str]:
    """The hints of the verdict of the step, then of its runs, without repetitions."""
    known: set[str] = set()
    for verdict in (report.verdict, *(run.verdict for run in report.runs)):
        new = [hint for hint in hints(verdict) if hint not in known]
        known.update(new)
        if new:
            yield " ".join(new)


def _links(report: RunReport) -> list[str]:
    """The links of the run and its reruns: near the end of the log, where people look first."""
    runs = filter(None, (report.run, *(report.tree.reruns if report.tree else ())))
    return [link(run) for run in runs if run.url]


def _conclude_run(run: RunReport) -> str:
    url = f" {log_text(run.run.url)}" if run.run and run.run.url else ""
    title = f"{CONCLUSIONS[run.verdict.conclusion]}: {log_text(run.title)}."
    return f"{title} {log_text(reason(run.verdict))}{url}"


def _failure(placed: Placed, news: str) -> list[str]:
    case = placed[2]
    step, why = step_and_message(case.result, case.failing_step, case.result_label)
    facts = filter(None, (news, RESULTS[case.result], in_words(took(case.timing))))
    lines = [f"{_name(placed)} ({', '.join(facts)})"]
    if step:
        lines.append(f"  {log_text(step)}")
    lines.append(f"  {log_text(why)}")
    if case.url:
        lines.append(f"  {log_text(case.url)}")
    return [BAR + line for line in lines]


def _name(placed: Placed) -> str:
    machine, suite, case = placed
    return " / ".join(log_text(part, NAME) for part in (machine_name(machine), suite_name(suite), case_name(case)))


def stopping_early(reached: StoppedAfterFailures) -> str:
    """Enough cases have failed, in all runs together."""
    return f"{sentence(reached)} Stopping all runs that are still running."
