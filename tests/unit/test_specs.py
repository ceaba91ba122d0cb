"""From inputs to the run that is asked for."""

import re
from dataclasses import replace
from itertools import count

from testsigma_action.domain.run import ConfigurationRef, RunSpec
from testsigma_action.inputs.options import Inputs
from testsigma_action.inputs.run_specs import run_specs
from testsigma_action.secret import Secret

INPUTS = Inputs(plan_id="420", environment_id="10", execution_config=ConfigurationRef(name="smoke only"))


def run_spec(inputs: Inputs) -> RunSpec:
    """The one run that the inputs ask for."""
    [spec] = run_specs(inputs, "acme/shop#812.1", lambda: "k3f9q2")
    return spec


def test_a_derived_build_number_is_unique() -> None:
    """Without a build number the derived one is taken, and it tells this run from all others."""
    spec = run_spec(INPUTS)
    assert re.fullmatch(r"acme/shop#812\.1-[a-z2-9]{6}-k3f9q2", spec.build_number)
    assert spec.unique


def test_a_given_build_number_is_not_unique() -> None:
    """A build number of the user's may stand at other runs too, so nothing may be concluded from it."""
    spec = run_spec(Inputs(plan_id="420", build_number="7"))
    assert (spec.build_number, spec.unique) == ("7", False)


def test_everything_else_is_passed_on() -> None:
    """Plan, environment, configuration and both mappings; a mapping that was not given is empty."""
    spec = run_spec(INPUTS)
    assert (spec.plan_id, spec.environment_id, spec.configuration) == ("420", "10", INPUTS.execution_config)
    assert (spec.runtime_data, spec.upload_versions) == ({}, {})
    given = run_spec(Inputs(plan_id="1", runtime_data={"url": "u"}, upload_versions={"7": "8"}))
    assert (given.runtime_data, given.upload_versions) == ({"url": "u"}, {"7": "8"})


def test_an_environment_by_its_name() -> None:
    """A name is kept apart from an ID until it has been looked up."""
    spec = run_spec(replace(INPUTS, environment_id="staging 2"))
    assert (spec.environment_id, spec.environment_name) == ("", "staging 2")


def test_runtime_data_is_not_shown() -> None:
    """Values of runtime data are part of no repr."""
    assert "hush" not in repr(run_spec(Inputs(plan_id="1", runtime_data={"password": "hush"})))


def test_of_a_run_that_exists_the_run_tells() -> None:
    """Nothing is made up for a run that is attached to: a build number of ours would be none of its own."""
    assert run_spec(Inputs(run_id="900")) == RunSpec()


def test_several_runs_in_their_order() -> None:
    """Each run of `plans` has its name and a build number with a nonce of its own, unless one was given."""
    plans = (RunSpec("1", name="smoke"), RunSpec("2", build_number="7"), RunSpec("1"))
    nonces = map(str, count(1))
    specs = run_specs(Inputs(plans=plans), "shop-8", lambda: next(nonces))
    assert [(spec.plan_id, spec.name, spec.unique) for spec in specs] == [
        ("1", "smoke", True),
        ("2", "", False),
        ("1", "", True),
    ]
    assert specs[1].build_number == "7"
    assert len({spec.build_number for spec in specs}) == 3


def test_two_equal_entries() -> None:
    """Their build numbers differ even if chance gives the same nonce twice."""
    first, second = run_specs(Inputs(plans=(RunSpec("1"), RunSpec("1"))), "shop-8", lambda: "aaaaaa")
    assert first.build_number != second.build_number


def key(inputs: Inputs, step: str = "run 1 of job tests", label: str = "acme/shop#812.1") -> str:
    """The key in the derived build number of the only run."""
    [spec] = run_specs(inputs, label, lambda: "k3f9q2", step)
    return spec.build_number.removeprefix(label).split("-")[1]


LEG = Inputs(
    api_key=Secret("key-of-nobody"),
    plan_id="420",
    environment_id="10",
    execution_config=ConfigurationRef(name="smoke only"),
    runtime_data={"browser": "chrome"},
    upload_versions={"211": "9031"},
    summary_title="Tests on Chrome",
)
OTHERS = [
    replace(LEG, api_key=Secret("key-of-somebody")),
    replace(LEG, plan_id="421"),
    replace(LEG, environment_id="11"),
    replace(LEG, environment_id="staging"),
    replace(LEG, execution_config=ConfigurationRef(name="all")),
    replace(LEG, execution_config=ConfigurationRef(id="smoke only")),
    replace(LEG, execution_config=None),
    replace(LEG, runtime_data={"browser": "firefox"}),
    replace(LEG, runtime_data={"chrome": "browser"}),
    replace(LEG, runtime_data={}),
    replace(LEG, upload_versions={"211": "9032"}),
    replace(LEG, summary_title="Tests on Firefox"),
]


def test_the_key_is_the_same_in_each_attempt() -> None:
    """Neither the attempt nor the order of a mapping changes it."""
    data = {"browser": "chrome", "size": "large"}
    turned = dict(reversed(data.items()))
    assert key(LEG) == key(LEG, label="acme/shop#812.2")
    assert key(replace(LEG, runtime_data=data)) == key(replace(LEG, runtime_data=turned))


def test_each_leg_of_a_matrix_has_a_key_of_its_own() -> None:
    """Whatever input the legs differ in, and so have another step and another CI run."""
    keys = [key(LEG), *map(key, OTHERS), key(LEG, "run 1 of job more"), key(LEG, "run 2 of job tests")]
    assert len(set(keys)) == len(keys)


def test_an_entry_of_plans_has_a_key_of_its_own() -> None:
    """Entries that differ in their names only have different keys, and so have equal ones, in each attempt."""
    plans = (RunSpec("1", name="a"), RunSpec("1", name="b"), RunSpec("1"), RunSpec("1"))
    first, again = (run_specs(Inputs(plans=plans), "shop-8", lambda: "aaaaaa", "job 1") for _ in range(2))
    numbers = [spec.build_number for spec in first]
    assert len(set(numbers)) == len(plans)
    assert numbers == [spec.build_number for spec in again]


def test_characters_that_cannot_be_encoded_have_a_key() -> None:
    """A lone surrogate in a value, from a variable that is no UTF-8, is no error here."""
    assert len(key(replace(LEG, runtime_data={"a": "\udcff"}))) == len(key(LEG))


def test_one_run_without_a_list() -> None:
    """A plan alone is one run with all of its inputs; a run to attach to tells everything itself; nothing is no run."""
    given = Inputs(plan_id="420", environment_id="10", runtime_data={"a": "b"}, upload_versions={"7": "8"})
    [spec] = run_specs(given, "b", lambda: "x")
    number = spec.build_number
    assert spec == RunSpec("420", "10", number, unique=True, runtime_data={"a": "b"}, upload_versions={"7": "8"})
    assert run_specs(Inputs(run_id="900"), "b", lambda: "x") == (RunSpec(),)
    assert run_specs(Inputs(), "b", lambda: "x") == ()
