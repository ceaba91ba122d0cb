"""The page about GitLab says what its files say, and what it shows is accepted."""

import re
from typing import Any

import pytest
import yaml

from tests.repo.test_readme import ROOT
from testsigma_action.inputs.reading import read_inputs

PAGE = (ROOT / "docs/ci/gitlab.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
DOCUMENTS: list[dict[str, Any]] = [yaml.safe_load(block) for block in BLOCKS]
INCLUDED = [include for document in DOCUMENTS for include in document.get("include", ())]
VARIABLES = [document["testsigma"].get("variables", {}) for document in DOCUMENTS if "testsigma" in document]


def test_the_page_shows_the_example() -> None:
    """Whoever copies it from the page gets the file that is tested."""
    assert (ROOT / "examples/ci/gitlab/.gitlab-ci.yml").read_text("utf-8") in BLOCKS


def test_inputs_of_the_component_exist() -> None:
    """What the page gives to the component are its inputs, all as text, which GitLab checks."""
    template = (ROOT / "ci/gitlab/templates/testsigma/template.yml").read_text("utf-8")
    header = next(iter(yaml.safe_load_all(template)))
    assert INCLUDED
    for include in INCLUDED:
        assert set(include["inputs"]) <= set(header["spec"]["inputs"])
        assert all(isinstance(value, str) for value in include["inputs"].values())


def test_the_list_of_plans_is_accepted() -> None:
    """It can be pasted as it is."""
    (plans,) = (given["TESTSIGMA_PLANS"] for given in VARIABLES if "TESTSIGMA_PLANS" in given)
    reading = read_inputs((), {"TESTSIGMA_API_KEY": "key-for-tests", "TESTSIGMA_PLANS": plans})
    assert reading.problems == ()
    assert len(reading.inputs.runs) == len(yaml.safe_load(plans))


@pytest.mark.parametrize("secret", ['a"b', "#1: x", "\\n", "{a: b}", "null", " blank ", "%PATH%", "密码"])
def test_a_secret_arrives_as_it_is(secret: str) -> None:
    """GitLab pastes it into the text that the page shows."""
    (data,) = (given["TESTSIGMA_RUNTIME_DATA"] for given in VARIABLES if "TESTSIGMA_RUNTIME_DATA" in given)
    pasted = data.replace("$SHOP_PASSWORD", secret)
    assert pasted != data
    reading = read_inputs((), {"TESTSIGMA_API_KEY": "key-for-tests", "TESTSIGMA_RUNTIME_DATA": pasted})
    assert reading.inputs.runtime_data == {"user": "admin", "password": secret}
