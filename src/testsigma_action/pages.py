"""The ID in the address of a Testsigma page. Pure.

No address is documented as stable, so an ID is taken only where the address leaves no doubt which number it is.
"""

import re
from dataclasses import dataclass

from testsigma_action.invalid import Invalid

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
# The number after one of these is that of a project: /ui/td/88/environments/10/details.
CONTAINERS = frozenset({"td", "project", "application", "version", "applicationversion"})
# Pages of something else. Their numbers are no IDs of plans, environments or runs.
OTHERS = frozenset(
    {"case", "testcase", "suite", "testsuite", "step", "teststep", "machine", "device", "element", "filter"}
    | {"execution", "upload", "testdata", "result", "testcaseresult", "suiteresult", "machineresult"}
)
MARKERS = OTHERS | PLAN.markers | ENVIRONMENT.markers | RUN.markers


def is_address(value: str) -> bool:
    """Whether a value is meant as the address of a page; no ID has a slash."""
    return "/" in value


def identity_in(address: str, kind: Kind) -> str:
    """The ID of the one object of this kind that an address names. Raises Invalid where it names none or several."""
    accepted = f"the ID of a{'n' if kind is ENVIRONMENT else ''} {kind.name} (digits), or the address of its page"
    if len(address) > LONGEST_ADDRESS or not address.isprintable() or " " in address or not _is_web(address):
        raise Invalid(accepted)
    segments = _segments(address)
    numbers = [(_word(before), each) for before, each in zip(["", *segments], segments, strict=False) if _is_id(each)]
    named = {each for before, each in numbers if before in kind.markers}
    if not named and not MARKERS & set(map(_word, segments)) - kind.markers:
        named = {each for before, each in numbers if before not in CONTAINERS}
    if len(named) != 1:
        raise Invalid(accepted, f"This address does not clearly name one {kind.name}; give the ID alone.")
    return named.pop()


def host_in(address: str) -> str:
    """The host that an address names, in lower case; nothing where it names none."""
    found = HOST.match(address)
    first = found["host"] if found else address.partition("/")[0]
    if not found and "." not in first:
        return ""
    return re.sub(r":[0-9]*$", "", first.rpartition("@")[2]).lower()


def _is_web(address: str) -> bool:
    found = HOST.match(address)
    return not found or (found["scheme"] or "https").lower() in {"http", "https"}


def _is_id(segment: str) -> bool:
    return bool(NUMBER.fullmatch(segment))


def _segments(address: str) -> list[str]:
    """The parts of the path, and those of a path in the fragment (older links: /#/projects/7/...)."""
    page, _, fragment = address.partition("#")
    path = HOST.sub("", page, count=1).partition("?")[0]
    route = fragment.partition("?")[0] if fragment.startswith(("/", "!/")) else ""
    return [segment for segment in f"{path}/{route}".split("/") if segment]


def _word(segment: str) -> str:
    """A segment as it is compared: `test_plans` and `testPlan` are `testplan`."""
    return re.sub("[^a-z]", "", segment.lower()).removesuffix("s")
