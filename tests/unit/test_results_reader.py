"""The reader of results files: what was written comes back, and anything else is refused."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests import samples
from tests.samples import case, machine, run_report, suite, tree
from testsigma_action.domain.build import Build
from testsigma_action.domain.compare import compare
from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Report, Verdict
from testsigma_action.domain.run import ConfigurationRef, Result, RunSpec
from testsigma_action.reporting import results_json
from testsigma_action.reporting.results_reader import NewerResults, UnreadableResults, parse


def written(report: Report) -> str:
    """The file."""
    return "".join(results_json.render(report))


@pytest.mark.parametrize("report", [samples.failing(), samples.flaky()], ids=["failing", "flaky"])
def test_what_was_written_comes_back(report: Report) -> None:
    """A report that is read again is equal to the one that was written, and so is its file."""
    assert parse(written(report)) == report
    assert written(parse(written(report))) == written(report)


@pytest.mark.parametrize("verdict", samples.VERDICTS, ids=lambda verdict: str(verdict.conclusion))
def test_every_way_out_comes_back(verdict: Verdict) -> None:
    """With several runs, of which one has results, one has none and one does not exist; and without a run."""
    ending = Ending(Disposition.LEFT_RUNNING, samples.run(), may_run_again=True)
    results = run_report(verdict, tree(machine(suite(case()))))
    lost = replace(run_report(verdict, remote=samples.run()), queued=timedelta(seconds=1.5), ending=ending)
    several = samples.report(*named((results, lost, run_report(verdict))), title="Nightly")
    for report in (several, samples.report(verdict=verdict)):
        assert parse(written(report)) == report


def test_a_comparison_comes_back() -> None:
    """Its cases are those of the tree, also where their results have no ID or the same one."""
    bad = [replace(case(name, Result.FAILED), id="", case_id=name) for name in "AB"]
    now = tree(machine(suite(*bad), suite(case("C"), name="Basket")))
    told = compare(samples.run(number=900), (machine(suite(bad[1])),), now.machines)
    report = samples.report(replace(run_report(results=now), comparison=told))
    found = parse(written(report))
    assert found == report
    assert found.runs[0].comparison
    assert found.runs[0].tree
    assert found.runs[0].comparison.new[0][0] is found.runs[0].tree.machines[0]


def test_the_run_of_the_results_comes_back() -> None:
    """What the results say of the run may be older than what is known of it."""
    report = samples.report(run_report(results=tree(remote=samples.run()), remote=samples.run(Result.STOPPED)))
    assert parse(written(report)) == report
    alone = samples.report(replace(report.runs[0], run=None))
    assert parse(written(alone)) == alone


def test_values_that_may_be_secret_are_never_written() -> None:
    """They come back empty, under their names; everything else that was asked for comes back."""
    spec = RunSpec("12", "4", "b1", True, ConfigurationRef(name="smoke"), {"user": "anna"}, {"3": "44"})  # noqa: FBT003
    spec = replace(spec, environment_name="staging", start_options={"flag": "true"})
    (found,) = parse(written(samples.report(replace(run_report(), spec=spec)))).runs
    assert found.spec == replace(spec, runtime_data={"user": ""}, start_options={"flag": ""})


def test_microseconds_come_back() -> None:
    """Times of our own clock are finer than those of the service."""
    report = replace(samples.failing(), ended=samples.BEGIN.replace(microsecond=123_456))
    assert '"ended":"2026-03-04T10:00:00.123456Z"' in written(report)
    assert parse(written(report)) == report


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        "[" * 100_000,
        '{"schemaVersion": 2}',
        '{"schemaVersion": 2, "summaryTitle": "", "runs": 1}',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """One kind of error, whatever the text is."""
    with pytest.raises(UnreadableResults) as refused:
        parse(text)
    assert type(refused.value) is UnreadableResults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("exitCode", "1"),
        ("exitCode", 99),
        ("conclusion", "odd"),
        ("findings", None),
        ("findings", [{"kind": "odd"}]),
        ("code", {}),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(name: str, value: object) -> None:
    """Nothing is guessed."""
    data = json.loads(written(samples.failing()))
    data["verdict"][name] = value
    with pytest.raises(UnreadableResults):
        parse(json.dumps(data))


@pytest.mark.parametrize(
    ("name", "value"), [("conclusion", "passed"), ("exitCode", 0), ("code", ""), ("conclusion", "cancelled")]
)
def test_a_verdict_that_contradicts_itself_is_refused(name: str, value: object) -> None:
    """Exit code, conclusion and error code of a failure belong together, in the step and in each run."""
    for place in ("verdict", "runs"):
        data = json.loads(written(samples.failing()))
        verdict = data["verdict"] if place == "verdict" else data["runs"][0]["verdict"]
        verdict[name] = value
        with pytest.raises(UnreadableResults):
            parse(json.dumps(data))


@pytest.mark.parametrize("depth", [5, 6, 200])
def test_findings_that_are_too_deep_are_refused(depth: int) -> None:
    """A report of ours nests them twice or so; a sentence about hundreds of them cannot be made."""
    data = json.loads(written(samples.failing()))
    finding = data["verdict"]["findings"][0]
    for _ in range(depth - 1):
        finding = {"kind": "of-plans", "names": ["a"], "finding": finding, "more": 0}
    data["verdict"]["findings"] = [finding]
    if depth == 5:
        assert parse(json.dumps(data)).verdict.findings
        return
    with pytest.raises(UnreadableResults):
        parse(json.dumps(data))


@pytest.mark.parametrize(("version", "kind", "said"), [(1, UnreadableResults, ""), (3, NewerResults, "3")])
def test_another_version_is_refused(version: int, kind: type[UnreadableResults], said: str) -> None:
    """The error says whether a later release wrote it, and which version that is."""
    with pytest.raises(UnreadableResults) as refused:
        parse(written(samples.failing()).replace('"schemaVersion":2', f'"schemaVersion":{version}'))
    assert (type(refused.value), str(refused.value)) == (kind, said)


def test_a_position_that_does_not_exist_is_refused() -> None:
    """A comparison names cases of the file."""
    now = tree(machine(suite(case("A", Result.FAILED))))
    told = compare(samples.run(number=900), (), now.machines)
    text = written(samples.report(replace(run_report(results=now), comparison=told)))
    with pytest.raises(UnreadableResults):
        parse(text.replace("[[0,0,0]]", "[[0,0,1]]"))


def test_a_file_without_a_build_is_read() -> None:
    """Earlier versions did not write it: nothing is known of the build."""
    data = json.loads(written(samples.failing()))
    del data["build"]
    assert parse(json.dumps(data)) == replace(samples.failing(), build=Build())


def test_a_file_without_gap_details_is_read() -> None:
    """Earlier versions wrote gaps as sentences only: the rest of the file is read all the same."""
    data = json.loads(written(samples.failing()))
    for run in data["runs"]:
        del run["gapDetails"]
    found, whole = parse(json.dumps(data)).runs[0].tree, samples.failing().runs[0].tree
    assert found
    assert whole
    assert found == replace(whole, gaps=())


def test_a_file_without_start_options_is_read() -> None:
    """Earlier versions wrote neither these nor the name of the environment."""
    data = json.loads(written(samples.failing()))
    for run in data["runs"]:
        del run["spec"]["startOptionNames"], run["spec"]["environmentName"]
    assert parse(json.dumps(data)) == samples.failing()


def test_fields_of_later_versions_are_skipped() -> None:
    """A field that is not known is no error."""
    data = json.loads(written(samples.failing()))
    data["runs"][0]["machines"][0]["suites"][0]["cases"][0]["somethingNew"] = 1
    assert parse(json.dumps(data)) == samples.failing()


# What the domain holds: it decides whether a part passed. The rest is there for the convenience of programs.
HOLDS = {
    (): ("verdict", "runs", "outdated", "started", "ended"),
    ("policy",): ("minTests", "failOnFlaky", "maxFailures", "quarantine"),
    ("runs", 0): (
        "verdict",
        "spec",
        "run",
        "ending",
        "reruns",
        "listed",
        "machines",
        "detailsResult",
        "unreadableFields",
    ),
    ("runs", 0, "run"): ("status", "result", "counts", "otherCounts", "consolidatedResult", "unreadableFields"),
    ("runs", 0, "run", "counts"): ("total", "passed", "failed", "queued", "running"),
    ("runs", 0, "machines", 0): ("result", "suites"),
    ("runs", 0, "machines", 0, "suites", 0): ("result", "cases"),
    ("runs", 0, "machines", 0, "suites", 0, "cases", 0): ("result", "iterations", "hook", "disabled", "tolerance"),
}


@pytest.mark.parametrize(("place", "name"), [(place, name) for place, names in HOLDS.items() for name in names])
def test_a_field_that_is_missing_proves_nothing(place: tuple[str | int, ...], name: str) -> None:
    """Evidence against a pass could be in it, so the file is not one of ours; neither if it has another type."""
    changes: tuple[Any, ...] = (None, "", "x", [[]], {"a": {}})
    for change in changes:
        data: Any = json.loads(written(samples.failing()))
        owner = data
        for key in place:
            owner = owner[key]
        if change is None:
            del owner[name]
        elif isinstance(owner[name], dict | list) and type(owner[name]) is not type(change):
            owner[name] = change
        else:
            continue
        with pytest.raises(UnreadableResults):
            parse(json.dumps(data))
