"""Links between the pages of this repository lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    path
    for pattern in ("*.md", ".github/**/*.md", "docs/**/*.md", "ci/**/*.md", "tests/*.md", "tests/fixtures/**/*.md")
    for path in sorted(ROOT.glob(pattern))
]
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a page."""
    blocks = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^#+ (.*)", blocks.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line).lower().replace(" ", "-") for line in lines}


def links(page: Path) -> list[str]:
    """Return the targets of all links of a page into this repository."""
    text = CODE.sub("", page.read_text("utf-8"))
    inline = re.findall(r"\]\(([^)\s]+)\)", text)
    references = re.findall(r"^\[[^\]]+\]: (\S+)$", text, re.MULTILINE)
    return [target for target in inline + references if not re.match(r"https?:", target)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link leads to a file or folder, and every anchor to a heading."""
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_links_are_found() -> None:
    """The README links to its own sections and to pages in docs/, so the test above has something to check."""
    found = links(ROOT / "README.md")
    assert "#quickstart" in found
    assert "docs/recipes.md#attach-to-a-run" in found


def test_every_page_is_linked() -> None:
    """Every page in docs/ can be reached from the README or CONTRIBUTING."""
    named = {link.partition("#")[0] for name in ("README.md", "CONTRIBUTING.md") for link in links(ROOT / name)}
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} - named == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_named_modules_exist(page: Path) -> None:
    """Every module of the action that a page names by its path exists, so nobody looks for a file that was renamed."""
    layers = "api|domain|inputs|lifecycle|platforms|reporting|runtime"
    named = re.findall(rf"`((?:{layers})/[\w/]*(?:\.py|/)?)`", page.read_text("utf-8"))
    assert [path for path in named if not (ROOT / "src" / "testsigma_action" / path).exists()] == []


def test_the_architecture_names_enough_places() -> None:
    """At least ten changes have a place that a newcomer finds by the name of its file."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert len(re.findall(r"^\| [^|]+ \| `[\w/]+(?:\.py|/)` \|$", text, re.MULTILINE)) >= 10
