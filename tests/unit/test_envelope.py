"""What stands around an answer: a wrapped object, or an error with status 200."""

import pytest

from testsigma_action.api import bodies

RUN = {"id": 7, "status": "STATUS_CREATED", "message": "Test Plan execution is initiated"}


@pytest.mark.parametrize("wrapped", [{"data": RUN}, {"data": RUN, "message": "OK", "status": 200}])
def test_an_object_is_unwrapped(wrapped: object) -> None:
    """An object that stands under `data` is the answer."""
    assert bodies.unwrapped(wrapped) == RUN
    assert bodies.unwrapped({"data": {"testCases": []}}) == {"testCases": []}


@pytest.mark.parametrize(
    "body",
    [
        RUN,
        {**RUN, "data": {"id": 8}},
        {"testCases": [], "data": {"id": 8}},
        {"executionResultId": 900, "data": {"testCases": []}},
        {"data": {"content": [], "last": True}, "totalPages": 3},
        {"data": [RUN]},
        {"data": None, "error": "Plan is archived"},
        {"data": RUN, "error": "Plan is archived"},
        [RUN],
        "text",
        None,
    ],
)
def test_everything_else_stays_as_it_is(body: object) -> None:
    """An object that has an ID of its own, a page and a list are no wrappers of an object."""
    assert bodies.unwrapped(body) is body


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": "Plan is archived", "code": "0", "fieldErrors": []}, "Plan is archived"),
        ({"data": None, "error": " Plan\nis archived "}, "Plan is archived"),
        ({"error_description": "Plan is archived"}, "Plan is archived"),
        ({"error": {"message": "Plan is archived"}}, "Plan is archived"),
        ({"error": True, "message": "Plan is archived"}, "Plan is archived"),
        ({**RUN, "error": "none of your business"}, ""),
        ({"data": RUN, "error": "a warning"}, ""),
        ({"content": [], "error": "a warning"}, ""),
        ({"content": None, "error": "No access"}, "No access"),
        ({"content": [{"id": 1}], "error": "a warning"}, ""),
        ({"message": "Plan is archived"}, ""),
        ({"error": None, "message": "Plan is archived"}, ""),
        ({"error": False, "message": "Plan is archived"}, ""),
        (RUN, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_an_error_in_its_own_words(body: object, said: str) -> None:
    """A body with an error and without content is an error, whatever its status; a message alone proves nothing."""
    assert bodies.error_said(body) == said
