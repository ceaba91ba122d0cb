"""Exceptions of the libraries in words: types and numbers decide, texts never do."""

import http.client
import ssl
from typing import NoReturn

import pytest
import urllib3
from requests import ConnectionError as NoConnection

from testsigma_action.api.causes import name, unsent
from testsigma_action.api.connection import BadAnswer, Exchange, Stage
from testsigma_action.api.route import Route, Setting
from testsigma_action.errors import ErrorCode, Transient

ROUTE = Route("https://app.testsigma.com")
PROXIED = Route("https://app.testsigma.com", Setting("HTTPS_PROXY", "http://somebody:hush@proxy:3128"))


def rejected(code: int, text: str = "certificate verify failed: whatever") -> ssl.SSLCertVerificationError:
    """The error of a certificate that OpenSSL does not accept."""
    error = ssl.SSLCertVerificationError(1, text)
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (http.client.BadStatusLine("<html>"), "not HTTP"),
        (http.client.UnknownProtocol("HTTP/9"), "not HTTP"),
        (http.client.LineTooLong("header line"), "a line that is too long"),
    ],
)
def test_an_answer_that_is_not_http(error: Exception, words: str) -> None:
    """In words, not by the class of an exception; what was sent is not quoted."""
    assert name(error) == words


def wrap(error: Exception) -> NoReturn:
    """Raise an error as the libraries do."""
    try:
        try:
            raise error
        except OSError as inner:
            reason = urllib3.exceptions.SSLError(inner)
            raise urllib3.exceptions.MaxRetryError(None, "/", reason) from reason  # type: ignore[arg-type]
    except urllib3.exceptions.MaxRetryError as inner:
        raise NoConnection(inner)  # noqa: B904 - as requests does it


@pytest.mark.parametrize(
    ("code", "words", "remedy"),
    [
        (9, "not valid yet", "clock"),
        (10, "has expired", "renewed"),
        (18, "self-signed", "ca-bundle"),
        (19, "unknown certificate authority", "ca-bundle"),
        (20, "unknown certificate authority", "ca-bundle"),
        (23, "revoked", "new one"),
        (62, "for another host", "base-url"),
        (64, "for another host", "base-url"),
        (85, "RFC 5280", "Python 3.13"),
        (89, "RFC 5280", "basic constraints"),
        (68, "error 68", "ca-bundle"),
        (0, "not trusted", "ca-bundle"),
    ],
)
def test_why_a_certificate_is_not_accepted(code: int, words: str, remedy: str) -> None:
    """By OpenSSL's number for it, through all that the libraries wrap around it."""
    with pytest.raises(NoConnection) as caught:
        wrap(rejected(code))
    found = unsent("Could not:", caught.value, Exchange(stage=Stage.SERVICE), ROUTE)
    assert words in found.message
    assert remedy in found.hint
    assert found.code is ErrorCode.API_CERTIFICATE


def test_the_text_of_an_error_decides_nothing() -> None:
    """It may quote a certificate, or what the other side wrote."""
    found = unsent("Could not:", rejected(10, "hostname mismatch, self-signed certificate"), Exchange(), ROUTE)
    assert found.message == "Could not: the certificate of app.testsigma.com has expired."
    other = unsent("Could not:", ssl.SSLError(1, "certificate verify failed: has expired"), Exchange(), ROUTE)
    assert isinstance(other, Transient)
    assert "expired" not in other.message


def test_names_quote_nothing() -> None:
    """An error is called by its type; only texts of our own are shown."""
    assert name(ConnectionResetError(104, "hush")) == "connection reset"
    assert name(RuntimeError("hush")) == "RuntimeError"
    assert name(BadAnswer("more than 16 MB")) == "more than 16 MB"


@pytest.mark.parametrize("stage", [Stage.PREPARED, Stage.PROXY, Stage.SERVICE])
@pytest.mark.parametrize("route", [ROUTE, PROXIED])
def test_what_was_not_sent_names_who_was_not_reached(stage: Stage, route: Route) -> None:
    """The proxy, or the service; never credentials."""
    found = unsent("Could not:", ConnectionRefusedError("hush"), Exchange(stage=stage), route)
    assert "hush" not in found.message + found.hint
    assert ("app.testsigma.com" in found.message) is (stage is not Stage.PROXY or route is ROUTE)
    assert ("HTTPS_PROXY" in found.message) is (route is PROXIED)
    assert isinstance(found, Transient)


def test_the_certificate_of_a_proxy_is_told_from_that_of_the_service() -> None:
    """Each has its own remedy."""
    at_proxy = unsent("Could not:", rejected(10), Exchange(stage=Stage.PROXY), PROXIED)
    assert "the certificate of the proxy proxy:3128 (HTTPS_PROXY) has expired" in at_proxy.message
    beyond = unsent("Could not:", rejected(10), Exchange(stage=Stage.SERVICE), PROXIED)
    assert "the certificate of app.testsigma.com has expired" in beyond.message
