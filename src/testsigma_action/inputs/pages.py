"""The ID in the address of a Testsigma page. Pure.

No address is documented as stable. So an ID is accepted only if it follows a word for the object directly, or is the
only number in the address.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from testsigma_action.inputs.invalid import Invalid

LONGEST_ADDRESS = 2000
NUMBER = re.compile(r"[0-9]{1,19}")
HOST = re.compile(r"(?:(?P<scheme>[a-z][a-z0-9+.-]*):)?//(?P<host>[^/?#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object, and the words (see `_word`) that stand before its ID in an address."""

    name: str
    markers: frozenset[str]


PLAN = Kind("test plan", frozenset({"plan", "testplan"}))
ENVIRONMENT = Kind("environment", frozenset({"environment"}))
RUN = Kind("run", frozenset({"run", "testplanresult", "executionresult"}))
UPLOAD = Kind("upload", frozenset({"upload"}))
KINDS = (PLAN, ENVIRONMENT, RUN, UPLOAD)
# An address with a single number may have it after one of these, at its end. The number after `td` is a project's.
NEUTRAL = frozenset({"", "ui"})


def is_address(value: str) -> bool:
    """Whether a value is meant as the address of a page: no ID has a slash."""
    return "/" in value


def identity_in(address: str, kind: Kind) -> str:
    """The ID of the object of this kind that an address names. Raises Invalid if it names none, or several."""
    article = "an" if kind in {ENVIRONMENT, UPLOAD} else "a"
    accepted = f"the ID of {article} {kind.name} (digits), or the address of its page"
    found = HOST.match(address)
    is_web = not found or (found["scheme"] or "https").lower() in {"http", "https"}
    if len(address) > LONGEST_ADDRESS or not address.isprintable() or " " in address or not is_web:
        raise Invalid(accepted)
    named = _named(address, kind)
    if len(named) != 1:
        raise Invalid(accepted, f"This address does not clearly name one {kind.name}; give the ID alone.")
    return named.pop()


def _named(address: str, kind: Kind) -> set[str]:
    """The IDs of objects of this kind; none if the last object in the address is of another kind.

    /test_plans/420/runs/1001 is the page of a run, not of a plan. Older links have a path in the fragment, too:
    /#/projects/7/...
    """
    page, _, fragment = address.partition("#")
    path = HOST.sub("", page, count=1).partition("?")[0]
    route = re.split("[?#]", fragment)[0] if fragment.startswith(("/", "!/")) else ""
    segments = [segment for segment in f"{path}/{route}".split("/") if segment]
    numbers = [(_word(before), each) for before, each in pairwise(["", *segments]) if NUMBER.fullmatch(each)]
    marked = [(one, each) for before, each in numbers for one in KINDS if before in one.markers]
    if not marked:
        alone = len(numbers) == 1 and numbers[0][0] in NEUTRAL and numbers[0][1] == segments[-1]
        return {numbers[0][1]} if alone else set()
    return {each for one, each in marked if one is kind} if marked[-1][0] is kind else set()


def host_in(address: str) -> str:
    """The host of an address, in lower case; empty if it has none."""
    found = HOST.match(address)
    first = found["host"] if found else address.partition("/")[0]
    if not found and "." not in first:
        return ""
    return re.sub(r":[0-9]*$", "", first.rpartition("@")[2]).lower()


def _word(segment: str) -> str:
    """A segment as it is compared: `test_plans` and `testPlan` are `testplan`."""
    return re.sub("[^a-z]", "", segment.lower()).removesuffix("s")
