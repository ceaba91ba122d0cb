"""The pool of sessions: one exchange at a time has each of them."""

from contextlib import suppress

from testsigma_action.api.connection import Network
from testsigma_action.api.sessions import Sessions
from testsigma_action.secret import Secret


def pool() -> Sessions:
    """A pool that has made no session yet."""
    return Sessions("https", Secret("a-key-for-tests"), Network)


def test_a_session_is_lent_once_at_a_time() -> None:
    """Who needs one while it is lent gets another; the one that came back last is lent first."""
    sessions = pool()
    with sessions.lend() as first:
        with sessions.lend() as second:
            assert second is not first
        with sessions.lend() as third:
            assert third is second
    with sessions.lend() as fourth:
        assert fourth is first


def test_a_session_comes_back_after_an_error() -> None:
    """Its connections are the library's matter; with the next exchange it makes a new one."""
    sessions = pool()
    with suppress(OSError), sessions.lend() as first:
        raise OSError
    with sessions.lend() as second:
        assert second is first


def test_a_fresh_session_takes_the_place_of_an_idle_one() -> None:
    """A start has a connection of its own, and the pool does not grow with each."""
    sessions = pool()
    with sessions.lend() as first:
        pass
    with sessions.lend(fresh=True) as second:
        assert second is not first
    with sessions.lend() as third, sessions.lend() as fourth:
        assert third is second
        assert fourth is not first
