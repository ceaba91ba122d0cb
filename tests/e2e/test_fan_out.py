"""Plans that run in jobs of their own, and one job that judges all of them: with the files that users copy and call."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.conftest import serving
from tests.e2e.repository import LONGEST, Artifacts, Repository, copied
from tests.simulator import Scenario, scenario

pytestmark = pytest.mark.timeout(2 * LONGEST)
PLANS = (431, 432, 433, 434)


def plans(failing: tuple[int, ...] = ()) -> Scenario:
    """The four plans of the examples, whose runs end at once; some of them fail."""
    good, bad = (scenario(name).plans[0] for name in ("passing", "failing"))
    made = (replace(bad if number in failing else good, id=number, name=f"Plan {number}", life=()) for number in PLANS)
    return replace(scenario("passing"), plans=tuple(made))


def test_a_second_attempt_replaces_the_part_that_was_red(repository: Repository, artifacts: Artifacts) -> None:
    """Written out: one of four plans fails, and "Re-run failed jobs" runs it again: the verdict is green then.

    The other three parts are those of the first attempt. Both attempts are workflow runs of act.
    """
    options = (*artifacts.options(), "--env=GITHUB_RUN_ATTEMPT=1")
    with serving(plans(failing=(432,)), repository.key) as server:
        workflow = copied(repository, "nightly")
        first = repository.run(workflow, server, *options, event="workflow_dispatch", step="merge")
        assert (server.calls.count("start"), server.calls.count("rerun")) == (4, 1)
    assert (first.step_exit_code(), first.outputs()["failed"]) == (1, "2")
    assert artifacts.names() == ["merged", *(f"testsigma-{number}" for number in PLANS)]
    options = (*artifacts.options(), "--env=GITHUB_RUN_ATTEMPT=2", "--matrix=plan:432")
    with serving(replace(plans(), next_run_id=2001), repository.key) as server:
        second = repository.run(workflow, server, *options, event="workflow_dispatch", step="merge")
        assert server.calls.count("start") == 1
    assert second.exit_code == 0, second.log()
    assert (second.outputs()["conclusion"], second.outputs()["total"]) == ("passed", "44")
    (junit,) = (artifacts.folder / "merged").glob("TEST-*.xml")
    # Eleven cases for each plan; two of them have three data sets, which are cases of their own in the file.
    assert len(ET.parse(junit).findall(".//testcase")) == 4 * 15


def test_a_red_a_lost_and_a_doubled_part(repository: Repository, artifacts: Artifacts) -> None:
    """Called: the verdict is `incomplete-merge`, and the log names each part that is not as it should be.

    Four plans: the first fails, the results of the third get lost, and those of the fourth are there twice.
    """
    with serving(plans(failing=(431,)), repository.key) as server:
        options = artifacts.options(LOST="-2", DOUBLED="-3")
        told = repository.run(copied(repository, "reusable"), server, *options, event="workflow_dispatch", step="merge")
    assert told.step_exit_code() == 3
    assert told.outputs()["error-code"] == "incomplete-merge"
    assert set(told.failed_jobs()) == {"run", "verdict"}
    merged, first, _, last, _ = artifacts.names()
    assert (first, last) == (f"{merged}-0", f"{merged}-3")
    for line in (
        "failed: smoke. 2 of 11 cases failed",
        f"parts/{merged}-2/testsigma.json. No results file was found at this path.",
        f"parts/{merged}-3/testsigma.json. The results file is about the same run as parts/{merged}-3-copy/",
    ):
        assert line in told.log()


def test_called_and_green(repository: Repository, artifacts: Artifacts) -> None:
    """Each plan is started with the keys of its entry, and the caller gets the outputs of the verdict."""
    with serving(plans(), repository.key) as server:
        told = repository.run(
            copied(repository, "reusable"), server, *artifacts.options(), event="workflow_dispatch", step="merge"
        )
        bodies = [seen.body for seen in server.seen_of("start") if isinstance(seen.body, dict)]
    assert told.exit_code == 0, told.log()
    wanted = {body["executionId"]: (body["environmentId"], body.get("runtimeData")) for body in bodies}
    assert wanted == {431: (10, None), 432: (10, {"browser": "chrome"}), 433: (11, None), 434: (10, None)}
    assert replace(told, step="message").outputs() == {"message": "passed, 44 of 44 cases passed"}


def test_called_with_an_empty_list(repository: Repository, artifacts: Artifacts) -> None:
    """Nothing runs; the job that checks the list says what is wrong, and the verdict is red too."""
    workflow = copied(repository, "reusable")
    workflow.write_text(
        re.sub(r"plans: \|\n +\[.*?\n +\]", 'plans: "[]"', workflow.read_text("utf-8"), flags=re.DOTALL)
    )
    with serving(plans(), repository.key) as server:
        told = repository.run(workflow, server, *artifacts.options(), event="workflow_dispatch", step="merge")
        assert server.seen == []
    assert {"prepare", "verdict"} <= set(told.failed_jobs())
    assert any("not a list with at least one plan" in event.get("msg", "") for event in told.events)
    assert told.outputs() == {}
