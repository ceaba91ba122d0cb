"""Runs the step against the simulator, as a pipeline would, and shows its log, summary, files and exit code.

`make demo`, or `make demo SCENARIO=failing` (or `plans`); `python -m tests.simulator --list` lists the scenarios.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.simulator import NAMES, scenario  # noqa: E402 - needs the path above

KEY = "key-for-the-demo"
FOLDER = ROOT / "build" / "demo"
# Inputs without which a scenario does not show what it is about.
INPUTS = {"flaky": {"TESTSIGMA_RERUN_FAILED": "1"}}
# The beginnings of the variables that a step reads.
OF_A_STEP = ("GITHUB_", "TESTSIGMA_", "INPUT_")


@contextmanager
def simulator(name: str) -> Iterator[str]:
    """Start the simulator as a process; yields its URL."""
    command = [sys.executable, "-m", "tests.simulator", "--port", "0", "--scenario", name, "--api-key", KEY]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield _address(process)
        finally:
            process.terminate()


def _address(process: "subprocess.Popen[str]") -> str:
    line = process.stdout.readline() if process.stdout else ""
    found = [word for word in line.split() if word.startswith("http")]
    if not found:
        raise SystemExit(f"The simulator did not start: {line}")
    return found[0]


def run_step(url: str, plan_ids: list[int], summary: Path, inputs: Mapping[str, str]) -> int:
    """Run the entry point as a process, with inputs from the environment. Returns its exit code."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OF_A_STEP)}
    environ = {
        **inherited,
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(FOLDER),
        "GITHUB_OUTPUT": str(FOLDER / "outputs.txt"),
        "GITHUB_STEP_SUMMARY": str(summary),
        "TESTSIGMA_API_KEY": KEY,
        "TESTSIGMA_BASE_URL": url,
        **_plans(plan_ids),
        **inputs,
        "TESTSIGMA_POLL_INTERVAL": "0.5s",
        "TESTSIGMA_TIMEOUT": "30s",
    }
    command = [sys.executable, "-I", "-u", str(ROOT / "entrypoint.py")]
    return subprocess.run(command, env=environ, cwd=FOLDER, check=False).returncode  # noqa: S603


def _plans(plan_ids: list[int]) -> dict[str, str]:
    """The input with the plans: one by its ID, several as a list."""
    if len(plan_ids) == 1:
        return {"TESTSIGMA_PLAN_ID": str(plan_ids[0])}
    return {"TESTSIGMA_PLANS": "".join(f"- plan-id: {plan_id}\n" for plan_id in plan_ids)}


def main(name: str) -> int:
    """Run one scenario. Returns the exit code of the step, or 2 for an unknown name."""
    if name not in NAMES:
        print(f"There is no scenario '{name}'. There are: {', '.join(NAMES)}.")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    summary = FOLDER / "summary.md"
    plan_ids = [plan.id for plan in scenario(name).plans]
    reports = FOLDER.glob("test-results/*testsigma*")
    for leftover in (summary, FOLDER / "outputs.txt", *reports):
        leftover.unlink(missing_ok=True)
    print(f"--- log of the step (scenario {name})", flush=True)
    with simulator(name) as url:
        exit_code = run_step(url, plan_ids, summary, INPUTS.get(name, {}))
    print(f"\n--- summary of the job ({summary.relative_to(ROOT)})\n\n{summary.read_text('utf-8')}")
    print("--- files")
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        print(path.relative_to(ROOT))
    print(f"\nThe step ended with exit code {exit_code}.")
    return exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "passing"))
