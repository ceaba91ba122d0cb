"""What may stand around an answer with status 2xx: an object around the object, or an error in place of it. Pure."""

from testsigma_action.api.error_body import reason_in

# An answer with one of these has content, so it is no error, and no wrapper of an object.
CONTENT = ("id", "executionId", "executionResultId", "testCases", "content")


def unwrapped(body: object) -> object:
    """The object that stands under `data` where nothing else is the answer; else the body as it is.

    Pages keep their wrapper: the numbers of the page may stand beside it (see `lists`).
    """
    if not isinstance(body, dict) or any(key in body for key in CONTENT) or body.get("error"):
        return body
    data = body.get("data")
    single = isinstance(data, dict) and ("id" in data or "testCases" in data)
    return data if single else body


def words(body: object) -> str:
    """What a body without content says, for people; empty where it has content."""
    if not isinstance(body, dict) or any(body.get(key) is not None for key in (*CONTENT, "data")):
        return ""
    return reason_in(body)


def error_said(body: object) -> str:
    """The reason of an error that stands in place of an answer. A message alone is no proof of an error."""
    said = words(body)
    return said if said and isinstance(body, dict) and (body.get("error") or body.get("error_description")) else ""
