"""From inputs to the run that is asked for."""

from testsigma_action.domain.run import ConfigurationRef, Result, Run, RunSpec, Status
from testsigma_action.inputs.options import Inputs
from testsigma_action.inputs.run_specs import run_spec, spec_of

INPUTS = Inputs(plan_id="420", environment_id="10", execution_config=ConfigurationRef(name="smoke only"))


def test_a_derived_build_number_is_unique() -> None:
    """Without a build number the derived one is taken, and it tells this run from all others."""
    spec = run_spec(INPUTS, "acme/shop#812.1-k3f9q2")
    assert (spec.build_number, spec.unique) == ("acme/shop#812.1-k3f9q2", True)


def test_a_given_build_number_is_not_unique() -> None:
    """A build number of the user's may stand at other runs too, so nothing may be concluded from it."""
    spec = run_spec(Inputs(plan_id="420", build_number="7"), "derived")
    assert (spec.build_number, spec.unique) == ("7", False)


def test_everything_else_is_passed_on() -> None:
    """Plan, environment, configuration and both mappings; a mapping that was not given is empty."""
    spec = run_spec(INPUTS, "b")
    assert (spec.plan_id, spec.environment_id, spec.configuration) == ("420", "10", INPUTS.execution_config)
    assert (spec.runtime_data, spec.upload_versions) == ({}, {})
    given = run_spec(Inputs(plan_id="1", runtime_data={"url": "u"}, upload_versions={"7": "8"}), "b")
    assert (given.runtime_data, given.upload_versions) == ({"url": "u"}, {"7": "8"})


def test_runtime_data_is_not_shown() -> None:
    """Values of runtime data are part of no repr."""
    assert "hush" not in repr(run_spec(Inputs(plan_id="1", runtime_data={"password": "hush"}), "b"))


def test_of_a_run_that_exists_the_run_tells() -> None:
    """Nothing is made up for a run that is attached to: a build number of ours would be none of its own."""
    assert run_spec(Inputs(run_id="900"), "derived") == RunSpec()
    run = Run("900", Status.QUEUED, Result.QUEUED, plan_id="420", build_number="7", environment_id="10")
    assert spec_of(run) == RunSpec(plan_id="420", build_number="7", environment_id="10")
