"""Woodpecker."""

import yaml

from tests.ci_systems.conftest import ROOT


def test_the_page_of_the_plugin() -> None:
    """The front matter has the fields that Woodpecker's list of plugins reads."""
    front_matter = (ROOT / "ci/woodpecker/docs.md").read_text("utf-8").split("---\n")[1]
    assert {"name", "author", "description", "tags", "containerImage", "url"} <= set(yaml.safe_load(front_matter))
