"""A signal before the handlers are installed: the entry points hold it back until then."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenario.conftest import ROOT, Bench
from tests.simulator import scenario

NUMBERS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
# In place of the package: gets a signal while it is imported, and prints which signals wait.
IMPORTED = """
import os, signal
os.kill(os.getpid(), signal.Signals({number}))
def tell():
    print([one.value for one in signal.sigpending()])
run_step = run_post_stage = tell
"""


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ["entrypoint.py", "post_entrypoint.py"])
def test_a_signal_amid_the_imports(tmp_path: Path, name: str, number: signal.Signals) -> None:
    """It neither ends the process nor gets lost."""
    package = tmp_path / "src" / "testsigma_action"
    package.mkdir(parents=True)
    (package / "cli.py").write_text(IMPORTED.format(number=number.value))
    shutil.copy(ROOT / name, tmp_path)
    command = [sys.executable, "-I", str(tmp_path / name)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"[{number.value}]\n", "")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_that_was_held_back(bench: Bench, number: signal.Signals) -> None:
    """It arrives as soon as it can be handled: the step starts nothing, and reports that it was cancelled."""
    server = bench.serve(scenario("passing"))
    # The mask and the signal survive the start of the program.
    code = (
        f"import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [{number.value}]); "
        f"os.kill(os.getpid(), {number.value}); os.execv(sys.argv[1], sys.argv[1:])"
    )
    outcome = bench.run(server=server, program=(sys.executable, "-c", code, *_entry_point()))
    assert outcome.exit_code == (130 if number is signal.SIGINT else 143)
    assert "Nothing was started." in outcome.lines[-1]
    assert outcome.outputs["conclusion"] == "cancelled"
    assert server.calls == []


def _entry_point() -> list[str]:
    return [sys.executable, "-I", "-u", os.fspath(ROOT / "entrypoint.py")]
