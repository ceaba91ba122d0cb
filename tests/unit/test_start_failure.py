"""What an answer to a start means."""

import pytest

from testsigma_action.errors import ApiError, DeadlineExceeded, ErrorCode, Redirected, Refused, Transient, Unsent
from testsigma_action.lifecycle.lookup import SearchResult
from testsigma_action.lifecycle.start import StartFailure, failure_of, proves_nothing_started

BUSY = "The specified Test Plan is currently running."
LOST = Transient("no answer")
LIMITED = Transient("too many", status=429)
PAGE = Refused("page", code=ErrorCode.NOT_FOUND, status=404)


def by_service(error: Refused) -> Refused:
    """The same error, when the service itself said so."""
    error.by_service = True
    return error


KEY = by_service(Refused("key", code=ErrorCode.API_KEY_REJECTED, status=401, said="Invalid JWT token"))
MOVED = Redirected("moved", code=ErrorCode.API_REDIRECTED, status=301)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (Unsent(""), StartFailure.NOT_SENT),
        (DeadlineExceeded(), StartFailure.LOST),
        (LOST, StartFailure.LOST),
        (Transient("", status=500), StartFailure.LOST),
        (Transient("", status=500, said="Agent is out of Sync."), StartFailure.LOST),
        (Transient("", status=500, said=BUSY), StartFailure.BUSY),
        (Refused("", code=ErrorCode.API_REFUSED, status=409, said=BUSY), StartFailure.BUSY),
        (LIMITED, StartFailure.RATE_LIMITED),
        (Transient("", status=429, said=BUSY), StartFailure.BUSY),
        (Transient("", status=500, said="Could not find resource with id:420"), StartFailure.REFUSED),
        (Transient("", status=500, said="Could not find resource with id:0420"), StartFailure.REFUSED),
        (Transient("", status=500, said="Could not find resource with id:4200"), StartFailure.LOST),
        (Refused("", code=ErrorCode.API_CERTIFICATE), StartFailure.REFUSED),
        (KEY, StartFailure.REFUSED),
        (PAGE, StartFailure.LOST),
        (MOVED, StartFailure.LOST),
        (Redirected("", code=ErrorCode.API_REDIRECTED, status=303), StartFailure.LOST),
    ],
    ids=str,
)
def test_what_becomes_of_a_start(error: ApiError, failure: StartFailure) -> None:
    """Only the service's own words, or a request that was never sent, show that nothing was started."""
    assert failure_of(error, "420") is failure


@pytest.mark.parametrize(
    ("error", "found", "proven"),
    [
        (LOST, SearchResult(nothing=True), False),
        (LOST, SearchResult(refusals=(PAGE,)), False),
        (DeadlineExceeded(), SearchResult(nothing=True), False),
        (LIMITED, SearchResult(nothing=True), True),
        (LIMITED, SearchResult(), False),
        (LIMITED, SearchResult(refusals=(PAGE,)), False),
        (LOST, SearchResult(refusals=(Refused("", code=ErrorCode.API_CERTIFICATE),)), False),
        (Transient("", status=500, said="No"), SearchResult(nothing=True), True),
        (Transient("", status=500, said="No"), SearchResult(), False),
        (PAGE, SearchResult(nothing=True), True),
        (PAGE, SearchResult(), False),
        (PAGE, SearchResult(refusals=(PAGE, PAGE)), True),
        (PAGE, SearchResult(refusals=(PAGE, KEY)), False),
        (
            PAGE,
            SearchResult(refusals=(by_service(Refused("", code=ErrorCode.NOT_FOUND, status=404)),)),
            False,
        ),
        (Refused("", code=ErrorCode.NONE, status=401), SearchResult(refusals=(KEY, KEY)), True),
        (MOVED, SearchResult(refusals=(MOVED, Redirected("", code=ErrorCode.NONE, status=308))), True),
        (MOVED, SearchResult(refusals=(MOVED, PAGE)), False),
    ],
)
def test_what_proves_that_nothing_was_started(error: ApiError, found: SearchResult, proven: bool) -> None:  # noqa: FBT001
    """A complete list after an answer, or the same answer wherever we ask; never silence."""
    assert proves_nothing_started(error, found) is proven
