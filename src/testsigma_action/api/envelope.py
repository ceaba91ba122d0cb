"""Answers with status 2xx that wrap the object in another one, or have an error in its place. Pure."""

from testsigma_action.api.error_body import reason_in

# An answer with one of these fields is the content itself: neither an error nor a wrapper.
CONTENT = ("id", "executionId", "executionResultId", "testCases", "content")


def unwrapped(body: object) -> object:
    """The object under `data` if the body only wraps it; else the body as it is.

    Pages are not unwrapped: the page number may be next to `data` (see `lists`).
    """
    if not isinstance(body, dict) or any(key in body for key in CONTENT) or body.get("error"):
        return body
    data = body.get("data")
    single = isinstance(data, dict) and ("id" in data or "testCases" in data)
    return data if single else body


def words(body: object) -> str:
    """The message in a body without content, for people; empty if there is content."""
    if not isinstance(body, dict) or any(body.get(key) is not None for key in (*CONTENT, "data")):
        return ""
    return reason_in(body)


def error_said(body: object) -> str:
    """The reason of an error that was sent with status 2xx. A message alone does not prove an error."""
    said = words(body)
    return said if said and isinstance(body, dict) and (body.get("error") or body.get("error_description")) else ""
