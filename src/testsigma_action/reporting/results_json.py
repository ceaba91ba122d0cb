"""All that is known when the step ends as JSON, for programs: schemas/results.schema.json says what is in it.

`codec` writes what the dataclasses of the domain hold. Here is the layout: which of them stand where, and what is there
for the convenience of people who query the file (a title, counts, what identifies a case). `results_reader` reads it.
The file is written case by case, so that a large run costs no more memory than a small one.

What is not in it: values of runtime data, which may be secrets; the rest of a text above 65,536 characters; characters
that UTF-8 cannot encode.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from testsigma_action.domain.compare import Comparison
from testsigma_action.domain.history import CaseHistory, History
from testsigma_action.domain.report import Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult, MachineResult, Placed, ResultTree, SuiteResult
from testsigma_action.domain.run import Result, Run, Status
from testsigma_action.reporting.codec import LONGEST_TEXT, SCHEMA_VERSION, Object, encode, encode_only
from testsigma_action.reporting.gap_wording import gap
from testsigma_action.reporting.wording import heading, hint, reason
from testsigma_action.text import cut, encodable

_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_NO_TREE = ResultTree(Run("", Status.UNKNOWN, Result.UNKNOWN))


def render(report: Report) -> Iterator[str]:
    """Yield the document in pieces; together they are one JSON object in UTF-8, ended by a line break."""
    fields = {
        "schemaVersion": SCHEMA_VERSION,
        "title": heading(report),
        "summaryTitle": report.title,
        **encode_only(report, "started", "ended", "build"),
        "verdict": _verdict(report.verdict),
        **encode_only(report, "junit_file", "results_file", "ctrf_file", "agent_file", "outdated", "policy"),
        "parts": [encode(part, "verdict") | {"verdict": _verdict(part.verdict)} for part in report.parts],
        **encode_only(report, "uploads", "ignored_devices"),
    }
    yield from _nest(fields, "runs", map(_run_report, report.runs))
    yield "\n"


def _nest(fields: Object, key: str, children: Iterable[Iterable[str]]) -> Iterator[str]:
    """An object in pieces: its fields, then a list of objects that come in pieces themselves."""
    yield f'{json_of(fields)[:-1]},"{key}":['
    for position, child in enumerate(children):
        yield ",\n" if position else "\n"
        yield from child
    yield "]}"


def _run_report(report: RunReport) -> Iterator[str]:
    run, tree, spec = report.run, report.tree, report.spec
    duration = run.timing.took if run else None
    # By name only: values may be secrets.
    names = {"runtimeDataNames": sorted(spec.runtime_data), "startOptionNames": sorted(spec.start_options)}
    fields = {
        "title": report.title,
        "name": report.name,
        "verdict": _verdict(report.verdict),
        "spec": encode(spec, "runtime_data", "start_options") | names,
        **encode_only(report, "run", "ending", "earlier_attempt", "queued"),
        "duration": None if duration is None else duration.total_seconds(),
        "counts": encode(report.counts),
        "comparison": _comparison(report.comparison, tree) if report.comparison else None,
        "history": _history(report.history, tree) if report.history else None,
        **_collected(run, tree),
    }
    machines = tree.machines if tree else ()
    return _nest(fields, "machines", (_machine(machine, report.plan_id) for machine in machines))


def _collected(run: Run | None, tree: ResultTree | None) -> Object:
    """The fields of a tree itself. Its run is included only if it differs from the run of the report."""
    fields = encode(tree or _NO_TREE, "run", "machines")
    return {
        "collected": tree is not None,
        "collectedRun": encode(tree.run) if tree and tree.run != run else None,
        **fields,
        "gaps": [gap(one) for one in tree.gaps] if tree else [],
        "gapDetails": fields["gaps"],
    }


def _comparison(comparison: Comparison, tree: ResultTree | None) -> Object:
    """By the IDs of results, and by their positions: IDs may be missing, and the cases are in the document once."""
    changes = {"new": comparison.new, "known": comparison.known, "fixed": comparison.fixed}
    places = _places(tree, {_identity(placed) for change in changes.values() for placed in change})
    return {
        "run": encode(comparison.before),
        **{name: [case.id for *_, case in change] for name, change in changes.items()},
        "notRun": comparison.not_run,
        "positions": {
            name: [places[_identity(placed)] for placed in change if _identity(placed) in places]
            for name, change in changes.items()
        },
    }


def _history(history: History, tree: ResultTree | None) -> Object:
    """By IDs and positions, as a comparison."""
    places = _places(tree, {_identity(one.placed) for one in history.cases})
    cases = [(one, places.get(_identity(one.placed))) for one in history.cases]
    return {
        "runs": [encode(run) for run in history.runs],
        "cases": [_case_history(history, one, place) for one, place in cases if place],
    }


def _case_history(history: History, case: CaseHistory, place: list[int]) -> Object:
    since = history.since(case)
    return {
        "case": case.placed[2].id,
        "position": place,
        "marks": [mark.value for mark in case.marks],
        "since": since.id if since else None,
        "failed": case.failed,
        "executed": case.executed,
        "flaky": case.flaky,
        "known": case.known,
    }


def _identity(placed: Placed) -> tuple[int, ...]:
    return tuple(map(id, placed))


def _places(tree: ResultTree | None, wanted: set[tuple[int, ...]]) -> dict[tuple[int, ...], list[int]]:
    """The places of these cases in the tree: the positions of machine, suite and case."""
    return {
        place: [number, position, index]
        for number, machine in enumerate(tree.machines if tree and wanted else ())
        for position, suite in enumerate(machine.suites)
        for index, case in enumerate(suite.cases)
        if (place := _identity((machine, suite, case))) in wanted
    }


def _machine(machine: MachineResult, plan_id: str) -> Iterator[str]:
    place = {"planId": plan_id, "machineId": machine.machine_id}
    return _nest(encode(machine, "suites"), "suites", (_suite(suite, place) for suite in machine.suites))


def _suite(suite: SuiteResult, place: Object) -> Iterator[str]:
    return _nest(encode(suite, "cases"), "cases", ([json_of(_case(case, place))] for case in suite.cases))


def _case(case: CaseResult, place: Object) -> Object:
    earlier = [_attempt(attempt, place) for attempt in case.earlier]
    treatment = {"treatment": case.treatment.value, "flaky": case.flaky}
    return {**_attempt(case, place), **treatment, "earlier": earlier}


def _attempt(case: CaseResult, place: Object) -> Object:
    identity = {**place, "caseId": case.case_id, "dataSet": None}
    fields = {"identity": identity, **encode(case, "earlier", "by_details")}
    for iteration in fields["iterations"]:
        iteration["identity"] = {**identity, "dataSet": iteration["name"]}
    return fields


def _verdict(verdict: Verdict) -> Object:
    return encode(verdict) | {"reason": reason(verdict), "hint": hint(verdict)}


def json_of(fields: Object) -> str:
    """An object as JSON in UTF-8, without texts that are too long."""
    text = _JSON.encode(fields)
    return encodable(text if len(text) <= LONGEST_TEXT else _JSON.encode(_shortened(fields)))


def _shortened(data: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The same with every text cut to the length that a text may have."""
    if isinstance(data, str):
        return cut(data, LONGEST_TEXT)
    if isinstance(data, list):
        return [_shortened(each) for each in data]
    return {name: _shortened(each) for name, each in data.items()} if isinstance(data, dict) else data
