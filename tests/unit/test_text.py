"""Untrusted text: what reaches a sink is harmless there, short, and cheap to prepare."""

import re
import sys
import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.untrusted import runner, texts
from testsigma_action import text

COMMANDS = [*texts.COMMANDS, *texts.HIDDEN_COMMANDS]
CATEGORIES_OF_CONTROL = {"Cc", "Cs", "Zl", "Zp"}
# Format characters that are seen: signs that stand below or around the number or the word that follows.
SEEN_FORMATS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13460)}
JOINERS = {0x200C, 0x200D}
# Nothing is to be seen of these, though Unicode files them under letters and marks.
BLANKS = [0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0, *range(0xFE00, 0xFE0E)]
PEOPLE = ["❤️‍🔥 a", "👨‍👩‍👧 b", "☎︎ c", "#️⃣ 1️⃣", "می‌خواهم", "क्‍ष", "🏴‍☠️", "Zoë Ωμέγα カートに入れる סל"]


def test_short_text_is_kept() -> None:
    """Text that fits and is harmless is passed on unchanged by every plain sink."""
    words = "Prüfe „Zahlung“, 価格 👍🏽, std::vector, following-sibling::div #1"
    assert text.one_line(words) == words
    assert text.log_line(words) == words
    assert text.lines(words, 1000, 1000) == words


def test_cut_is_visible() -> None:
    """What is cut ends with an ellipsis and has at most the length that was asked for."""
    assert text.cut("abcdef", 6) == "abcdef"
    assert text.cut("ab cdefg", 6) == "ab…"
    assert text.cut("abcde fg", 6) == "abcde…"
    assert text.one_line("a " * 101) == ("a " * 101).strip()[:199] + "…"


@given(st.text(st.sampled_from("ab \t\x00\u754c\u200d"), max_size=60), st.integers(2, 40), st.integers(2, 20))
def test_no_word_is_cut(words: str, most: int, width: int) -> None:
    """A word is shown whole or not at all, where text is cut and where lines are broken. Some scripts have none."""
    whole = {word for line in text.one_line(words, 1000).split() for word in line.replace("\u754c", " \u754c ").split()}
    for shown in (text.cut(words, most), text.one_line(words, most), text.lines(words, most, width)):
        kept = text.one_line(re.sub("[…\n]", " ", shown), 1000).replace("\u754c", " \u754c ").split()
        assert set(kept) <= whole
        assert len(shown) <= max(most, len(words)) if shown == words else len(shown) <= most


@pytest.mark.parametrize("mark", ["\u754c", "\U0001f600", "\u3042"])
@pytest.mark.parametrize("most", range(4, 20))
def test_no_word_is_cut_where_another_script_begins(mark: str, most: int) -> None:
    """A password may end with a picture. Text without blanks is cut between two of its own letters only."""
    for words in (f"{mark * 3}Kxtv!{mark}RmQz{mark * 9}", f"Kxtv!RmQz{mark} more and more"):
        assert not re.search("K(?!xtv!.?RmQz)", text.one_line(words, most))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_no_word_is_changed(words: str) -> None:
    """Printable ASCII without the marker of a command comes out as it went in, in XML with its five references."""
    plain = words.strip()
    assert text.one_line(words) == plain
    if not re.search(r"##[a-z]*\[", plain, re.IGNORECASE):
        assert plain in text.log_line(words)
    assert plain in text.html(words).replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace(
        "&apos;", "'"
    ).replace("&amp;", "&")


def test_cut_of_much_that_vanishes_is_visible() -> None:
    """Text that was sliced before it was cleaned says so, even if what is left would fit."""
    assert text.one_line("a b" + "\x00" * 5000 + "c") == "a…"


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


def test_every_character_that_nobody_sees_is_removed() -> None:
    """By its category or because it is a filler: no such character is left, alone or within a word."""
    formats = {code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"}
    tags = range(0xE0000, 0xE0FFF + 1)
    for code in {*(formats - SEEN_FORMATS), *BLANKS, *tags}:
        assert text.one_line(chr(code)) == ""
        assert text.one_line(f"a{chr(code)}b") == "ab"
        assert code in JOINERS or text.one_line(f"é{chr(code)}é") == "éé"


@pytest.mark.parametrize("words", PEOPLE)
def test_joiners_are_kept_where_people_need_them(words: str) -> None:
    """Emoji and words of many languages are the same afterwards, in every plain sink."""
    assert text.one_line(words) == text.log_line(words) == text.lines(words, 100, 100) == words


@pytest.mark.parametrize(
    "run", ["\u200d\u200d", "\ufe0f\ufe0e", "\u200d\ufe0f\u200d", "\u200c" * 9, "\ufe0f\u200d\ufe0f"]
)
def test_joiners_carry_no_text(run: str) -> None:
    """At one place there is at most one choice and one joiner: more of them could be an alphabet of their own."""
    for words in (f"é{run}é", f"{run}é", f"é {run}é", f"a{run}a", run):
        kept = [each for each in text.one_line(words) if not each.isspace() and each not in "éa"]
        assert len(kept) <= 1


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_is_hidden_in_any_text(words: str) -> None:
    """Whatever comes: no control or format character is left, cleaning again changes nothing, UTF-8 can be written."""
    line = text.one_line(words)
    unseen = [each for each in line if unicodedata.category(each) in CATEGORIES_OF_CONTROL and each != "\t"]
    assert unseen == []
    assert text.one_line(line) == line
    assert "\u200d\u200d" not in line
    line.encode()


@given(st.text(st.sampled_from("#[]: -+~^\u200d\u3164\u00adx\té\r\u2028")))
def test_no_line_is_a_command(words: str) -> None:
    """Whatever markers are made of, in whatever order: no CI system finds one, and again nothing changes."""
    line = text.log_line(words)
    assert runner.markers(line) == []
    assert "##[" not in line
    assert not line.lstrip().startswith("::")
    assert text.no_command(line) == line == text.log_line(line)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_line_of_several_parts_is_no_command(command: str) -> None:
    """A line that was put together is made safe as a whole, with its blanks and at its full length."""
    line = text.no_command(f"{command}  {'x' * 5000}")
    assert (runner.markers(line), runner.commands(line)) == ([], [])
    assert "  " + "x" * 5000 in line


LABEL = re.compile(r"\u2060(?! )(?:(?![-._/]{2}|  )[^\W\d]|[\w .\-_/(),!?'+=\[\]]|[^\x00-\x7f])*+(?<! )")


def check_label(words: str, most: int) -> None:
    """A label is short, has something to read, and only characters that are no syntax in any kind of chart."""
    label = text.mermaid_label(words, most, "suite 3")
    assert LABEL.fullmatch(label), label
    assert 2 <= len(label) <= most
    assert {each for each in label if each.isascii() and not each.isalnum()} <= set(" .-_/(),!?'+=[]")
    assert all(unicodedata.category(each)[0] in "LMN" for each in label[1:].strip("…") if not each.isascii())
    assert not re.search(r"[-._/]{2}", label)
    assert label[1:] == "suite 3" or label[1:].rstrip("…") in text.one_line(words, 1000)
    label.encode()


@pytest.mark.parametrize("words", texts.TEXTS)
def test_labels_of_charts(words: str) -> None:
    """No text breaks out of a label, begins a statement, or is a date."""
    check_label(words, 40)


@given(st.text(st.characters(exclude_categories=())), st.integers(10, 60))
def test_labels_of_charts_of_any_text(words: str, most: int) -> None:
    """The same for any text at all."""
    check_label(words, most)


def test_labels_are_readable() -> None:
    """Names in any script stay what they are; another text stands for a name that would have to be changed."""
    for name in ("Zahlung (Überweisung), Größe 1.5", "हिन्दी カート", "the end", "What's new?"):
        assert text.mermaid_label(name, 40, "suite 3") == f"\u2060{name}"
    for name in ("%%;#", "a: b", "a--b", "x" * 50, ""):
        assert text.mermaid_label(name, 40, "suite 3") == "\u2060suite 3"
    assert text.mermaid_label("Sign in and out", 10, "suite 3") == "\u2060Sign in…"


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
    assert (runner.commands(line), runner.markers(line)) == ([], [])
    visible = "".join(character for character in line if "!" <= character <= "~" or character in " │").lstrip()
    assert not visible.startswith(("::", "---", "+++", "~~~", "^^^"))
    assert not re.search(r"##[a-z]*\[", visible, re.IGNORECASE)


def test_markup_is_inert() -> None:
    """Five references are all that a block of HTML needs, and all that the runner's masker knows."""
    assert text.html("<b a='1'>&amp;\"") == "&lt;b a=&apos;1&apos;&gt;&amp;amp;&quot;"
    assert text.html("*x* _y_ | [z](u) \\ ~~a~~ # b") == "<code>*x* _y_ | [z](u) \\ ~~a~~ # b</code>"


@pytest.mark.parametrize(
    "words",
    [
        "@octocat",
        "a@b.example",
        ":rocket: x",
        "x :rocket",
        "#1",
        "GH-1",
        "$x$",
        "www.x.example",
        "https://x",
        "[x] task",
    ],
)
def test_what_github_resolves_is_code(words: str) -> None:
    """Mentions, addresses, emoji, numbers, formulas: the text is code as a whole, so that no tag stands within it."""
    assert text.html(words) == f"<code>{words}</code>"


@pytest.mark.parametrize("words", ["Step 4: click", "12:30 h", "a: b", "[API] x", "- item", "1. one", "a|b", "50 %"])
def test_what_github_leaves_alone_is_plain(words: str) -> None:
    """Most texts: they look like the page around them."""
    assert text.html(words) == words


def test_html_lines_keep_lines() -> None:
    """Line breaks become <br>; blank lines, which would end a block of HTML, are dropped."""
    assert text.html_lines("one\n\n  two\n", 100) == "one<br>two"


def test_lines_are_short() -> None:
    """Long lines are broken between words, blank lines around are dropped, what does not fit is left out."""
    assert text.lines("\n\tab cd ef  \n\nxy\n", 100, 6) == "\tab cd\nef\n\nxy"
    assert text.lines("ab abcdefgh cd", 100, 6) == "ab\n…\ncd"
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
    """Ten million characters cost about what ten thousand cost: text is cut before anything else looks at it."""
    short, huge = (pattern * (length // len(pattern)) for length in (10_000, 10_000_000))
    for sink in SINKS:
        assert len(sink(huge)) <= 24_000
        assert cost(sink, huge) < 20 * cost(sink, short)


SINKS: tuple[Callable[[str], str], ...] = (
    text.one_line,
    text.log_line,
    text.html,
    lambda words: text.mermaid_label(words, 40, "suite 3"),
    lambda words: text.lines(words, 2000, 250),
    lambda words: text.html_lines(words, 2000),
)


def cost(sink: Callable[[str], str], words: str) -> float:
    """Processor time of the fastest of a few calls; never nothing."""

    def once() -> float:
        begin = time.process_time()
        sink(words)
        return time.process_time() - begin

    return max(min(once() for _ in range(5)), 1e-5)
