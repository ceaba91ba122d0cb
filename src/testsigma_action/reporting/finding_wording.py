"""The sentences for findings, one for each type of `domain/findings.py`, and hints for users.

Those that are only filled in are in `templates`. Quoted text (names, labels, messages) is untrusted.
"""

from dataclasses import replace
from enum import Enum
from functools import singledispatch
from string import Formatter
from typing import Any

from testsigma_action.domain import evidence, findings, merge_findings, policy_findings
from testsigma_action.domain.ending import Disposition, Ending, NotRunAgain
from testsigma_action.domain.findings import Finding
from testsigma_action.domain.run import Run
from testsigma_action.domain.words import counted, number_of, numbers_in_words
from testsigma_action.errors import may_run_hint
from testsigma_action.reporting.templates import HINTS, TEMPLATES
from testsigma_action.text import NAME, one_line

# Maximum length of the sentence about one of several plans, and of a name (characters).
LONGEST_OF_PLAN, LONGEST_NAME = 300, 100
# Maximum number of fields in a sentence.
MAX_NAMED = 3


def sentence(finding: Finding) -> str:
    """One finding as one sentence, or as a few short ones. A full stop is added unless it already ends like one."""
    text = _phrase(finding)
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


class _Words(Formatter):
    """Fills in templates: see `templates`."""

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - as in the base class
        one, several, more = format_spec.partition("|")
        known = value if isinstance(value, str | int) else _phrase(value)
        return number_of(value, one, more) if several else super().format_field(known, format_spec)


def _key(found: object) -> Enum | type:
    """The key of its template and hint: the reason in it if its type has several, else its type."""
    match found:
        case Enum():
            return found
        case findings.RunDoubt(doubt=reason) | merge_findings.Unusable(fault=reason):
            return reason
        case _:
            return type(found)


@singledispatch
def _phrase(found: object) -> str:
    """The words for a finding, or for a part of one. They may have no full stop."""
    return _Words().format(TEMPLATES[_key(found)], found)


@_phrase.register
def _(passed: findings.Passed) -> str:
    executed = f"{passed.passed:,} of {counted(passed.total, 'case')}, all that were executed,"
    if passed.passed == passed.total or not passed.passed:
        executed = "All cases" if passed.total != 1 else "The only case"
    if passed.flaky:
        return f"{executed} passed, {passed.flaky:,} of them only in a rerun."
    return f"{executed} passed{', after a rerun of hooks that had failed' if passed.reruns else ''}."


@_phrase.register
def _(failures: findings.Failures) -> str:
    failed = f"{failures.failed:,} of {counted(failures.total, 'case')} failed" if failures.failed else ""
    hooks = f"{counted(failures.hooks, 'hook')} did not pass" if failures.hooks else ""
    tolerated = _tolerated(failures.tolerated) if failures.tolerated else ""
    return ". ".join(filter(None, (failed, hooks, tolerated))) or "The run failed"


def _tolerated(number: int) -> str:
    return f"{number_of(number, 'failure is', 'failures are')} tolerated"


@_phrase.register
def _(passed: policy_findings.PassedByPolicy) -> str:
    flaky = f", {passed.flaky:,} of them only in a rerun" if passed.flaky else ""
    by = {"in quarantine": passed.quarantined, "by max-failures": passed.within_limit}
    cases = f"{passed.passed:,} of {counted(passed.total, 'case')} passed{flaky}"
    return f"Passed by policy: {cases}; {_tolerated(passed.tolerated)} ({numbers_in_words(by)})."


@_phrase.register
def _(unknown: findings.NoKnownResult) -> str:
    missing = "a result that cannot be read" if unknown.unreadable else "no result"
    result = f"the result '{unknown.label}'" if unknown.label else missing
    return f"The run completed with {result}, which is not a pass."


@_phrase.register
def _(ran: findings.NotExecutedYetRan) -> str:
    of = f"{ran.cases:,} of {counted(ran.total, 'case')}" if ran.total else counted(ran.cases, "case")
    return f"The run's result is NOT_EXECUTED although {of} {'passed' if ran.passed else 'ran'}."


@_phrase.register
def _(finding: findings.NotProven) -> str:
    left = numbers_of_rows(finding.cases, finding.hooks)
    return f"The rerun (run {finding.run_id}) passed, but nothing shows that {left} did."


@_phrase.register
def _(finding: NotRunAgain) -> str:
    return f"Nothing runs again (rerun-failed): {_Words().format(TEMPLATES[finding.why], finding)}."


@_phrase.register
def _(rerun: findings.RerunFindings) -> str:
    return f"In the rerun (run {rerun.run_id}): {' '.join(map(sentence, rerun.findings))}"


@_phrase.register
def _(finding: merge_findings.Unusable) -> str:
    return _Words().format(TEMPLATES[finding.fault], replace(finding, detail=finding.detail or "unknown"))


@_phrase.register
def _(finding: merge_findings.PartsMissing) -> str:
    missing = finding.expected - finding.found
    return f"{missing:,} of {counted(finding.expected, 'part')} {'is' if missing == 1 else 'are'} missing."


@_phrase.register
def _(tally: findings.Tally) -> str:
    plans = counted(tally.plans, "plan")
    if tally.started == tally.plans:
        return f"All {plans} were started. This step does not wait for them."
    if tally.passed == tally.plans:
        tolerated = f"; {counted(tally.tolerated, 'failure')} tolerated" if tally.tolerated else ""
        cases = f" ({counted(tally.cases, 'case')}{tolerated})" if tally.cases or tolerated else ""
        return f"All {plans} passed{cases}."
    if tally.started:
        return f"{tally.started:,} of {plans} were started."
    left = tally.plans - tally.passed
    if tally.failed == left:
        return f"{left:,} of {plans} failed." if tally.passed else f"All {plans} failed."
    return f"{left:,} of {plans} did not pass." if tally.passed else f"None of the {plans} passed."


@_phrase.register
def _(of: findings.OfPlans) -> str:
    # A long path has no blank at which it could be cut.
    longest = NAME if isinstance(of.finding, merge_findings.Unusable) else LONGEST_NAME
    names = ", ".join(one_line(name, longest) for name in of.names)
    more = f" and {of.more:,} more" if of.more else ""
    # Without this the counters would look like a sum.
    each = " (each)" if isinstance(of.finding, findings.Failures) and len(of.names) + of.more > 1 else ""
    return f"{names}{more}{each}: {one_line(sentence(of.finding), LONGEST_OF_PLAN)}"


@_phrase.register
def _(ending: Ending) -> str:
    run = f"Run {ending.run.id}" if ending.run else "The run"
    result = f", with the result {ending.run.result.value}" if ending.run and ending.run.completed else ""
    stopped = f"completed before it could be stopped{result}" if ending.completed_first else "was stopped"
    again = " Its plan may still run failed cases again." if ending.may_run_again else ""
    timeout = " at the timeout" if ending.by_timeout else ""
    unconfirmed = f"was to be stopped{timeout}, but that is not confirmed: it may still be running."
    left = "as it is: its status is not known" if ending.unread else "running"
    return {
        Disposition.NOTHING_STARTED: "Nothing was started.",
        Disposition.UNKNOWN: "A run may have been started.",
        Disposition.COMPLETED: f"{run} had completed by then{result}.{again}",
        Disposition.STOP_CONFIRMED: f"{run} {stopped}.",
        Disposition.STOP_UNCONFIRMED: f"{run} {unconfirmed} {ending.trouble}".rstrip(),
        Disposition.LEFT_RUNNING: f"{run} was left {left}.",
    }[ending.disposition]


@_phrase.register
def _(broken: evidence.BrokenRows) -> str:
    unknown = f" ({_phrase(broken.unknown)})" if broken.unknown else ""
    return f"{numbers_of_rows(broken.cases, broken.hooks)} did not pass{unknown}"


@_phrase.register
def _(unknown: evidence.UnknownCaseResult) -> str:
    data_set = "" if unknown.data_set is None else f", data set '{one_line(unknown.data_set, LONGEST_NAME)}',"
    label = f": '{one_line(unknown.label, LONGEST_NAME)}'" if unknown.label else ""
    return f"the result of '{one_line(unknown.name, LONGEST_NAME)}'{data_set} is missing or unknown{label}"


@_phrase.register
def _(bad: evidence.BadCounter) -> str:
    return f"its counters show {bad.number:,} {bad.counter.value.replace('-', ' ')}"


@_phrase.register
def _(unreadable: evidence.UnreadableFields) -> str:
    names = ", ".join(f"`{name}`" for name in unreadable.names[:MAX_NAMED])
    more = f" and {len(unreadable.names) - MAX_NAMED} more" if len(unreadable.names) > MAX_NAMED else ""
    return f"{names}{more} cannot be read"


def numbers_of_rows(cases: int, hooks: int) -> str:
    """The numbers of cases and hooks: `2 cases`, `1 hook`, `1 case and 2 hooks`."""
    numbers = {"case": cases, "hook": hooks}
    return " and ".join(counted(number, noun) for noun, number in numbers.items() if number) or counted(0, "case")


def advice(finding: Finding) -> str:
    """What to do about a finding; may be empty."""
    match finding:
        case findings.ErrorFinding():
            return finding.hint
        case Ending(disposition=Disposition.UNKNOWN):
            return may_run_hint(finding.plan_id, finding.build_number)
        case Ending(disposition=Disposition.LEFT_RUNNING | Disposition.STOP_UNCONFIRMED, run=Run(id=run_id)):
            return (
                f"To wait for run {run_id}, attach to it (run-id: {run_id}). If it is not needed, stop it on its page."
            )
        case _:
            return HINTS.get(_key(finding), "")
