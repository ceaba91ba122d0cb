"""Inputs with a structure can be written as YAML in the settings of a plugin."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from tests.ci_systems import plugins
from testsigma_action.inputs.reading import read_inputs

SETTINGS = """
api-key: {from_secret: testsigma_api_key}
max-parallel: 3
wait: true
plans:
  - plan-id: 431
    name: smoke
  - plan-id: 432
    environment-id: 11
    runtime-data: {user: a, password: b}
upload-versions: {211: 9031}
"""
SYSTEMS = (plugins.woodpecker, plugins.drone)


@pytest.mark.parametrize("encoded", SYSTEMS)
def test_settings_with_a_structure_are_read(
    encoded: Callable[[Mapping[str, Any], Mapping[str, str]], dict[str, str]],
) -> None:
    """What the system makes of lists, mappings, numbers and truth values is what the step expects."""
    reading = read_inputs((), encoded(yaml.safe_load(SETTINGS), {"testsigma_api_key": "key-for-tests"}))
    assert (reading.problems, reading.warnings) == ((), ())
    first, second = reading.inputs.plans
    assert (first.plan_id, first.name, second.environment_id) == ("431", "smoke", "11")
    assert second.runtime_data == {"user": "a", "password": "b"}
    assert (reading.inputs.max_parallel, reading.inputs.upload_versions) == (3, {"211": "9031"})
    assert reading.inputs.api_key.reveal() == "key-for-tests"
