"""A pool of `requests` sessions; each one serves one exchange at a time."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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


class _Session(requests.Session):
    """A session without redirects, cookies, settings from the environment, and netrc file."""

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


class Sessions:
    """A thread-safe pool. A session returns when its exchange ends, even if that was abandoned."""

    def __init__(self, scheme: str, key: Secret, adapter: Adapter) -> None:
        """Create sessions on demand, for URLs of one scheme."""
        self._make = partial(_Session, scheme, key, adapter)
        # A deque is thread-safe. The session that was returned last is lent first: its connection is the freshest.
        self._idle = deque[requests.Session]()

    @contextmanager
    def lend(self, *, fresh: bool = False) -> Iterator[requests.Session]:
        """A session for one exchange; with `fresh`, a new one without a connection, which replaces an idle one."""
        idle: requests.Session | None = None
        with suppress(IndexError):
            idle = self._idle.pop()
        if idle and fresh:
            idle.close()
        session = idle if idle and not fresh else self._make()
        try:
            yield session
        finally:
            self._idle.append(session)
