"""JUnit: every verdict shows, and every rule that some reader insists on is kept."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from junitparser import JUnitXml

from tests import samples
from tests.samples import broken_steps, case, machine, of_cases, rerun, run, run_report, step, suite, tree
from testsigma_action.model import Counts, Result, Timing
from testsigma_action.report import Conclusion, Report, Verdict
from testsigma_action.reporters import junit
from testsigma_action.tree import CaseResult, Iteration


def rendered(report: Report) -> ET.Element:
    """The document as an element."""
    return samples.parsed(junit.render(report))


def only_case(report: Report) -> ET.Element:
    """The only testcase of a document."""
    (found,) = rendered(report).iter("testcase")
    return found


def outcome(element: ET.Element) -> str:
    """The tag of a testcase's outcome; empty for a pass."""
    tags = [child.tag for child in element]
    assert len(tags) <= 1
    return tags[0] if tags else ""


def test_realistic_run() -> None:
    """A run with failures of all kinds gives one suite a machine and suite, with counters that add up."""
    root = rendered(samples.failing())
    assert [suite.get("name") for suite in root] == [
        "Checkout / Chrome / Login",
        "Checkout / Chrome / Basket",
        "Checkout / Safari on macOS / Login",
    ]
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped", "time")} == {
        "tests": "8",
        "failures": "2",
        "errors": "1",
        "skipped": "1",
        "time": "180.000",
    }
    assert [element.get("name") for element in root[1].iter("testcase")] == [
        "Totals are right [EUR]",
        "Totals are right [JPY]",
        "Totals are right [USD]",
        "Empty basket",
    ]


def test_document_begins_with_a_declaration() -> None:
    """The encoding is declared, and the text can be read by junitparser."""
    text = "".join(junit.render(samples.failing()))
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
    assert JUnitXml.fromstring(text.encode()).tests == 8


@pytest.mark.parametrize(
    ("result", "tag"),
    [
        (Result.PASSED, ""),
        (Result.FAILED, "failure"),
        (Result.ABORTED, "error"),
        (Result.STOPPED, "error"),
        (Result.QUEUED, "error"),
        (Result.UNKNOWN, "error"),
        (Result.NOT_EXECUTED, "skipped"),
    ],
)
def test_outcomes(result: Result, tag: str) -> None:
    """A failure is one of the tests, an error whatever else is no pass, skipped what was left out."""
    remote = run(Result.FAILED if tag else Result.PASSED)
    verdict = samples.FAILED if tag in {"failure", "error"} else samples.PASSED
    found = only_case(samples.report(run_report(verdict, tree(machine(suite(case("A", result))), remote=remote))))
    assert outcome(found) == tag
    assert (found.get("name"), found.get("classname"), found.get("time")) == ("A", "Checkout.Chrome.Login", "12.300")


def test_disabled_case_says_so() -> None:
    """A case that is switched off is skipped for that reason."""
    found = only_case(of_cases(replace(case("A", Result.NOT_EXECUTED), disabled=True), verdict=samples.PASSED))
    assert found[0].attrib == {"message": "disabled"}


def test_failure_tells_its_story() -> None:
    """Message on one line, CamelCase type, a body that begins with the message, then the steps, then the link."""
    failure = only_case(of_cases(case("A", Result.FAILED, broken_steps("Not found:\n#login"))))[0]
    assert failure.attrib == {"message": "Not found: ⏎ #login", "type": "AssertError"}
    assert (failure.text or "").split("\n") == [
        "Not found:",
        "#login",
        "",
        "Steps:",
        "    1. passed: Click on element 1",
        ">   2. failed: Click on element 2",
        "",
        "https://app.testsigma.com/ui/td/test_case_results/71",
    ]


def test_long_story_is_told_from_its_end() -> None:
    """Of many steps the last ones before the failure are told."""
    body = only_case(of_cases(case("A", Result.FAILED, broken_steps(number=100))))[0].text or ""
    assert "... 69 before these" in body
    assert ">  99. failed: Click on element 99" in body
    assert "  69." not in body
    assert " 70. passed" in body


def test_failure_without_steps() -> None:
    """Without steps the bare outcome is the message, with the service's word where the result is unknown to us."""
    bare = only_case(of_cases(case("A", Result.FAILED)))[0]
    assert bare.attrib == {"message": "Result: failed. No failing step is known.", "type": "Failed"}
    odd = replace(case("A", Result.UNKNOWN), result_label="MAYBE", url="")
    assert only_case(of_cases(odd))[0].text == "Result: no known result (MAYBE). No failing step is known."


def test_failing_step_without_a_message() -> None:
    """A step that says nothing is named itself."""
    steps = (step(1), replace(step(2, Result.ABORTED), action="Pay"))
    found = only_case(of_cases(case("A", Result.ABORTED, steps)))[0]
    assert found.attrib == {"message": "Step 2 aborted: Pay", "type": "Aborted"}


@pytest.mark.parametrize(
    "verdict",
    [verdict for verdict in samples.VERDICTS if verdict.exit_code],
    ids=lambda verdict: str(verdict.exit_code),
)
@pytest.mark.parametrize("with_run", [True, False])
def test_every_bad_end_is_an_error(verdict: Verdict, with_run: bool) -> None:  # noqa: FBT001
    """Whatever ends the step without results is one <error> with the reason."""
    report = (
        samples.report(run_report(verdict, remote=run(Result.QUEUED))) if with_run else samples.report(verdict=verdict)
    )
    found = only_case(report)
    assert (found.get("name"), outcome(found)) == ("Test plan run", "error")
    assert (found[0].get("message") or "").startswith(verdict.reason.split("\n")[0])
    assert verdict.hint in (found[0].text or "")


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (samples.TIMED_OUT, "TimedOut"),
        (replace(samples.TIMED_OUT, code="api-unreachable"), "TimedOut"),
        (samples.CANCELLED, "Cancelled"),
        (samples.UNREACHABLE, "ApiUnreachable"),
        (Verdict(Conclusion.ERROR, 70, "not finished", "not-finished"), "NotFinished"),
        (Verdict(Conclusion.ERROR, 70, "not finished"), "Error"),
    ],
)
def test_type_of_a_bad_end(verdict: Verdict, kind: str) -> None:
    """The type is the conclusion for a timeout and a cancellation, else the stable name of the cause."""
    assert only_case(samples.report(verdict=verdict))[0].get("type") == kind


@pytest.mark.parametrize(
    ("verdict", "tag"), [(samples.STARTED, "skipped"), (samples.CHECKED, "skipped"), (samples.PASSED, "skipped")]
)
def test_good_end_without_evidence_is_skipped(verdict: Verdict, tag: str) -> None:
    """Where nothing went wrong and nothing is known to have passed, the file claims no pass."""
    assert outcome(only_case(samples.report(run_report(verdict, remote=run(Result.PASSED))))) == tag
    assert outcome(only_case(samples.report(verdict=verdict))) == tag


def test_pass_by_counters_is_a_pass() -> None:
    """A run that passed by its counters, without a list of cases, is one passed testcase."""
    remote = run(Result.PASSED, counts=Counts(total=3, passed=3))
    assert outcome(only_case(samples.report(run_report(samples.PASSED, tree(remote=remote))))) == ""


@pytest.mark.parametrize("result", [Result.PASSED, Result.STOPPED, Result.UNKNOWN])
def test_red_verdict_over_green_cases(result: Result) -> None:
    """A completed run that is no pass although its cases are gets an error of its own."""
    verdict = Verdict(Conclusion.FAILED, 1, "It contradicts itself.", "contradiction")
    remote = run(result, message="Stopped by Anna")
    root = rendered(samples.report(run_report(verdict, tree(machine(suite(case("A")))), remote)))
    assert (root.get("tests"), root.get("errors")) == ("2", "1")
    assert root[1].get("name") == "Checkout"
    assert root[1].findall(".//error")[0].get("type") == "Contradiction"
    assert "Stopped by Anna" in "".join(root.itertext())


def test_failed_cases_explain_a_failed_run() -> None:
    """No error is added where failed cases are the reason; one is where the run was stopped as well."""
    cases = tree(machine(suite(case("A", Result.FAILED))))
    assert rendered(samples.report(run_report(samples.FAILED, cases))).get("errors") == "0"
    stopped = Verdict(Conclusion.FAILED, 1, "The run was stopped.", "run-stopped")
    assert rendered(samples.report(run_report(stopped, cases, run(Result.STOPPED)))).get("errors") == "1"


def test_trouble_around_the_runs_shows() -> None:
    """A verdict of the step that is none of its runs' is one more error."""
    passed = run_report(samples.PASSED, tree(machine(suite(case("A")))))
    root = rendered(samples.report(passed, verdict=samples.UNWRITABLE))
    assert [element.get("name") for element in root.iter("testcase")] == ["A", "Test plan run"]
    assert root.get("errors") == "1"


def test_iterations_replace_their_case() -> None:
    """A data-driven case is its iterations; their time is that of their steps."""
    sets = (Iteration("1", "", Result.PASSED), Iteration("2", "B", Result.FAILED, broken_steps()))
    names = rendered(of_cases(case("A", Result.FAILED, iterations=sets))).iter("testcase")
    assert [(found.get("name"), found.get("time")) for found in names] == [("A [1]", "0.000"), ("A [B]", "4.500")]


def test_data_set_of_a_long_name_is_kept() -> None:
    """However long the name of the case is, the data set can be read."""
    sets = (Iteration("1", "EUR", Result.PASSED), Iteration("2", "s " * 250, Result.PASSED))
    names = [
        found.get("name") or "" for found in rendered(of_cases(case("A " * 250, iterations=sets))).iter("testcase")
    ]
    assert names[0].endswith("… [EUR]")
    assert names[1].endswith("s…]")


@pytest.mark.parametrize(
    "odd",
    [
        case("A", Result.FAILED, iterations=(Iteration("1", "x", Result.PASSED),)),
        case("A", Result.FAILED, broken_steps(), (Iteration("1", "x", Result.FAILED),)),
    ],
)
def test_case_that_its_iterations_do_not_explain_is_listed(odd: CaseResult) -> None:
    """The case is listed beside its iterations where they do not account for its result or its own steps."""
    names = [found.get("name") for found in rendered(of_cases(odd)).iter("testcase")]
    assert names == ["A", "A [x]"]


def test_equal_names_are_told_apart() -> None:
    """(classname, name) and the names of suites are unique, whatever the names are."""
    cases = (case("A"), case("A"), case("A (2)"), case("A"), case(""), case(""))
    twins = machine(suite(*cases), suite(*cases), suite(case("A"), name="x.y"), suite(case("A"), name="x_y"))
    verdict = samples.PASSED
    root = rendered(samples.report(run_report(verdict, tree(twins, twins)), run_report(verdict, tree(twins))))
    names = [suite.get("name") for suite in root]
    pairs = [(found.get("classname"), found.get("name")) for found in root.iter("testcase")]
    assert len(set(names)) == len(names) == 12
    assert len(set(pairs)) == len(pairs) == 42


def test_empty_names_are_filled() -> None:
    """Suite name, case name and classname are never empty, though nothing has a name."""
    nameless = machine(suite(replace(case(" "), id="", case_id=""), name=""), title="")
    found = only_case(samples.report(run_report(samples.PASSED, tree(nameless, remote=run(Result.PASSED)))))
    assert (found.get("name"), found.get("classname")) == ("-", "Checkout.machine 3.suite 5")


def test_empty_suites_are_left_out() -> None:
    """A suite without a case is not listed: some readers stumble over it."""
    assert len(rendered(samples.report(run_report(samples.PASSED, tree(machine(suite(), suite(case()))))))) == 1


def test_properties_and_timestamp() -> None:
    """A suite says what it belongs to, by names that are not empty, and when it began in UTC without a zone."""
    root = rendered(of_cases(case("A"), verdict=samples.PASSED))
    assert root[0].get("timestamp") == "2026-03-04T10:00:00"
    assert {found.get("name"): found.get("value") for found in root.iter("property")} == {
        "plan": "Checkout",
        "plan_id": "12",
        "run_id": "9001",
        "run_url": samples.RUN_URL,
        "build": "acme/shop#812.1-k3f9q2",
        "machine": "Chrome",
        "suite": "Login",
        "browser": "Chrome 131",
        "os": "Windows 11",
    }


def test_time_without_a_suite_time() -> None:
    """A suite without a time of its own has that of its cases; times are never written with an exponent."""
    quick = replace(case("A"), timing=samples.timing(0.00001))
    bare = replace(suite(quick, case("B")), timing=Timing())
    root = rendered(samples.report(run_report(samples.PASSED, tree(machine(bare)))))
    assert [element.get("time") for element in root.iter() if element.get("time")] == [
        "12.300",
        "12.300",
        "0.000",
        "12.300",
    ]
    assert root[0].get("timestamp") is None


def test_caps() -> None:
    """Message, lines and body are capped, in bytes too."""
    steps = tuple(replace(step(position), action="価" * 5000) for position in range(40))
    huge = (*steps, replace(step(41, Result.FAILED), action="価" * 5000, message=("👍" * 4000 + "\n") * 100))
    failure = only_case(of_cases(case("A", Result.FAILED, huge)))[0]
    body = failure.text or ""
    assert len(failure.get("message") or "") <= 1000
    assert max(map(len, body.split("\n"))) <= 500
    assert 20_000 < len(body.encode()) <= 64 * 1024


def test_a_case_that_passed_when_it_ran_again() -> None:
    """It is passed and counts as such; what it was before are flaky failures and errors, with what is known of them."""
    root = rendered(samples.flaky())
    counters = {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counters == {"tests": "5", "failures": "0", "errors": "0", "skipped": "0"}
    found = {each.get("name"): [child.tag for child in each] for each in root.iter("testcase")}
    assert found == {
        "Sign in": [],
        "Pay": ["flakyFailure"],
        "Search": ["flakyError", "flakyFailure"],
        "Totals [EUR]": [],
        "Totals [JPY]": ["flakyFailure"],
    }
    pay = next(root.iter("flakyFailure"))
    assert pay.attrib == {"message": "No such button", "type": "AssertError"}
    (trace,) = pay
    assert trace.tag == "stackTrace"
    assert (trace.text or "").startswith("No such button\n\nSteps:\n")


@pytest.mark.parametrize(
    ("attempts", "tags"),
    [
        ((Result.FAILED, Result.FAILED), ["failure", "rerunFailure"]),
        ((Result.ABORTED, Result.FAILED), ["error", "rerunFailure"]),
        ((Result.FAILED, Result.PASSED, Result.STOPPED), ["failure", "rerunError"]),
        ((Result.PASSED, Result.FAILED), ["failure"]),
    ],
)
def test_a_case_that_failed_again(attempts: tuple[Result, ...], tags: list[str]) -> None:
    """It is what went wrong first, and keeps what went wrong later; it counts once."""
    *before, last = [
        replace(case("A", result, broken_steps(f"Attempt {number}")), url=f"https://example.com/{number}")
        for number, result in enumerate(attempts)
    ]
    root = rendered(of_cases(rerun(last, *before)))
    (found,) = root.iter("testcase")
    assert [child.tag for child in found] == tags
    bad = [number for number, result in enumerate(attempts) if result is not Result.PASSED]
    assert [child.get("message") for child in found] == [f"Attempt {number}" for number in bad]
    assert f"https://example.com/{bad[0]}" in (found[0].text or "")
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == (
        "1",
        str(tags.count("failure")),
        str(tags.count("error")),
    )


def test_data_sets_of_one_name_keep_no_earlier_attempts() -> None:
    """Which of them it was nobody can tell."""
    good, bad = Iteration("1", "x", Result.PASSED), Iteration("2", "x", Result.FAILED)
    twins = rerun(case("A", iterations=(good, good)), case("A", Result.FAILED, iterations=(good, bad)))
    assert not list(rendered(of_cases(twins, verdict=samples.PASSED)).iter("flakyFailure"))


def test_attempts_are_capped_as_failures_are() -> None:
    """Message and lines of an earlier attempt are no longer than those of the one that counts."""
    huge = case("A", Result.FAILED, broken_steps("xy " * 30_000))
    (told,) = rendered(of_cases(rerun(case("A"), huge), verdict=samples.PASSED)).iter("flakyFailure")
    assert 990 <= len(told.get("message") or "") <= 1000
    assert max(map(len, "".join(told.itertext()).split("\n"))) <= 500
