"""A dry run only reads, and its report tells nobody anything, whatever the service answers and the inputs are."""

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulation import Outcome, World
from tests.simulator import (
    Environment,
    Fault,
    Iteration,
    Machine,
    Plan,
    RunBefore,
    SavedConfiguration,
    Scenario,
    Suite,
    Variable,
    data_driven,
    failed,
    passed,
)

# It is in every name, and the number in every ID, of the service and the inputs.
WORD, NUMBER = "Zq7x", 86753
CASES = (
    failed(f"{WORD} case", f"{WORD} step", message=f"{WORD} message"),
    passed(f"{WORD} other", f"{WORD} step"),
    data_driven(f"{WORD} with data", Iteration(f"{WORD} set", "FAILURE", f"{WORD} message")),
)
MACHINE = Machine(f"{WORD} machine", (Suite(f"{WORD} suite", CASES, id=NUMBER * 100 + 1),), browser=WORD, platform=WORD)
PLAN = Plan(NUMBER * 100, f"{WORD} plan", (MACHINE,), message=f"{WORD} message")
SERVICE = Scenario(
    plans=(PLAN,),
    api_keys=(f"{WORD}-key-{NUMBER}",),
    configurations=(SavedConfiguration(NUMBER * 100 + 2, f"{WORD} configuration"),),
    environments=(Environment(NUMBER * 100 + 3, f"{WORD} place", (Variable(WORD, f"{WORD} value"),)),),
    runs_before=(RunBefore(NUMBER * 100 + 4, PLAN, f"{WORD} build"),),
    next_run_id=NUMBER * 100 + 5,
    next_result_id=NUMBER * 1000,
)
PLANS = f"[{{plan-id: {NUMBER}00, name: {WORD}}}, {{plan-id: {NUMBER}09, environment-id: {WORD} place}}]"
ENVIRON = {
    "GITHUB_REPOSITORY": f"{WORD}/shop",
    "GITHUB_JOB": WORD,
    "GITHUB_RUN_ID": f"{NUMBER}00",
    "TESTSIGMA_RUNTIME_DATA": f'{{"{WORD}": "{WORD} value"}}',
    "TESTSIGMA_BUILD_NUMBER": f"{WORD} {NUMBER}",
    "TESTSIGMA_SUMMARY_TITLE": f"{WORD} title",
    f"TESTSIGMA_{WORD.upper()}": WORD,
}
GIVEN = {
    "TESTSIGMA_PLAN_ID": ["", f"{NUMBER}00", f"{NUMBER}08", f"{WORD}"],
    "TESTSIGMA_PLANS": ["", PLANS, f"{WORD}.yml"],
    "TESTSIGMA_RUN_ID": ["", f"{NUMBER}04", f"{NUMBER}07"],
    "TESTSIGMA_ENVIRONMENT_ID": ["", f"{WORD} place", f"{WORD} nowhere", f"{NUMBER}03", f"{NUMBER}08"],
    "TESTSIGMA_EXECUTION_CONFIG": ["", f"{WORD} configuration", f"{WORD} unknown", f"{NUMBER}08"],
    "TESTSIGMA_JUNIT_FILE": ["", f"{WORD}/report.xml", f"/{WORD}/report.xml", "off"],
    "TESTSIGMA_QUARANTINE": ["", f"{WORD}.yml", f"[{{case: {WORD}, reason: {WORD}, expires: {WORD}}}]"],
    "TESTSIGMA_CA_BUNDLE": ["", f"{WORD}.pem"],
    "TESTSIGMA_TIMEOUT": ["", WORD],
}
BODIES = [
    f'{{"{WORD}": "{WORD}", "error": "{WORD} {NUMBER}"}}',
    f'{{"error": "Could not find resource with id:{NUMBER}00 {WORD}"}}',
    f'[{{"{WORD}": {NUMBER}}}]',
    f'{{"id": {NUMBER}04, "status": "{WORD}", "result": "{WORD}", "{WORD}": {{"{WORD}": [{NUMBER}]}}}}',
    f"<html>{WORD} {NUMBER}</html>",
    f"{WORD}",
]
CALLS = ["configs", "environments", "newest", "index-runs", "status", "cases", "run", "machine", "suite", "case"]
CALLS += ["index-suites", "index-cases", "steps", "*", "index-*"]
FIELDS = ["id", "status", "result", "message", "buildNo", "executionId", "execution", "execution.name", "metrics"]
FIELDS += ["testCases.*.result", "testCases.*.testCaseName", "testCases", "content", "content.*.id", "totalCount"]
FIELDS += [WORD, "deviceConfiguration.title", "content.*.result", "startTime", f"execution.{WORD}", "data", "pageSize"]
VALUES = [
    None,
    True,
    NUMBER,
    f"{NUMBER}04",
    WORD,
    [],
    [WORD],
    {},
    {WORD: WORD},
    {"id": WORD},
    [{"id": NUMBER, WORD: 1}],
]

faults = st.builds(
    Fault,
    st.sampled_from(CALLS),
    status=st.none() | st.sampled_from([200, 302, 400, 401, 403, 404, 429, 500, 503]),
    text=st.none() | st.sampled_from(BODIES),
    count=st.sampled_from([None, 1]),
    headers=st.sampled_from([{}, {"Location": f"https://{WORD}.example/{NUMBER}"}, {"Server": WORD}]),
    delivery=st.sampled_from(["whole", "whole", "whole", "reset", "truncate"]),
    fields=st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(VALUES), max_size=3),
)
options = st.fixed_dictionaries(
    {
        "versions": st.sampled_from([("v2", "v3"), ("v3",), ()]),
        "index": st.booleans(),
        "newest_runs": st.booleans(),
        "wrapped": st.booleans(),
        "string_ids": st.booleans(),
        "null_counters": st.booleans(),
        "row_key": st.sampled_from(["content", WORD]),
    }
)
inputs = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in GIVEN.items()})


def shown_to_anybody(outcome: Outcome) -> str:
    """The block in log and summary, the lines after it, and the outputs that say how the step ended."""
    begin, end = (f"===== {word} testsigma-action check =====" for word in ("BEGIN", "END"))
    in_log = outcome.lines[outcome.lines.index(begin) :]
    block = "\n".join(in_log[: in_log.index(end) + 1])
    assert block in outcome.summary
    return "\n".join([*in_log, outcome.outputs["conclusion"], outcome.outputs["error-code"]])


@given(st.lists(faults, max_size=3), options, inputs, st.sampled_from([(), (f"--{WORD}", WORD)]))
@settings(max_examples=120)
def test_nobody_is_told_anything(
    wrong: list[Fault], shape: dict[str, object], given: dict[str, str], unknown: tuple[str, ...]
) -> None:
    """No name, ID or other value of an answer or an input is in what can be shown; and only GETs are sent."""
    service = replace(SERVICE.with_options(**shape), faults=tuple(wrong))
    with tempfile.TemporaryDirectory() as folder:
        environ = {**ENVIRON, **given}
        outcome = World(service, Path(folder) / WORD, environ, arguments=("check", *unknown)).run()
        shown = shown_to_anybody(outcome)
        assert list(outcome.workspace.iterdir()) == []
        conclusion = outcome.outputs["conclusion"]
    assert WORD.lower() not in shown.lower()
    assert str(NUMBER) not in shown
    assert "testsigma.example" not in shown
    assert {seen.method for seen in outcome.seen} <= {"GET"}
    assert (outcome.exit_code in {0, 2, 3}, conclusion) == (True, "checked")
