"""The log: lines at once, without the secret, whatever becomes of the reader."""

import base64
import io
import os
from urllib.parse import quote

import pytest

from tests.untrusted import runner, texts
from testsigma_action.platforms.log import Log
from testsigma_action.secret import HIDDEN, NO_SECRET, Secret

KEY = "key/for+tests"


class Gone(io.StringIO):
    """A reader that went away."""

    def write(self, _text: str) -> int:
        """Fail as a pipe without a reader does."""
        raise BrokenPipeError


def logged(*lines: str, secret: Secret = NO_SECRET) -> str:
    """What is printed of lines."""
    stream = io.StringIO()
    log = Log(stream)
    log.secret = secret
    log.say(lines)
    return stream.getvalue()


def test_no_line_that_is_said_is_a_command() -> None:
    """Whatever a caller forgot: the log itself makes every line safe, as a line of its own and as one line."""
    hostile = [text for text in texts.TEXTS if len(text) < 1000]
    said = logged(*hostile, *(f"Could not {text}" for text in hostile))
    assert (runner.commands(said), runner.markers(said)) == ([], [])
    assert len(runner.lines(said)) == 2 * len(hostile) + 1


def test_commands_are_printed_without_the_secret() -> None:
    """What a platform made is a command, and hides the secret like any line."""
    stream = io.StringIO()
    log = Log(stream)
    log.secret = Secret(KEY)
    log.commands([f"::error title=x::{KEY} y"])
    assert stream.getvalue() == f"::error title=x::{HIDDEN} y\n"


def test_lines_are_printed_in_order() -> None:
    """One line each."""
    assert logged("one", "", "two") == "one\n\ntwo\n"


def test_lines_are_printed_at_once() -> None:
    """A step that is killed has said all that it knew."""
    read, write = os.pipe()
    with open(read, encoding="utf-8") as reader, open(write, "w", encoding="utf-8") as writer:  # noqa: PTH123
        log = Log(writer)
        log.say(["now"])
        assert reader.readline() == "now\n"
        log.close()


def test_the_standard_output_is_taken_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    """The log is what the platform shows."""
    Log().say(["here"])
    assert capsys.readouterr().out == "here\n"


@pytest.mark.parametrize("seen", [KEY, quote(KEY, safe=""), base64.b64encode(KEY.encode()).decode()])
def test_the_secret_is_hidden(seen: str) -> None:
    """As it is, in a URL, in a header; wherever it stands in a line, however often."""
    said = logged(f"a {seen} b{seen}", "nothing", secret=Secret(KEY))
    assert said == f"a {HIDDEN} b{HIDDEN}\nnothing\n"


def test_no_secret_hides_nothing() -> None:
    """An empty secret stands between any two characters, and is left there."""
    assert logged("abc", secret=NO_SECRET) == "abc\n"


def test_a_command_is_printed_as_it_is() -> None:
    """The one line that has to hold the secret is the one that masks it."""
    stream = io.StringIO()
    log = Log(stream)
    log.secret = Secret(KEY)
    log.command(f"::add-mask::{KEY}")
    assert stream.getvalue() == f"::add-mask::{KEY}\n"


@pytest.mark.parametrize("stream", [Gone(), io.StringIO()])
def test_a_reader_that_went_away_does_not_end_the_step(stream: io.StringIO) -> None:
    """The run is still watched and the reports are still written."""
    if not isinstance(stream, Gone):
        stream.close()
    Log(stream).say(["one", "two"])


def test_a_character_that_the_stream_does_not_know_costs_no_line() -> None:
    """Names are in any script, terminals are not: the rest of the line is still printed."""
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="ascii", errors="strict") as stream:
        Log(stream).say(["Case 'Zahlung per Überweisung' failed", "next"])
        said = raw.getvalue().decode()
    assert "Zahlung per" in said
    assert "failed" in said
    assert said.endswith("next\n")
