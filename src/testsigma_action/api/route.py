"""The route to the service: proxy and certificates, read from the environment once, before anything is sent.

The library would read the environment for every request, and would detect wrong settings only during a start.
"""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

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
        problems = [*_host_problems(self.base_url), *_proxy_problems(self.proxy)]
        problems += [*_bundle_problems(self.bundle), *_key_log_problems(self.key_log)]
        if problems:
            raise InputError(*problems)


def route(base_url: str, ca_bundle: str, environ: Mapping[str, str]) -> Route:
    """The route by the input `ca-bundle` and the usual environment variables."""
    own = Setting("ca-bundle", ca_bundle)
    if urlsplit(base_url).scheme != "https":
        return Route(base_url, _proxy(base_url, environ), own if ca_bundle else Setting())
    candidates = (own, *(Setting(name, environ.get(name, "")) for name in BUNDLES))
    bundle = next((one for one in candidates if one.value), Setting())
    return Route(base_url, _proxy(base_url, environ), bundle, Setting(KEY_LOG, environ.get(KEY_LOG, "")))


def _proxy(base_url: str, environ: Mapping[str, str]) -> Setting:
    """The proxy for this address. There is none for this machine: the key would leave it unencrypted."""
    parts = urlsplit(base_url)
    if _is_loopback(parts.hostname or "") or _is_exempt(parts, _first(environ, "no_proxy").value):
        return Setting()
    chosen = _first(environ, f"{parts.scheme}_proxy")
    chosen = chosen if chosen.value else _first(environ, "all_proxy")
    if not chosen.value:
        return Setting()
    return chosen if "://" in chosen.value else Setting(chosen.name, f"http://{chosen.value}")


def _first(environ: Mapping[str, str], name: str) -> Setting:
    """A variable in lower case or, if that is not set, in upper case."""
    known = next((spelled for spelled in (name, name.upper()) if spelled in environ), name)
    return Setting(known, environ.get(known, "").strip())


def _is_loopback(host: str) -> bool:
    return host.endswith(".localhost") or is_loopback(host)


def _is_exempt(parts: SplitResult, no_proxy: str) -> bool:
    host = (parts.hostname or "").rstrip(".")
    return any(_covers(entry, host, parts.port) for entry in no_proxy.lower().replace(",", " ").split())


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of NO_PROXY (`*`, a domain, `host:port`, an address or a network) covers a host."""
    try:
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass
    domain = entry.removeprefix("*").lstrip(".")
    return entry == "*" or any(
        name == domain or name.endswith(f".{domain}") for name in (host, f"{host}:{port}") if domain
    )


def _host_problems(base_url: str) -> Iterator[str]:
    host = urlsplit(base_url).hostname or ""
    if not _is_host(host):
        yield f"base-url: '{cut(host, 100)}' is not a valid host name."


def _is_host(host: str) -> bool:
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False


def _proxy_problems(proxy: Setting) -> Iterator[str]:
    """Values are not quoted: they may contain a password."""
    if not proxy.value:
        return
    try:
        parts = urlsplit(proxy.value)
        usable = _is_host(parts.hostname or "") and (parts.port or 1) > 0
    except ValueError:
        usable = False
        parts = SplitResult("http", "", "", "", "")
    if parts.scheme.startswith("socks"):
        yield f"{proxy.name}: SOCKS proxies are not supported. Use the URL of an HTTP proxy (http://host:port)."
    elif not usable or parts.scheme not in {"http", "https"}:
        yield (
            f"{proxy.name}: this is not the URL of a proxy (http://host:port or http://user:password@host:port, "
            "special characters in the password percent-encoded)."
        )


def _bundle_problems(bundle: Setting) -> Iterator[str]:
    if not bundle.value:
        return
    is_folder = bundle.name in FOLDERS and Path(bundle.value).is_dir()
    try:
        _context().load_verify_locations(**{"capath" if is_folder else "cafile": bundle.value})
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") if not isinstance(error, ssl.SSLError) else ""
        yield f"{bundle.name}: '{bundle.value}' cannot be used ({reason or NO_CERTIFICATES}); it must be a PEM file."


def _key_log_problems(key_log: Setting) -> Iterator[str]:
    if not key_log.value:
        return
    try:
        _context().keylog_filename = key_log.value
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or "not a file"
        yield f"{key_log.name}: '{key_log.value}' cannot be written ({reason}). Unset it, or use another file."


def _context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


NO_CERTIFICATES = "it has no certificates"
