"""Every error code is explained in docs/troubleshooting.md, and messages lead there."""

import re
from pathlib import Path

import pytest

from testsigma_action.errors import REPOSITORY, ErrorCode, help_url
from testsigma_action.reporting.wording import CONCLUSIONS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.+?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL))
LAST_LINE = re.compile(r"```text\n(.+) \(exit code (\d+), ([a-z-]+)\): .+\n```")
CODES = {code.value for code in ErrorCode if code is not ErrorCode.NONE}


def test_every_code_has_a_section() -> None:
    """The guide has a section for each code, and none for a code that does not exist."""
    assert "tests-failed" in CODES
    assert set(SECTIONS) == CODES


def test_every_code_is_listed() -> None:
    """The tables at the top lead to every section, once."""
    top = GUIDE.partition("\n## ")[0]
    assert sorted(re.findall(r"\[([a-z-]+)\]\(#\1\)", top)) == sorted(SECTIONS)


@pytest.mark.parametrize("code", SECTIONS)
def test_sections(code: str) -> None:
    """A section says what it means, shows a last line of a log as it is written, and lists what to do."""
    meaning, _, rest = SECTIONS[code].partition("```text\n")
    example = LAST_LINE.search(SECTIONS[code])
    assert len(meaning.split()) > 10
    assert example
    assert example[1] in {words.upper() for words in CONCLUSIONS.values()}
    assert example[3] == code
    assert re.findall(r"^(\d)\. ", rest, re.MULTILINE)[:2] == ["1", "2"]


def test_links_stay_here() -> None:
    """Links of the guide to other hosts are links to this repository (test_links.py checks the others)."""
    for target in re.findall(r"\]\((https:[^)]+)\)", GUIDE):
        assert target.startswith(REPOSITORY)


def test_messages_lead_here() -> None:
    """The address that messages name is that of a section; without a code there is none."""
    assert help_url("no-tests") == f"{REPOSITORY}/blob/main/docs/troubleshooting.md#no-tests"
    assert help_url("") == ""
    assert "](docs/troubleshooting.md)" in README
