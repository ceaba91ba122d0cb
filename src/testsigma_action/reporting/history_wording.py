"""Wording of the history: the strip of a case, in signs and in words, and the line about the plan.

IDs and build numbers in the texts are untrusted.
"""

from collections.abc import Iterator
from itertools import groupby

from testsigma_action.domain.history import CaseHistory, History, Mark
from testsigma_action.domain.report import RunReport
from testsigma_action.domain.run import Result, Run
from testsigma_action.domain.words import counted, in_words, numbers_in_words
from testsigma_action.reporting import wording

_SIGNS = {
    Mark.PASSED: ("✅", "passed"),
    Mark.FAILED: ("❌", "failed"),
    Mark.OTHER_SETS: ("🟠", "failed with other data sets"),
    Mark.NOT_EXECUTED: ("⬜", "not executed"),
    Mark.ABSENT: ("⬜", "not executed"),
    Mark.UNREAD: ("❔", "not available"),
}
_WORDS = dict(_SIGNS.values()) | {"🔁": "passed when run again"}


def signs(case: CaseHistory) -> str:
    """A sign for each run, the oldest first; the last one is this run."""
    now = "🔁" if case.placed[2].flaky else "❌"
    return "".join(_SIGNS[mark][0] for mark in case.marks) + now


def signs_of_runs(history: History, now: Run) -> str:
    """The same for the runs of the plan."""
    return "".join("✅" if run.result is Result.PASSED else "❌" for run in (*history.runs, now))


def spoken(strip: str) -> str:
    """The strip for readers who cannot see it: `oldest first: 2 passed, 1 failed`."""
    groups = ((sign, len(list(group))) for sign, group in groupby(strip))
    return "oldest first: " + ", ".join(f"{number} {_WORDS[sign]}" for sign, number in groups)


def facts(case: CaseHistory) -> str:
    """In how many runs a case failed, this one included: `failed in 3 of the last 9 runs`."""
    failed, executed = case.failed + 1, case.executed + 1
    if not case.executed:
        return "first run of this case" if case.marks else ""
    others = len(case.marks) - case.executed
    of = f"the {executed} runs that executed it" if others else f"the last {executed} runs"
    did = "failed at first" if case.placed[2].flaky else "failed"
    text = f"first failure in {of}" if failed == 1 else f"{did} in {'all' if failed == executed else failed} of {of}"
    return f"flaky: {text}" if case.flaky else text


def since(case: CaseHistory, run: str, build: str) -> str:
    """Since which run it fails: the run as it is to be shown, and its build number; empty without a run."""
    if not run or case.placed[2].flaky:
        return ""
    return f"since {run}{f' (build {build})' if build else ''}{' or earlier' if case.always else ''}"


def sentence(history: History, case: CaseHistory) -> str:
    """Both together: `failed in 5 of the last 9 runs, since run 904 (build 12)`."""
    run = history.since(case)
    parts = facts(case), since(case, f"run {run.id}", run.build_number) if run else ""
    return ", ".join(filter(None, parts))


def overview(history: History) -> str:
    """The history of a run in one line."""
    numbers = {"new": len(history.new), "known": len(history.known), "flaky": sum(one.flaky for one in history.cases)}
    return f"the plan {_passed(history)}; {numbers_in_words(numbers)}"


def _passed(history: History) -> str:
    return f"passed in {history.passed} of {counted(len(history.runs), 'earlier run')}"


def of_plan(report: RunReport, history: History) -> Iterator[str]:
    """Pass rate of the plan, and the duration of this run against the usual one."""
    yield f"The plan {_passed(history)} ({100 * history.passed // max(len(history.runs), 1)} %)"
    took, usual = report.run.timing.took if report.run else None, history.usual
    if usual is not None and took is not None:
        difference = wording.difference(took, usual, "longer", "shorter")
        compared = f"{difference} than" if difference else "as long as"
        yield f"{compared} usual ({in_words(usual)})"
