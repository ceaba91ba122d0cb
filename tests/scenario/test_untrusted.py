"""Every text from the service is hostile, and no step is misled by it, however the step ends."""

import json
import re
import signal
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

import pytest

from tests import ci_readers
from tests.scenario.conftest import Bench, Outcome
from tests.simulator import Fault, Phase, SavedConfiguration, Scenario, UploadBefore, scenario
from tests.untrusted import page, runner
from tests.untrusted.service import RESULTS, WORDS, HostileSimulator, texts_read
from tests.untrusted.texts import TEXTS
from testsigma_action.inputs.options import DEFINITIONS

KEY = "key-for-tests"
SEEDS = range(2)
OUTPUTS = frozenset(
    {"run-id", "run-url", "run-ids", "runs", "status", "result", "conclusion", "total", "passed", "failed", "aborted"}
    | {
        "stopped",
        "not-executed",
        "tolerated",
        "flaky",
        "reruns",
        "new-failures",
        "known-failures",
        "duration",
        "junit-file",
        "results-file",
        "ctrf-file",
        "agent-file",
    }
    | {"upload-version-ids", "error-code"}
)
STATE = frozenset({"runs", "settled"})
OURS = frozenset({"add-mask", "group", "endgroup", "error", "warning"})
HELD = (Phase("STATUS_QUEUED"), Phase("STATUS_IN_PROGRESS", hold=True))
ELSEWHERE = "https://::set-output name=result::passed\u00a0##[error]x.evil.example/"
# Nothing can be looked up.
NOT_FOUND = (Fault("index-runs", status=404, count=None), Fault("newest", status=404, count=None))
BODIES = tuple(json.dumps({"error": text, "message": text}) for text in TEXTS)
PAGES = tuple(f"<html>\n{text}\n</html>" for text in TEXTS)


@dataclass(frozen=True)
class Ending:
    """A way for a run to end."""

    served: Scenario
    exit_codes: frozenset[int]
    environ: Mapping[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()


def _ending(served: Scenario, *exit_codes: int, words: frozenset[str] = frozenset(), **environ: str) -> Ending:
    given = {f"TESTSIGMA_{name}": value for name, value in environ.items()}
    return Ending(served, frozenset(exit_codes), given, words)


def _faulty(seed: int, call: str, status: int, **fault: object) -> Scenario:
    text = BODIES[seed * 11 % len(BODIES)]
    return scenario("failing").with_faults(Fault(call, status=status, text=text, **fault))  # type: ignore[arg-type]


def _configurations() -> Scenario:
    known = tuple(SavedConfiguration(number, text[:200]) for number, text in enumerate(TEXTS[:20], 1))
    return replace(scenario("passing"), configurations=known)


ENDINGS: dict[str, Callable[[int], Ending]] = {
    "passed": lambda _: _ending(scenario("passing"), 0, DETAILS="all"),
    "failed": lambda _: _ending(scenario("failing"), 1),
    "aborted": lambda _: _ending(scenario("aborted"), 1),
    "results of 2024": lambda _: _ending(scenario("visual").with_options(shape=2024, metric=True), 1),
    "contradiction": lambda _: _ending(scenario("passing").with_plan(at_end={"failedCount": "many"}), 1),
    "unknown result": lambda _: _ending(scenario("passing"), 1, words=RESULTS),
    "unknown status": lambda _: _ending(scenario("passing"), 4, words=WORDS, TIMEOUT="0.8s"),
    "in the queue": lambda _: _ending(scenario("queued"), 4, QUEUE_TIMEOUT="0.3s"),
    "refused": lambda seed: _ending(_faulty(seed, "start", (401, 422)[seed]), 3),
    "start lost": lambda seed: _ending(
        _faulty(seed, "start", 500, takes_effect=True).with_faults(*NOT_FOUND), 3, BUILD_NUMBER=_line(seed)
    ),
    "status refused": lambda seed: _ending(_faulty(seed, "status", (401, 410)[seed], after=1, count=None), 3, 4),
    "outage": lambda seed: _ending(_faulty(seed, "status", 503, count=2), 1),
    "cases refused": lambda seed: _ending(_faulty(seed, "cases", 403, count=None), 1),
    "steps refused": lambda seed: _ending(_faulty(seed, "steps", 404, count=None), 1),
    "page of a proxy": lambda seed: _ending(
        scenario("passing").with_faults(Fault("*", status=403, text=PAGES[seed * 9], count=None)), 3
    ),
    "redirected": lambda _: _ending(
        scenario("passing").with_faults(Fault("*", status=302, headers={"Location": ELSEWHERE}, count=None)), 3
    ),
    "upload refused": lambda seed: _ending(
        replace(_faulty(seed, "upload-version", 422), uploads_before=(UploadBefore(62),)),
        3,
        UPLOADS="[{file: '::error::app.apk', upload-id: 62}]",
    ),
    "unknown configuration": lambda _: _ending(_configurations(), 2, EXECUTION_CONFIG="::error::none of these"),
}


def _line(seed: int) -> str:
    """A hostile text that is accepted as one line."""
    known = [text for text in TEXTS if text.isprintable() and len(text) <= 250 and text.strip()]
    return known[seed * 5 % len(known)]


def check(step: Outcome, *, github: bool = True) -> None:
    """Nothing that a step left behind is taken for a command, a value or markup that is not ours."""
    check_log(step.log, github=github)
    if github:
        check_files(step)
        assert page.active(step.summary) == [], step.summary
    for path in (step.workspace / "test-results").glob("*.xml"):
        ET.fromstring(path.read_text("utf-8"))
    for path in (step.workspace / "test-results").glob("*.json"):
        json.loads(path.read_text("utf-8"))


def check_log(log: str, *, github: bool) -> None:
    """The commands in a log are ours: the key is masked once, first; groups are closed; the rest are annotations."""
    found = runner.commands(log)
    assert runner.markers(log) == []
    if not github:
        assert found == []
        return
    assert {command.name for command in found} <= OURS, found
    assert [command.data for command in found if command.name == "add-mask"] == [KEY]
    assert found[0].name == "add-mask"
    groups = [command.name for command in found if "group" in command.name]
    assert groups == ["group", "endgroup"] * (len(groups) // 2)
    notes = [command for command in found if command.name in {"error", "warning"}]
    assert len(notes) <= 10
    assert all(command.properties.keys() <= {"title", "file", "line"} for command in notes)
    assert all(runner.markers(part) == [] for command in notes for part in (command.data, *command.properties.values()))
    inner = [line for command in notes for line in runner.lines(command.data)]
    assert [line for line in inner if runner.of_line(line)] == []


def check_files(step: Outcome) -> None:
    """Outputs and state have the names that are ours, and values on one line that say what the exit code says."""
    assert step.outputs.keys() <= OUTPUTS
    assert step.state.keys() <= STATE
    assert all(len(value.splitlines()) <= 1 for value in (*step.outputs.values(), *step.state.values()))
    assert (step.outputs.get("conclusion") in {"passed", "started"}) == (step.exit_code == 0)
    json.loads(step.outputs["runs"])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_endings(bench: Bench, ending: str, seed: int) -> None:
    """Whatever the service says and however the run ends: its words are words, in the log and in every file."""
    how = ENDINGS[ending](seed)
    server = bench.serve(how.served, HostileSimulator(how.served, seed, words=how.words))
    step = bench.run(how.environ, server=server, files={"::error::app.apk": b"an app"})
    assert step.exit_code in how.exit_codes, step.log
    check(step)


@pytest.mark.parametrize("seed", SEEDS)
def test_cancelled(bench: Bench, seed: int) -> None:
    """A signal, with hostile words before and after it."""
    served = scenario("failing").with_plan(life=HELD)
    server = bench.serve(served, HostileSimulator(served, seed))
    outcome = bench.signalled(server, "status", signal.SIGTERM, count=2)
    assert outcome.exit_code == 143
    check(outcome)


@pytest.mark.parametrize("seed", range(0, len(TEXTS), 16))
def test_inputs(bench: Bench, seed: int) -> None:
    """Whoever fills inputs from the title of a pull request hands over words, too: accepted or not."""
    possible = [text for text in TEXTS if not set("\0\ud800") & set(text)]
    rotated = count(seed)
    names = [one.name for one in DEFINITIONS if one.name != "api-key"]
    given = {f"INPUT_{name.upper()}": possible[next(rotated) % len(possible)] for name in names}
    unknown = f"INPUT_{possible[seed % len(possible)].upper().replace('=', '-')}"
    step = bench.run({"INPUT_API-KEY": KEY, unknown: "x"} | given)
    assert step.exit_code == 2
    check(step)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "name", ["summary-title", "build-number", "execution-config", "junit-file", "results-file", "environment-id"]
)
def test_accepted_inputs(bench: Bench, name: str, seed: int) -> None:
    """An input that is accepted is shown where people look, and is still only words."""
    environ = {f"INPUT_{name.upper()}": _line(seed).replace("/", "|")}
    step = bench.run(environ, server=bench.serve(scenario("failing")))
    assert step.exit_code in {1, 2}
    check(step)


@pytest.mark.parametrize("seed", SEEDS)
def test_post(bench: Bench, seed: int) -> None:
    """The post stage says what it found, in a log that is read for commands like any other."""
    served = scenario("passing").with_plan(life=HELD).with_faults(Fault("stop", status=500, text=BODIES[seed * 3]))
    server = bench.serve(served, HostileSimulator(served, seed))
    step = bench.start(server=server)
    server.wait_for("status")
    step.send(signal.SIGKILL)
    left = {f"STATE_{name}": value for name, value in step.wait().state.items()}
    post = bench.run(left, server=server, script="post_entrypoint.py")
    check_log(post.log, github=True)
    lost = {"STATE_runs": json.dumps([{"plan_id": "420", "build_number": TEXTS[seed]}])}
    server = bench.serve(served, HostileSimulator(served.with_faults(*NOT_FOUND), seed))
    check_log(bench.run(lost, server=server, script="post_entrypoint.py").log, github=True)


PLATFORMS = {
    "GitLab": {"GITLAB_CI": "true"},
    "Azure": {"TF_BUILD": "True"},
    "TeamCity": {"TEAMCITY_VERSION": "2026.1"},
    "Buildkite": {"BUILDKITE": "true"},
    "CircleCI": {"CIRCLECI": "true"},
    "Jenkins": {"JENKINS_URL": "http://127.0.0.1/"},
}

COMMANDS: dict[str, tuple[Callable[[str], list[str]], set[str]]] = {
    "GitLab": (ci_readers.gitlab_commands, {"start", "end"}),
    "Azure": (
        ci_readers.azure_commands,
        {"task.setsecret", "task.setvariable", "task.logissue", "group", "endgroup"},
    ),
    "TeamCity": (ci_readers.teamcity_commands, {"setParameter", "blockOpened", "blockClosed"}),
    "Buildkite": (ci_readers.buildkite_commands, {"+++"}),
}


@pytest.mark.parametrize(("seed", "platform"), [*enumerate(PLATFORMS)])
def test_other_platforms(bench: Bench, platform: str, seed: int) -> None:
    """No other system finds a command either but those of its adapter."""
    served = scenario("failing")
    server = bench.serve(served, HostileSimulator(served, seed))
    step = bench.run(PLATFORMS[platform], server=server, github=False)
    assert step.exit_code == 1
    read, ours = COMMANDS.get(platform, (ci_readers.nothing, set()))
    # The log was read as text, in which the carriage return of a section has become a line break.
    lines = re.sub("\n(?=\x1b\\[0K(?!section))", "\r", step.log).split("\n")
    assert set(ci_readers.commands(lines, read)) == ours
    check(replace(step, log="\n".join(line for line in lines if not read(line))), github=False)


def test_every_text_that_is_read_is_hostile() -> None:
    """The texts that the action reads are found in its source: at least those that are known to be there."""
    known = {
        "action",
        "message",
        "setName",
        "testCaseName",
        "machineTitle",
        "testSuiteName",
        "buildNo",
        "name",
        "title",
    }
    assert known | {"errorType", "status", "result", "error", "visualTestResult"} <= texts_read()


def test_hostile_texts_arrive() -> None:
    """The service of these tests is as hostile as it says: every text has a place, every place has every text."""
    first, second = (HostileSimulator(scenario("passing"), seed) for seed in (0, 1))
    places = [f"/x/{number}" for number in range(2000)]
    assert {first.text(place) for place in places} == {second.text(place) for place in places} == set(TEXTS)
    assert all(first.text(place) != second.text(place) for place in places)
