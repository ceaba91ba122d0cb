"""A secret is recognised in every shape that it is likely to be seen in."""

import base64
import html
import json
import os
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testsigma_action import text
from testsigma_action.secret import HIDDEN, NO_SECRET, SHORTEST_SECRET, Secret

KEY = "key/for+tests=&<_'\"\\."
keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORTEST_SECRET, max_size=80)


def hidden(text: str, key: str = KEY) -> str:
    """A text without a key."""
    for shape in Secret(key).encodings():
        text = text.replace(shape, HIDDEN)
    return text


@pytest.mark.parametrize(
    "shown",
    [
        KEY,
        quote(KEY),
        quote(KEY, safe=""),
        json.dumps(KEY)[1:-1],
        json.dumps(json.dumps(KEY)[1:-1])[1:-1],
        html.escape(KEY),
        html.escape(KEY, quote=False),
        html.escape(KEY).replace("&#x27;", "&#39;"),
        "".join(f"\\u{ord(each):04x}" for each in KEY),
        "".join(f"&#{ord(each)};" for each in KEY),
        base64.b64encode(KEY.encode()).decode(),
        base64.urlsafe_b64encode(KEY.encode()).decode(),
    ],
)
def test_every_usual_shape(shown: str) -> None:
    """In URLs, JSON, HTML, XML and headers nothing of it is left."""
    assert hidden(f"a {shown} b") == f"a {HIDDEN} b"


@given(keys, st.binary(max_size=10), st.binary(max_size=10))
def test_within_anything_in_base64(key: str, before: bytes, after: bytes) -> None:
    """Wherever it begins within what was encoded, no more than one character of it can be read back at either end."""
    encoded = base64.b64encode(before + key.encode() + after).decode()
    seen = hidden(encoded, key)
    assert HIDDEN in seen
    assert len(seen) - len(HIDDEN) <= (len(before) + len(after)) * 4 / 3 + 8


@given(keys)
def test_any_key_in_json(key: str) -> None:
    """What a service that repeats it writes into an answer is hidden before it is decoded."""
    assert hidden(json.dumps({"error": f"bad {key}"}), key) == json.dumps({"error": f"bad {HIDDEN}"})


@given(keys, st.integers(1, 50), st.integers(0, 3))
def test_in_pieces(key: str, length: int, times: int) -> None:
    """Wherever a text is cut into pieces, the secret is hidden as in the whole."""
    text = f" {key} \n" * times
    pieces = [text[start : start + length] for start in range(0, len(text), length)]
    assert "".join(Secret(key).hidden_in_chunks(pieces)) == Secret(key).hidden_in(text)


def test_in_many_pieces() -> None:
    """A long text is not kept until its end; a secret between two parts that are handed on is hidden."""
    pieces = list(Secret(KEY).hidden_in_chunks(f"{'x' * 997}{KEY}" for _ in range(2000)))
    assert len(pieces) > 3
    assert "".join(pieces) == f"{'x' * 997}{HIDDEN}" * 2000


def test_in_a_value_of_json() -> None:
    """In texts and in names of fields, however deep; what is no text stays as it is."""
    value = {"a": [1, None, True, {KEY: f"x {KEY}", "b": 1.5}], "c": "short"}
    assert Secret(KEY).hidden_in_json(value) == {"a": [1, None, True, {HIDDEN: f"x {HIDDEN}", "b": 1.5}], "c": "short"}


def test_a_key_that_is_not_utf_8() -> None:
    """A variable may hold any bytes. The step refuses such a key later, and must not crash before."""
    raw = b"long-enough\xff\xfe"
    key = os.fsdecode(raw)
    assert hidden(f"{key} {quote(raw)} {base64.b64encode(raw).decode()}", key) == "*** *** ***"


def test_a_text_with_half_a_character() -> None:
    """The value of an input in YAML may hold a lone surrogate. An error with such a value must not become a crash."""
    value = "long-enough\ud800"
    assert hidden(f"{value} {json.dumps(value)}", value) == f'{HIDDEN} "{HIDDEN}"'


def test_a_digest_takes_the_secret() -> None:
    """The same text has another digest with another secret; a secret that is no UTF-8 has one, too."""
    secrets = [Secret("key-for-tests"), Secret("another-key"), NO_SECRET, Secret(os.fsdecode(b"\xff"))]
    assert len({secret.digest("text") for secret in secrets}) == len(secrets)
    assert secrets[0].digest("text") == secrets[0].digest("text") != secrets[0].digest("texts")


def test_no_secret_has_no_shape() -> None:
    """Nor has one so short that hiding it would damage other texts."""
    assert NO_SECRET.encodings() == Secret("1234567").encodings() == ()
    assert all(len(shape) >= SHORTEST_SECRET for shape in Secret("12345678").encodings())


def test_a_key_with_an_apostrophe_is_known_in_our_own_markup() -> None:
    """The summary writes an apostrophe as a named reference."""
    secret = Secret("hunter2's-key")
    assert secret.hidden_in(text.html("x hunter2's-key y")) == f"x {HIDDEN} y"
