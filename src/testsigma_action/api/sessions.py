"""Sessions of `requests` that are lent to one exchange at a time."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase

from testsigma_action import __version__
from testsigma_action.secret import Secret

# Makes what carries the requests of one session to the service: where requests lets others in.
Adapter = Callable[[], BaseAdapter]
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"testsigma-action/{__version__}",
}


class BearerAuth(AuthBase):
    """Authentication as an object: with it, `requests` never looks for a netrc file."""

    def __init__(self, key: Secret) -> None:
        """Keep the key out of the session's headers, and so out of their repr."""
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        return request


class _Session(requests.Session):
    """A session without surprises: no redirects, no cookies, nothing from the environment, no netrc file."""

    def __init__(self) -> None:
        """Have one connection for each host, and nothing of the caller's yet."""
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the library's signature
        """Nowhere: the library would read the redirect's body, and stumble over what it points to."""
        return None


class Sessions:
    """A pool for several threads. A session comes back when its exchange is over, even if nobody waits for that one."""

    def __init__(self, scheme: str, key: Secret, adapter: Adapter) -> None:
        """Make sessions when they are needed, for addresses of one scheme."""
        self._prefix = f"{scheme}://"
        self._auth = BearerAuth(key)
        self._adapter = adapter
        # Its methods need no lock. The session that came back last is lent first: its connection is the freshest.
        self._idle = deque[requests.Session]()

    @contextmanager
    def lend(self, *, fresh: bool = False) -> Iterator[requests.Session]:
        """A session for one exchange; with `fresh`, one that has no connection yet, in place of an idle one."""
        session = None if fresh else self._take()
        if fresh and (old := self._take()):
            old.close()
        session = session or self._make()
        try:
            yield session
        finally:
            self._idle.append(session)

    def close(self) -> None:
        """Close the connections that nobody uses. Whoever needs a session later gets a new one."""
        while session := self._take():
            session.close()

    def _take(self) -> requests.Session | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _make(self) -> requests.Session:
        session = _Session()
        session.mount(self._prefix, self._adapter())
        session.auth = self._auth
        session.headers.update(HEADERS)
        return session
