"""Descriptions of library exceptions, made from their types and codes. Their texts may quote untrusted data."""

import ssl

from testsigma_action.api.connection import BadAnswer, Exchange, Stage
from testsigma_action.api.error_response import CREDENTIALS_HINT, PROXY_AUTHENTICATION
from testsigma_action.api.route import Route
from testsigma_action.errors import ErrorCode, Refused, Unsent


def causes(error: BaseException) -> list[BaseException]:
    """The error and those that were handled when it was raised, outermost first."""
    chain = [error]
    while cause := chain[-1].__context__:
        chain.append(cause)
    return chain


def name(error: BaseException) -> str:
    """A description of the innermost cause."""
    cause = causes(error)[-1]
    if isinstance(cause, BadAnswer):
        return str(cause)
    kind = type(cause).__name__
    return next((words for words, names in WORDS.items() if kind in names.split()), kind)


def unsent(could_not: str, error: BaseException, exchange: Exchange, route: Route) -> Refused | Unsent:
    """The error for a request that was not sent, by how far it got; Refused if a retry would not help."""
    at_proxy = exchange.stage is Stage.PROXY and bool(route.proxy.value)
    proxy = f"the proxy {route.proxy_host} ({route.proxy.name})"
    distrusted = next((cause for cause in causes(error) if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if distrusted:
        code = getattr(distrusted, "verify_code", 0)
        words, hint = DISTRUST.get(code, (f"is not trusted (OpenSSL error {code})", AUTHORITY))
        trusted = f" Certificates are read from {route.bundle.name}." if route.bundle.value else ""
        message = f"{could_not} the certificate of {proxy if at_proxy else route.host} {words}."
        return Refused(message, code=ErrorCode.API_CERTIFICATE, hint=f"{hint}{trusted}")
    hint = ""
    if not at_proxy:
        why = f"no connection to {route.host}{f' through {proxy}' if route.proxy.value else ''} ({name(error)})"
    elif exchange.heard == PROXY_AUTHENTICATION:
        message = f"{could_not} {proxy} requires credentials ({exchange.heard})."
        return Refused(message, code=ErrorCode.API_UNREACHABLE, hint=CREDENTIALS_HINT)
    elif exchange.heard >= 300:
        why, hint = f"{proxy} refuses a connection to {route.host} ({exchange.heard})", REFUSING_PROXY
    else:
        why, hint = f"no connection to {proxy} ({name(error)})", PROXY.format(route.proxy.name)
    return Unsent(f"{could_not} {why}.", hint=hint)


# The words for exceptions of these types.
WORDS = {
    "connection refused": "ConnectionRefusedError",
    "connection reset": "ConnectionResetError",
    "connection closed": "BrokenPipeError",
    "connection closed without an answer": "RemoteDisconnected",
    "connection closed during TLS": "SSLEOFError SSLZeroReturnError",
    "the name cannot be resolved": "NameResolutionError gaierror",
    "the host name is not valid": "LocationParseError UnicodeError UnicodeEncodeError",
    "the address is not valid": "InvalidURL",
    "no answer in time": "TimeoutError ReadTimeoutError",
    "no connection in time": "ConnectTimeoutError",
    "not HTTP": "BadStatusLine UnknownProtocol",
    "a line that is too long": "LineTooLong",
    "shorter than announced": "IncompleteRead",
    "not compressed as announced": "error",
    "TLS failed": "SSLError",
}
PROXY = (
    "Check {}: its host, its port, and its scheme (https:// only if the proxy itself uses TLS, which is rare). "
    "List hosts that need no proxy in NO_PROXY."
)
REFUSING_PROXY = "Ask the administrator of the proxy to allow this host, or list the host in NO_PROXY."
AUTHORITY = (
    "If it was signed by a private certificate authority or by a proxy that inspects TLS, set ca-bundle to the file "
    "with that authority's certificate (PEM)."
)
CLOCK = "Check the clock of this machine."
STRICT = (
    "Python 3.13 and newer refuse such certificates. Have the authority issue the certificate again (and its own, if "
    "it is older), with the authority key identifier and critical basic constraints."
)
# What is wrong with a certificate (completes "The certificate of ..."), and what to do: by X509_V_ERR_* of OpenSSL 3
# (x509_vfy.h).
DISTRUST = {
    **dict.fromkeys((2, 19, 20, 21), ("is not trusted (unknown certificate authority)", AUTHORITY)),
    **dict.fromkeys((62, 64), ("is for another host", "Use the host name of the certificate in base-url.")),
    **{code: (f"violates RFC 5280 (OpenSSL error {code})", STRICT) for code in (24, 32, 41, *range(79, 95))},
    9: ("is not valid yet", CLOCK),
    10: ("has expired", f"Have it renewed. {CLOCK}"),
    18: ("is not trusted (it is self-signed)", "If it is your own, set ca-bundle to its file (PEM)."),
    23: ("was revoked", "Have a new one issued."),
}
