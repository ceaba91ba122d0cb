"""The sentences for findings, one for each type of `domain/findings.py`, and hints for users.

Those that are only filled in are in `templates`. Quoted text (names, labels, messages) is untrusted.
"""

from dataclasses import replace
from functools import singledispatch

from testsigma_action.domain import evidence, findings, merge_findings, policy_findings
from testsigma_action.domain.ending import Disposition, Ending, NotRunAgain
from testsigma_action.domain.findings import Finding
from testsigma_action.domain.run import Run
from testsigma_action.domain.words import counted, number_of, numbers_in_words
from testsigma_action.errors import may_run_hint
from testsigma_action.reporting.templates import filled, hint
from testsigma_action.text import NAME, one_line

# Maximum length of the sentence about one of several plans, and of a name (characters).
LONGEST_OF_PLAN, LONGEST_NAME = 300, 100
# Maximum number of fields in a sentence.
MAX_NAMED = 3


@singledispatch
def sentence(finding: Finding) -> str:
    """One finding as one sentence, or as a few short ones."""
    return _with_full_stop(filled(finding))


def _with_full_stop(text: str) -> str:
    """The text with a full stop, unless it already ends like a sentence."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


@sentence.register
def _(passed: findings.Passed) -> str:
    executed = f"{passed.passed:,} of {counted(passed.total, 'case')}, all that were executed,"
    if passed.passed == passed.total or not passed.passed:
        executed = "All cases" if passed.total != 1 else "The only case"
    if passed.flaky:
        return f"{executed} passed, {passed.flaky:,} of them only in a rerun."
    return f"{executed} passed{', after a rerun of hooks that had failed' if passed.reruns else ''}."


@sentence.register
def _(failures: findings.Failures) -> str:
    failed = f"{failures.failed:,} of {counted(failures.total, 'case')} failed." if failures.failed else ""
    hooks = f"{counted(failures.hooks, 'hook')} did not pass." if failures.hooks else ""
    tolerated = f"{_tolerated(failures.tolerated)}." if failures.tolerated else ""
    return " ".join(filter(None, (failed, hooks, tolerated))) or "The run failed."


def _tolerated(number: int) -> str:
    return f"{number_of(number, 'failure is', 'failures are')} tolerated"


@sentence.register
def _(passed: policy_findings.PassedByPolicy) -> str:
    flaky = f", {passed.flaky:,} of them only in a rerun" if passed.flaky else ""
    by = {"in quarantine": passed.quarantined, "by max-failures": passed.within_limit}
    cases = f"{passed.passed:,} of {counted(passed.total, 'case')} passed{flaky}"
    return f"Passed by policy: {cases}; {_tolerated(passed.tolerated)} ({numbers_in_words(by)})."


@sentence.register
def _(again: findings.FailedAgain) -> str:
    return f"{sentence(again.failures).removesuffix('.')}, also in the rerun (run {again.run_id})."


@sentence.register
def _(unknown: findings.NoKnownResult) -> str:
    missing = "a result that cannot be read" if unknown.unreadable else "no result"
    result = f"the result '{unknown.label}'" if unknown.label else missing
    return f"The run completed with {result}, which is not a pass."


@sentence.register
def _(ran: findings.NotExecutedYetRan) -> str:
    of = f"{ran.cases:,} of {counted(ran.total, 'case')}" if ran.total else counted(ran.cases, "case")
    return f"The run's result is NOT_EXECUTED although {of} {'passed' if ran.passed else 'ran'}."


@sentence.register
def _(called: findings.CalledPassed) -> str:
    return f"Testsigma reports a pass, but {_contradiction(called.contradiction)}."


@sentence.register
def _(finding: policy_findings.NotAccounted) -> str:
    return f"The run is not a pass, because {_contradiction(finding.contradiction)}."


@sentence.register
def _(finding: findings.RunUnreadable) -> str:
    return f"In the answers about run {finding.run_id}, {_contradiction(finding.fields)}."


@sentence.register
def _(finding: findings.RunDoubt) -> str:
    return filled(finding, finding.doubt)


@sentence.register
def _(finding: findings.NotProven) -> str:
    left = numbers_of_rows(finding.cases, finding.hooks)
    return f"The rerun (run {finding.run_id}) passed, but nothing shows that {left} did."


@sentence.register
def _(finding: NotRunAgain) -> str:
    return f"Nothing runs again (rerun-failed): {filled(finding, finding.why)}."


@sentence.register
def _(rerun: findings.RerunFindings) -> str:
    return f"In the rerun (run {rerun.run_id}): {' '.join(map(sentence, rerun.findings))}"


@sentence.register
def _(finding: merge_findings.Unusable) -> str:
    known = replace(finding, detail=finding.detail or "unknown")
    return _with_full_stop(filled(known, finding.fault))


@sentence.register
def _(finding: merge_findings.PartsMissing) -> str:
    missing = finding.expected - finding.found
    return f"{missing:,} of {counted(finding.expected, 'part')} {'is' if missing == 1 else 'are'} missing."


@sentence.register
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
    number = f"{left:,} of" if tally.passed else "All"
    return f"{number} {plans} {'failed' if tally.failed == left else 'did not pass'}."


@sentence.register
def _(of: findings.OfPlans) -> str:
    # A long path has no blank at which it could be cut.
    longest = NAME if isinstance(of.finding, merge_findings.Unusable) else LONGEST_NAME
    names = ", ".join(one_line(name, longest) for name in of.names)
    more = f" and {of.more:,} more" if of.more else ""
    # Without this the counters would look like a sum.
    each = " (each)" if isinstance(of.finding, findings.Failures) and len(of.names) + of.more > 1 else ""
    return f"{names}{more}{each}: {one_line(sentence(of.finding), LONGEST_OF_PLAN)}"


@sentence.register
def _(ending: Ending) -> str:
    run = f"Run {ending.run.id}" if ending.run else "The run"
    match ending.disposition:
        case Disposition.NOTHING_STARTED:
            return "Nothing was started."
        case Disposition.UNKNOWN:
            return "A run may have been started."
        case Disposition.COMPLETED:
            again = " Its plan may still run failed cases again." if ending.may_run_again else ""
            return f"{run} had completed by then.{again}"
        case Disposition.STOP_CONFIRMED:
            result = ending.run.result.value if ending.run and ending.completed_first else ""
            completed = f"completed before it could be stopped, with the result {result}"
            return f"{run} {completed if result else 'was stopped'}."
        case Disposition.STOP_UNCONFIRMED:
            timeout = " at the timeout" if ending.by_timeout else ""
            trouble = f" {_with_full_stop(ending.trouble)}" if ending.trouble else ""
            return f"{run} was to be stopped{timeout}, but that is not confirmed: it may still be running.{trouble}"
        case Disposition.LEFT_RUNNING:
            return f"{run} was left running."


def _contradiction(found: evidence.Contradiction) -> str:
    """Evidence against a pass, as the end of a sentence about the run, without full stop."""
    match found:
        case evidence.BrokenRows():
            return f"{numbers_of_rows(found.cases, found.hooks)} did not pass{_unknown_result(found.unknown)}"
        case evidence.BadCounter():
            return f"its counters show {found.number:,} {found.counter.value.replace('-', ' ')}"
        case evidence.UnreadableFields():
            more = f" and {len(found.names) - MAX_NAMED} more" if len(found.names) > MAX_NAMED else ""
            return f"{', '.join(f'`{name}`' for name in found.names[:MAX_NAMED])}{more} cannot be read"
        case _:
            return filled(found)


def _unknown_result(unknown: evidence.UnknownCaseResult | None) -> str:
    if unknown is None:
        return ""
    name, label = one_line(unknown.name, LONGEST_NAME), one_line(unknown.label, LONGEST_NAME)
    if unknown.data_set is not None:
        data_set = one_line(unknown.data_set, LONGEST_NAME)
        return f" (the result of '{name}', data set '{data_set}', is missing or unknown)"
    quoted = f": '{label}'" if label else ""
    return f" (the result of '{name}' is missing or unknown{quoted})"


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
            return f"To wait for it again, attach to it (run-id: {run_id}). If it is not needed, stop it on its page."
        case merge_findings.Unusable():
            return hint(finding.fault)
        case _:
            return hint(finding)
