"""Merging results files: what is a part, which parts cannot be used, and what the verdict on all of them is."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests import samples
from tests.samples import case, machine, run_report, suite, tree
from testsigma_action.domain.build import Build
from testsigma_action.domain.findings import CalledPassed, ErrorFinding, Fact, OfPlans
from testsigma_action.domain.judgement import judge
from testsigma_action.domain.merge import Opened, merged
from testsigma_action.domain.merge_findings import Fault, PartsMissing, TooManyParts, Unusable
from testsigma_action.domain.policy import tolerating
from testsigma_action.domain.quarantine import Outdated
from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult, ResultTree
from testsigma_action.domain.run import Counts, Result, RunSpec, Status
from testsigma_action.domain.tolerance import STRICT, Policy, QuarantineEntry, Share
from testsigma_action.errors import ErrorCode, ExitCode
from testsigma_action.merge import LARGEST_FILE, NO_RESULTS_FILE, opened
from testsigma_action.reporting import results_json
from testsigma_action.reporting.finding_wording import sentence
from testsigma_action.reporting.wording import reason

GREEN, RED = Result.PASSED, Result.FAILED
ENTRY = QuarantineEntry("Pay", "The bank is down.", date(2026, 12, 31))


def results(number: int, *cases: CaseResult, result: Result = GREEN) -> ResultTree:
    """The results of a run of this number."""
    rows = cases or (case(),)
    total, failed = len(rows), sum(row.result is RED for row in rows)
    remote = replace(samples.run(result, number=number), plan_id=str(number), plan_name=f"Plan {number}")
    remote = replace(remote, counts=Counts(total, total - failed, failed, 0, 0, 0, 0, 0))
    return tree(machine(suite(*rows, result=result), result=result), remote=remote)


def one_run(found: ResultTree, policy: Policy = STRICT) -> RunReport:
    """The report of a run, judged as a step judges it."""
    judged = tolerating(found, policy)
    return run_report(judge(judged, policy), judged, judged.run)


def report(*runs: RunReport, policy: Policy = STRICT, title: str = "", build: Build | None = None) -> Report:
    """The report of a step with these runs."""
    return replace(samples.report(*runs, title=title), policy=policy, build=build or samples.BUILD)


def green(number: int) -> Report:
    """The report of a step whose run passed."""
    return report(one_run(results(number)))


def red(number: int) -> Report:
    """The report of a step whose run failed."""
    return report(one_run(results(number, case("Pay", RED), result=RED)))


@pytest.fixture
def part(tmp_path: Path) -> Callable[..., Opened]:
    """A results file with this report, or this text, as it is opened."""

    def write(content: Report | str, name: str = "a.json") -> Opened:
        text = content if isinstance(content, str) else "".join(results_json.render(content))
        (tmp_path / name).write_text(text, "utf-8")
        return opened(name, tmp_path)

    return write


Write = Callable[..., Opened]


def all_of(*files: Opened, expects: int | None = None, build: Build = samples.BUILD) -> Report:
    """The merge of these files; as many parts are expected as there are files."""
    return merged(files, samples.merging(build), len(files) if expects is None else expects)


def faults(found: Report) -> list[object]:
    """The findings of the rows that stand for files that cannot be used."""
    return [run.verdict.findings[0] for run in found.runs if run.verdict.code is ErrorCode.INCOMPLETE_MERGE]


def test_all_green(part: Write) -> None:
    """The runs of all parts are there, and the step passes."""
    found = all_of(part(green(1), "a.json"), part(green(2), "b.json"))
    assert found.verdict.exit_code == 0
    assert [(run.title, run.run.id if run.run else "") for run in found.runs] == [("Plan 1", "1"), ("Plan 2", "2")]
    assert [one.file for one in found.parts] == ["a.json", "b.json"]


def test_a_part_alone_keeps_its_report(part: Write) -> None:
    """Judging one file again changes nothing, not even the names of its runs."""
    several = report(*(replace(one_run(results(number)), name=f"no. {number}") for number in (1, 2)), title="Nightly")
    for single in (green(1), red(1), several):
        found = all_of(part(single))
        assert (found.runs, found.title) == (single.runs, single.title)


def test_a_red_part_stays_red(part: Write) -> None:
    """With the verdict of its own step, and that of the worst part decides."""
    timed_out = replace(report(run_report(samples.TIMED_OUT, remote=samples.run())))
    found = all_of(part(red(1), "a"), part(green(2), "b"), part(timed_out, "c"))
    assert (found.verdict.exit_code, found.verdict.code) == (ExitCode.TIMED_OUT, ErrorCode.TIMED_OUT)
    assert sorted(run.verdict.exit_code for run in found.runs) == [0, 1, 4]


def test_a_step_that_was_red_around_its_runs(part: Write) -> None:
    """A report that could not be written is in the verdict of the step only; its file is named."""
    unwritten = replace(green(1), verdict=samples.UNWRITABLE)
    found = all_of(part(unwritten, "a.json"), part(green(2), "b.json"))
    assert (found.verdict.exit_code, found.verdict.code) == (ExitCode.REPORT, ErrorCode.REPORT_UNWRITABLE)
    assert OfPlans(("a.json",), ErrorFinding("The JUnit file could not be written.")) in found.verdict.findings
    assert all_of(part(unwritten)).verdict.findings[0] == ErrorFinding("The JUnit file could not be written.")


def test_a_part_without_a_run(part: Write) -> None:
    """A wrong input has no run; a pass without one is no pass."""
    bad = all_of(part(samples.report(verdict=samples.BAD_INPUT)), build=Build())
    assert (bad.verdict.code, len(bad.runs)) == (ErrorCode.BAD_INPUT, 1)
    empty = all_of(part(samples.report(verdict=samples.PASSED)), build=Build())
    assert empty.verdict.code is ErrorCode.NO_EVIDENCE


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (results(1, case("Pay", RED)), ErrorCode.CONTRADICTION),
        (results(1, case("Pay", RED), result=RED), ErrorCode.TESTS_FAILED),
        (results(1, case("Pay", Result.NOT_EXECUTED)), ErrorCode.CONTRADICTION),
        (replace(results(1), run=replace(results(1).run, counts=Counts(2, 1, 1))), ErrorCode.CONTRADICTION),
        (replace(results(1), run=replace(results(1).run, status=Status.IN_PROGRESS)), ErrorCode.NO_EVIDENCE),
        (None, ErrorCode.NO_EVIDENCE),
        (results(1, replace(case("Pay", RED), tolerance=None), result=RED), ErrorCode.TESTS_FAILED),
    ],
)
def test_a_pass_that_its_results_do_not_show(part: Write, found: ResultTree | None, code: ErrorCode) -> None:
    """It is judged again, is red, and says so."""
    lying = report(replace(run_report(samples.PASSED, found), run=found.run if found else samples.run()))
    judged = all_of(part(lying))
    assert judged.verdict.exit_code == 1
    assert judged.verdict.findings[0] is Fact.JUDGED_AGAIN
    if code is ErrorCode.CONTRADICTION and found and found.run.counts.failed:
        assert any(isinstance(one, CalledPassed) for one in judged.verdict.findings)
    else:
        assert judged.verdict.code in {code, ErrorCode.NO_TESTS}


@pytest.mark.parametrize(
    "policy", [Policy(quarantine=(ENTRY,)), Policy(max_failures=Share(1)), Policy(max_failures=Share(50, percent=True))]
)
def test_the_policy_of_a_part_holds(part: Write, policy: Policy) -> None:
    """A failure that the step tolerated is tolerated again, and not without its policy, whatever the file says."""
    run = one_run(results(1, case("Pay", RED), replace(case("Log in"), id="72"), result=RED), policy)
    assert run.verdict.exit_code == 0
    assert all_of(part(report(run, policy=policy))).verdict == run.verdict
    assert all_of(part(report(run))).verdict.findings[0] is Fact.JUDGED_AGAIN


def test_an_entry_that_had_expired_excuses_nothing(part: Write) -> None:
    """No step uses it: it must have been valid on the day on which the step began, and need not be today."""
    for day, exit_code in ((samples.BEGIN.date(), 0), (samples.BEGIN.date() - timedelta(days=1), 1)):
        policy = Policy(quarantine=(replace(ENTRY, expires=day),))
        run = one_run(results(1, case("Pay", RED), replace(case("Log in"), id="72"), result=RED), policy)
        assert run.verdict.exit_code == 0
        assert all_of(part(report(run, policy=policy))).verdict.exit_code == exit_code


@pytest.mark.parametrize(
    ("policy", "code"),
    [(Policy(min_tests=2), ErrorCode.TOO_FEW_TESTS), (Policy(fail_on_flaky=True), ErrorCode.NONE)],
)
def test_stricter_policies_of_a_part_hold(part: Write, policy: Policy, code: ErrorCode) -> None:
    """A part is judged by what its own step required."""
    assert all_of(part(replace(green(1), policy=policy))).verdict.code is code


def test_reruns_are_judged_by_their_end(part: Write) -> None:
    """Cases that passed in the end are a pass; one that did not is none, nor is a rerun that has not completed."""
    flaky = replace(samples.flaky(), verdict=samples.PASSED)
    passed = replace(flaky, runs=(replace(flaky.runs[0], verdict=samples.PASSED),))
    assert all_of(part(passed), build=Build()).verdict.exit_code == 0
    assert passed.runs[0].tree
    found = passed.runs[0].tree
    first, *others = found.machines
    broken = replace(first, suites=(replace(first.suites[0], cases=(case("Pay", RED), *first.suites[0].cases)),))
    running = tuple(replace(rerun, status=Status.IN_PROGRESS) for rerun in found.reruns)
    for other in (replace(found, machines=(broken, *others)), replace(found, reruns=running)):
        lying = replace(passed, runs=(replace(passed.runs[0], tree=other),))
        assert all_of(part(lying), build=Build()).verdict.findings[0] is Fact.JUDGED_AGAIN
    strict = replace(passed, policy=Policy(fail_on_flaky=True))
    assert all_of(part(strict), build=Build()).verdict.code is ErrorCode.FLAKY


def test_missing_parts(part: Write) -> None:
    """Their number is known, not their names; the other parts are shown."""
    found = all_of(part(green(1)), expects=3)
    assert (found.verdict.exit_code, found.verdict.conclusion) == (ExitCode.SERVICE, Conclusion.ERROR)
    assert faults(found) == [PartsMissing(1, 3)]
    assert [run.name for run in found.runs] == ["Plan 1", "merge-expects"]


def test_named_files_that_are_missing(part: Write) -> None:
    """A file that was named is missing under its name, with a number and without."""
    for number in (2, None):
        found = merged([part(green(1))], samples.merging(), number, ("b.json",))
        assert faults(found) == [Unusable("b.json", Fault.MISSING)]
    found = merged([part(green(1))], samples.merging(), 4, ("b.json",))
    assert faults(found) == [Unusable("b.json", Fault.MISSING), PartsMissing(1, 4)]
    found = merged([part(green(1))], samples.merging(), 1, ("b.json",))
    assert found.verdict.exit_code == 0


def test_the_only_file_is_missing() -> None:
    """The verdict names it, although there is no other part that it could be mistaken for."""
    found = merged([], samples.merging(), 1, ("b.json",))
    assert found.verdict.findings == (OfPlans(("b.json",), Unusable("b.json", Fault.MISSING)),)


def test_too_many_parts(part: Write) -> None:
    """One of them is not expected, so nobody knows which ones count."""
    found = all_of(part(green(1), "a"), part(green(2), "b"), part(green(3), "c"), expects=2)
    assert faults(found) == [TooManyParts(3, 2)]


@pytest.mark.parametrize("same", [True, False])
def test_duplicates(part: Write, *, same: bool) -> None:
    """The same file under two names, or two files about the same run, are one part, and an error."""
    again = green(1) if same else replace(green(1), title="Another title")
    found = all_of(part(green(1), "a.json"), part(again, "b.json"), part(green(2), "c.json"), expects=2)
    first, second = ("a.json", "b.json") if same else ("b.json", "a.json")
    expected = {Unusable(second, Fault.DUPLICATE, first), Unusable(first, Fault.DUPLICATE, second)}
    (fault,) = faults(found)
    assert fault in expected
    assert len(found.parts) == 2


def test_a_duplicate_of_several_files(part: Write) -> None:
    """Of several files with runs of a part, that of its first run is named: each merge of the files says the same."""
    numbers = range(1, 10)
    files = [part(replace(green(number), title="A"), f"{number}.json") for number in numbers]
    both = report(*(one_run(results(number)) for number in reversed(numbers)), title="B")
    found = all_of(*files, part(both, "b.json"), expects=9)
    assert faults(found) == [Unusable("b.json", Fault.DUPLICATE, "9.json")]


def test_the_same_run_where_the_plan_is_unknown(part: Write) -> None:
    """A step that attached to a run may not know its plan: it is the same run all the same."""
    one, other = green(1), replace(green(1), title="Another title")
    (run,) = other.runs
    assert run.run
    unknown = replace(run, run=replace(run.run, plan_id=""), spec=replace(run.spec, plan_id=""))
    found = all_of(part(one, "a.json"), part(replace(other, runs=(unknown,)), "b.json"), expects=2)
    assert [fault.fault for fault in faults(found) if isinstance(fault, Unusable)] == [Fault.DUPLICATE]


@pytest.mark.parametrize("identity", ["", "9999"])
def test_results_of_another_run_prove_nothing(part: Write, identity: str) -> None:
    """A green run without an ID, or with the results of another run, is red."""
    told = green(1)
    (run,) = told.runs
    assert run.run
    changed = replace(told, runs=(replace(run, run=replace(run.run, id=identity)),))
    assert all_of(part(told, "a.json")).verdict.exit_code == 0
    assert all_of(part(changed, "a.json")).verdict.code == "no-evidence"


def test_steps_without_a_run_are_no_duplicates(part: Write) -> None:
    """Two jobs with the same wrong input are two parts."""
    bad = report(run_report(samples.BAD_INPUT))
    later = replace(bad, started=bad.started + timedelta(seconds=1))
    found = all_of(part(bad, "a"), part(later, "b"))
    assert (found.verdict.code, len(found.parts)) == (ErrorCode.BAD_INPUT, 2)


@pytest.mark.parametrize(
    "verdict",
    [
        samples.STARTED,
        Verdict(Conclusion.ERROR, ExitCode.BUG, ErrorCode.NOT_FINISHED, (Fact.NOT_FINISHED,)),
    ],
)
def test_unfinished_parts(part: Write, verdict: Verdict) -> None:
    """A step that was killed, or did not wait, has no result. Another run that passed does not change that."""
    for runs in ((run_report(verdict),), (one_run(results(1)), run_report(verdict))):
        assert faults(all_of(part(report(*runs)))) == [Unusable("a.json", Fault.UNFINISHED)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.UNREADABLE),
        ("[" * 100_000, Fault.UNREADABLE),
        ('{"schemaVersion": 1}', Fault.UNREADABLE),
        ('{"schemaVersion": true}', Fault.UNREADABLE),
        (f'{{"schemaVersion": {"9" * 400}}}', Fault.UNREADABLE),
        ('{"schemaVersion": 3}', Fault.NEWER_SCHEMA),
    ],
)
def test_files_that_cannot_be_read(part: Write, text: str, fault: Fault) -> None:
    """Anything may be in a file that was downloaded."""
    (found,) = faults(all_of(part(text)))
    assert isinstance(found, Unusable)
    assert (found.file, found.fault) == ("a.json", fault)
    assert sentence(found)


def test_files_that_are_none(tmp_path: Path) -> None:
    """A folder, a file that is too large, one that is no text, and one outside the workspace."""
    (tmp_path / "in" / "folder").mkdir(parents=True)
    (tmp_path / "in" / "bytes").write_bytes(b"\xff")
    with (tmp_path / "in" / "large").open("wb") as large:
        large.truncate(LARGEST_FILE + 1)
    (tmp_path / "outside").write_text("".join(results_json.render(green(1))), "utf-8")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "outside")
    for name in ("folder", "bytes", "large", "link", "nothing"):
        (fault,) = opened(name, tmp_path / "in").unusable
        assert fault.fault is Fault.UNREADABLE
        assert sentence(fault).startswith("The results file cannot be used: it ")


def test_the_runs_of_a_part_must_be_there(part: Write) -> None:
    """A merged file that names more runs than it has is not one of ours."""
    merged_file = report(one_run(results(1)))
    data = json.loads("".join(results_json.render(merged_file)))
    again = all_of(part(merged_file))
    data |= {"parts": [json.loads("".join(results_json.render(replace(merged_file, parts=again.parts))))["parts"][0]]}
    assert not part(json.dumps(data)).unusable
    data["parts"][0]["names"].append("x")
    assert part(json.dumps(data)).unusable


def test_each_run_of_a_merge_belongs_to_a_part(part: Write) -> None:
    """A merged file is not one of ours if a run is of no part, or a part has no run."""
    several = report(*(replace(one.runs[0], name=one.runs[0].title) for one in (green(1), red(2))))
    both = json.loads("".join(results_json.render(all_of(part(several)))))
    without_name, without_part, without_runs = (json.loads(json.dumps(both)) for _ in range(3))
    without_name["parts"][0]["names"].pop()
    without_part["parts"].clear()
    without_part["verdict"] |= {"conclusion": "error", "exitCode": 3, "code": "incomplete-merge"}
    without_runs["parts"][0]["names"].clear()
    without_runs["runs"].clear()
    assert not part(json.dumps(both)).unusable
    for broken in (without_name, without_part, without_runs):
        assert faults(all_of(part(json.dumps(broken), "odd.json"), part(green(3), "b"))) == [
            Unusable("odd.json", Fault.UNREADABLE, NO_RESULTS_FILE)
        ]


@pytest.mark.parametrize(
    ("here", "fault", "detail"),
    [
        (replace(samples.BUILD, attempt=7, label="acme/shop#812.7"), None, ""),
        (replace(samples.BUILD, commit="other"), Fault.OTHER_COMMIT, samples.BUILD.commit),
        (replace(samples.BUILD, pipeline_run="acme/shop 100"), Fault.OTHER_PIPELINE_RUN, "acme/shop 99"),
        (replace(samples.BUILD, pipeline_run="", commit=""), None, ""),
        (replace(samples.BUILD, pipeline_run=""), None, ""),
        (Build(), None, ""),
    ],
)
def test_parts_of_another_build(part: Write, here: Build, fault: Fault | None, detail: str) -> None:
    """Commit and pipeline run must be those of the merge, as far as they are known there; the attempt may differ."""
    found = all_of(part(green(1)), build=here)
    assert [(one.fault, one.detail) for one in faults(found) if isinstance(one, Unusable)] == (
        [(fault, detail)] if fault else []
    )
    assert found.verdict.exit_code == (3 if fault else 0)


def test_a_part_of_an_unknown_build(part: Write) -> None:
    """A file that does not say where it is from may be from anywhere."""
    found = all_of(part(replace(green(1), build=Build())))
    assert [sentence(one) for one in faults(found) if isinstance(one, Unusable)] == [
        "The pipeline run of the results file is unknown, not acme/shop 99."
    ]


def test_names_tell_runs_apart(part: Write) -> None:
    """The title of a part is a part of the name, and a name that repeats has a number."""
    first = replace(green(1), title="Staging")
    second = replace(green(2), title="Staging")
    third = report(*(replace(one_run(results(number)), name=f"no. {number}") for number in (3, 4)), title="Nightly")
    found = all_of(part(third, "c"), part(second, "b"), part(first, "a"))
    assert [run.name for run in found.runs] == ["Nightly: no. 3", "Nightly: no. 4", "Staging", "Staging (2)"]


def test_a_merged_file_counts_as_its_parts(part: Write) -> None:
    """With the names, titles and verdicts that they had, and with the files that could not be used."""
    inner = all_of(part(green(1), "a"), part(red(2), "b"), part("", "c"), expects=4)
    again = part(inner, "merged.json")
    found = all_of(again, part(green(3), "d"), expects=4)
    assert found == all_of(part(green(1), "a"), part(red(2), "b"), part("", "c"), part(green(3), "d"))
    assert [one.file for one in found.parts] == ["a", "b", "d"]


def test_what_was_missing_may_be_there_now(part: Write) -> None:
    """A merge that missed a file does not keep it from being merged later."""
    inner = merged([part(green(1), "a")], samples.merging(), 3, ("b",))
    assert len(faults(inner)) == 2
    found = all_of(part(inner, "merged.json"), part(green(2), "b"), part(green(3), "c"), expects=3)
    assert found.verdict.exit_code == 0


def test_a_merge_without_any_part(part: Write) -> None:
    """It holds no part, so it does not stand for one."""
    nothing = part(all_of(part("", "x"), expects=2), "merged.json")
    found = all_of(nothing, part(green(1), "a"), expects=2)
    assert faults(found) == [Unusable("x", Fault.UNREADABLE, "is not a results file of testsigma-action.")]


@pytest.mark.parametrize(("expected", "unmatched"), [(3, ("b",)), (2, ()), (1, ())])
def test_an_incomplete_merge_is_not_completed_by_judging_it_again(
    part: Write, expected: int, unmatched: tuple[str, ...]
) -> None:
    """Without a number of parts, what a merge missed is still missing, or it still has too many parts."""
    parts = [part(green(number), f"{number}") for number in range(1, 3 if expected == 1 else 2)]
    inner = merged(parts, samples.merging(), expected, unmatched)
    assert inner.verdict.code is ErrorCode.INCOMPLETE_MERGE
    again = part(inner, "merged.json")
    alone = merged([again], samples.merging(), None)
    assert (alone.verdict.code, faults(alone)) == (ErrorCode.INCOMPLETE_MERGE, faults(inner))
    beside = merged([again, part(green(9), "z")], samples.merging(), None)
    assert (beside.verdict.code, faults(beside)) == (ErrorCode.INCOMPLETE_MERGE, faults(inner))


def test_a_merge_that_has_no_part_is_judged_again(part: Write) -> None:
    """All of its files are still missing."""
    nothing = part(merged([], samples.merging(), 2, ("b",)), "merged.json")
    assert len(faults(merged([nothing], samples.merging(), None))) == 2


@pytest.mark.parametrize("verdict", [samples.CANCELLED, samples.UNWRITABLE])
def test_a_merge_that_was_red_around_its_parts(part: Write, verdict: Verdict) -> None:
    """That it was cancelled, or could not write a report, is in its own verdict only. It stays red, at any depth."""
    found = all_of(part(replace(all_of(part(green(1), "a")), verdict=verdict), "merged.json"))
    for parts in range(2, 10):
        assert (found.verdict.exit_code, found.verdict.code) == (verdict.exit_code, verdict.code)
        found = all_of(part(found, f"{parts}.json"), part(green(parts), "b"), expects=parts)


def test_outdated_entries(part: Write) -> None:
    """An entry is outdated if it is for every part that uses it; one that expired is for all."""
    using = Policy(quarantine=(ENTRY,))
    other = replace(ENTRY, case="Search")
    unmatched = replace(green(1), policy=using, outdated=Outdated((other,), (ENTRY,), ()))
    passing = replace(green(2), policy=using, outdated=Outdated((), (), (ENTRY,)))
    matched = replace(green(3), policy=using)
    files = [part(one, name) for one, name in ((unmatched, "a"), (passing, "b"), (matched, "c"), (green(4), "d"))]
    assert all_of(*files[:1], files[3]).outdated == Outdated((other,), (ENTRY,), ())
    assert all_of(*files[:2]).outdated == Outdated((other,), (), (ENTRY,))
    assert all_of(*files[:3]).outdated == Outdated((other,), (), ())


def test_the_verdict_names_a_few_files(part: Write) -> None:
    """First what cannot be used, then what the others say. Each file has a row of its own."""
    found = all_of(*(part("", name) for name in "abcde"), part(green(1), "f"), part(green(2), "g"))
    assert reason(found.verdict) == (
        "a: The results file cannot be used: it is not a results file of testsigma-action. "
        "b: The results file cannot be used: it is not a results file of testsigma-action. "
        "c: The results file cannot be used: it is not a results file of testsigma-action. "
        "And 2 more files. All 2 plans passed (2 cases)."
    )
    assert [run.name for run in found.runs] == ["Plan 1", "Plan 2", "a", "b", "c", "d", "e"]


def test_an_empty_run_stands_for_a_file(part: Write) -> None:
    """So that every report shows it; it has no run and no plan."""
    (row,) = all_of(part("", "odd.json")).runs
    assert (row.name, row.run, row.spec) == ("odd.json", None, RunSpec())
