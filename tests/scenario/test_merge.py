"""A merge as a process: it opens no connection, and its exit code and files are those of a step."""

import json
import sys
from dataclasses import replace
from pathlib import Path

from tests import samples
from tests.samples import case, machine, run_report, suite, tree
from tests.scenario.conftest import ROOT, Bench
from testsigma_action.domain.judgement import judge
from testsigma_action.domain.run import Counts, Result
from testsigma_action.reporting import results_json

# Runs a script whose process ends at once with 99 if it asks for an address, connects or sends.
OFFLINE = """
import os, runpy, sys
sys.addaudithook(lambda event, _: event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"} and os._exit(99))
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
PROGRAM = (sys.executable, "-I", "-u", "-c", OFFLINE, str(ROOT / "entrypoint.py"))


def part(folder: Path, number: int, result: Result = Result.PASSED) -> str:
    """The path of the results file of a step whose run has one case."""
    bad = int(result is Result.FAILED)
    remote = replace(samples.run(result, number=number), counts=Counts(1, 1 - bad, bad, 0, 0, 0, 0, 0))
    found = tree(machine(suite(case("Pay", result), result=result), result=result), remote=remote)
    report = samples.report(replace(run_report(judge(found), found), name=""), title=f"Leg {number}")
    path = folder / f"{number}.json"
    path.write_text("".join(results_json.render(report)), "utf-8")
    return str(path)


def test_a_merge_sends_nothing(bench: Bench, tmp_path: Path) -> None:
    """Without a key and without a network; the number of parts decides."""
    files = "\n".join([part(tmp_path, 1), part(tmp_path, 2)])
    for expects, exit_code in ((2, 0), (3, 3)):
        environ = {"INPUT_MERGE": files, "INPUT_MERGE-EXPECTS": str(expects)}
        done = bench.run(environ | {"TESTSIGMA_POLL_INTERVAL": ""}, program=PROGRAM)
        assert done.exit_code == exit_code, done.log
        assert [run["name"] for run in json.loads(done.outputs["runs"])][:2] == ["Leg 1", "Leg 2"]
        assert len(done.results["parts"]) == 2
        assert "Leg 1" in done.summary


def test_the_program_notices_a_connection(bench: Bench) -> None:
    """Otherwise the test above would prove nothing."""
    environ = {"TESTSIGMA_API_KEY": "k-123456", "TESTSIGMA_PLAN_ID": "1", "TESTSIGMA_BASE_URL": "http://127.0.0.1:9"}
    assert bench.run(environ, program=PROGRAM).exit_code == 99


def test_files_on_the_command_line(bench: Bench, tmp_path: Path) -> None:
    """`merge FILE...` needs neither a number nor a CI system."""
    arguments = ("merge", part(tmp_path, 1), part(tmp_path, 2, Result.FAILED))
    done = bench.run({"TESTSIGMA_POLL_INTERVAL": ""}, program=PROGRAM, arguments=arguments, github=False)
    assert done.exit_code == 1, done.log
    assert done.lines[-1] == "FAILED (exit code 1, tests-failed): 1 of 2 plans failed. Leg 2: 1 of 1 case failed."
