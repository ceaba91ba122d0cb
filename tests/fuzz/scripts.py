"""Scripts: stories as data, made from a seed and a number."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from tests.fuzz import content, plans, trouble, uploads
from tests.simulation import Cut, Signal, World
from tests.simulator import Scenario

# Inputs and the values that are tried, the first one meaning that it is not given.
INPUTS = {
    "TESTSIGMA_ON_TIMEOUT": ("", "", "stop", "leave"),
    "TESTSIGMA_ON_CANCEL": ("", "", "stop", "leave"),
    "TESTSIGMA_WAIT": ("", "", "", "", "", "", "", "false"),
    "TESTSIGMA_QUEUE_TIMEOUT": ("", "", "", "30s", "5m"),
    "TESTSIGMA_POLL_INTERVAL": ("", "", "", "10s", "60s"),
    "TESTSIGMA_DETAILS": ("", "failed", "all", "none"),
    "TESTSIGMA_BUILD_NUMBER": ("", "", "", "mine"),
    "TESTSIGMA_ON_BUSY": ("", "", "wait"),
    "TESTSIGMA_SUMMARY": ("", "", "failed", "off"),
    "TESTSIGMA_SUMMARY_TITLE": ("", "", "", "My title"),
    "TESTSIGMA_ANNOTATIONS": ("", "", "", "0", "1", "50"),
    "TESTSIGMA_COMPARE": ("", "", "off", "900", "12345"),
    "TESTSIGMA_JUNIT_FILE": ("", "", "", "out/junit.xml", "off"),
    "TESTSIGMA_RESULTS_FILE": ("", "", "", "out/results.json", "off"),
    "TESTSIGMA_EXECUTION_CONFIG": ("", "", "", "", "", "smoke only", "3", "unknown"),
    "TESTSIGMA_RUNTIME_DATA": ("", "", "", '{"url": "https://preview.example"}'),
    "TESTSIGMA_ENVIRONMENT_ID": ("", "", "", "10"),
    "RUNNER_DEBUG": ("", "", "", "1"),
}

# Policies, in the same way. Time begins in November 2023.
POLICIES = {
    "TESTSIGMA_MAX_FAILURES": ("", "1", "50%", "100%"),
    "TESTSIGMA_QUARANTINE": ("", "", '[{"case": "*", "reason": "known", "expires": "2024-02-01"}]'),
    "TESTSIGMA_MIN_TESTS": ("", "", "0", "2"),
    "TESTSIGMA_FAIL_ON_FLAKY": ("", "", "true"),
}
# Files for other tools, of the scripts that get some.
FILES = {"TESTSIGMA_CTRF_FILE": "out/ctrf.json", "TESTSIGMA_AGENT_FILE": "out/agent.md"}
SHARE_WITH_FILES = 0.3
# Share of the scripts that get policies.
TOLERANT = 0.3
# Share of the scripts that get several plans.
SEVERAL = 0.4
# Share of those that ask for reruns.
RERUNNING = 0.4
# Share of the scripts that upload files.
UPLOADING = 0.15


@dataclass(frozen=True, slots=True)
class Script:
    """One story. Its representation is the code that makes it again."""

    scenario: Scenario
    environ: Mapping[str, str] = field(default_factory=dict)
    signals: tuple[Signal, ...] = ()
    cuts: tuple[Cut, ...] = ()
    jumps: tuple[tuple[float, float], ...] = ()
    travel: float = 0.02
    github: bool = True
    seed: int = 0

    def world(self, folder: Path) -> World:
        """The world in which it happens."""
        made = World(
            self.scenario,
            folder,
            self.environ,
            signals=self.signals,
            cuts=self.cuts,
            jumps=self.jumps,
            travel=self.travel,
            seed=self.seed,
            github=self.github,
        )
        for name, found in uploads.FILES.items() if self.given("uploads") else ():
            (made.workspace / name).write_bytes(found)
        return made

    @property
    def entries(self) -> list[dict[str, str]]:
        """The entries of the list of plans; one without anything in it where a single run was asked for."""
        entries: list[dict[str, str]] = json.loads(self.given("plans") or "[{}]")
        return entries

    @property
    def has_policies(self) -> bool:
        """Whether failures may be tolerated, or a pass needs more than results."""
        return bool(POLICIES.keys() & self.environ.keys())

    def given(self, name: str) -> str:
        """The value of an input, empty if it is not given."""
        return self.environ.get(f"TESTSIGMA_{name.upper().replace('-', '_')}", "")


def make(seed: int, number: int, *, several: bool = True) -> Script:
    """The script with this number; the same for ever, as long as the makers of its parts are.

    Some scripts have several plans, unless that is not wanted, some have policies, and some upload files. All others
    stay as they are, whatever is added to those.
    """
    script = _with_uploads(seed, number, _with_files(seed, number, _with_plans(seed, number, several=several)))
    random = Random(f"{seed}:{number}:policies")  # noqa: S311 - a story that can be told again
    if random.random() >= TOLERANT:
        return script
    given = {name: value for name, values in POLICIES.items() if (value := random.choice(values))}
    return replace(script, environ={**script.environ, **given})


def _with_uploads(seed: int, number: int, script: Script) -> Script:
    """Some scripts upload files before the start."""
    random = Random(f"{seed}:{number}:uploads")  # noqa: S311 - a story that can be told again
    if script.given("run-id") or random.random() >= UPLOADING:
        return script
    scenario = uploads.scenario_of(random, script.scenario)
    return replace(script, scenario=scenario, environ={**script.environ, **uploads.inputs_of(random)})


def _with_files(seed: int, number: int, script: Script) -> Script:
    random = Random(f"{seed}:{number}:files")  # noqa: S311 - a story that can be told again
    return replace(script, environ={**script.environ, **FILES}) if random.random() < SHARE_WITH_FILES else script


def _with_plans(seed: int, number: int, *, several: bool) -> Script:
    script = _with_reruns(seed, number, _with_one_plan(seed, number))
    random = Random(f"{seed}:{number}:plans")  # noqa: S311 - a story that can be told again
    if not several or script.given("run-id") or random.random() >= SEVERAL:
        return script
    scenario = plans.scenario_of(random, script.scenario)
    environ = plans.inputs_of(random, scenario, dict(script.environ))
    return replace(script, scenario=scenario, environ=environ, signals=plans.signals_of(random, script.signals))


def _with_one_plan(seed: int, number: int) -> Script:
    random = Random(f"{seed}:{number}")  # noqa: S311 - a story that can be told again
    scenario = content.scenario(random)
    scenario = replace(scenario, faults=trouble.faults(random, [run.id for run in scenario.runs_before]))
    return Script(
        scenario,
        environ=_inputs(random, scenario),
        signals=trouble.signals(random),
        cuts=trouble.cuts(random),
        jumps=trouble.jumps(random),
        travel=random.choice((0.001, 0.02, 0.3)),
        github=random.random() < 0.95,
        seed=number,
    )


def _with_reruns(seed: int, number: int, script: Script) -> Script:
    """Some scripts ask for reruns of failed cases; the answers to that call may be lost, too."""
    random = Random(f"{seed}:{number}:reruns")  # noqa: S311 - a story that can be told again
    if script.given("wait") == "false" or random.random() >= RERUNNING:
        return script
    scenario = replace(script.scenario, faults=(*trouble.of_reruns(random), *script.scenario.faults))
    given = {"TESTSIGMA_RERUN_FAILED": random.choice("1123"), "TESTSIGMA_RERUN_LIMIT": random.choice(("", "1", "100%"))}
    environ = {**script.environ, **{name: value for name, value in given.items() if value}}
    return replace(script, scenario=scenario, environ=environ, signals=trouble.during_reruns(random, script.signals))


def _inputs(random: Random, scenario: Scenario) -> dict[str, str]:
    given = {name: random.choice(values) for name, values in INPUTS.items() if random.random() < 0.5}
    # Hours are rare: every poll of them takes real time.
    given["TESTSIGMA_TIMEOUT"] = random.choice(("", "30m", "10m", "10m", "2m", "2m", "20s", "1s"))
    if random.random() < 0.12:
        existing = [str(before.id) for before in scenario.runs_before]
        given |= {"TESTSIGMA_RUN_ID": random.choice((*existing, *existing, "77777")), "TESTSIGMA_PLAN_ID": ""}
        given = {name: given[name] for name in given if name not in _OF_STARTS}
    return {name: value for name, value in given.items() if value or name == "TESTSIGMA_PLAN_ID"}


_OF_STARTS = {
    f"TESTSIGMA_{name}"
    for name in ("BUILD_NUMBER", "ON_BUSY", "EXECUTION_CONFIG", "RUNTIME_DATA", "ENVIRONMENT_ID", "WAIT")
}
