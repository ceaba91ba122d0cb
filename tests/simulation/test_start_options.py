"""Fields of `start-options` in the request that starts a run, and nowhere else."""

from pathlib import Path

from tests.scenario.conftest import body_of
from tests.simulation import World
from tests.simulation.plans import listed, plan, service
from tests.simulator import Fault, scenario

OPTIONS = "{testDevices: [5, 6], secretField: value-of-a-secret, flag: true}"


def test_the_fields_are_in_every_start(tmp_path: Path) -> None:
    """Each start has them, with their types, beside our own fields."""
    environ = listed(plan(1), plan(2)) | {"TESTSIGMA_START_OPTIONS": OPTIONS}
    outcome = World(service(plan(1), plan(2)), tmp_path, environ).run()
    assert outcome.exit_code == 0, outcome.log
    sent = [body_of(seen) for seen in outcome.seen if seen.call == "start"]
    assert sorted(body["executionId"] for body in sent) == [501, 502]
    assert all((body["testDevices"], body["flag"]) == ([5, 6], True) for body in sent)
    assert all(body["buildNo"] for body in sent)


def test_only_their_names_are_shown(tmp_path: Path) -> None:
    """The log names what was added, the results file, too; no value is shown or written."""
    outcome = World(scenario("failing"), tmp_path, {"TESTSIGMA_START_OPTIONS": OPTIONS}).run()
    assert "start options (values not shown) flag, secretField, testDevices" in outcome.log
    assert outcome.results["runs"][0]["spec"]["startOptionNames"] == ["flag", "secretField", "testDevices"]
    assert "value-of-a-secret" not in outcome.everything


def test_a_refusal_does_not_repeat_their_values(tmp_path: Path) -> None:
    """A text in them may be a password, however deep it is nested, and an error of the service may quote it."""
    given = {"TESTSIGMA_START_OPTIONS": '{"proxy": {"logins": ["hunter-two-of-many"], "pin": 86753090}}'}
    for text in ('{"error": "Bad login hunter-two-of-many with 86753090"}', "<p>hunter-two-of-many</p>"):
        refusal = Fault("start", status=400, text=text)
        outcome = World(scenario("passing").with_faults(refusal), tmp_path / str(len(text)), given).run()
        assert "***" in outcome.log
        assert not [one for one in ("hunter-two", "86753090") if one in outcome.everything]


def test_a_field_of_an_input_starts_nothing(tmp_path: Path) -> None:
    """It is an input error that names the input."""
    outcome = World(scenario("passing"), tmp_path, {"TESTSIGMA_START_OPTIONS": "{buildNo: 7}"}).run()
    assert (outcome.exit_code, outcome.calls) == (2, [])
    assert "buildNo cannot be set here; set build-number." in outcome.log
