"""The route to the service: proxy and certificates, read from the environment once, before anything is sent.

The library would read the environment for every request, and would detect wrong settings only during a start.
"""

import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from testsigma_action.errors import InputError
from testsigma_action.text import cut, is_loopback

# Variables that name a file of trusted certificates; the first one that is set is used.
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
# Those that may also name a folder.
FOLDERS = BUNDLES[:2]
KEY_LOG = "SSLKEYLOGFILE"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value, and the input or variable that it comes from. Empty: not set."""

    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Address, proxy and certificates for one service."""

    base_url: str
    proxy: Setting = Setting()
    bundle: Setting = Setting()
    key_log: Setting = Setting()

    @property
    def host(self) -> str:
        """Host and port of the service."""
        return urlsplit(self.base_url).netloc

    @property
    def proxy_host(self) -> str:
        """Host and port of the proxy, without its credentials."""
        return self.proxy.value.rpartition("@")[2].rpartition("//")[2].partition("/")[0]

    def check(self) -> None:
        """Validate the settings. Raises InputError, since a retry would not help."""
        host = urlsplit(self.base_url).hostname or ""
        wrong_host = "" if _is_host(host) else f"base-url: '{cut(host, 100)}' is not a valid host name."
        checks = ((self.proxy, _proxy_problem), (self.bundle, _bundle_problem), (self.key_log, _key_log_problem))
        problems = [wrong_host, *(problem_of(setting) for setting, problem_of in checks if setting.value)]
        if any(problems):
            raise InputError(*filter(None, problems))


def route(base_url: str, ca_bundle: str, environ: Mapping[str, str]) -> Route:
    """The route by the input `ca-bundle` and the usual environment variables."""
    usual = environ if urlsplit(base_url).scheme == "https" else {}
    candidates = (Setting("ca-bundle", ca_bundle), *(Setting(name, usual.get(name, "")) for name in BUNDLES))
    bundle = next((one for one in candidates if one.value), Setting())
    return Route(base_url, _proxy(base_url, environ), bundle, Setting(KEY_LOG, usual.get(KEY_LOG, "")))


def _proxy(base_url: str, environ: Mapping[str, str]) -> Setting:
    """The proxy for this address. There is none for this machine: the key would leave it unencrypted."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    exempt = _first(environ, "no_proxy").value.lower().replace(",", " ").split()
    is_local = host.endswith(".localhost") or is_loopback(host)
    if is_local or any(_covers(entry, host.rstrip("."), parts.port) for entry in exempt):
        return Setting()
    own, general = _first(environ, f"{parts.scheme}_proxy"), _first(environ, "all_proxy")
    chosen = own if own.value else general
    if not chosen.value or "://" in chosen.value:
        return chosen
    return Setting(chosen.name, f"http://{chosen.value}")


def _first(environ: Mapping[str, str], name: str) -> Setting:
    """A variable in lower case or, if that is not set, in upper case."""
    known = next((spelled for spelled in (name, name.upper()) if spelled in environ), name)
    return Setting(known, environ.get(known, "").strip())


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of NO_PROXY (`*`, a domain, `host:port`, an address or a network) covers a host."""
    with suppress(ValueError):
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    domain = entry.removeprefix("*").lstrip(".")
    return entry == "*" or any(
        name == domain or name.endswith(f".{domain}") for name in (host, f"{host}:{port}") if domain
    )


def _is_host(host: str) -> bool:
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False


def _proxy_problem(proxy: Setting) -> str:
    """What is wrong with a proxy, if anything is. Values are not quoted: they may contain a password."""
    with suppress(ValueError):
        parts = urlsplit(proxy.value)
        if parts.scheme in {"http", "https"} and _is_host(parts.hostname or "") and (parts.port or 1) > 0:
            return ""
    if proxy.value.lower().startswith("socks"):
        return f"{proxy.name}: SOCKS proxies are not supported. Use the URL of an HTTP proxy (http://host:port)."
    return (
        f"{proxy.name}: this is not the URL of a proxy (http://host:port or http://user:password@host:port, "
        "special characters in the password percent-encoded)."
    )


def _bundle_problem(bundle: Setting) -> str:
    is_folder = bundle.name in FOLDERS and Path(bundle.value).is_dir()
    try:
        _context().load_verify_locations(**{"capath" if is_folder else "cafile": bundle.value})
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") if not isinstance(error, ssl.SSLError) else ""
        reason = reason or "it has no certificates"
        return f"{bundle.name}: '{bundle.value}' cannot be used ({reason}); it must be a PEM file."
    return ""


def _key_log_problem(key_log: Setting) -> str:
    try:
        _context().keylog_filename = key_log.value
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or "not a file"
        return f"{key_log.name}: '{key_log.value}' cannot be written ({reason}). Unset it, or use another file."
    return ""


def _context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
