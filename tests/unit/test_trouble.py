"""Trouble in words: what an error answer means, what it says, and when to try again."""

import email.utils
import json
from datetime import UTC, datetime, timedelta

import pytest

from testsigma_action.api.bodies import EXCERPT, read_error_body, reason_in
from testsigma_action.api.error_response import backoff, error_of, retry_after
from testsigma_action.errors import ApiError, Redirected, Refused, Transient
from testsigma_action.secret import Secret

NOW = datetime(2026, 3, 4, 10, 0, 0, tzinfo=UTC)


def error(status: int, body: bytes = b"", target: str = "", wait: float | None = None) -> ApiError:
    """The error for an answer of app.example.com."""
    return error_of("Could not read", "app.example.com", status, read_error_body(body), target, wait)


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 520, 599, 408, 425, 429])
def test_what_may_pass_is_tried_again(status: int) -> None:
    """Every 5xx, and the three of the 4xx family that are about time."""
    found = error(status, wait=7.0)
    assert isinstance(found, Transient)
    assert (found.status, found.retry_after) == (status, 7.0)


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (401, "api-key-rejected", "region"),
        (403, "api-forbidden", "admin"),
        (404, "not-found", "ID"),
        (404, "not-found", "base-url is the host, without the path of a page"),
        (400, "api-refused", "ID"),
        (405, "api-refused", "ID"),
        (406, "api-refused", "ID"),
        (422, "api-refused", "ID"),
    ],
)
def test_refusals_are_final_and_name_the_remedy(status: int, code: str, word: str) -> None:
    """Other 4xx would be the same the next time; each has its code and its hint."""
    found = error(status)
    assert isinstance(found, Refused)
    assert (found.code, found.status) == (code, status)
    assert word in found.hint


def test_a_rejected_key_names_the_regions() -> None:
    """A key is good for one region: the hint has the addresses of the others."""
    hint = error(401).hint
    assert "https://app-eu.testsigma.com" in hint
    assert "https://app-in.testsigma.com" in hint


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_is_final_and_names_the_host(status: int) -> None:
    """The key belongs to one host, so a redirect is never followed; the message says where it points."""
    found = error(status, target="login.example.com")
    assert isinstance(found, Redirected)
    assert found.code == "api-redirected"
    assert "login.example.com" in found.message
    assert "base-url" in found.hint


def test_the_message_says_what_was_asked_of_whom_and_what_came_back() -> None:
    """Purpose, host, status, its phrase, and what the body says."""
    said = error(503, b'{"error": "Down for maintenance"}').message
    for words in ("Could not read", "app.example.com", "503", "Service Unavailable", "Down for maintenance"):
        assert words in said


def test_the_message_says_nothing_twice() -> None:
    """A body that repeats the status is not quoted, and a quoted sentence has one full stop."""
    assert error(503, b'{"error": "Service unavailable"}').message.endswith("503 Service Unavailable.")
    assert error(500, b'{"error": "No agent."}').message.endswith("saying 'No agent.'")
    assert error(500, b'{"error": "No agent"}').message.endswith("saying 'No agent'.")


def test_a_status_without_a_phrase_is_only_a_number() -> None:
    """Not every number has a name."""
    assert "599." in error(599).message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": "busy", "message": "other"}', "busy"),
        (b'{"error": null, "message": "other"}', "other"),
        (b'{"error_description": "bad"}', "bad"),
        (b'{"error": {"code": 7}}', ""),
        (b'{"error": {"code": 7}, "message": "other"}', "other"),
        (b'{"something": "else"}', ""),
        (b"No JWT token found", "No JWT token found"),
        (b"<html><head><title>Bad gateway</title></head></html>", "Bad gateway"),
        (b"<html>\n<body>\n  two\r\n  lines</body>", "two lines"),
        (b"<p>Typed &lt;b&gt;&amp;&#33;</p>", "Typed <b>&!"),
        (b"\xfe\xfd", "\ufffd\ufffd"),
        (b"[1, 2]", ""),
        (b"", ""),
    ],
)
def test_what_an_error_body_says(body: bytes, said: str) -> None:
    """Its error, message or description, else its text, on one line and without tags."""
    assert read_error_body(body).excerpt == said


@pytest.mark.parametrize(
    "body",
    [b"x" * 100_000, b'{"error": "' + b"x" * 100_000 + b'"}', b"[" * 100_000, b"<" * 100_000, b"<a>" + b" \n" * 50_000],
)
def test_an_error_body_is_cut(body: bytes) -> None:
    """A page of megabytes, or nesting that exhausts a parser, costs a few words at most."""
    assert len(read_error_body(body).excerpt) <= EXCERPT


@pytest.mark.parametrize("secret", ["Kxtv  RmQz", "Kxtv\tRmQz", "Kxtv<b>RmQz", "Kxtv</p>RmQz", "Kxtv< RmQz >WpLd"])
@pytest.mark.parametrize("body", ["{0}", "No key {0}\n  found", '"Typed {0} into <input>"'])
def test_an_error_body_keeps_its_words(body: str, secret: str) -> None:
    """What quotes a password is shown as it is, so that the runner masks it; only the tags of a page are left out."""
    assert secret in read_error_body(body.format(secret).encode()).excerpt


@pytest.mark.parametrize(
    "body",
    ['{{"error": "No key {0}"}}', '{{"error": "{0}", "error": "{1}"}}', '["{1}"]', '"{1}"', "No key {0}", "{{{1}"],
)
def test_an_error_body_shows_no_key(body: str) -> None:
    """Neither plainly nor escaped, whether the body is JSON or not, and whether each field is there once."""
    key = "testkey-abcdefgh"
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in key)
    for encoding in ("utf-8", "utf-16"):
        found = read_error_body(body.format(key, escaped).encode(encoding), Secret(key))
        for shown in (reason_in(found.fields), found.excerpt):
            assert key not in shown
            assert key not in json.loads(f'"{shown}"' if escaped in shown else '""')


def test_backoff_grows_with_full_jitter() -> None:
    """At most 2 s after the first try, at most 30 s later, never nothing."""
    assert all(0.1 <= backoff(1, None) <= 2 for _ in range(100))
    assert all(0.1 <= backoff(100, None) <= 30 for _ in range(100))
    assert max(backoff(100, None) for _ in range(200)) > 15
    assert len({backoff(3, None) for _ in range(20)}) > 10


def test_the_service_may_ask_for_more_time() -> None:
    """What it asked for is what we wait, up to five minutes; it cannot make us ask without a pause."""
    assert backoff(1, 7.0) == 7.0
    assert backoff(1, 86400.0) == 300.0
    assert all(0.1 <= backoff(1, 0.0) <= 2 for _ in range(100))
    assert max(backoff(9, 0.0) for _ in range(200)) > 15


@pytest.mark.parametrize(
    ("status", "body", "ours"),
    [
        (403, b'{"timeStamp": 1, "error": "Access denied"}', True),
        (500, b'{"error": "No agent"}', True),
        (404, b'{"timeStamp": 1, "message": "No such thing", "error": null}', True),
        (401, b"Invalid JWT token", True),
        (401, b'"No JWT token found"', True),
        (403, b"Invalid JWT token", False),
        (401, b"<html>Sign in</html>", False),
        (403, b'{"message": "Forbidden"}', False),
        (404, b"default backend - 404", False),
        (404, b'["error"]', False),
        (502, b"", False),
        (407, b'{"error": "Proxy Authentication Required"}', False),
        (302, b'{"error": "Found"}', False),
    ],
)
def test_who_answers(status: int, body: bytes, ours: bool) -> None:  # noqa: FBT001
    """The service is known by the shape of its errors; anything else may come from a gateway in its place."""
    assert error(status, body).by_service is ours


def test_what_is_no_answer_may_pass() -> None:
    """A status below 200 is none that a request ends with."""
    assert isinstance(error(101), Transient)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), (" 7 ", 7.0), ("0", 0.0), ("86400", 86400.0)])
def test_retry_after_in_seconds(header: str, seconds: float) -> None:
    """A number is a number of seconds."""
    assert retry_after(header, NOW) == seconds


def test_retry_after_as_a_date() -> None:
    """A date is the time until then; one that has passed is now."""
    soon = email.utils.format_datetime(NOW + timedelta(seconds=90), usegmt=True)
    assert retry_after(soon, NOW) == 90.0
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT", NOW) == 0.0


@pytest.mark.parametrize(
    "header", ["", "soon", "-7", "1.5", "7s", "Wed, 99 Oct 2015 99:28:00 GMT", "Wed, 21 Oct 2015 07:28:00 -0000"]
)
def test_what_is_no_retry_after_is_none(header: str) -> None:
    """Then our own backoff counts."""
    assert retry_after(header, NOW) is None


@pytest.mark.parametrize(
    "header", ["Wed, 21 Oct 99999999999999999999 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00 +9999999999999999", "9" * 64]
)
def test_an_absurd_retry_after_is_no_bug(header: str) -> None:
    """Numbers that no clock holds come from outside, so they end as a number or as none."""
    found = retry_after(header, NOW)
    assert found is None or found >= 0


def test_json_errors_are_read_whatever_their_layout() -> None:
    """Fields that we do not know do not hide the reason."""
    body = {"timeStamp": None, "error": "The plan is currently running", "code": None, "fieldErrors": [{"field": "x"}]}
    assert read_error_body(json.dumps(body).encode()).excerpt == "The plan is currently running"


@pytest.mark.parametrize(
    "body", [b"", b"Bad gateway", b"<html>the plan is currently running</html>", b'"busy"', b"[1]", b"7", b"\xff"]
)
def test_only_the_service_gives_reasons(body: bytes) -> None:
    """The page of a proxy is shown to people, but nothing is concluded from it."""
    assert reason_in(read_error_body(body).fields) == ""
    assert error(503, body).said == ""


def test_the_reason_is_kept_under_any_status() -> None:
    """Which status the service gives to what it says is not documented."""
    for status in (400, 409, 429, 500, 503):
        assert error(status, b'{"error": "The plan is currently running"}').said == "The plan is currently running"
