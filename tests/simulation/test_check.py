"""A dry run: it only reads, finds what is wrong, names what differs, and tells nothing about anybody."""

import re
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Cut, Outcome, Signal, World
from tests.simulation.net import CutKind
from tests.simulator import Environment, Fault, Phase, Scenario, UploadBefore, scenario

DRY = {"TESTSIGMA_DRY_RUN": "true"}
HTML = "<html><body>Welcome</body></html>"
ROW = re.compile(r"GET /api/(v\d)/(\S.*?) +\| (.+?) +\| (\d+) ms +\| (\d+)")
CHECK = re.compile(r"([A-Za-z ]+): (fine|no run found|not completed|could not be checked|wrong.*)")
STATUS = "execution_results/<run>"
CASES = "execution_results/<run>/test_case_results"
RUN = "test_runs/<run>"
INDEXES = ("test_runs", f"{RUN}/test_suite_results", f"{RUN}/test_case_results")
NEWEST = "executions/<plan>/test_plan_results"
COUNTERS = (
    "abortedCount, failedCount, notExecutedCount, passedCount, preRequisiteFailedCount, queuedCount, stoppedCount"
)


def dry(folder: Path, about: Scenario, environ: Mapping[str, str] | None = None, **more: object) -> Outcome:
    """A dry run of a step."""
    return World(about, folder, {**DRY, **(environ or {})}, **more).run()  # type: ignore[arg-type]


def always(call: str, **what: object) -> Fault:
    """A fault without end."""
    return Fault(call, count=None, **what)  # type: ignore[arg-type]


def block(outcome: Outcome) -> list[str]:
    """The lines of the log that can be shown to anybody, without the first and the last."""
    begin = outcome.lines.index("===== BEGIN testsigma-action check =====")
    return outcome.lines[begin + 1 : outcome.lines.index("===== END testsigma-action check =====")]


def answers(outcome: Outcome) -> dict[tuple[str, str], str]:
    """What became of each call, by version and path."""
    return {(row[1], row[2]): row[3] for line in block(outcome) if (row := ROW.fullmatch(line))}


def checks(outcome: Outcome) -> dict[str, str]:
    """What was found about each subject."""
    return {found[1]: found[2] for line in block(outcome) if (found := CHECK.fullmatch(line))}


def remarks(outcome: Outcome) -> dict[str, list[str]]:
    """What is said about calls below the table."""
    found: dict[str, list[str]] = {}
    for line in block(outcome):
        if line.startswith("GET ") and "|" not in line:
            found[line.removeprefix("GET /api/")] = []
        elif line.startswith("  "):
            found[list(found)[-1]].append(line.strip())
    return found


def dry_with_uploads(
    folder: Path, upload_id: int, environ: Mapping[str, str] | None = None, *faults: Fault, **options: object
) -> Outcome:
    """A dry run of a step that makes two files new versions of an upload."""
    names = ("a.apk", "b.apk")
    about = scenario("passing").with_options(**options).with_faults(*faults)
    entries = ", ".join(f"{{file: {name}, upload-id: {upload_id}}}" for name in names)
    about = replace(about, uploads_before=(UploadBefore(62),))
    world = World(about, folder, {**DRY, **(environ or {}), "TESTSIGMA_UPLOADS": f"[{entries}]"})
    for name in names:
        (world.workspace / name).write_bytes(b"app")
    return world.run()


def not_answered(outcome: Outcome) -> dict[tuple[str, str], str]:
    """The calls that were not answered."""
    return {call: answer for call, answer in answers(outcome).items() if answer != "answered (200)"}


def test_nothing_is_wrong(tmp_path: Path) -> None:
    """All levels are read once, nothing is written but log, summary and outputs, and the run is left alone."""
    outcome = dry(tmp_path, scenario("passing"))
    assert outcome.exit_code == 0
    assert outcome.lines[-1] == "CHECKED (exit code 0): The dry run found no problem. Nothing was started."
    assert outcome.calls == [
        *("configs", "newest", "index-runs", "status", "cases", "run", "machine"),
        *("suite", "index-suites", "case", "index-cases", "steps", "steps"),
    ]
    assert (outcome.outputs["conclusion"], outcome.outputs["error-code"], outcome.outputs["runs"]) == (
        "checked",
        "",
        "[]",
    )
    assert list(outcome.workspace.iterdir()) == []
    assert outcome.state == {}
    assert "\n".join(block(outcome)) in outcome.summary
    assert set(checks(outcome).values()) == {"fine"}
    assert not_answered(outcome) == {}
    assert remarks(outcome) == {}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"shape": 2023},
        {"shape": 2024, "metric": True},
        {"words": "PASSED"},
        {"null_iterations": True},
        {"row_key": "rows"},
        {"first_page": 1},
        {"raw_cases": False},
        {"ignore_query": True},
        {"newest_first": False},
        {"encoding": "utf-16", "gzip": True, "escapes": "all"},
    ],
    ids=str,
)
def test_documented_shapes(tmp_path: Path, options: dict[str, object]) -> None:
    """What is documented, in whichever year, and what no text decides, is no difference."""
    outcome = dry(tmp_path, scenario("passing").with_options(**options))
    assert (outcome.exit_code, not_answered(outcome), remarks(outcome)) == (0, {}, {})


SHAPES: dict[str, tuple[dict[str, object], dict[tuple[str, str], str], dict[str, list[str]]]] = {
    "v2 is missing": (
        {"versions": ("v3",)},
        {("v2", path): "missing (404)" for path in ("test_runs", RUN, f"{RUN}/test_suite_results")},
        {
            "v2/test_runs": [
                "without it: a run whose start was not answered is only looked for in the plan's newest runs"
            ]
        },
    ),
    "all versions are missing": (
        {"versions": ()},
        {("v2", "test_runs"): "missing (404)", **{(one, RUN): "missing (404)" for one in ("v2", "v3", "v1")}},
        {
            "v2/test_runs": [
                "without it: a run whose start was not answered is only looked for in the plan's newest runs"
            ],
            f"v1/{RUN}": ["without it: reports have no times, devices, steps and messages"],
        },
    ),
    "the index is missing": (
        {"index": False},
        {("v2", path): "missing (404)" for path in INDEXES},
        {
            "v2/test_runs": [
                "without it: a run whose start was not answered is only looked for in the plan's newest runs"
            ],
            f"v2/{RUN}/test_suite_results": ["without it: suites are read one by one"],
            f"v2/{RUN}/test_case_results": ["without it: cases are read one by one, at most 200 of them"],
        },
    ),
    "the list of cases is missing": (
        {"list_of_cases": False},
        {("v1", CASES): "missing (404)"},
        {f"v1/{CASES}": ["without it: the counters of the run decide, and reports have no cases"]},
    ),
    "the newest runs are missing": (
        {"newest_runs": False},
        {("v1", NEWEST): "missing (404)"},
        {
            f"v1/{NEWEST}": [
                "without it: no history; a run whose start was not answered is only looked for in the index"
            ]
        },
    ),
    "steps of data sets are missing": (
        {"iteration_steps": False},
        {("v2", f"{RUN}/test_case_results/<data set>/step_results"): "missing (404)"},
        {
            f"v2/{RUN}/test_case_results/<data set>/step_results": [
                "without it: the steps of the whole case are read instead"
            ]
        },
    ),
    "wrapped": (
        {"wrapped": True},
        {},
        {
            path: ["data: the answer is within this field"]
            for path in (
                f"v1/{STATUS}",
                f"v1/{CASES}",
                f"v2/{RUN}",
                f"v2/{RUN}/test_machine_results/<machine>",
                f"v2/{RUN}/test_suite_results/<suite>",
                f"v2/{RUN}/test_case_results/<case>",
            )
        },
    ),
    "null counters": (
        {"null_counters": True},
        {},
        {f"v1/{STATUS}": [f"{COUNTERS}, totalCount: null, documented as a number"]},
    ),
    "pages of another kind": (
        {"envelope": "spring"},
        {},
        {f"v2/{path}": ["isLast, pageSize: absent"] for path in INDEXES},
    ),
    "no number of pages": (
        {"total_pages": False},
        {},
        {
            f"v2/{RUN}/test_case_results/<{one}>/step_results": ["totalPages: null, documented as a number"]
            for one in ("case", "data set")
        },
    ),
    "runs listed twice": (
        {"listed_twice": "padded"},
        {},
        {path: ["[].id: a text in some rows, documented as a number"] for path in (f"v1/{NEWEST}", "v2/test_runs")},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_other_shapes(tmp_path: Path, shape: str) -> None:
    """A service that is different in one way is reported as different in that way alone. Nothing is wrong."""
    options, missing, said = SHAPES[shape]
    outcome = dry(tmp_path, scenario("passing").with_options(**options))
    assert (outcome.exit_code, not_answered(outcome), remarks(outcome)) == (0, missing, said)


def test_ids_as_texts(tmp_path: Path) -> None:
    """IDs that are texts are named on each level, and nothing else is."""
    found = remarks(dry(tmp_path, scenario("passing").with_options(string_ids=True)))
    assert found[f"v1/{STATUS}"] == ["execution.id, executionId, id: a text, documented as a number"]
    assert len(found) == 11
    assert all(
        re.fullmatch(r"(\S*[iI]d,? ?)+: a text, documented as a number( or null)?", one)
        for row in found.values()
        for one in row
    )


def test_a_word_that_nobody_knows(tmp_path: Path) -> None:
    """A result that is not documented is a difference, and its word is not shown."""
    about = scenario("passing").with_plan(at_end={"result": "VERY_NEW"})
    plan = about.plans[0]
    before = replace(about.runs_before[0], plan=plan)
    outcome = dry(tmp_path, replace(about, runs_before=(before,)))
    assert remarks(outcome) == {
        f"v1/{NEWEST}": ["[].result: a text that is not a documented word"],
        f"v1/{STATUS}": ["result: a text that is not a documented word"],
    }
    assert "VERY_NEW" not in outcome.log


def test_no_evidence(tmp_path: Path) -> None:
    """Where neither the list of cases nor a counter can be read, no run could pass."""
    outcome = dry(tmp_path, scenario("passing").with_options(list_of_cases=False, null_counters=True, versions=()))
    assert outcome.lines[-1].startswith("CHECKED (exit code 3, no-evidence)")
    assert checks(outcome)["results of the last run"] == "wrong"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("HTML", {"text": HTML}),
        ("HTML, 404", {"status": 404, "text": HTML}),
        ("HTML, 403", {"status": 403, "text": HTML}),
        ("JSON, 404", {"status": 404}),
        ("another object", {"text": '{"hello": "world", "items": 5}'}),
        ("an empty list", {"text": "[]"}),
        ("a list of others", {"text": '[{"uuid": "x", "title": "y"}]'}),
    ],
)
def test_another_service(tmp_path: Path, name: str, what: dict[str, object]) -> None:
    """A server that is no Testsigma is called that, and nothing else."""
    outcome = dry(tmp_path, scenario("passing").with_faults(always("*", **what)))
    problems = [line for line in outcome.lines if line.startswith("- ")]
    assert (outcome.exit_code, outcome.outputs["error-code"], len(problems)) == (3, "api-unreachable", 1), name
    assert problems[0].startswith("- testsigma.example does not answer like Testsigma")
    assert checks(outcome)["service"] == "wrong"
    assert remarks(outcome) == {}


@pytest.mark.parametrize(
    ("fault", "code", "calls"),
    [
        ({"status": 401, "text": '{"error": "Invalid JWT token"}'}, "api-key-rejected", 1),
        ({"status": 302, "headers": {"Location": "https://sso.example.com/"}}, "api-redirected", 1),
        ({"status": 403}, "api-forbidden", 3),
        ({"status": 503}, "api-unreachable", 6),
        ({"delay": 60.0}, "api-unreachable", 1),
    ],
)
def test_no_call_is_answered(tmp_path: Path, fault: dict[str, object], code: str, calls: int) -> None:
    """A step would end with the same code. What no other call would change is asked only once."""
    outcome = dry(tmp_path, scenario("passing").with_faults(always("*", **fault)))
    assert (outcome.exit_code, outcome.outputs["error-code"], outcome.outputs["conclusion"]) == (3, code, "checked")
    assert len(outcome.calls) == calls
    assert outcome.duration < 25


@pytest.mark.parametrize(("kind", "code"), [("refused", "api-unreachable"), ("untrusted", "api-certificate")])
def test_no_connection(tmp_path: Path, kind: CutKind, code: str) -> None:
    """Without a connection the code is that of a step."""
    outcome = dry(tmp_path, scenario("passing"), cuts=[Cut(kind, always("*"))])
    assert (outcome.exit_code, outcome.outputs["error-code"], checks(outcome)["service"]) == (3, code, "wrong")


def test_a_failed_request_is_sent_once_more(tmp_path: Path) -> None:
    """One bad moment of the service is no finding; the table has the number of requests."""
    outcome = dry(tmp_path, scenario("passing").with_faults(Fault("*", status=503), Fault("status", text=HTML)))
    assert outcome.exit_code == 0
    assert set(answers(outcome).values()) == {"answered (200)"}
    assert outcome.calls.count("configs") == outcome.calls.count("status") == 2


@pytest.mark.parametrize("status", [500, 404])
def test_an_unknown_plan(tmp_path: Path, status: int) -> None:
    """A plan that the service does not know ends with exit code 3, as in a step."""
    outcome = dry(tmp_path, scenario("passing").with_options(unknown_plan_status=status), {"TESTSIGMA_PLAN_ID": "777"})
    assert (outcome.exit_code, outcome.outputs["error-code"], checks(outcome)["plans"]) == (3, "not-found", "wrong")
    assert "without it" not in outcome.log


def test_a_plan_that_has_never_run(tmp_path: Path) -> None:
    """It may be new, so it is a warning."""
    outcome = dry(tmp_path, replace(scenario("passing"), runs_before=()))
    assert (outcome.exit_code, checks(outcome)["plans"]) == (0, "no run found")
    assert any(line.startswith("Warning: no run of plan 420 was found.") for line in outcome.lines)


def test_no_list_of_runs(tmp_path: Path) -> None:
    """A step can do without both lists, so it is a warning that the plan could not be checked."""
    outcome = dry(tmp_path, scenario("passing").with_options(newest_runs=False, index=False))
    assert (outcome.exit_code, checks(outcome)["plans"]) == (0, "could not be checked")
    assert any(line.startswith("Warning: no list of runs can be read") for line in outcome.lines)


def test_a_run_that_goes_on(tmp_path: Path) -> None:
    """Without a completed run, the results of the newest one are read, and that is said."""
    outcome = dry(tmp_path, scenario("busy"))
    assert (outcome.exit_code, checks(outcome)["results of the last run"]) == (0, "not completed")


def test_everything_that_is_wrong(tmp_path: Path) -> None:
    """All problems are reported at once: of inputs, files, names, IDs and plans. The first by precedence decides."""
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "reports").touch()
    plans = "[{plan-id: 420, environment-id: nowhere, execution-config: 99}, {plan-id: 5, execution-config: nothing}]"
    environ = {
        "TESTSIGMA_PLAN_ID": "",
        "TESTSIGMA_PLANS": plans,
        "TESTSIGMA_TIMEOUT": "soon",
        "TESTSIGMA_JUNIT_FILE": "reports/junit.xml",
        "TESTSIGMA_QUARANTINE": "missing.yml",
    }
    outcome = dry(tmp_path, scenario("passing"), environ)
    problems = [line for line in outcome.lines if line.startswith("- ")]
    beginnings = ["timeout:", "quarantine:", "junit-file:", "plans, entry 2, execution-config:"]
    beginnings += [
        "plans, entry 1, environment-id:",
        "plans, entry 1, execution-config: no saved configuration has the ID 99",
        "Could not look",
    ]
    assert len(problems) == len(beginnings)
    assert all(any(problem.startswith(f"- {begin}") for problem in problems) for begin in beginnings), problems
    wrong = "inputs, report files, plans, saved configuration, environment"
    last = f"CHECKED (exit code 2, bad-input): The dry run found 7 problems ({wrong}). Nothing was started."
    assert outcome.lines[-1] == last
    assert checks(outcome) == {
        "inputs": "wrong (quarantine, timeout)",
        "report files": "wrong",
        "service": "fine",
        "API key": "fine",
        "plans": "wrong",
        "saved configuration": "wrong",
        "environment": "wrong",
        "results of the last run": "fine",
    }


def test_names_and_ids_that_exist(tmp_path: Path) -> None:
    """Names are looked up as in a step, and IDs are found on the lists."""
    environ = {"TESTSIGMA_EXECUTION_CONFIG": "smoke only", "TESTSIGMA_ENVIRONMENT_ID": "010"}
    outcome = dry(tmp_path, scenario("passing"), environ)
    assert (outcome.exit_code, set(checks(outcome).values()), remarks(outcome)) == (0, {"fine"}, {})


def test_a_list_of_many_pages(tmp_path: Path) -> None:
    """The list of environments has as much time as in a step: half a second for each of 40 pages is no problem."""
    many = tuple(Environment(number, f"place {number}") for number in range(1000, 1800))
    about = replace(scenario("passing"), environments=many)
    outcome = dry(tmp_path, about, {"TESTSIGMA_ENVIRONMENT_ID": "place 1799"}, travel=0.3)
    assert (outcome.exit_code, checks(outcome)["environment"]) == (0, "fine")


@pytest.mark.parametrize(("given", "exit_code", "found"), [("10", 0, "could not be checked"), ("staging", 3, "wrong")])
def test_a_list_that_is_refused(tmp_path: Path, given: str, exit_code: int, found: str) -> None:
    """A step needs the list of environments for a name only."""
    about = scenario("passing").with_faults(always("environments", status=403))
    outcome = dry(tmp_path, about, {"TESTSIGMA_ENVIRONMENT_ID": given})
    assert (outcome.exit_code, checks(outcome)["environment"]) == (exit_code, found)


@pytest.mark.parametrize("shape", ["versions", "flat"])
def test_an_upload_that_exists(tmp_path: Path, shape: str) -> None:
    """It is read once, in each of its documented shapes; nothing is sent to it."""
    outcome = dry_with_uploads(tmp_path, 62, upload_shape=shape)
    assert (outcome.exit_code, set(checks(outcome).values()), remarks(outcome)) == (0, {"fine"}, {})
    assert [call for call in outcome.calls if "upload" in call] == ["upload"]
    assert answers(outcome)["v1", "uploads/<upload>"] == "answered (200)"


def test_an_upload_that_does_not_exist(tmp_path: Path) -> None:
    """A step would end with the same exit code and error code before it starts anything."""
    outcome = dry_with_uploads(tmp_path, 63)
    assert (outcome.exit_code, outcome.outputs["error-code"], checks(outcome)["uploads"]) == (3, "not-found", "wrong")
    assert not any("63" in line for line in block(outcome))


def test_no_time_for_the_uploads(tmp_path: Path) -> None:
    """What the dry run had no time to ask for is not called wrong."""
    late = {"TESTSIGMA_TIMEOUT": "5s", "TESTSIGMA_ENVIRONMENT_ID": "10"}
    outcome = dry_with_uploads(tmp_path, 62, late, Fault("environments", delay=9.0))
    assert "upload" not in outcome.calls
    assert (outcome.exit_code, checks(outcome)["uploads"]) == (0, "could not be checked")


@pytest.mark.parametrize(("run_id", "exit_code", "found"), [("900", 0, "fine"), ("901", 3, "wrong")])
def test_a_run_to_attach_to(tmp_path: Path, run_id: str, exit_code: int, found: str) -> None:
    """The run can be read, and its results are those that are shown."""
    outcome = dry(tmp_path, scenario("passing"), {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_RUN_ID": run_id})
    assert (outcome.exit_code, checks(outcome)["run to attach to"]) == (exit_code, found)
    assert "newest" not in outcome.calls


@pytest.mark.parametrize("missing", ["TESTSIGMA_API_KEY", "TESTSIGMA_BASE_URL"])
def test_no_access(tmp_path: Path, missing: str) -> None:
    """Without a key, or with an address that is wrong, no request is sent anywhere."""
    outcome = dry(tmp_path, scenario("passing"), {missing: "" if missing == "TESTSIGMA_API_KEY" else "nonsense"})
    assert (outcome.exit_code, outcome.calls) == (2, [])
    assert "No call was made." in block(outcome)


def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    """A wrong setting is reported with all other problems, and no request is sent."""
    environ = {"TESTSIGMA_CA_BUNDLE": "missing.pem", "TESTSIGMA_TIMEOUT": "soon"}
    outcome = dry(tmp_path, scenario("passing"), environ)
    assert (outcome.exit_code, outcome.calls, checks(outcome)["inputs"]) == (2, [], "wrong (timeout)")
    assert len([line for line in outcome.lines if line.startswith("- ")]) == 2


def test_a_quarantine_that_has_expired(tmp_path: Path) -> None:
    """It is no error, and a warning tells of it, as in a step."""
    environ = {"TESTSIGMA_QUARANTINE": "[{case: Pay, reason: slow, expires: 2001-01-01}]"}
    outcome = dry(tmp_path, scenario("passing"), environ)
    assert (outcome.exit_code, checks(outcome)["inputs"]) == (0, "fine")
    assert any(line.startswith("Warning: ") and "expired on 2001-01-01" in line for line in outcome.lines)


def test_no_threads(tmp_path: Path) -> None:
    """What the machine lacks is reported as in a step."""
    outcome = dry(tmp_path, scenario("passing"), threads=1)
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (2, "no-threads")


def test_outputs_that_cannot_be_written(tmp_path: Path) -> None:
    """It is found before anything is asked, and is no end of the other checks."""
    world = World(scenario("passing"), tmp_path, DRY)
    (world.commands / "GITHUB_STEP_SUMMARY").unlink()
    (world.commands / "GITHUB_STEP_SUMMARY").mkdir()
    log = world.run().lines
    assert log[-1].startswith("CHECKED (exit code 2, bad-input)")
    assert "report files: wrong" in log


def test_a_dry_run_without_waiting(tmp_path: Path) -> None:
    """`wait: false` changes nothing."""
    assert dry(tmp_path, scenario("passing"), {"TESTSIGMA_WAIT": "false"}).exit_code == 0


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal(tmp_path: Path, number: int, exit_code: int) -> None:
    """It ends the dry run at once, and what is known is shown."""
    about = scenario("passing").with_faults(always("cases", delay=30.0))
    outcome = dry(tmp_path, about, signals=[Signal(number, call="cases", after=0.5)])
    assert (outcome.exit_code, outcome.outputs["conclusion"]) == (exit_code, "cancelled")
    assert outcome.duration < 1.5
    assert answers(outcome)["v1", CASES] == "no answer"


def test_the_timeout(tmp_path: Path) -> None:
    """The input limits the whole dry run."""
    about = scenario("passing").with_faults(Fault("newest", delay=8.0), always("index-runs", delay=8.0))
    outcome = dry(tmp_path, about, {"TESTSIGMA_TIMEOUT": "10s"})
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "api-unreachable")
    assert outcome.duration < 11


def test_existing_reports_stay(tmp_path: Path) -> None:
    """A report of an earlier step is neither replaced nor removed."""
    folder = tmp_path / "workspace" / "test-results"
    folder.mkdir(parents=True)
    (folder / "TEST-testsigma-420.xml").write_text("earlier")
    outcome = dry(tmp_path, scenario("passing"))
    assert [path.read_text() for path in folder.iterdir()] == ["earlier"]
    assert outcome.outputs["junit-file"] == ""


def test_a_summary_that_is_off(tmp_path: Path) -> None:
    """`summary: off` writes none."""
    outcome = dry(tmp_path, scenario("passing"), {"TESTSIGMA_SUMMARY": "off"})
    assert (outcome.exit_code, outcome.summary) == (0, "")


def test_a_run_of_many_phases_is_only_looked_at(tmp_path: Path) -> None:
    """A run that goes on is neither stopped nor waited for."""
    about = scenario("slow")
    going = replace(about.runs_before[0], life=(Phase("STATUS_IN_PROGRESS", seconds=86_400.0),))
    outcome = dry(tmp_path, replace(about, runs_before=(going,), pace="time"))
    assert {seen.method for seen in outcome.seen} == {"GET"}
    assert outcome.duration < 2
