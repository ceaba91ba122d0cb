"""A few hundred random stories with every test run, what was found before, and proof that something can be found."""

import os
import shutil
import subprocess
import sys
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
# Bugs, each written below a module of a copy of the action, and the promise that they break.
BUGS = {
    "no_pass_without_a_pass": (
        "domain/judgement.py",
        "def judge(tree, *_, **__):\n    return Verdict(Conclusion.PASSED, ExitCode.PASSED)",
    ),
    "no_pass_on_what_nobody_can_read": (
        "api/decode.py",
        "RESULTS = RESULTS | {'SOMETHING_NEW': Result.PASSED}",
    ),
    "asks_in_moderation": ("api/http.py", "def backoff(*_):\n    return 0.01"),
    "started_once": ("lifecycle/start.py", "def failure_of(*_):\n    return StartFailure.NOT_SENT"),
    "post_stops_what_is_left": ("lifecycle/watch.py", "def _send_stop(*_):\n    return ''"),
    "stops_what_it_was_to_stop": (
        "lifecycle/leaving.py",
        "_give_up = Leaving.give_up\nLeaving.give_up = lambda self, error, **_: _give_up(self, error, stopping=True)",
    ),
    "no_run_is_lost": ("reporting/outputs.py", "def early(_):\n    return {'run-id': '', 'run-url': ''}"),
    "keeps_the_key": ("secret.py", "Secret.encodings = lambda _: ()"),
    "ends_in_time": ("runtime/signals.py", "Signals.interrupt = lambda *_: None"),
    "says_one_thing": ("platforms/github.py", "GitHub.write_summary = lambda *_: True"),
}


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


@pytest.mark.parametrize("promise", BUGS)
def test_bugs_are_found(tmp_path: Path, promise: str) -> None:
    """A copy of the action with a bug breaks the promise that the bug is about, within a few hundred stories."""
    module, bug = BUGS[promise]
    source = tmp_path / "sabotaged" / "src"
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    path = source / "testsigma_action" / module
    path.write_text(f"{path.read_text('utf-8')}\n\n{bug}\n", "utf-8")
    command = [sys.executable, "-m", "tests.fuzz", "--seed", str(SEED), "--number", "2000", "--until", promise]
    environ = {**os.environ, "PYTHONPATH": str(source)}
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert f"  {promise}: " in ended.stdout
    assert "make fuzz SEED=1 ONLY=" in ended.stdout


def test_a_script_is_code() -> None:
    """What is printed of a script makes it again."""
    script = make(SEED, 7)
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
