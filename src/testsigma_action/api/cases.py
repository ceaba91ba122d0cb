"""The cases of a run with their data sets and steps: JSON of the API -> the model."""

import re
from collections.abc import Iterator

from testsigma_action.api.decode import result_of, visual_result
from testsigma_action.api.fields import DecodeError, Fields
from testsigma_action.domain.identity import same_id
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, StepResult, SuiteResult
from testsigma_action.domain.run import Result

# The name that the service gives to the row of a hook: an ID, a hash, and when it runs.
HOOK = re.compile(r"[0-9]+_[\w-]+_(before|after)test", re.IGNORECASE)
# Longer lists are rejected as invalid.
MAX_CASES = 120_000
# Replaces a list of data sets that cannot be read. Its result is UNKNOWN, so its case does not pass.
UNREADABLE_SETS = "iterationResults (unreadable)"


def case_list(run_id: str, body: object, pages: str = "") -> tuple[MachineResult, ...]:
    """The cases of a run, as a tree. `pages` is the address below which the web application has a page for each.

    An unreadable row is kept as a case of unknown result: dropping it could turn a failure into a pass.
    Raises DecodeError if there is no list, or if it belongs to another run, or if the ID of its run is unreadable.
    """
    fields = Fields(body)
    owner = fields.identity("executionResultId")
    if not isinstance(body, dict) or not isinstance(body.get("testCases"), list):
        raise DecodeError("without a list of cases")
    if fields.has("executionResultId") and not owner:
        raise DecodeError("that has an unreadable executionResultId")
    if len(fields.rows("testCases")) > MAX_CASES:
        raise DecodeError(f"with more than {MAX_CASES:,} cases")
    if owner and not same_id(owner, run_id):
        raise DecodeError("that lists the cases of another run")
    return tuple(_machines([Fields(row) for row in fields.rows("testCases")], pages))


def _machines(rows: list[Fields], pages: str) -> Iterator[MachineResult]:
    for key, members in _grouped(rows, "machineResultId", "machineId", "machineTitle").items():
        yield MachineResult(
            id=members[0].identity("machineResultId"),
            title=members[0].text("machineTitle") or f"machine {key}".strip(),
            suites=tuple(_suites(members, pages)),
            machine_id=members[0].identity("machineId"),
        )


def _suites(rows: list[Fields], pages: str) -> Iterator[SuiteResult]:
    for key, members in _grouped(rows, "testSuiteResultId", "testSuiteId", "testSuiteName").items():
        yield SuiteResult(
            id=members[0].identity("testSuiteResultId"),
            name=members[0].text("testSuiteName") or f"suite {key}".strip(),
            cases=tuple(_case(row, pages) for row in members),
            suite_id=members[0].identity("testSuiteId"),
        )


def _grouped(rows: list[Fields], *keys: str) -> dict[str, list[Fields]]:
    groups: dict[str, list[Fields]] = {}
    for row in rows:
        groups.setdefault(row.text(*keys), []).append(row)
    return groups


def _case(row: Fields, pages: str) -> CaseResult:
    identity, case_id, name = row.identity("testCaseResultId"), row.identity("testCaseId"), row.text("testCaseName")
    return CaseResult(
        id=identity,
        case_id=case_id,
        name=name or f"case {case_id}".strip(),
        result=result_of(row),
        result_label=row.text("result"),
        data_driven=row.flag("isDataDrivenCase", "isDataDriven"),
        iterations=_iterations(row),
        hook=HOOK.fullmatch(name.strip()) is not None,
        url=pages and identity and f"{pages}/{identity}",
    )


def _iterations(row: Fields) -> tuple[Iteration, ...]:
    """The data sets of a case. An unreadable list becomes one data set of unknown result: it may hide a failure."""
    if row.mistyped("iterationResults", list):
        return (Iteration(id="", name=UNREADABLE_SETS, result=Result.UNKNOWN),)
    sets = map(Fields, row.rows("iterationResults"))
    return tuple(Iteration(one.identity("iterationResultId"), one.text("setName"), result_of(one)) for one in sets)


def step(row: object, position: int) -> StepResult:
    """One step; `position` counts from 1 in the order of the service."""
    fields = Fields(row)
    return StepResult(
        id=fields.identity("id"),
        position=position,
        action=fields.text("action"),
        result=result_of(fields),
        message=fields.text("message"),
        kind=fields.text("type"),
        error_type=fields.text("errorType"),
        error_code=fields.text("errorCode"),
        timing=fields.timing(),
        visual_result=visual_result(fields),
    )
