"""Reporters under any text whatever: the service decides what names and messages hold, never what they do."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped

from tests import ctrf_rules, junit_rules, samples
from tests.property.reports import ANY, PLAIN, reports, results, texts
from testsigma_action.domain.compare import compare
from testsigma_action.domain.findings import ErrorFinding
from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.results import CaseResult
from testsigma_action.domain.run import ConfigurationRef, Result, RunSpec
from testsigma_action.reporting import agent, annotations, case_lists, console, end_of_log, outputs, results_json
from testsigma_action.reporting.ctrf import document as ctrf
from testsigma_action.reporting.junit import document as junit
from testsigma_action.reporting.results_reader import parse
from testsigma_action.reporting.summary import document as summary
from testsigma_action.reporting.summary.page import BUDGET

SCHEMA = json.loads(Path(__file__).parents[2].joinpath("schemas", "results.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

fast = settings(max_examples=60, deadline=None)


@fast
@given(reports())
def test_junit_is_what_readers_need(report: Report) -> None:
    """Whatever its texts are, a file keeps the rules of all readers; types are words."""
    root = samples.parsed(junit.render(report))
    assert junit_rules.broken(root) == []
    types = [outcome.get("type", "") for case in root.iter("testcase") for outcome in case if outcome.tag != "skipped"]
    assert all(re.fullmatch("[A-Z0-9][A-Za-z0-9]*", kind) for kind in types)


def read_ctrf(report: Report) -> dict[str, Any]:
    """The CTRF file of a report."""
    document: dict[str, Any] = json.loads("".join(ctrf.render(report)).encode())
    return document


@fast
@given(reports())
def test_ctrf_is_what_readers_need(report: Report) -> None:
    """Whatever its texts are, a file keeps the rules of all readers, and its numbers are those of the JUnit file."""
    document = read_ctrf(report)
    assert ctrf_rules.broken(document) == []
    found, expected = ctrf_rules.counts(document), junit_rules.counts(samples.parsed(junit.render(report)))
    assert found["tests"] == expected["tests"]
    assert found["failed"] == expected["failures"] + expected["errors"]
    assert found["skipped"] + found["other"] + found["pending"] == expected["skipped"]


@fast
@given(reports())
def test_no_green_ctrf_file_under_a_red_verdict(report: Report) -> None:
    """A verdict that is no pass shows as a failed test, whatever the cases are."""
    assert report.verdict.exit_code == 0 or ctrf_rules.counts(read_ctrf(report))["failed"]


plain_cases = st.lists(
    st.builds(CaseResult, texts, texts, texts, results, steps=st.none() | ANY.steps), min_size=1, max_size=5
)


@fast
@given(plain_cases)
def test_junit_read_again_has_the_same_outcomes(cases: list[CaseResult]) -> None:
    """What junitparser reads are the outcomes of the cases in their order, and one error more where none is bad."""
    outcomes = {Result.PASSED: None, Result.FAILED: Failure, Result.NOT_EXECUTED: Skipped}
    expected = [outcomes.get(case.result, Error) for case in cases]
    if not {Failure, Error} & set(expected):
        expected.append(Error)
    (*suites,) = JUnitXml.fromstring("".join(junit.render(samples.of_cases(*cases))).encode())
    read = [case for suite in suites for case in suite]
    assert [type(case.result[0]) if case.result else None for case in read] == expected


@fast
@given(reports())
def test_the_agent_file_has_every_way_out(report: Report) -> None:
    """Whatever its texts are, the file can be encoded, is not too large, and has the conclusion and all failures."""
    document = "".join(agent.render(report))
    assert len(document.encode()) < 1_000_000
    assert document.startswith(f"# Testsigma: {report.verdict.conclusion.value}\n")
    failures = sum(len(list(case_lists.failures(run.tree))) for run in report.runs)
    assert len(re.findall("^## Failure [0-9]+ of", document, re.MULTILINE)) == failures


@fast
@given(plain_cases)
def test_ctrf_counts_the_cases_as_the_outputs_do(cases: list[CaseResult]) -> None:
    """Where each case is one test, passed, failed, not executed and tolerated cases are as many as in the outputs."""
    report = samples.of_cases(*cases)
    found, given_out = ctrf_rules.counts(read_ctrf(report)), outputs.render(report)
    bad = {Result.FAILED, Result.NOT_EXECUTED, Result.PASSED}
    others = sum(case.result not in bad for case in cases)
    # A run without a failure did not fail because of its cases, so there is one more test that says so.
    shown = any(not case.acceptable for case in cases)
    assert found["passed"] == int(given_out["passed"])
    assert found["skipped"] == int(given_out["not-executed"])
    assert found["failed"] == int(given_out["failed"]) + others + (not shown)


@fast
@given(reports())
def test_no_green_file_under_a_red_verdict(report: Report) -> None:
    """A verdict that is no pass shows as a failure or an error, whatever the cases are."""
    root = samples.parsed(junit.render(report))
    counts = junit_rules.counts(root)
    assert report.verdict.exit_code == 0 or counts["failures"] + counts["errors"] > 0


@fast
@given(reports(), st.lists(st.sampled_from("ABC"), min_size=3, max_size=3, unique=True))
def test_no_run_is_green_under_its_red_verdict(report: Report, names: list[str]) -> None:
    """Each run that is no pass shows among its own suites, which no reader takes for those of another run."""
    plain = [replace(run, name=f"plan {name}") for run, name in zip(report.runs, names, strict=False)]
    root = samples.parsed(junit.render(replace(report, runs=tuple(plain), title="")))
    assert junit_rules.broken(root) == []
    for run in plain:
        own = [suite for suite in root if suite.get("name", "").split(" / ")[0] == run.name]
        bad = sum(int(suite.get(kind, "")) for suite in own for kind in ("failures", "errors"))
        assert own
        assert run.verdict.exit_code == 0 or bad


@fast
@given(reports())
def test_json_keeps_to_its_schema(report: Report) -> None:
    """Valid UTF-8, one JSON object, as the schema says."""
    VALIDATOR.validate(json.loads("".join(results_json.render(report)).encode()))


@fast
@given(reports(PLAIN))
def test_the_results_file_is_lossless(report: Report) -> None:
    """Whatever the report is, as long as UTF-8 can hold its texts: what is read is what was written."""
    assert parse("".join(results_json.render(report))) == report


@fast
@given(reports())
def test_a_results_file_that_was_read_is_written_again(report: Report) -> None:
    """Whatever is replaced or cut in a file is so only once."""
    written = "".join(results_json.render(report))
    assert "".join(results_json.render(parse(written))) == written


class _Tags(HTMLParser):
    """Collects the tags of a page and the targets of its links."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.targets += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        """Note an end tag."""
        self.tags.append(f"/{tag}")


def tags_of(page: str) -> list[str]:
    """The tags of a page, without line breaks and code, whose number depends on the text."""
    reader = _Tags()
    reader.feed(page)
    assert all(re.fullmatch(r"https?://[!-~]+", target) for target in reader.targets)
    return [tag for tag in reader.tags if tag not in {"br", "code", "/code"}]


@fast
@given(texts, texts)
def test_summary_has_only_our_markup(name: str, message: str) -> None:
    """A page with hostile names and messages has exactly the tags and headings of one with plain ones."""

    def page(name: str, message: str) -> str:
        bad = samples.case(name, Result.FAILED, samples.broken_steps(message))
        flaky = replace(samples.case(name), earlier=(bad,), case_id="8")
        fixed = replace(samples.case(name), case_id="9")
        machine = samples.machine(samples.suite(bad, flaky, fixed, name=name), samples.suite(name=name), title=name)
        verdict = replace(samples.FAILED, findings=(ErrorFinding(f"x {message}", f"x {message}"),))
        gap = replace(samples.STEPS_MISSING, message=f"x {message}")
        found = samples.tree(machine, remote=replace(samples.run(), plan_name=f"x {name}"), gaps=(gap,))
        found = replace(found, reruns=(replace(samples.run(), id=f"x {name}"),))
        then = samples.machine(samples.suite(replace(bad, case_id="9"), name=name), title=name)
        told = replace(
            samples.run_report(verdict, found),
            spec=RunSpec(environment_id=f"x {name}", configuration=ConfigurationRef(name=f"x {name}")),
            comparison=compare(replace(samples.run(), id=f"x {name}"), (then,), found.machines),
        )
        return summary.render(samples.report(told))

    hostile, plain = page(f"x {name}", f"x {message}"), page("x", "x")
    assert tags_of(hostile) == tags_of(plain)
    assert hostile.count("```mermaid\n") == plain.count("```mermaid\n") == 1
    assert all(word in hostile for word in ("1 new failure", "1 flaky case", "1 fixed case"))
    assert not any(line.startswith("#") for line in hostile.split("\n"))
    hostile.encode()


@fast
@given(reports(), st.sampled_from(["full", "failed"]))
def test_summary_stays_in_budget(report: Report, mode: summary.Mode) -> None:
    """Whatever is in it, the page can be encoded and is not too large."""
    assert len(summary.render(report, mode).encode()) <= BUDGET


def lines_of(report: RunReport) -> list[str]:
    """All that the log ever says of a run."""
    run = report.run or samples.run()
    return [
        console.link(run),
        *(line for lines in end_of_log.cases(report) for line in lines),
        *end_of_log.remarks(report),
    ]


@fast
@given(reports())
def test_log_lines_are_no_commands(report: Report) -> None:
    """No line of the log holds a line break or a control character, nor begins as a command, nor holds a marker."""
    for line in [*end_of_log.conclude(report), *(line for run in report.runs for line in lines_of(run))]:
        line.encode()
        assert line.isprintable() or not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", line)
        assert len(line.splitlines()) == 1
        visible = re.sub("[^ -~│]", "", line)
        assert not re.search(r"##[a-z]*\[", visible, re.IGNORECASE)
        assert not visible.lstrip().startswith(("::", "---", "+++", "~~~"))


@fast
@given(reports())
def test_outputs_and_annotations_are_plain(report: Report) -> None:
    """Outputs have one line each; annotations can be encoded and stay within their limits."""
    assert all(len(value.splitlines()) <= 1 and value.encode() is not None for value in outputs.render(report).values())
    for each in annotations.render(report):
        assert len(each.title.encode()) > 0
        assert len(each.title) <= 255
        assert len(each.message) <= 4096
        assert "##" not in re.sub("[^ -~]", "", each.message)
