"""The Markdown for coding agents: what failed, where, and the inputs that run it again."""

import re
from dataclasses import replace

import pytest

from tests import samples
from tests.samples import broken_steps, case, machine, of_cases, rerun, run, run_report, suite, tree
from testsigma_action.domain.compare import compare
from testsigma_action.domain.history import History, Mark
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Report, Verdict
from testsigma_action.domain.results import Iteration
from testsigma_action.domain.run import Result, RunSpec, Status
from testsigma_action.reporting import agent

RERUN = ['run-id: "9001"', 'rerun-failed: "1"', 'rerun-limit: "100%"']


def sections(report: Report) -> list[str]:
    """The sections of the document: its head, the runs, and the failures."""
    return re.split("^(?=##? )", "".join(agent.render(report)), flags=re.MULTILINE)[1:]


def inputs_of(section: str) -> list[str]:
    """The inputs that a section gives."""
    (block,) = re.findall("^```yaml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return [str(line) for line in block.splitlines()]


def test_a_failure_has_its_section() -> None:
    """Place, machine, message, steps up to the failing one, page, and the inputs for a rerun."""
    head, run_, first, second = sections(samples.failing())
    assert head.startswith("# Testsigma: failed\n\nExit code 1, error code `tests-failed`. ")
    assert agent.DATA in head
    assert "6 cases: 3 passed, 2 failed, 1 not executed." in run_
    assert samples.RUN_URL in run_
    assert first.startswith("## Failure 1 of 2\n")
    for fact in ("case: Wrong password is refused", "machine: Chrome", "browser: Chrome 131", "suite: Login"):
        assert f"\n{fact}\n" in first
    assert 'Found: "Something went wrong (500)"' in first
    assert '*   4. failed: Verify that the text "Wrong password" is displayed' in first
    assert "Close the browser" not in first
    assert inputs_of(first) == RERUN
    assert "Totals are right [JPY]\nTotal is" in second
    assert "Totals are right [USD]\nResult: aborted." in second
    assert "[EUR]" not in second


def test_it_says_what_else_runs_again() -> None:
    """A step cannot choose one case: the section says how many run again. If it is the only one, it says so."""
    assert "These inputs run 3 cases of this run again, this one among them." in sections(samples.failing())[2]
    alone = sections(of_cases(case("A"), case("B", Result.FAILED)))[-1]
    assert "These inputs run only this case again:" in alone
    assert inputs_of(alone) == RERUN


def test_data_sets_that_run_again() -> None:
    """Of a data-driven case only the data sets run again that did not pass."""
    sets = (Iteration("81", "EUR", Result.PASSED), Iteration("82", "JPY", Result.FAILED))
    section = sections(of_cases(case("Totals", Result.FAILED, iterations=sets)))[-1]
    assert "run only this case again (of its data sets those that did not pass):" in section


def test_what_cannot_run_again() -> None:
    """A run that somebody stopped, that goes on, or that has had all its reruns: the plan is started again."""
    bad = samples.of_cases(case("B", Result.FAILED)).runs[0]
    assert bad.tree
    for remote in (run(Result.STOPPED), run(Result.FAILED, Status.IN_PROGRESS)):
        found = replace(bad, run=remote, tree=replace(bad.tree, run=remote), spec=RunSpec("12", environment_id="7"))
        section = sections(samples.report(found))[-1]
        assert agent.NOT_AGAIN in section
        assert inputs_of(section) == ['plan-id: "12"', 'environment-id: "7"']
    all_reruns = replace(bad, tree=replace(bad.tree, reruns=(run(),) * 10))
    assert inputs_of(sections(samples.report(all_reruns))[-1]) == ['plan-id: "12"']


def test_new_failures_come_first_with_their_history() -> None:
    """New or known, since when, how often it ran."""
    old, new = case("Old", Result.FAILED), replace(case("New", Result.FAILED), case_id="8")
    now = (machine(suite(rerun(old, old), new)),)
    before = [run(number=number) for number in (8999, 9000)]
    marks = {"8999": (Mark.FAILED, Mark.PASSED), "9000": (Mark.FAILED, Mark.PASSED)}
    told = replace(
        run_report(samples.FAILED, tree(*now)),
        comparison=compare(before[-1], (machine(suite(old)),), now),
        history=History.of(before, now, marks),
    )
    first, second = sections(samples.report(told))[-2:]
    assert first.startswith("## Failure 1 of 2 (new)\n")
    assert "case: New" in first
    assert second.startswith("## Failure 2 of 2 (known)\n")
    assert "attempts: 2\nhistory: failed in all of the last 3 runs, since run 8999" in second


@pytest.mark.parametrize("verdict", samples.VERDICTS, ids=lambda verdict: str(verdict.conclusion))
def test_every_way_out_without_results(verdict: Verdict) -> None:
    """The head has the conclusion, the exit code and the reason; there is no failure."""
    head, run_ = sections(samples.report(run_report(verdict)))
    assert head.startswith(f"# Testsigma: {verdict.conclusion.value}\n\nExit code {int(verdict.exit_code)}")
    assert "\nreason: " in head
    assert run_.startswith(f"## The run: {verdict.conclusion.value}\n")


def test_several_runs() -> None:
    """Each run has its section with its own reason; failures name their run."""
    bad = samples.of_cases(case("B", Result.FAILED)).runs[0]
    report = samples.report(*named((bad, run_report(samples.UNREACHABLE))), verdict=samples.UNREACHABLE)
    _, first, second, failure = sections(report)
    assert first.startswith("## Run 1: failed\n")
    assert "reason: The service did not answer." in second
    assert "plan: Checkout\n" in failure


def test_cases_that_were_left_out() -> None:
    """Where no failure says why the run did not pass, the cases that were not executed are named."""
    found = sections(of_cases(case("A"), case("B", Result.NOT_EXECUTED)))[-1]
    assert "1 case not executed, the first of them:\n\n```text\nChrome / Login / B\n```" in found


def test_many_long_failures_stay_readable() -> None:
    """Of thousands of failures the first ones are there, and the number of the others."""
    cases = [
        replace(case(f"A{number}", Result.FAILED, broken_steps("word " * 3000, 60)), id="") for number in range(300)
    ]
    document = "".join(agent.render(of_cases(*cases)))
    assert len(document) < 200_000
    shown = document.count("## Failure ")
    assert 1 < shown <= 50
    assert f"## {300 - shown} more failures\n" in document


@pytest.mark.parametrize("text", ["```", "a ```` b", "`" * 40, "```text", "~~~"])
def test_no_text_ends_its_block(text: str) -> None:
    """The fence of a block is longer than any run of backticks in it, and no line of it begins with such a run.

    The Markdown engine of GitHub takes 255 backticks for the end of any block.
    """
    document = "".join(agent.render(of_cases(case(text, Result.FAILED, broken_steps(f"{text}\n{text}\n# Do it")))))
    longest = max(map(len, re.findall("`+", text)), default=0)
    fences = re.findall("^(`{3,})text$", document, re.MULTILINE)
    assert len([fence for fence in fences if len(fence) > longest]) >= 2
    assert len(re.findall("^ *```", document, re.MULTILINE)) == 2 * (len(fences) + 1)


def test_many_runs() -> None:
    """The file stays short: runs that did not pass come first, and the number of the others is told."""
    good = run_report(samples.PASSED, tree(machine(suite(case()))))
    bad = run_report(samples.TIMED_OUT, remote=run())
    runs = [replace(bad if number == 400 else good, name=f"no. {number}") for number in range(1, 1001)]
    text = "".join(agent.render(samples.report(*runs, verdict=samples.TIMED_OUT)))
    assert len(text) < 60_000
    titles = re.findall("^## .*$", text, re.MULTILINE)
    assert titles[:2] == ["## Run 400: timed-out", "## Run 1: passed"]
    assert titles[-1] == f"## {1001 - len(titles)} more runs"
