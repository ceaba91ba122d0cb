"""The results file: all that is known, as its schema says, and nothing that is secret."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests import samples
from tests.samples import case, of_cases, run_report
from testsigma_action.domain.compare import compare
from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Report, Verdict
from testsigma_action.domain.results import Iteration
from testsigma_action.domain.run import ConfigurationRef, Result, RunSpec
from testsigma_action.reporting import results_json

SCHEMA = json.loads(Path(__file__).parents[2].joinpath("schemas", "results.schema.json").read_text(encoding="utf-8"))


def rendered(report: Report) -> Any:  # noqa: ANN401
    """The document, once it is known to keep to the schema."""
    document = json.loads("".join(results_json.render(report)))
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(SCHEMA, format_checker=checker).validate(document)
    return document


def test_schema_is_strict() -> None:
    """The schema is valid itself, describes every property and allows no other."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for described in (SCHEMA, *SCHEMA["$defs"].values()):
        if described.get("type") == "object":
            assert described["additionalProperties"] is False
            assert set(described["required"]) == set(described["properties"])
            assert all("description" in each or "$ref" in each for each in described["properties"].values())


@pytest.mark.parametrize("verdict", samples.VERDICTS, ids=lambda verdict: str(verdict.conclusion))
def test_every_way_out(verdict: Verdict) -> None:
    """Whichever way the step ends, with a run or without, the file keeps to the schema."""
    assert rendered(samples.report(verdict=verdict))["runs"] == []
    with_run = rendered(samples.report(run_report(verdict, remote=samples.run())))
    assert with_run["runs"][0]["run"]["id"] == "9001"
    without = rendered(samples.report(run_report(verdict)))
    assert (without["runs"][0]["run"], without["runs"][0]["machines"]) == (None, [])
    assert without["verdict"]["exitCode"] == verdict.exit_code


def test_realistic_run() -> None:
    """The tree is there on all levels; times are ISO 8601 in UTC, durations seconds."""
    document = rendered(samples.failing())
    assert document["schemaVersion"] == 2
    (one,) = document["runs"]
    assert (one["run"]["started"], one["run"]["duration"]) == ("2026-03-04T10:00:00.000Z", 252.0)
    assert (one["name"], one["queued"], one["duration"], one["ending"]) == ("", None, 252.0, None)
    assert (one["counts"]["total"], one["counts"]["failed"], one["gaps"]) == (
        6,
        2,
        ["The steps of 1 of 6 cases. The service answered 404."],
    )
    login, basket = one["machines"][0]["suites"]
    assert [found["result"] for found in login["cases"]] == ["passed", "failed", "not-executed"]
    assert login["cases"][0]["steps"] is None
    assert login["cases"][1]["steps"][3]["errorType"] == "ASSERT_ERROR"
    assert [found["name"] for found in basket["cases"][0]["iterations"]] == ["EUR", "JPY", "USD"]


def test_the_build() -> None:
    """What the CI system says of the build; without a CI system nothing is known of it."""
    assert rendered(samples.failing())["build"] == {
        "system": "GitHub Actions",
        "label": "acme/shop#812.2",
        "attempt": 2,
        "commit": "6f1ed002ab5595859014ebf0951522d9",
        "branch": "feature/basket",
        "pullRequest": "5",
        "jobUrl": "https://github.com/acme/shop/actions/runs/99/attempts/2",
        "pipelineRun": "acme/shop 99",
    }
    unknown = rendered(samples.report(run_report()))["build"]
    assert (unknown.pop("attempt"), set(unknown.values())) == (None, {""})


def test_runtime_data_and_start_options_by_name_only() -> None:
    """The spec is in the file, but no value of runtime data or of a start option."""
    spec = RunSpec(
        plan_id="12",
        configuration=ConfigurationRef(name="smoke"),
        runtime_data={"url": "value-of-url", "user": "value-of-user"},
        upload_versions={"3": "44"},
        environment_id="7",
        environment_name="staging",
        start_options={"testDevices": '["value-of-field"]', "flag": "true"},
    )
    text = "".join(results_json.render(samples.report(replace(run_report(samples.STARTED), spec=spec))))
    assert "value-of" not in text
    told = json.loads(text)["runs"][0]["spec"]
    assert (told["runtimeDataNames"], told["startOptionNames"]) == (["url", "user"], ["flag", "testDevices"])
    assert (told["environmentId"], told["environmentName"]) == ("7", "staging")
    assert (told["configuration"], told["uploadVersions"]) == ({"id": "", "name": "smoke"}, {"3": "44"})


def test_text_is_unchanged_but_encodable() -> None:
    """Text keeps its line breaks and control characters; lone surrogates are replaced; very long text is cut."""
    odd = replace(case("a\nb\x00\u2028"), url="\ud800", result_label="x " * 50_000, visual_result=Result.FAILED)
    (found,) = rendered(of_cases(odd))["runs"][0]["machines"][0]["suites"][0]["cases"]
    assert (found["name"], found["url"], found["visualResult"]) == ("a\nb\x00\u2028", "\ufffd", "failed")
    assert 65_530 < len(found["resultLabel"]) <= 65_536


def test_pieces_are_small() -> None:
    """The file comes case by case: no piece holds more than one of them."""
    pieces = list(results_json.render(of_cases(*(case(f"name-{number}") for number in range(50)))))
    assert max(piece.count("name-") for piece in pieces) == 1
    assert "".join(pieces).endswith("]}\n")


def test_comparison() -> None:
    """What a run was compared with, and what is new, known and fixed by the IDs of results; null without one."""
    assert rendered(samples.failing())["runs"][0]["comparison"] is None
    now = samples.tree(samples.machine(samples.suite(samples.case("A", Result.FAILED))))
    report = replace(samples.run_report(results=now), comparison=compare(samples.run(number=900), (), now.machines))
    found = rendered(samples.report(report))["runs"][0]["comparison"]
    assert found.pop("run")["id"] == "900"
    assert found.pop("positions") == {"new": [[0, 0, 0]], "known": [], "fixed": []}
    assert found == {"new": ["71"], "known": [], "fixed": [], "notRun": 0}


def test_reruns() -> None:
    """Runs that ran failed cases again, and of each case its attempts before the last one, with all that is known."""
    (one,) = rendered(samples.flaky())["runs"]
    assert [run["id"] for run in one["reruns"]] == ["9002"]
    cases = one["machines"][0]["suites"][0]["cases"]
    assert [found["flaky"] for found in cases] == [False, True, True, True]
    assert [[attempt["result"] for attempt in found["earlier"]] for found in cases] == [
        [],
        ["failed"],
        ["aborted", "failed"],
        ["failed"],
    ]
    assert cases[1]["earlier"][0]["steps"][1]["message"] == "No such button"
    assert "earlier" not in cases[1]["earlier"][0]


def test_identity() -> None:
    """Every case and data set says by what a reader finds it again in other runs, whatever it is called by then."""
    sets = (Iteration("81", "EUR", Result.PASSED), Iteration("82", "", Result.PASSED))
    found = replace(case("Totals", iterations=sets), earlier=(case("Totals", Result.FAILED, iterations=sets[:1]),))
    machine = replace(samples.machine(samples.suite(found, case("Pay"))), machine_id="33")
    of_plan = run_report(results=samples.tree(machine))
    by_run = replace(of_plan, spec=RunSpec())
    for report in (of_plan, by_run):
        totals, pay = rendered(samples.report(report))["runs"][0]["machines"][0]["suites"][0]["cases"]
        plain = {"planId": "12", "machineId": "33", "caseId": "7", "dataSet": None}
        assert totals["identity"] == pay["identity"] == totals["earlier"][0]["identity"] == plain
        named = [plain | {"dataSet": "EUR"}, plain | {"dataSet": ""}]
        assert [each["identity"] for each in totals["iterations"]] == named
        assert totals["earlier"][0]["iterations"][0]["identity"] == named[0]


def test_several_runs() -> None:
    """Each run has its name, its time in the queue and its duration, and what became of one that the step left."""
    ending = Ending(Disposition.STOP_UNCONFIRMED, samples.run(), "The service answered 500.", by_timeout=True)
    waited = replace(run_report(samples.TIMED_OUT, remote=samples.run()), queued=timedelta(seconds=90), ending=ending)
    first, second = rendered(samples.report(*named((waited, run_report(samples.UNREACHABLE)))))["runs"]
    assert [run["name"] for run in (first, second)] == ["Checkout", "Checkout (2)"]
    assert (first["queued"], first["duration"], first["ending"]["disposition"]) == (90.0, 252.0, "stop-unconfirmed")
    assert first["ending"]["run"] == first["run"]
    assert (second["queued"], second["duration"], second["collected"]) == (None, None, False)
