"""Only `make visual` installs the browser, the style and the diagrams. Without them these tests are skipped."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

collect_ignore_glob = [] if os.environ.get("VISUAL") else ["test_*.py"]

if os.environ.get("VISUAL"):
    from tests.visual.browser import Browser, installed
    from tests.visual.studio import Studio

    @pytest.fixture(scope="session")
    def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
        """Takes the pictures and measures the pages. Every scene runs once."""
        with Browser(installed(), tmp_path_factory.mktemp("profile")) as browser:
            yield Studio(browser, Path(os.environ["VISUAL"]).resolve(), tmp_path_factory.mktemp("scenes"))
