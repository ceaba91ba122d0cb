"""JUnit: every verdict shows, and every rule that some reader insists on is kept."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta

import pytest
from junitparser import JUnitXml

from tests import junit_rules, samples
from tests.samples import broken_steps, case, machine, of_cases, rerun, run, run_report, step, suite, tree
from testsigma_action.domain.findings import CutShort, ErrorFinding
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult, Iteration
from testsigma_action.domain.run import Counts, Result, Timing
from testsigma_action.errors import ErrorCode, ExitCode
from testsigma_action.reporting.junit import document as junit
from testsigma_action.reporting.wording import hint, reason

STOPPED = Verdict(Conclusion.FAILED, ExitCode.FAILED, ErrorCode.RUN_STOPPED, (CutShort(Result.STOPPED),))


def rendered(report: Report) -> ET.Element:
    """The document as an element, once it is known to keep the rules of all readers."""
    root = samples.parsed(junit.render(report))
    assert junit_rules.broken(root) == []
    return root


def only_case(report: Report) -> ET.Element:
    """The only testcase of a document."""
    (found,) = rendered(report).iter("testcase")
    return found


def errors(report: Report) -> int:
    """How many errors a document has."""
    return junit_rules.counts(rendered(report))["errors"]


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
    assert root.attrib == {"name": "Checkout", "time": "180.0"}
    assert junit_rules.counts(root) == {"tests": 8, "failures": 2, "errors": 1, "skipped": 1}
    assert [element.get("name") for element in root[1].iter("testcase")] == [
        "Totals are right [EUR]",
        "Totals are right [JPY]",
        "Totals are right [USD]",
        "Empty basket",
    ]


def test_hooks_that_passed_are_no_testcases() -> None:
    """Nor is a suite that has nothing else; the run is told instead."""
    hook = replace(case("7_hash_aftertest"), hook=True)
    report = of_cases(hook, verdict=samples.PASSED)
    assert only_case(report).get("name") == "Test plan run"


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
    assert (found.get("name"), found.get("classname"), found.get("time")) == ("A", "Checkout.Chrome.Login", "12.3")


@pytest.mark.parametrize(
    ("skipped", "reason"),
    [
        (replace(case("A", Result.NOT_EXECUTED), disabled=True), "disabled"),
        (
            case("A", Result.NOT_EXECUTED, (step(1, Result.NOT_EXECUTED, message="The prerequisite\nfailed."),)),
            "The prerequisite ⏎ failed.",
        ),
        (case("A", Result.NOT_EXECUTED), "Not executed."),
    ],
)
def test_skipped_case_says_why(skipped: CaseResult, reason: str) -> None:
    """The reason is the text of the element as well as its message: codecov takes one without text for a pass."""
    (found,) = only_case(of_cases(skipped, verdict=samples.PASSED))
    assert found.attrib == {"message": reason}
    assert " ⏎ ".join((found.text or "").split("\n")) == reason


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
        "*   2. failed: Click on element 2",
        "",
        "https://app.testsigma.com/ui/td/test_case_results/71",
    ]


def test_long_story_is_told_from_its_end() -> None:
    """Of many steps the last ones before the failure are told."""
    body = only_case(of_cases(case("A", Result.FAILED, broken_steps(number=100))))[0].text or ""
    assert "... 69 before these" in body
    assert "*  99. failed: Click on element 99" in body
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
    assert (found[0].get("message") or "").startswith(reason(verdict).split("\n")[0])
    assert hint(verdict) in (found[0].text or "")


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (samples.TIMED_OUT, "TimedOut"),
        (replace(samples.TIMED_OUT, code=ErrorCode.API_UNREACHABLE), "TimedOut"),
        (samples.CANCELLED, "Cancelled"),
        (samples.UNREACHABLE, "ApiUnreachable"),
        (Verdict(Conclusion.ERROR, ExitCode.BUG, ErrorCode.NOT_FINISHED), "NotFinished"),
        (Verdict(Conclusion.ERROR, ExitCode.BUG), "Error"),
    ],
)
def test_type_of_a_bad_end(verdict: Verdict, kind: str) -> None:
    """The type is the conclusion for a timeout and a cancellation, else the stable name of the cause."""
    assert only_case(samples.report(verdict=verdict))[0].get("type") == kind


@pytest.mark.parametrize("verdict", [samples.STARTED, samples.PASSED])
def test_good_end_without_evidence_is_skipped(verdict: Verdict) -> None:
    """Where nothing went wrong and nothing is known to have passed, the file claims no pass."""
    assert outcome(only_case(samples.report(run_report(verdict, remote=run(Result.PASSED))))) == "skipped"
    assert outcome(only_case(samples.report(verdict=verdict))) == "skipped"


def test_pass_by_counters_is_a_pass() -> None:
    """A run that passed by its counters, without a list of cases, is one passed testcase."""
    remote = run(Result.PASSED, counts=Counts(total=3, passed=3))
    assert outcome(only_case(samples.report(run_report(samples.PASSED, tree(remote=remote))))) == ""


@pytest.mark.parametrize("result", [Result.PASSED, Result.STOPPED, Result.UNKNOWN])
def test_red_verdict_over_green_cases(result: Result) -> None:
    """A completed run that is no pass although its cases are gets an error of its own."""
    verdict = Verdict(Conclusion.FAILED, ExitCode.FAILED, ErrorCode.CONTRADICTION)
    remote = run(result, message="Stopped by Anna")
    root = rendered(samples.report(run_report(verdict, tree(machine(suite(case("A")))), remote)))
    assert (junit_rules.counts(root)["tests"], junit_rules.counts(root)["errors"]) == (2, 1)
    assert root[1].get("name") == "Checkout"
    assert root[1].findall(".//error")[0].get("type") == "Contradiction"
    assert "Stopped by Anna" in "".join(root.itertext())


def test_failed_cases_explain_a_failed_run() -> None:
    """No error is added where failed cases are the reason; one is where the run was stopped as well."""
    cases = tree(machine(suite(case("A", Result.FAILED))))
    assert errors(samples.report(run_report(samples.FAILED, cases))) == 0
    assert errors(samples.report(run_report(STOPPED, cases, run(Result.STOPPED)))) == 1


@pytest.mark.parametrize("result", [Result.STOPPED, Result.ABORTED])
@pytest.mark.parametrize("of_run", [Result.STOPPED, Result.ABORTED])
def test_stopped_cases_explain_a_stopped_run(result: Result, of_run: Result) -> None:
    """No error is added where a case of a run that ended early shows that it did."""
    cases = tree(machine(suite(case("A"), case("B", result))))
    found = rendered(samples.report(run_report(STOPPED, cases, run(of_run))))
    assert [each.get("name") for each in found.iter("testcase")] == ["A", "B"]


def test_stopped_cases_explain_no_other_end() -> None:
    """A step that timed out or was cancelled says so, though the run that it stopped has stopped cases."""
    cases = tree(machine(suite(case("A", Result.STOPPED))))
    for verdict in (samples.TIMED_OUT, samples.CANCELLED):
        assert errors(samples.report(run_report(verdict, cases, run(Result.STOPPED)))) == 2


def test_trouble_around_the_runs_shows() -> None:
    """A verdict of the step that is none of its runs' is one more error."""
    passed = run_report(samples.PASSED, tree(machine(suite(case("A")))))
    root = rendered(samples.report(passed, verdict=samples.UNWRITABLE))
    assert [element.get("name") for element in root.iter("testcase")] == ["A", "Test plan run"]
    assert junit_rules.counts(root)["errors"] == 1


def times(found: CaseResult) -> list[tuple[str | None, str | None]]:
    """The testcases that are made of a case, each with its time."""
    report = of_cases(found, verdict=samples.PASSED if found.acceptable else samples.FAILED)
    return [(each.get("name"), each.get("time")) for each in rendered(report).iter("testcase")]


def test_iterations_replace_their_case() -> None:
    """A data-driven case is its iterations. Those without steps share what the case took besides the others."""
    known = Iteration("2", "B", Result.FAILED, broken_steps())
    sets = (Iteration("1", "", Result.PASSED), known, Iteration("3", "C", Result.PASSED), replace(known, name="D"))
    found = case("A", Result.FAILED, iterations=sets)
    assert times(found) == [("A [1]", "1.65"), ("A [B]", "4.5"), ("A [C]", "1.65"), ("A [D]", "4.5")]


def test_times_of_iterations_add_up_to_the_millisecond() -> None:
    """A time that cannot be shared out evenly is not lost by rounding."""
    sets = tuple(Iteration(str(number), str(number), Result.PASSED) for number in range(3))
    found = replace(case("A", iterations=sets), timing=samples.timing(10))
    assert [time for _, time in times(found)] == ["3.333", "3.333", "3.334"]


def test_iterations_without_any_time() -> None:
    """Where the case has no time, or a shorter one than its steps, the other iterations took none."""
    sets = (Iteration("1", "A", Result.PASSED), Iteration("2", "B", Result.FAILED, broken_steps()))
    for timing in (Timing(), samples.timing(1)):
        found = replace(case("A", Result.FAILED, iterations=sets), timing=timing)
        assert [time for _, time in times(found)] == ["0.0", "4.5"]


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
    assert times(odd) == [("A", "12.3"), ("A [x]", "0.0")]


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
    """A suite says what it belongs to, by names that are not empty, and when it began in UTC."""
    root = rendered(of_cases(case("A"), verdict=samples.PASSED))
    assert root[0].get("timestamp") == "2026-03-04T10:00:00Z"
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


def test_every_suite_names_the_build() -> None:
    """Facts about the build stand in each suite, since readers know no properties of a file; a URL is not cut."""
    url = f"https://ci.example/{'x' * 1900}"
    report = replace(samples.failing(), verdict=samples.UNWRITABLE, build=replace(samples.BUILD, job_url=url))
    build = {
        "ci_system": "GitHub Actions",
        "ci_build": "acme/shop#812.2",
        "job_attempt": "2",
        "job_url": url,
        "commit": "6f1ed002ab5595859014ebf0951522d9",
        "branch": "feature/basket",
        "pull_request": "5",
    }
    root = rendered(report)
    assert len(root) == 4
    for each in root:
        found = {one.get("name"): one.get("value") for one in each.iter("property")}
        assert found.items() >= build.items()


def test_time_without_a_suite_time() -> None:
    """A suite without a time of its own has that of its cases; times are never written with an exponent."""
    quick = replace(case("A"), timing=samples.timing(0.00001))
    bare = replace(suite(quick, case("B")), timing=Timing())
    root = rendered(samples.report(run_report(samples.PASSED, tree(machine(bare)))))
    assert [element.get("time") for element in root.iter() if element.get("time")] == ["12.3", "12.3", "0.0", "12.3"]


def test_every_suite_has_a_timestamp() -> None:
    """A suite without a begin has that of its machine, its run, or the step; so has the suite of a verdict alone."""
    begins = [samples.BEGIN + timedelta(minutes=minutes) for minutes in range(5)]
    named = [replace(suite(case()), name=str(minute), timing=Timing(begins[minute])) for minute in (4, 3)]
    bare = replace(suite(case()), timing=Timing())
    on_machine = replace(machine(*named, bare), timing=Timing(begins[2]))
    elsewhere = replace(machine(bare, title="Safari"), timing=Timing())
    remote = replace(run(), timing=Timing(begins[1]))
    of_run = run_report(samples.TIMED_OUT, tree(on_machine, elsewhere, remote=remote))
    told = samples.report(of_run, run_report(samples.UNREACHABLE), verdict=samples.UNWRITABLE)
    minutes = [(found.get("timestamp") or "")[14:16] for found in rendered(replace(told, started=begins[0]))]
    assert minutes == ["04", "03", "02", "01", "01", "00", "00"]


def test_title_begins_the_names_of_suites() -> None:
    """The same plan twice, under two titles, has no suite and no classname in common; a title is never there twice."""
    cases = tree(machine(suite(case("A"))))
    run_of_plan = run_report(samples.TIMED_OUT, cases)
    staging = rendered(samples.report(run_of_plan, title="Staging 1.2"))
    assert [found.get("name") for found in staging] == [
        "Staging 1.2 / Checkout / Chrome / Login",
        "Staging 1.2 / Checkout",
    ]
    assert [found.get("classname") for found in staging.iter("testcase")] == [
        "Staging 1_2.Checkout.Chrome.Login",
        "Staging 1_2.Checkout",
    ]
    plain = rendered(samples.report(run_of_plan, title="Checkout"))
    assert [found.get("name") for found in plain] == ["Checkout / Chrome / Login", "Checkout"]


def test_replacement_characters_are_question_marks() -> None:
    """Nothing in the file is U+FFFD, which xunit-viewer crashes on, and names stay unique without it."""
    bad = "a\ufffd\ud800"
    broken_case = replace(case(bad, Result.FAILED, broken_steps(bad)), url=bad)
    sets = (Iteration("1", bad, Result.PASSED), Iteration("2", "a??", Result.NOT_EXECUTED))
    cases = (broken_case, case("a??", Result.NOT_EXECUTED), rerun(case(bad), broken_case), case("B", iterations=sets))
    remote = replace(run(), plan_name=bad, message=bad)
    found = tree(machine(suite(*cases, name=bad), title=bad), remote=remote)
    root = rendered(
        samples.report(
            run_report(replace(samples.TIMED_OUT, findings=(ErrorFinding(bad),)), found), title=f"{bad}{bad}"
        )
    )
    assert [each.get("name") for each in root.iter("testcase")] == [
        "a??",
        "a?? (2)",
        "a?? (3)",
        "B [a??]",
        "B [a??] (2)",
        "Test plan run",
    ]


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
    """It is passed and counts as such; what it was before are flaky failures, with what is known of them."""
    root = rendered(samples.flaky())
    assert junit_rules.counts(root) == {"tests": 5, "failures": 0, "errors": 0, "skipped": 0}
    found = {each.get("name"): [child.tag for child in each] for each in root.iter("testcase")}
    assert found == {
        "Sign in": [],
        "Pay": ["flakyFailure"],
        "Search": ["flakyFailure", "flakyFailure"],
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
        ((Result.ABORTED, Result.FAILED), ["rerunFailure", "error"]),
        ((Result.FAILED, Result.PASSED, Result.STOPPED), ["failure", "rerunFailure"]),
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
    told = sorted(found, key=lambda child: child.tag.startswith("rerun"))
    assert [child.get("message") for child in told] == [f"Attempt {number}" for number in bad]
    assert f"https://example.com/{bad[0]}" in (told[0].text or "")
    counts = {"tests": 1, "failures": tags.count("failure"), "errors": tags.count("error"), "skipped": 0}
    assert junit_rules.counts(root) == counts


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


def identities(root: ET.Element) -> list[tuple[str, str]]:
    """What readers know cases by."""
    return [(found.get("classname", ""), found.get("name", "")) for found in root.iter("testcase")]


def test_runs_of_one_plan_are_told_apart() -> None:
    """Suites and classnames begin with the name of the run; a run that could not be started changes no other one."""
    good = run_report(samples.PASSED, tree(machine(suite(case("A"))), remote=run(Result.PASSED)))
    lost = run_report(samples.UNREACHABLE)
    root = samples.parsed(junit.render(samples.report(*named((good, good, good)), verdict=samples.PASSED)))
    expected = [(f"{name}.Chrome.Login", "A") for name in ("Checkout", "Checkout (2)", "Checkout (3)")]
    assert identities(root) == expected
    assert [found.get("name") for found in root][1] == "Checkout (2) / Chrome / Login"
    one_lost = samples.report(*named((good, lost, good)), verdict=samples.UNREACHABLE)
    found = identities(samples.parsed(junit.render(one_lost)))
    assert found == [expected[0], ("Checkout (2)", "Test plan run"), expected[2]]
    titled = identities(samples.parsed(junit.render(replace(one_lost, title="Nightly"))))
    assert titled == [(f"Nightly.{classname}", name) for classname, name in found]


@pytest.mark.parametrize("lost", [run_report(samples.UNREACHABLE), run_report(samples.FAILED, remote=run())])
def test_a_run_without_results_is_no_green_file(lost: RunReport) -> None:
    """It has an error of its own among the cases of the others, and totals count it."""
    good = run_report(samples.PASSED, tree(machine(suite(case("A"), case("B"))), remote=run(Result.PASSED)))
    root = samples.parsed(junit.render(samples.report(*named((good, lost)), verdict=lost.verdict)))
    assert junit_rules.broken(root) == []
    assert junit_rules.counts(root) == {"tests": 3, "failures": 0, "errors": 1, "skipped": 0}
    (error,) = root.iter("error")
    assert reason(lost.verdict) in (error.text or "")


def test_the_root_of_many_runs() -> None:
    """It is named by their number and takes as long as all of them."""
    good = run_report(samples.PASSED, tree(machine(suite(case("A"))), remote=run(Result.PASSED)))
    root = samples.parsed(junit.render(samples.report(*named([good] * 5), verdict=samples.PASSED)))
    assert (root.get("name"), root.get("time")) == ("5 plans", "300.0")
