"""The tests of the CTRF file: one for each testcase of the JUnit file."""

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from testsigma_action.domain.names import UniqueNames
from testsigma_action.domain.report import RunReport
from testsigma_action.domain.results import StepResult
from testsigma_action.domain.run import Result
from testsigma_action.domain.tolerance import Quarantined
from testsigma_action.reporting.codec import Object
from testsigma_action.reporting.history_wording import sentence
from testsigma_action.reporting.junit.entries import LINE, Attempts, Entry, Outcome, body
from testsigma_action.reporting.junit.suites import Suite
from testsigma_action.reporting.wording import last_steps
from testsigma_action.text import MESSAGE, encodable, lines, one_line, web_link

STATUSES = ("passed", "failed", "skipped", "pending", "other")
_PASSED, _FAILED, _SKIPPED, _PENDING, _OTHER = STATUSES
_OUTCOMES = {
    Outcome.PASSED: _PASSED,
    Outcome.FAILURE: _FAILED,
    Outcome.ERROR: _FAILED,
    Outcome.SKIPPED: _SKIPPED,
    Outcome.TOLERATED: _OTHER,
    Outcome.PENDING: _PENDING,
}
_STEPS = {Result.PASSED: _PASSED, Result.NOT_EXECUTED: _SKIPPED}
# Outcomes with a trace and steps.
_BROKEN = {Outcome.FAILURE, Outcome.ERROR, Outcome.TOLERATED}
_STEP = 300
_MOST_ATTEMPTS = 10
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MILLISECOND = timedelta(milliseconds=1)


def tests(found: Iterable[Suite], runs: Iterable[RunReport]) -> Iterator[Object]:
    """The tests of all suites, with unique names and IDs."""
    names, identities = UniqueNames(), UniqueNames()
    news, histories = _news(runs), _histories(runs)
    for suite in found:
        path = [one_line(part) or "-" for part in suite.path]
        for attempts in suite.tests:
            last = attempts[-1]
            name = names.unique(" / ".join((*path, one_line(last.name) or "-")))
            identity = uuid_of(identities.unique(json.dumps(_identity(last, suite))))
            test = _test(attempts, suite, news.get(id(last.case), ""), histories.get(id(last.case), ""))
            yield {"id": identity, "name": name, "suite": path, **test}


def _news(runs: Iterable[RunReport]) -> dict[int, str]:
    """Whether the failure of a case is new or known, by the identity of the case; empty without a comparison."""
    comparisons = [run.comparison for run in runs if run.comparison]
    new = {id(case): "new" for comparison in comparisons for *_, case in comparison.new}
    return new | {id(case): "known" for comparison in comparisons for *_, case in comparison.known}


def _histories(runs: Iterable[RunReport]) -> dict[int, str]:
    """Since when a case fails, and how often, by the identity of the case."""
    histories = [run.history for run in runs if run.history]
    return {id(one.placed[2]): sentence(history, one) for history in histories for one in history.cases}


def _test(attempts: Attempts, suite: Suite, news: str, history: str) -> Object:
    last, status = attempts[-1], _OUTCOMES[attempts[-1].outcome]
    before = list(enumerate(attempts[:-1], 1))[-_MOST_ATTEMPTS:]
    again = before if any(_OUTCOMES[one.outcome] == _FAILED for _, one in before) else []
    return given(
        status=status,
        duration=milliseconds(last.duration),
        **_times(last),
        rawStatus=_raw(last),
        **_texts(last),
        tags=_tags(last, news),
        retries=len(again) or None,
        retryAttempts=[_attempt(number, one) for number, one in again],
        flaky=(status == _PASSED and bool(again)) or None,
        browser=one_line(suite.properties.get("browser", "")),
        device=one_line(suite.properties.get("machine", "")),
        parameters={"dataSet": one_line(last.iteration.name)} if last.iteration else None,
        steps=[_step(step) for step in last_steps(last.steps)[1]] if last.outcome in _BROKEN else None,
        extra=_extra(last, suite, history),
    )


def _identity(entry: Entry, suite: Suite) -> list[str]:
    """What is the same in later runs, even if the case is renamed; without IDs the names."""
    if not suite.place or not entry.case:
        return [*suite.path, entry.name]
    machine, of_suite = suite.place
    return [
        suite.properties.get("plan_id", ""),
        machine.machine_id or machine.title,
        of_suite.suite_id or of_suite.name,
        entry.case.case_id or entry.case.name,
        entry.iteration.name if entry.iteration else "",
    ]


def _raw(entry: Entry) -> str:
    """The result by its own name; of a whole run the error code or the conclusion."""
    part = entry.iteration or entry.case
    return part.result.value if part else entry.kind


def _times(entry: Entry) -> Object:
    """Begin and end of a case, as the service reports them. A data set has none."""
    timing = entry.case.timing if entry.case and not entry.iteration else None
    if not timing or not timing.started or not timing.ended or timing.ended < timing.started:
        return {}
    return {"start": instant(timing.started), "stop": instant(timing.ended)}


def _texts(entry: Entry) -> Object:
    if entry.outcome is Outcome.PASSED:
        return {}
    return {"message": lines(entry.message, MESSAGE, LINE), "trace": body(entry) if entry.outcome in _BROKEN else None}


def _tags(entry: Entry, news: str) -> list[str]:
    case = entry.case
    if not case:
        return []
    tags = [news] if news and entry.outcome in _BROKEN else []
    if entry.outcome is Outcome.TOLERATED:
        tags += ["tolerated", *(["quarantine"] if isinstance(case.tolerance, Quarantined) else [])]
    return [*tags, *(["hook"] if case.hook else [])]


def _attempt(number: int, entry: Entry) -> Object:
    took = entry.case.timing.took if entry.case and not entry.iteration else None
    return given(
        attempt=number,
        status=_OUTCOMES[entry.outcome],
        duration=milliseconds(took) if took is not None else None,
        **_texts(entry),
        extra={"rawStatus": _raw(entry)},
    )


def _step(step: StepResult) -> Object:
    return {
        "name": f"{step.position}. {one_line(step.action, _STEP)}".rstrip(),
        "status": _STEPS.get(step.result, _FAILED),
        "extra": {"rawStatus": step.result.value},
    }


def _extra(entry: Entry, suite: Suite, history: str) -> Object:
    """IDs and links; each is left out where it is not known."""
    case, known = entry.case, suite.properties
    return given(
        planId=one_line(known.get("plan_id", "")),
        runId=one_line(known.get("run_id", "")),
        runUrl=web_link(known.get("run_url", "")),
        build=one_line(known.get("build", "")),
        os=one_line(known.get("os", "")),
        caseId=one_line(case.case_id) if case else "",
        resultId=one_line((entry.iteration or case).id) if case else "",
        url=web_link(case.url) if case else "",
        errorType=one_line(entry.kind) if entry.outcome in _BROKEN else "",
        treatment=case.treatment.value if case else "",
        history=one_line(history, LINE),
    )


def given(**fields: object) -> Object:
    """The fields that are known: not None, and not empty."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [], {})}


def short(test: Object) -> Object:
    """A test without its details."""
    kept = {name: value for name, value in test.items() if name not in {"trace", "steps"}}
    return kept | {key: [short(one) for one in kept[key]] for key in ("retryAttempts",) if key in kept}


def milliseconds(duration: timedelta | None) -> int:
    """A duration in whole milliseconds; 0 if it is unknown."""
    return max(duration // _MILLISECOND, 0) if duration else 0


def instant(moment: datetime) -> int:
    """A time in milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def uuid_of(*parts: str) -> str:
    """The same UUID for the same texts."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, encodable("\n".join(parts))))
