"""A form with a file: what is sent, and what is counted."""

from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from testsigma_action.api.uploads import FileForm
from testsigma_action.inputs import files

FIELDS = {"name": "Läden", "version": "1.0"}


def test_any_parser_reads_the_form() -> None:
    """The length is that of the body, and a parser of e-mails finds each part, whatever the name of the file is."""
    form = FileForm(FIELDS, 'a "b"\n.apk', 9, lambda: [b"first", b"\r\n--"])
    body = b"".join(form)
    assert len(body) == len(form)
    parsed = message_from_bytes(f"Content-Type: {form.content_type}\r\n\r\n".encode() + body)
    parts = {part.get_param("name", header="content-disposition"): part for part in list(parsed.walk())[1:]}
    assert list(parts) == ["name", "version", "fileContent"]
    assert parts["name"].get_payload(decode=True) == "Läden".encode()
    assert parts["fileContent"].get_filename() == "a %22b%22%0A.apk"
    assert parts["fileContent"].get_payload(decode=True) == b"first\r\n--"


def test_what_was_sent() -> None:
    """A block counts when the next one is asked for, and the form is complete only at its very end."""
    form = FileForm(FIELDS, "app.apk", 4, lambda: [b"ab", b"cd"])
    seen = [(form.sent, form.complete) for _ in form]
    assert seen == [(0, False), (0, False), (2, False), (4, False)]
    assert (form.sent, form.complete) == (4, True)


def test_a_file_that_breaks_off_never_ends_the_form() -> None:
    """Without its end, the service cannot read the form."""

    def broken() -> Iterator[bytes]:
        yield b"ab"
        raise files.Unusable("changed")

    form = FileForm(FIELDS, "app.apk", 4, broken)
    pieces = iter(form)
    assert (next(pieces)[:2], next(pieces)) == (b"--", b"ab")
    with pytest.raises(files.Unusable):
        next(pieces)
    assert not form.complete


def test_content_comes_in_blocks(tmp_path: Path) -> None:
    """No block is larger than 64 KB, however large the file is."""
    path = tmp_path / "app.apk"
    path.write_bytes(b"x" * 200_000)
    blocks = [len(block) for block in files.content(path, files.state_of(path))]
    assert (sum(blocks), max(blocks)) == (200_000, 64 * 1024)


@pytest.mark.parametrize("content", [b"", b"shorter", b"x" * 100_000, b"x" * 300_000])
def test_a_file_that_changes(content: bytes, tmp_path: Path) -> None:
    """What is sent is what was looked at: any other size or time is a change."""
    path = tmp_path / "app.apk"
    path.write_bytes(b"y" * 200_000)
    blocks = files.content(path, files.state_of(path))
    next(iter(blocks))
    path.write_bytes(content)
    with pytest.raises(files.Unusable, match="changed while it was sent"):
        list(blocks)
