"""A few hundred random stories with every test run, what was found before, and proof that something can be found."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fuzz.code import code
from tests.fuzz.past import PAST
from tests.fuzz.scripts import Script, make
from tests.fuzz.trial import attempt, smallest
from tests.simulation import Signal
from tests.simulator import Fault, Options, scenario

ROOT = Path(__file__).resolve().parents[2]
SEED, SCRIPTS, AT_A_TIME = 1, 300, 30
# Coverage of a broken copy means nothing, and counting it takes most of the time.
UNCOUNTED = {"COVERAGE_PROCESS_START": "", "COVERAGE_PROCESS_CONFIG": ""}
# The error of one run becomes that of all.
ENDS_ALL = """
async def _drive(self, index, gate):
    await self.sessions[index].run(gate)
    for each in self.sessions:
        if error := self.sessions[index].record.error:
            each.conclude(error)

SessionGroup._drive = _drive
"""
# A run is stopped at its timeout, whatever on-timeout says.
STOPS_ALWAYS = """
_late = after_timeout

def after_timeout(context):
    return _late(replace(context, inputs=replace(context.inputs, on_timeout="stop")))
"""
# Enough cases have failed, and nothing is stopped.
GOES_ON = """
from testsigma_action.lifecycle import shutdown

async def _leave(self, why):
    ending = shutdown.left(self.record)
    self.record.decide(why.verdict(ending), ending)
    await self._finish()

Session._stop_early = _leave
"""
# The post stage takes care of one run.
CLEANS_ONE = """
_all = _PostStage._clean_up
_PostStage._clean_up = lambda self, entries, remote: _all(self, entries[:1], remote)
"""
# A file counts as stored and signed, whatever the service says of it.
USES_ANYTHING = """
async def _at_once(self, search, version):
    return version

_Sending._until_usable = _at_once
"""
# The JUnit file has no entry for what the cases do not show.
SAYS_NOTHING = """
from types import SimpleNamespace

wording = SimpleNamespace(**(vars(wording) | {"needs_saying": lambda _: False}))
"""
# Bugs: a seed whose first scripts find it, the promise that each breaks, and what is written below a module of a copy
# of the action. With another seed it takes a few hundred scripts.
BUGS = (
    (
        12,
        "no_pass_without_a_pass",
        "domain/judgement.py",
        "def judge(tree, *_, **__):\n    return Verdict(Conclusion.PASSED, ExitCode.PASSED)",
    ),
    (4, "no_pass_without_a_pass", "domain/verdict.py", "def of_step(of_runs, *_):\n    return of_runs[0]"),
    (20, "no_pass_on_what_nobody_can_read", "api/decode.py", "RESULTS = RESULTS | {'SOMETHING_NEW': Result.PASSED}"),
    (
        12,
        "a_pass_is_a_pass",
        "domain/judgement.py",
        "def judge(tree, *_, **__):\n    return Verdict(Conclusion.FAILED, ExitCode.FAILED)",
    ),
    (12, "each_run_by_itself", "lifecycle/group.py", ENDS_ALL),
    (10, "asks_in_moderation", "api/retry.py", "def backoff(*_):\n    return 0.01"),
    (20, "started_once", "lifecycle/start.py", "StartCall.failure_of = lambda *_: StartFailure.NOT_SENT"),
    (86, "reruns_once", "lifecycle/start.py", "RerunCall.failure_of = lambda *_: StartFailure.NOT_SENT"),
    (21, "nothing_after_a_failed_upload", "lifecycle/uploads.py", USES_ANYTHING),
    (19, "uploaded_once", "lifecycle/uploads.py", "def failure_of(*_):\n    return StartFailure.NOT_SENT"),
    (32, "tells_runs_apart", "domain/identity.py", "def claim(*_):\n    return Claim.OURS"),
    (10, "post_stops_what_is_left", "lifecycle/stop.py", "async def _send_stop(*_):\n    return ''"),
    (28, "post_stops_what_is_left", "post.py", CLEANS_ONE),
    (9, "stops_what_it_was_to_stop", "lifecycle/shutdown.py", STOPS_ALWAYS),
    (19, "stops_what_it_was_to_stop", "lifecycle/session.py", GOES_ON),
    (0, "no_run_is_lost", "reporting/outputs.py", "_early = early\ndef early(runs):\n    return _early(runs[:1])"),
    (4, "keeps_the_key", "secret.py", "Secret.encodings = lambda _: ()"),
    (0, "ends_in_time", "runtime/signals.py", "Signals._cancel_soon = lambda _: None"),
    (23, "ends_in_order", "runtime/signals.py", "REPEAT = -1.0"),
    (0, "says_one_thing", "platforms/github.py", "GitHub.write_summary = lambda *_: True"),
    (20, "says_one_thing", "reporting/junit/suites.py", SAYS_NOTHING),
)


@pytest.mark.parametrize("first", range(0, SCRIPTS, AT_A_TIME))
def test_promises_are_kept(tmp_path: Path, first: int) -> None:
    """Whatever the service, the network and the platform do. `make fuzz` tries many more."""
    for number in range(first, first + AT_A_TIME):
        script = make(SEED, number)
        _, problems = attempt(script, tmp_path / "world")
        assert problems == [], f"make fuzz SEED={SEED} ONLY={number}\n{code(script)}"


@pytest.mark.parametrize("name", PAST)
def test_what_was_found_before(tmp_path: Path, name: str) -> None:
    """Every story that once broke a promise stays a good one."""
    assert attempt(PAST[name], tmp_path / "world")[1] == []


@pytest.mark.parametrize(("seed", "promise", "module", "bug"), BUGS, ids=[f"{bug[1]}-{bug[2]}" for bug in BUGS])
def test_bugs_are_found(tmp_path: Path, seed: int, promise: str, module: str, bug: str) -> None:
    """A copy of the action with a bug breaks the promise that the bug is about, within a few hundred stories."""
    source = tmp_path / "sabotaged" / "src"
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    path = source / "testsigma_action" / module
    path.write_text(f"{path.read_text('utf-8')}\n\n{bug}\n", "utf-8")
    command = [sys.executable, "-m", "tests.fuzz", "--seed", str(seed), "--number", "3000", "--until", promise]
    environ = {**os.environ, **UNCOUNTED, "PYTHONPATH": str(source)}
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert f"  {promise}: " in ended.stdout
    assert f"make fuzz SEED={seed} ONLY=" in ended.stdout


@pytest.mark.parametrize("several", [False, True])
def test_a_script_is_code(*, several: bool) -> None:
    """What is printed of a script makes it again, be it one with a list of plans."""
    script = next(one for number in range(7, 100) if bool((one := make(SEED, number)).given("plans")) == several)
    names = {name: value for module in ("simulator", "simulation") for name, value in _names(f"tests.{module}").items()}
    assert eval(code(script), names | {"Script": Script}) == script  # noqa: S307 - it is our own


def _names(module: str) -> dict[str, object]:
    return dict(vars(sys.modules[module]))


def test_a_script_is_made_smaller(tmp_path: Path) -> None:
    """Of a story that breaks a promise only what breaks it is left: a false 429, and lists that hide the run."""
    lie = Fault("start", status=429, takes_effect=True)
    noise = (Fault("machine", status=500), Fault("steps", delay=2.0))
    hiding = scenario("passing").with_options(listed_after=1000.0, page_size=7)
    found = hiding.with_faults(noise[0], lie, noise[1])
    script = Script(found, {"TESTSIGMA_DETAILS": "all"}, signals=(Signal(15, 5000.0),), jumps=((1.0, 5.0),))
    assert any("started_once" in problem for problem in attempt(script, tmp_path / "world")[1])
    small = smallest(script, tmp_path / "world")
    assert small.scenario.faults == (lie,)
    assert small.scenario.options == Options(listed_after=1000.0)
    assert (small.environ, small.signals, small.jumps, small.scenario.runs_before) == ({}, (), (), ())


def test_a_script_with_several_plans_is_made_smaller(tmp_path: Path) -> None:
    """Entries and plans that the story does not need are left out, and what an entry does not need."""
    lie = Fault("start", status=429, takes_effect=True)
    one = scenario("passing").with_options(listed_after=1000.0).with_faults(lie)
    plans = tuple(replace(one.plans[0], id=number) for number in (420, 421, 422))
    entries = [{"plan-id": "420"}, {"plan-id": "421", "name": "smoke"}, {"plan-id": "422"}]
    environ = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": json.dumps(entries)}
    small = smallest(Script(replace(one, plans=plans), environ), tmp_path / "world")
    assert small.entries in ([{"plan-id": "420"}], [{"plan-id": "421"}], [{"plan-id": "422"}])
    assert [str(plan.id) for plan in small.scenario.plans] == [small.entries[0]["plan-id"]]
