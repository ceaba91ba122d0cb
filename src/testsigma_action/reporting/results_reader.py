"""Reads a results file again: `parse(render(report)) == report`, but for what is never written.

Values of runtime data are empty, texts above 65,536 characters are cut, and what UTF-8 cannot encode is U+FFFD. The
cases of a comparison, and of a history, must be cases of the run's own tree, as they always are.
"""

import json
from dataclasses import replace

from testsigma_action.domain.compare import Comparison
from testsigma_action.domain.findings import Finding, OfPlans, RerunFindings
from testsigma_action.domain.history import CaseHistory, History, Mark
from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.results import Placed, ResultTree
from testsigma_action.domain.run import Run
from testsigma_action.domain.verdict import coherent
from testsigma_action.reporting.codec import SCHEMA_VERSION, Object, checked, decode

# How deep findings can be in each other: a finding of a rerun, of one of several plans, of a part.
_DEEPEST = 5


class UnreadableResults(Exception):
    """The text is no results file, or one of another schema version."""


class NewerResults(UnreadableResults):
    """A later version of testsigma-action wrote the file; the argument is its schema version."""


def parse(text: str) -> Report:
    """Return the report that this file was written of. Raises UnreadableResults, whatever the text is."""
    try:
        data = json.loads(text)
        version = decode(int, data["schemaVersion"])
        if version == SCHEMA_VERSION:
            return _report(data)
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise UnreadableResults from error
    raise NewerResults(version) if version > SCHEMA_VERSION else UnreadableResults


def _report(data: Object) -> Report:
    found = decode(Report, data | {"title": data["summaryTitle"], "runs": []})
    report = replace(found, runs=tuple(map(_run_report, checked(list, data["runs"]))))
    if sum(len(part.names) for part in report.parts) > len(report.runs):
        raise ValueError("the runs of a part are missing")
    verdicts = [report.verdict, *(run.verdict for run in report.runs), *(part.verdict for part in report.parts)]
    if not all(coherent(one) and max(map(_depth, one.findings), default=0) <= _DEEPEST for one in verdicts):
        raise ValueError("a verdict that contradicts itself, or is too deep to be shown")
    return report


def _depth(finding: Finding) -> int:
    match finding:
        case RerunFindings():
            return 1 + max(map(_depth, finding.findings), default=0)
        case OfPlans():
            return 1 + _depth(finding.finding)
        case _:
            return 1


def _run_report(data: Object) -> RunReport:
    tree = None
    if data["collected"]:
        # Its fields stand among those of the report. Earlier versions wrote only the sentences of gaps.
        own = {"run": data["collectedRun"] or data["run"], "gaps": data.get("gapDetails", [])}
        tree = decode(ResultTree, data | own)
    names = data["spec"]["runtimeDataNames"]
    # Earlier versions had no start options, and wrote no history.
    options, history = data["spec"].get("startOptionNames", ()), data.get("history")
    given = {"runtimeData": dict.fromkeys(names, ""), "startOptions": dict.fromkeys(options, "")}
    placed = {"comparison": None, "history": None, "tree": None}
    report = decode(RunReport, data | placed | {"spec": data["spec"] | given})
    return replace(
        report,
        tree=tree,
        comparison=_comparison(data["comparison"], tree) if data["comparison"] and tree else None,
        history=_history(history, tree) if history and tree else None,
    )


def _comparison(data: Object, tree: ResultTree) -> Comparison:
    changes = {name: tuple(_placed(tree, *place) for place in places) for name, places in data["positions"].items()}
    return Comparison(decode(Run, data["run"]), **changes, not_run=data["notRun"])


def _history(data: Object, tree: ResultTree) -> History:
    cases = [CaseHistory(_placed(tree, *one["position"]), tuple(map(Mark, one["marks"]))) for one in data["cases"]]
    return History(decode(tuple[Run, ...], data["runs"]), tuple(cases))


def _placed(tree: ResultTree, machine: int, suite: int, case: int) -> Placed:
    of_machine = tree.machines[machine]
    of_suite = of_machine.suites[suite]
    return of_machine, of_suite, of_suite.cases[case]
