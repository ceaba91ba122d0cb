"""The way to the service, as inputs and variables describe it."""

from pathlib import Path

import pytest

from testsigma_action.api.route import Route, Setting, route
from testsigma_action.errors import InputError

URL = "https://app.testsigma.com"
PROXY = "http://proxy.example:3128"


def proxy(url: str = URL, **environ: str) -> Setting:
    """The proxy that is chosen."""
    return route(url, "", environ).proxy


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, "https_proxy"),
        ({"HTTPS_PROXY": PROXY, "ALL_PROXY": "http://other"}, "HTTPS_PROXY"),
        ({"all_proxy": PROXY, "http_proxy": "http://other"}, "all_proxy"),
        ({"https_proxy": "", "HTTPS_PROXY": "http://other", "ALL_PROXY": PROXY}, "ALL_PROXY"),
    ],
)
def test_which_variable_counts(environ: dict[str, str], name: str) -> None:
    """The one of the scheme before that of all, small letters before capital ones, as usual."""
    assert proxy(**environ) == Setting(name, PROXY)


def test_a_proxy_without_a_scheme_is_plain() -> None:
    """As everybody writes it."""
    assert proxy(HTTPS_PROXY="proxy.example:3128").value == PROXY


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:80", "https://127.3.2.1", "https://[::1]:8443", "https://localhost", "https://a.localhost"],
)
@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
def test_loopback_takes_no_proxy(url: str, name: str) -> None:
    """Whatever the variables say."""
    assert proxy(url, **{name: PROXY}) == Setting()


@pytest.mark.parametrize(
    ("no_proxy", "url", "covered"),
    [
        ("*", URL, True),
        ("testsigma.com", URL, True),
        (".testsigma.com", URL, True),
        ("*.testsigma.com", URL, True),
        ("other.com, TestSigma.com", URL, True),
        ("app.testsigma.com:443", f"{URL}:443", True),
        ("sigma.com", URL, False),
        ("app.testsigma.com:8443", URL, False),
        ("", URL, False),
        (",", URL, False),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.1.2.3", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("fd00::/8", "https://[fd00::1]", True),
        ("10.0.0.0/8", URL, False),
    ],
)
def test_who_needs_no_proxy(no_proxy: str, url: str, covered: bool) -> None:  # noqa: FBT001
    """Domains with all that is below them, hosts with a port, addresses, networks."""
    assert (proxy(url, HTTPS_PROXY=PROXY, NO_PROXY=no_proxy) == Setting()) is covered


def test_credentials_of_a_proxy_are_in_no_name() -> None:
    """Host and port are what messages name."""
    assert Route(URL, proxy=Setting("HTTPS_PROXY", "http://user:pa/s@s@proxy:3128/x")).proxy_host == "proxy:3128"


def test_which_certificates_count() -> None:
    """The input, and then the variables in their order; none of them for plain HTTP."""
    variables = {"SSL_CERT_FILE": "3", "CURL_CA_BUNDLE": "2", "REQUESTS_CA_BUNDLE": "1"}
    assert route(URL, "0", variables).bundle == Setting("ca-bundle", "0")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        assert route(URL, "", variables).bundle == Setting(name, variables.pop(name))
    assert route(URL, "", variables).bundle == Setting()
    assert route("http://127.0.0.1", "", {"SSL_CERT_FILE": "3"}).bundle == Setting()


@pytest.mark.parametrize("name", ["ca-bundle", "SSL_CERT_FILE"])
def test_a_folder_is_no_file(tmp_path: Path, name: str) -> None:
    """Nothing would be trusted, and nobody would know why."""
    with pytest.raises(InputError, match=name):
        Route(URL, bundle=Setting(name, str(tmp_path))).check()


def test_usable_settings_pass(tmp_path: Path) -> None:
    """A folder of certificates where the variable allows one, a proxy with credentials, a file for keys."""
    Route(
        URL,
        Setting("HTTPS_PROXY", "https://user:pass%2Fword@proxy.example:3128"),
        Setting("REQUESTS_CA_BUNDLE", str(tmp_path)),
        Setting("SSLKEYLOGFILE", str(tmp_path / "keys")),
    ).check()


def test_all_problems_are_told_at_once() -> None:
    """As for inputs."""
    with pytest.raises(InputError) as caught:
        Route(URL, Setting("HTTPS_PROXY", "socks4://x"), Setting("SSL_CERT_FILE", "/nowhere")).check()
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["HTTPS_PROXY", "SSL_CERT_FILE"]
