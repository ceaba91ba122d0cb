"""The checks themselves work: each finds the defect of a broken page, and nothing on a good one."""

from collections.abc import Iterable

import pytest

from tests.visual import checks, github
from tests.visual.studio import PHONE, Studio

LONG = "Q" * 200
GANTT = "```mermaid\ngantt\n  dateFormat X\n  section {}\n  A task : 0, 5\n```"


def begins(found: Iterable[str], *words: str) -> bool:
    """Whether these are the beginnings of what was found, one each."""
    return all(told.startswith(word) for told, word in zip(found, words, strict=True))


def test_a_wide_page(studio: Studio) -> None:
    """A line that is too long makes the whole page scroll."""
    found = checks.overflow(studio.look('<hr width="900">', PHONE))
    assert begins(found, "the page is 916 px wide", "cut off: <hr>")


def test_a_label_out_of_its_diagram(studio: Studio) -> None:
    """Text of a diagram is cut off where the drawing ends."""
    found = checks.overflow(studio.look(GANTT.format(LONG), PHONE))
    assert begins(found, "cut off: <text> QQQ")


def test_a_name_below_its_bars(studio: Studio) -> None:
    """The name of a section that is longer than the room to the left of the bars runs into them."""
    found = checks.overflow(studio.look(GANTT.format("A machine with a name"), PHONE))
    assert begins(found, "cut off: <text> A machine with a name")


def test_small_letters(studio: Studio) -> None:
    """A diagram that is wider than the page is shrunk, and its letters with it."""
    wide = GANTT.replace("mermaid\n", 'mermaid\n%%{{init: {{"gantt": {{"useWidth": 900}}}}}}%%\n')
    found = checks.tiny(studio.look(wide.format("A machine"), PHONE))
    assert any(told.endswith(" px: A machine") for told in found)
    assert checks.tiny(studio.look(GANTT.format("A machine"), PHONE)) == []


@pytest.mark.parametrize(
    "markdown", [LONG, f"`{LONG}`", f"<table><tr><td nowrap>{LONG}</td></tr></table>", f"    {LONG}"]
)
def test_what_breaks_or_scrolls_is_fine(studio: Studio, markdown: str) -> None:
    """Words break; tables and code scroll by themselves."""
    assert checks.overflow(studio.look(markdown, PHONE)) == []


def test_a_broken_diagram(studio: Studio) -> None:
    """A diagram that Mermaid cannot read is found, a good one is drawn."""
    assert begins(checks.diagrams(studio.look("```mermaid\ngantt\n  nonsense here::: x\n```", PHONE)), "not drawn: ")
    good = studio.look(GANTT.format("A machine"), PHONE)
    assert (checks.diagrams(good), good.diagrams) == ([], 1)


def test_skipped_levels(studio: Studio) -> None:
    """A page begins at level 2, goes down one level at a time, and up as it likes."""
    assert checks.headings(studio.look("# One\n\n## Two\n\n#### Four", PHONE)) == [
        "level 1 follows level 1",
        "level 4 follows level 2",
    ]
    assert checks.headings(studio.look("## Two\n\n### Three\n\n#### Four\n\n## Two", PHONE)) == []


def test_what_is_not_seen_first(studio: Studio) -> None:
    """A text may be missing, folded away, or too far down; in a summary line and in open details it is seen."""
    folded = "<details><summary>Title</summary>Apple <b>Pear</b></details>"
    opened = "<details open><summary>More</summary>Plum</details>"
    markdown = f"{folded}\n\n{opened}\n\n{'<br>' * 50}\n\nCherry"
    sight = studio.look(markdown, PHONE, ("Title", "Apple", "Pear", "Plum", "Cherry", "Fig"))
    found = checks.hidden(sight)
    assert begins(found, "folded: Apple", "folded: Pear", "at 1", "missing: Fig")


def test_lost_text(studio: Studio) -> None:
    """Text that the engine takes for markup, or that the filter removes, is lost."""
    texts = ("**bold**", "<script>x</script>", "plain")
    assert checks.lost(studio.look("\n\n".join(texts), PHONE), texts) == ["lost: **bold**", "lost: <script>x</script>"]


@pytest.mark.parametrize("text", ["ask @octocat", "ask @github/security", "a :rocket:"])
def test_shorthand(studio: Studio, text: str) -> None:
    """Mentions and emoji are found, but not in code or in a mail address."""
    assert checks.shorthand(studio.look(text, PHONE)) == [f"active: {text}"]
    assert checks.shorthand(studio.look(f"`{text}` 10:20:30 ada@example.com", PHONE)) == []


def test_strange_links(studio: Studio) -> None:
    """A link is strange whether it was written as one or only looks like one."""
    sight = studio.look("[x](https://evil.example/a) www.evil.example <a href='https://ours.example/b'>y</a>", PHONE)
    assert checks.strange_links(sight, ("https://ours.example/",)) == [
        "links to https://evil.example/a",
        "links to http://www.evil.example/",
    ]


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("<script>x</script>", ["<script>"]),
        ("<b style='x' onclick='y'>x</b>", ["<b style>", "<b onclick>"]),
        ("<a href='javascript:x'>x</a>", ["<a javascript:x>"]),
        ("![x](data:image/png;base64,x)", ["<img data:image/png;base64,x>"]),
        ("<!-- x -->", ["<!-- x -->"]),
        ("`<script>` &lt;b&gt; <b>x</b>", []),
    ],
)
def test_what_the_filter_removes(markdown: str, found: list[str]) -> None:
    """Tags, attributes, links and comments that the filter removes are found; what is text is left alone."""
    assert github.foreign(markdown) == found


def test_the_filter() -> None:
    """It removes what GitHub's removes, and keeps the rest."""
    assert github.filtered("<b style='x'>a</b><script>b</script><video>c</video>") == "<b>a</b>c"
    assert github.filtered('<pre lang="mermaid"><code>a</code></pre>') == '<pre lang="mermaid"><code>a</code></pre>'
