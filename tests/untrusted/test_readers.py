"""The helpers of this suite find what they look for. Otherwise its other tests would see nothing."""

import pytest

from tests.untrusted import page, runner
from tests.untrusted.runner import Command

LOG = "a\r::error title=x%2Cy,file=z::b%0Ac\n \u2003::Group::x\r\n::no-such::x\nsay ##[set-output name=a;]b\n::x\n##[x"


def test_commands_of_github() -> None:
    """Lines end at a bare CR, blanks of any kind may stand first, names have any case, v1 stands anywhere."""
    assert runner.commands(LOG) == [
        Command("error", "b\nc", {"title": "x,y", "file": "z"}),
        Command("group", "x"),
        Command("set-output", "b", {"name": "a"}),
    ]


def test_stopped_commands() -> None:
    """Between `stop-commands` and its token there are none."""
    log = "::stop-commands::abc\n::error::x\n##[error]x\n::abc::\n::error::y"
    assert [command.data for command in runner.commands(log)] == ["abc", "", "y"]


@pytest.mark.parametrize("line", ["\u200b::error::x", ":\u00ad:error::x", "#\u200d#[error]x", "#\u3164#[error]x"])
def test_characters_without_width_hide_no_command(line: str) -> None:
    """The runner compares text by the rules of a language, which skip them."""
    assert [command.name for command in runner.commands(line)] == ["error"]


@pytest.mark.parametrize(
    "line",
    [
        "x ##vso[task.complete result=Succeeded;]",
        "##[section]x",
        "x ##teamcity[x]",
        "section_start:1:x\r\x1b[0Kx",
        "+++ x",
        "  --- x",
        "~~~ x",
        "^^^ +++",
        "\x1b[31m",
    ],
)
def test_markers_of_other_systems(line: str) -> None:
    """Each has its own."""
    assert runner.markers(f"before\n{line}\nafter") != []
    assert runner.markers("- a: # # [x] ----\nx --- y, a::b") == []


@pytest.mark.parametrize(
    "markdown",
    [
        "<img src=x>",
        "<b onclick=x>y</b>",
        "<a href='javascript:x'>y</a>",
        "<a href='https://evil.example/'>y</a>",
        "x</details>",
        "<details>x",
        "<!-- x -->",
        "hello @octocat",
        "hello &#64;octocat",
        ":rocket:",
        "<?x ?>",
        "<!DOCTYPE x>",
    ],
)
def test_active_markup(markdown: str) -> None:
    """Tags, attributes, links, mentions, and what stays open."""
    assert page.active(markdown) != []


def test_quiet_markup() -> None:
    """What our own pages are made of."""
    ours = (
        '## a\n\n<b>x</b><br>\n\n<a href="https://app.example/x?y=1&amp;z">x</a> `@x` <code>@y</code> &#64;&#8288;z\n'
    )
    assert page.active(ours) == []


@pytest.mark.parametrize("markdown", ["[x](javascript:x)", "![x](y)", "https://evil.example", "a@evil.example"])
def test_active_markdown(markdown: str) -> None:
    """Links and pictures that are no HTML yet."""
    assert page.active(markdown) != []
