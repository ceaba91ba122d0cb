"""Merging: the order of the files and the way they are grouped change nothing, and only a complete merge is green."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import ctrf_rules, samples
from tests.samples import case, machine, run_report, suite, tree
from testsigma_action.domain.judgement import judge
from testsigma_action.domain.merge import Opened, merged, opened
from testsigma_action.domain.merge_findings import Fault, Unusable
from testsigma_action.domain.report import Report, Verdict
from testsigma_action.domain.run import Counts, Result
from testsigma_action.domain.verdict import NOT_FINISHED
from testsigma_action.errors import ErrorCode
from testsigma_action.reporting import agent, annotations, end_of_log, outputs, results_json, results_reader
from testsigma_action.reporting.ctrf import document as ctrf
from testsigma_action.reporting.junit import document as junit
from testsigma_action.reporting.summary import document as summary

SETTINGS = settings(database=None, deadline=None, max_examples=150)


class Kind(Enum):
    """What is in a results file."""

    GREEN = auto()
    RED = auto()
    LYING = auto()
    """It is called passed, and its case failed."""
    STARTED = auto()
    KILLED = auto()
    FOREIGN = auto()
    BROKEN = auto()


@dataclass(frozen=True)
class File:
    """A file of a kind; `number` is that of its run."""

    kind: Kind
    number: int
    name: str


def contents(file: File) -> Report:
    """The report in a file that can be read."""
    result = Result.PASSED if file.kind is Kind.GREEN else Result.FAILED
    counts = Counts(1, int(file.kind is Kind.GREEN), int(file.kind is not Kind.GREEN), 0, 0, 0, 0, 0)
    remote = replace(samples.run(result, number=file.number), counts=counts, plan_id=str(file.number))
    found = tree(machine(suite(case("A", result), result=result), result=result), remote=remote)
    verdicts: dict[Kind, Verdict] = {
        Kind.LYING: samples.PASSED,
        Kind.STARTED: samples.STARTED,
        Kind.KILLED: NOT_FINISHED,
    }
    told = run_report(verdicts.get(file.kind) or judge(found), found)
    build = replace(samples.BUILD, commit="another") if file.kind is Kind.FOREIGN else samples.BUILD
    return replace(samples.report(told), build=build)


def written(report: Report) -> Report:
    """The report as it is read from its file."""
    return results_reader.parse("".join(results_json.render(report)))


@cache
def read(file: File) -> Opened:
    """What is in a file."""
    if file.kind is Kind.BROKEN:
        return Opened(unusable=(Unusable(file.name, Fault.UNREADABLE, "is odd."),))
    digest = json.dumps([file.kind.name, file.number])
    return opened(file.name, digest, written(contents(file)))


def merge(files: list[Opened], expects: int) -> Report:
    """The merge of files, in the build that they are of."""
    return merged(files, samples.merging(), expects)


def as_file(found: Report, name: str) -> Opened:
    """A merge as a file that is merged again."""
    return opened(name, name, written(found))


kinds = st.sampled_from([Kind.GREEN] * 12 + list(Kind))
names = st.sampled_from("abcdefgh").map(lambda letter: f"{letter}.json")
files_of = st.lists(
    st.builds(File, kinds, st.integers(1, 6), names), min_size=1, max_size=6, unique_by=lambda one: one.name
)
# Most sets have no duplicates.
numbered = files_of.map(lambda files: [replace(one, number=place) for place, one in enumerate(files, 1)])
sets = numbered | numbered | files_of


@SETTINGS
@given(files=sets, off=st.sampled_from([0, 0, 0, -1, 1, 2]))
def test_green_exactly_if_all_parts_are_there_and_green(files: list[File], off: int) -> None:
    """By the kinds of the files alone: each is green, each has a run of its own, and there are as many as needed."""
    expects = max(len(files) + off, 1)
    whole = len({one.number for one in files}) == len(files) == expects
    green = whole and all(one.kind is Kind.GREEN for one in files)
    found = merge(list(map(read, files)), expects)
    assert (found.verdict.exit_code == 0) is green
    incomplete = not whole or any(one.kind not in {Kind.GREEN, Kind.RED, Kind.LYING} for one in files)
    assert (found.verdict.code is ErrorCode.INCOMPLETE_MERGE) is incomplete


@SETTINGS
@given(data=st.data(), files=sets, expects=st.integers(1, 7))
def test_the_order_of_files_changes_nothing(data: st.DataObject, files: list[File], expects: int) -> None:
    """The whole report is the same, not only its verdict."""
    other = data.draw(st.permutations(files))
    assert merge(list(map(read, files)), expects) == merge(list(map(read, other)), expects)


@SETTINGS
@given(data=st.data(), files=sets, expects=st.integers(1, 7))
def test_merging_is_associative(data: st.DataObject, files: list[File], expects: int) -> None:
    """Files that are merged in groups, and then all groups, give the same report as all files at once.

    If a run is there twice, what is said about it may name another one of its files.
    """
    groups: dict[int, list[Opened]] = {}
    for one in files:
        groups.setdefault(data.draw(st.integers(0, 2)), []).append(read(one))
    expected_by_group = data.draw(st.integers(1, 3))
    nested = [as_file(merge(group, expected_by_group), f"group {number}") for number, group in groups.items()]
    flat, found = merge(list(map(read, files)), expects), merge(nested, expects)
    if len({one.number for one in files if one.kind not in {Kind.BROKEN, Kind.STARTED}}) == len(files):
        assert found == flat
    assert (found.verdict.code, found.parts) == (flat.verdict.code, flat.parts)
    assert len(found.runs) == len(flat.runs)


@SETTINGS
@given(files=sets, expects=st.integers(1, 7))
def test_a_merge_is_read_as_it_was_written(files: list[File], expects: int) -> None:
    """The results file of a merge is lossless, too."""
    found = merge(list(map(read, files)), expects)
    assert written(found) == found


# Values of every type, and texts and numbers that no report of ours has.
VALUES: st.SearchStrategy[object] = st.sampled_from(
    [None, True, 0, -1, 3, 10**30, 1.5, "", "x", "passed", "\ud800", "9999-12-31T23:59:59Z", "2026-01-01", [], {}, [[]]]
)


@SETTINGS
@given(data=st.data(), failed=st.booleans())
def test_a_changed_file_is_read_or_refused(data: st.DataObject, failed: bool) -> None:  # noqa: FBT001 - a parameter
    """Whatever is in a file: it is unreadable, or every report about it can be written."""
    original = replace(samples.failing(), build=samples.BUILD) if failed else contents(File(Kind.GREEN, 1, "a"))
    document = json.loads("".join(results_json.render(original)))
    for _ in range(data.draw(st.integers(1, 2))):
        place, key = data.draw(st.sampled_from(list(places(document))))
        # A list in the list that it is itself would have no end.
        place[key] = deepcopy(data.draw(VALUES))
    try:
        report = results_reader.parse(json.dumps(document))
    except results_reader.UnreadableResults:
        return
    shown = replace(merge([opened("a", "a", report)], 1), build=report.build)
    for document_of in (junit.render, results_json.render, agent.render):
        assert "".join(document_of(shown))
    assert ctrf_rules.broken(json.loads("".join(ctrf.render(shown)))) == []
    assert summary.render(shown, "full")
    assert outputs.render(shown)
    assert end_of_log.conclude(shown)
    assert annotations.render(shown) or not shown.verdict.exit_code


def places(value: object) -> Iterator[tuple[Any, Any]]:
    """Every place of a document: what it is in, and its key or position there."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from places(value[key])  # type: ignore[index]
