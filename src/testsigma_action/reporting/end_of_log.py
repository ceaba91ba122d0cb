"""The end of the log: the cases of each run, what is to be said of the results, and the verdict. See `console`."""

from collections.abc import Iterator

from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.results import Placed
from testsigma_action.domain.words import RESULTS, counted, in_words, number_of
from testsigma_action.errors import help_url
from testsigma_action.reporting import case_lists, gap_wording, history_wording, policy_wording, upload_wording, wording
from testsigma_action.reporting.console import link, warnings
from testsigma_action.text import BAR, NAME, log_text

# Maximum number of failures in the log: of a single run, of several together; and the minimum of each of several.
_MAX_OF_ONE, _MAX_SHOWN, _FEWEST_SHOWN = 50, 200, 10


def failures_shown(report: Report) -> int:
    """The maximum number of failures listed for each run; several runs share the space."""
    return min(_MAX_OF_ONE, max(_FEWEST_SHOWN, _MAX_SHOWN // max(len(report.runs), 1)))


def cases(run: RunReport, most: int = _MAX_OF_ONE) -> Iterator[list[str]]:
    """The cases of a run that failed, were not executed, do not count, or are flaky: the first `most` of each.

    Each list that is not empty begins with a title.
    """
    plan = log_text(run.title)
    failed = list(case_lists.failures_by_news(run))
    title = f"{wording.cases_and_hooks(placed[2] for placed, _ in failed)} did not pass in {plan}:"
    yield from _listed(title, len(failed), [_failure(*one) for one in failed[:most]])
    left_out = case_lists.left_out_cases(run)
    title = f"{number_of(len(left_out), f'case of {plan} was', f'cases of {plan} were')} not executed:"
    yield from _listed(title, len(left_out), [[_name(placed)] for placed in left_out[:most]])
    tolerated = case_lists.tolerated_cases(run.tree)
    title = f"{number_of(len(tolerated), f'failure in {plan} does', f'failures in {plan} do')} not count:"
    yield from _listed(title, len(tolerated), [_tolerated(placed) for placed in tolerated[:most]])
    flaky = case_lists.flaky_cases(run.tree)
    title = f"{counted(len(flaky), 'case')} of {plan} passed only in a rerun:"
    yield from _listed(title, len(flaky), [[_name(placed)] for placed in flaky[:most]])


def _listed(title: str, number: int, shown: list[list[str]]) -> Iterator[list[str]]:
    """A title, the lines of each item that is shown, and how many there are besides; nothing for no item."""
    left = number - len(shown)
    more = [f"and {left:,} more: see the reports and the run"] if left else []
    if shown:
        yield [title, *(f"{BAR}{line}" for lines in shown for line in lines), *more]


def _failure(placed: Placed, news: str) -> list[str]:
    case = placed[2]
    facts = filter(None, (news, RESULTS[case.result], in_words(case.timing.took)))
    said = wording.step_and_message(case.result, case.failing_step, case.result_label)
    below = [f"  {log_text(text)}" for text in (*said, case.url) if text]
    return [f"{_name(placed)} ({', '.join(facts)})", *below]


def _tolerated(placed: Placed) -> list[str]:
    tolerance = placed[2].tolerance
    return [_name(placed), f"  {log_text(policy_wording.why_tolerated(tolerance))}"] if tolerance else []


def _name(placed: Placed) -> str:
    machine, suite, case = placed
    names = wording.machine_name(machine), wording.suite_name(suite), wording.case_name(case)
    return " / ".join(log_text(name, NAME) for name in names)


def remarks(run: RunReport) -> Iterator[str]:
    """The changes since the previous run, what the earlier runs say, and what is not available."""
    name = log_text(run.name)
    if run.comparison:
        before = run.comparison.before
        difference = wording.slower(run.run, before) if run.run else ""
        facts = ", ".join(filter(None, (wording.changes(run.comparison), difference)))
        yield f"Compared with run {log_text(before.id)}{f' ({name})' if name else ''}: {facts}"
    if run.history and run.history.shown:
        yield f"History{f' of {name}' if name else ''}: {log_text(history_wording.overview(run.history))}"
    for one in run.tree.gaps if run.tree else ():
        yield f"Not available{f' in {name}' if name else ''}: {log_text(gap_wording.gap(one))}"


def report_warnings(report: Report) -> list[str]:
    """Warnings about entries of the quarantine to remove or renew, and about devices whose build was not tested."""
    return warnings(filter(None, (*policy_wording.outdated(report.outdated), upload_wording.ignored(report))))


def conclude(report: Report) -> list[str]:
    """The end of the log: each of several runs, problems, what to do, help, and the verdict last."""
    verdict = report.verdict
    each = report.several and not wording.has_common_cause(report)
    lines = [_conclude_run(run) for run in report.runs] if each else []
    problems = [log_text(problem) for problem in wording.reason_lines(verdict)]
    if len(problems) > 1:
        lines += [f"- {problem}" for problem in problems]
    # Near the end of the log, where people look first.
    if verdict.exit_code and len(report.runs) == 1:
        tree = report.runs[0].tree
        lines += [link(run) for run in (report.runs[0].run, *(tree.reruns if tree else ())) if run and run.url]
    lines += [f"What to do: {log_text(advice)}" for advice in _hints(report)]
    lines += [f"Help: {help_url(verdict.code)}"] if verdict.code else []
    why = f"{counted(len(problems), 'problem')}, see above." if len(problems) > 1 else log_text(wording.reason(verdict))
    # The name of all plans would read as if all had failed.
    subject = "" if each and verdict.exit_code and not report.title else f"{log_text(wording.heading(report))}. "
    # Begin with our own word: with a name like ":" the line could begin a command.
    return [*lines, f"{wording.conclusion(verdict)}: {subject}{why}"]


def _conclude_run(run: RunReport) -> str:
    url = f" {log_text(run.run.url)}" if run.run and run.run.url else ""
    title = f"{wording.CONCLUSIONS[run.verdict.conclusion]}: {log_text(run.title)}."
    return f"{title} {log_text(wording.reason(run.verdict))}{url}"


def _hints(report: Report) -> Iterator[str]:
    """The hints of the verdict of the step, then of its runs, without repetitions."""
    known: set[str] = set()
    for verdict in (report.verdict, *(run.verdict for run in report.runs)):
        new = [hint for hint in wording.hints(verdict) if hint not in known]
        known.update(new)
        if new:
            yield " ".join(new)
