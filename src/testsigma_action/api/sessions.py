"""Sessions of `requests` that sign each request, and read nothing from their environment."""

from collections.abc import Callable
from functools import partial
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import BaseAdapter

from testsigma_action import __version__
from testsigma_action.secret import Secret

# Creates the transport adapter of one session (the extension point of `requests`).
Adapter = Callable[[], BaseAdapter]
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"testsigma-action/{__version__}",
}


def _sign(key: Secret, request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sign one request. The key is not in the session's headers, whose repr would show it."""
    request.headers["Authorization"] = f"Bearer {key.reveal()}"
    return request


class Session(requests.Session):
    """A session without redirects, cookies, settings from the environment, and netrc file.

    Several threads may use it: the pool of its adapter lends a connection to one exchange at a time.
    """

    def __init__(self, scheme: str, key: Secret, adapter: Adapter) -> None:
        """Create a session for URLs of one scheme."""
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.mount(f"{scheme}://", adapter())
        # As long as there is a function for it, `requests` never reads a netrc file.
        self.auth = partial(_sign, key)
        self.headers.update(HEADERS)

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the library's signature
        """None: the library would read the body of the redirect, and fail on an invalid target."""
        return None
