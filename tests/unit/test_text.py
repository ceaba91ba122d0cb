"""Untrusted text: what reaches a sink is harmless there, short, and cheap to prepare."""

import html as stdlib_html
import time

import pytest

from testsigma_action import text

COMMANDS = [
    "::set-output name=x::y",
    "  ::add-mask::x",
    "\u200d::error::x",
    "\u00a0:\u200d:error::x",
    "##[error]x",
    "a ##[group]x",
    "#\u200d#[error]x",
    "##vso[task.complete result=Failed;]",
    "x ##teamcity[buildStatus status='SUCCESS']",
    "--- section",
    "+++ section",
    "~~~ section",
    "^^^ +++",
]


def test_short_text_is_kept() -> None:
    """Text that fits and is harmless is passed on unchanged by every plain sink."""
    words = "Prüfe „Zahlung“, 価格 👍🏽, std::vector, following-sibling::div #1"
    assert text.one_line(words) == words
    assert text.log_line(words) == words
    assert text.lines(words, 1000, 1000) == words


def test_cut_is_visible() -> None:
    """What is cut ends with an ellipsis and has at most the length that was asked for."""
    assert text.cut("abcdef", 6) == "abcdef"
    assert text.cut("abcdefg", 6) == "abcde…"
    assert text.one_line("a" * 201) == "a" * 199 + "…"


def test_cut_of_much_that_vanishes_is_visible() -> None:
    """Text that was sliced before it was cleaned says so, even if what is left would fit."""
    assert text.one_line("a" + "\x00" * 5000 + "b") == "a…"


@pytest.mark.parametrize("separator", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\n \n\t\n"])
def test_line_breaks_become_visible(separator: str) -> None:
    """Whatever any reader takes for a line break becomes one visible mark."""
    assert text.one_line(f"one{separator}two") == "one ⏎ two"
    assert text.lines(f"one{separator}two", 100, 100).split() == ["one", "two"]


def test_colours_are_removed() -> None:
    """Terminal sequences go as a whole; an unfinished one takes nothing with it but itself."""
    assert text.one_line("\x1b[31mred\x1b[0m \x1b]0;title\x07x \x9b1mbold \x1b(Bplain") == "red x bold plain"
    assert text.one_line("\x1b]8;;no end") == "]8;;no end"
    assert text.one_line("\x1b[") == "["


def test_hidden_characters_are_removed() -> None:
    """Control characters, right-to-left overrides and invisible characters do not reach the reader."""
    assert text.one_line("a\x00b\x7fc\u202ed\u2066e\u200bf\ufeffg\u061ch") == "abcdefgh"


@pytest.mark.parametrize("broken", ["\ud800", "\ufffe", "\uffff"])
def test_unencodable_is_replaced(broken: str) -> None:
    """Lone surrogates and characters that XML forbids become a replacement character in every sink."""
    for sink in (text.one_line, text.log_line, text.html, text.encodable):
        assert sink(f"a{broken}b") == "a\ufffdb"
    assert text.lines(f"a{broken}b", 10, 10) == "a\ufffdb"
    assert text.html_lines(f"a{broken}b", 10) == "a\ufffdb"


def test_data_is_unchanged_but_for_what_cannot_be_encoded() -> None:
    """Text for programs keeps its line breaks and control characters."""
    assert text.encodable("a\nb\x00\u202e") == "a\nb\x00\u202e"


@pytest.mark.parametrize("command", COMMANDS)
def test_log_line_is_no_command(command: str) -> None:
    """No CI system finds its marker, neither at the start of the line nor within it, nor with invisible characters."""
    line = text.log_line(command)
    visible = "".join(character for character in line if "!" <= character <= "~" or character == " ").lstrip()
    assert not visible.startswith(("::", "---", "+++", "~~~", "^^^"))
    assert "##" not in visible


def test_markup_is_inert() -> None:
    """Every character that could be Markdown or HTML syntax becomes a character reference; a reader sees the text."""
    hostile = "<b>|[x](http://y)*_~`$@#:!'\"&\\"
    escaped = text.html(hostile)
    assert not set("<>|[]()*_~`$'\"\\") & set(escaped)
    assert stdlib_html.unescape(escaped) == hostile


@pytest.mark.parametrize(
    "start", ["- item", "+ item", "=== ", "1. one", "12) one", "# one", "> one", "www.example.org"]
)
def test_markup_at_the_start_of_a_line_is_inert(start: str) -> None:
    """What is syntax only where a line begins, or only in a bare link, is a character reference there."""
    escaped = text.html(start)
    assert escaped.startswith("&#" if start[0] != "w" else "www&#46;")
    assert stdlib_html.unescape(escaped) == start.strip()


def test_mentions_and_emoji_are_broken() -> None:
    """Mentions and emoji names are looked for after references are resolved, so they get a joiner; mail does not."""
    assert (
        stdlib_html.unescape(text.html("@octocat :rocket: a@b.c 12:30")) == "@\u2060octocat :\u2060rocket: a@b.c 12:30"
    )


def test_html_lines_keep_lines() -> None:
    """Line breaks become <br>; blank lines, which would end a block of HTML, are dropped."""
    assert text.html_lines("one\n\n  two\n", 100) == "one<br>two"


def test_lines_are_short() -> None:
    """Long lines are broken up, blank lines around are dropped, tabs are blanks, what does not fit is cut off."""
    assert text.lines("\n\tabcdef  \n\nxy\n", 100, 6) == "    ab\ncdef\n\nxy"
    assert text.lines("abc\ndef\nghi", 8, 6) == "abc\ndef…"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://", "https://x y", 'https://x"y', "https://x'y", "https://x>y", "ftp://x", ""],
)
def test_odd_links_are_none(url: str) -> None:
    """Only plain web addresses become links."""
    assert text.web_link(url) == ""


def test_plain_links_are_kept() -> None:
    """A plain web address is passed on."""
    assert text.web_link("https://x.example/a?b=c&d#e") == "https://x.example/a?b=c&d#e"


@pytest.mark.parametrize(
    "pattern", ["a", "\x1b]", "\x1b[1;", " ", "\n", "#", ":", ":a", "@", "\u200b", "é", "\ud800", "<"]
)
def test_long_text_costs_what_is_kept(pattern: str) -> None:
    """Ten million characters take no longer than the few that are kept, whatever they are."""
    huge = pattern * (10_000_000 // len(pattern))
    begin = time.process_time()
    for sink in (text.one_line, text.log_line, text.html):
        assert len(sink(huge)) <= 3500
    assert len(text.lines(huge, 6000, 250)) <= 6000
    assert text.html_lines(huge, 2000) is not None
    assert time.process_time() - begin < 1
