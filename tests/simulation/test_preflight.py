"""Looking up the name of a saved configuration before the start."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import World
from tests.simulator import Fault, SavedConfiguration, scenario

NAMED = {"TESTSIGMA_EXECUTION_CONFIG": "smoke only"}
REFUSED = Fault("configs", count=None)


@pytest.mark.parametrize(
    ("status", "code"), [(403, "api-forbidden"), (404, "not-found"), (400, "api-refused"), (405, "api-refused")]
)
def test_a_look_up_that_is_refused(tmp_path: Path, status: int, code: str) -> None:
    """Some keys may not list configurations: the remedy is the ID, which needs no look-up. Nothing is started."""
    world = World(replace(scenario("passing"), faults=(replace(REFUSED, status=status),)), tmp_path, NAMED)
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, code)
    assert "Set execution-config to the ID" in outcome.log
    assert outcome.calls == ["configs"]


def test_a_key_that_is_rejected_is_no_matter_of_the_name(tmp_path: Path) -> None:
    """With a key that the service does not know, no ID would help."""
    world = World(replace(scenario("passing"), faults=(replace(REFUSED, status=401),)), tmp_path, NAMED)
    outcome = world.run()
    assert outcome.outputs["error-code"] == "api-key-rejected"
    assert "execution-config" not in outcome.log


def test_an_id_is_not_looked_up(tmp_path: Path) -> None:
    """The ID does what the remedy promises, with zeros before it, too."""
    environ = {"TESTSIGMA_EXECUTION_CONFIG": "002"}
    outcome = World(replace(scenario("passing"), faults=(replace(REFUSED, status=403),)), tmp_path, environ).run()
    assert (outcome.exit_code, "configs" in outcome.calls) == (0, False), outcome.log


def test_a_name_that_two_have_lists_their_ids(tmp_path: Path) -> None:
    """Names may repeat between plans: the message has the ID of each."""
    twins = (SavedConfiguration(2, "smoke only"), SavedConfiguration(3, "smoke only"))
    outcome = World(replace(scenario("passing"), configurations=twins), tmp_path, NAMED).run()
    assert outcome.exit_code == 2
    assert "'smoke only' (ID 2), 'smoke only' (ID 3)" in outcome.log


@pytest.mark.parametrize("plan_id", ["0{}", "https://app.testsigma.com/ui/td/88/test_plans/{}"])
def test_the_plan_is_the_same_everywhere(tmp_path: Path, plan_id: str) -> None:
    """A start whose answer is lost is looked up by the ID without zeros or address, and files are named after it."""
    lost = Fault("start", delivery="reset", takes_effect=True)
    about = replace(scenario("passing"), faults=(lost,))
    world = World(about, tmp_path, {"TESTSIGMA_PLAN_ID": plan_id.format(about.plans[0].id)})
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["run-id"]) == (0, "1001"), outcome.log
    assert outcome.junit_path.name == f"TEST-testsigma-{about.plans[0].id}.xml"
