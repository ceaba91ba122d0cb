"""Annotations: failures and verdicts that no case explains, never more than the platform keeps."""

from dataclasses import replace

import pytest

from tests import samples
from tests.samples import broken_steps, case, machine, of_cases, run, run_report, suite, tree
from testsigma_action.domain.compare import compare
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Verdict
from testsigma_action.domain.run import Result
from testsigma_action.reporting import annotations
from testsigma_action.reporting.annotations import Annotation
from testsigma_action.reporting.wording import reason


def test_failure() -> None:
    """A failure has its place as title, and step, message and link below each other."""
    assert annotations.render(of_cases(case("A", Result.FAILED, broken_steps("No #login")), case("B"))) == (
        Annotation(
            "error",
            "Chrome / Login / A",
            "Step 2: Click on element 2\nNo #login\nhttps://app.testsigma.com/ui/td/test_case_results/71",
        ),
    )


def test_failure_without_steps() -> None:
    """Where no step is known the outcome is told."""
    (found,) = annotations.render(of_cases(case("A", Result.ABORTED)))
    assert found.message.startswith("Result: aborted. No failing step is known.\nhttps://")


def test_at_most() -> None:
    """The last annotation says how many failures there are besides those that are shown."""
    report = of_cases(*(case(f"C{number}", Result.FAILED) for number in range(12)))
    found = annotations.render(report, 10)
    assert len(found) == 10
    assert found[8].title.endswith("C8")
    assert (found[9].title, found[9].message.split("\n")[1]) == ("3 more failures", samples.RUN_URL)
    assert len(annotations.render(report, 12)) == 12
    assert [each.title for each in annotations.render(report, 1)] == ["12 failures"]
    assert annotations.render(report, 0) == ()


@pytest.mark.parametrize("verdict", [samples.TIMED_OUT, samples.CANCELLED, samples.UNREACHABLE])
def test_verdict_that_no_case_explains(verdict: Verdict) -> None:
    """A verdict for which no case is the reason is an annotation of its own, before the failures."""
    cases = tree(machine(suite(case("A", Result.FAILED))))
    first, second = annotations.render(samples.report(run_report(verdict, cases, run())))
    assert first.title.startswith("Checkout / ")
    assert first.message.split("\n")[0] == reason(verdict)
    assert second.title == "Chrome / Login / A"


def test_trouble_around_the_runs() -> None:
    """Bad input is one annotation with all problems; a pass or a start is none."""
    (found,) = annotations.render(samples.report(verdict=samples.BAD_INPUT))
    assert found.message == "plan-id: 'x' is no ID.\ntimeout: 'y' is no duration.\nMend them."
    for verdict in (samples.PASSED, samples.STARTED):
        assert annotations.render(samples.report(verdict=verdict)) == ()


def test_caps() -> None:
    """Title and message stay within what GitHub keeps."""
    name = "N" * 5000
    (found,) = annotations.render(of_cases(case(name, Result.FAILED, broken_steps("m" * 100_000))))
    assert len(found.title) <= 255
    assert len(found.message) <= 4096


def test_new_failures_come_first() -> None:
    """Compared with the run before, failures that are new are marked and come first, whichever run they are of."""
    first, second = (
        tree(machine(suite(*(replace(case(name, Result.FAILED), case_id=name) for name in names), name=title)))
        for names, title in (("AB", "Login"), ("CD", "Basket"))
    )
    runs = [
        replace(run_report(results=now), comparison=compare(run(number=900), (machine(suite(*then)),), now.machines))
        for now, then in ((first, first.machines[0].suites[0].cases[:1]), (second, second.machines[0].suites[0].cases))
    ]
    titles = [each.title for each in annotations.render(samples.report(*reversed(runs)))]
    assert titles == ["New: Chrome / Login / B", "Chrome / Basket / C", "Chrome / Login / A", "Chrome / Basket / D"]


def test_several_runs_take_turns() -> None:
    """Titles begin with the name of the run, and each run has its share of the annotations."""
    many = tree(machine(suite(*(case(f"A{number}", Result.FAILED) for number in range(30)))))
    few = tree(machine(suite(case("B", Result.FAILED))))
    told = samples.report(*named((run_report(results=many), run_report(samples.UNREACHABLE), run_report(results=few))))
    found = annotations.render(told, 5)
    assert [each.title for each in found] == [
        "Checkout (2) / error",
        "Checkout / Chrome / Login / A0",
        "Checkout (3) / Chrome / Login / B",
        "Checkout / Chrome / Login / A1",
        "28 more failures",
    ]
    assert found[-1].message == "They are in the summary, the reports and the runs."


def test_a_long_name_of_a_plan_leaves_room() -> None:
    """The case is what people look for."""
    long = replace(run_report(results=tree(machine(suite(case("Pay", Result.FAILED))))), name="word " * 60)
    (found, _) = annotations.render(samples.report(long, replace(long, name="B")))
    assert found.title.endswith("… / Chrome / Login / Pay")


@pytest.mark.parametrize(
    ("most", "levels", "last"),
    [
        (10, ["warning", "error", "error"], ""),
        (2, ["warning", "error"], "2 failures"),
        (1, ["error"], "2 failures"),
        (0, [], ""),
    ],
)
def test_a_build_that_was_not_tested(most: int, levels: list[str], last: str) -> None:
    """A warning comes first, takes no place from the only annotation, and is no failure that is counted."""
    report = replace(of_cases(*(case(name, Result.FAILED) for name in "ab")), ignored_devices=("212",))
    found = annotations.render(report, most)
    assert [note.level for note in found] == levels
    assert not last or found[-1].title == last
    assert most < 2 or "Device 212 is not a machine of the run." in found[0].message
