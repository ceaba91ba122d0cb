"""Browser, style and diagrams are installed by `make look` only; without them there is nothing to test here."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

collect_ignore_glob = [] if os.environ.get("LOOK") else ["test_*.py"]

if os.environ.get("LOOK"):
    from tests.visual.browser import Browser, installed
    from tests.visual.studio import Studio

    @pytest.fixture(scope="session")
    def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
        """Takes the pictures and measures the pages; every scene is played once."""
        with Browser(installed(), tmp_path_factory.mktemp("profile")) as browser:
            yield Studio(browser, Path(os.environ["LOOK"]).resolve(), tmp_path_factory.mktemp("scenes"))
