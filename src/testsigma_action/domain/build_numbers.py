"""The build numbers that a step derives for its runs. Pure.

`acme/shop#812.2-h7d3kq-k3f9q2` is the build in the CI system and the number of the attempt, a key, and a nonce. The key
stands for the step of the CI run and for all that was asked for. So it is the same in each attempt, and another one for
another leg of a matrix, another step or another CI run. The nonce is another one each time.
"""

import re

# 32 characters that nobody mistakes for each other.
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
# Of a key, and of a nonce: 30 bits each.
LENGTH = 6
_PART = rf"[{ALPHABET}]{{{LENGTH}}}"
_OF_ATTEMPT = re.compile(
    rf"(?P<build>.+)\.(?P<attempt>[1-9][0-9]{{0,5}})-(?P<key>{_PART})-(?P<nonce>{_PART})", re.DOTALL
)


def derived(label: str, key: str, nonce: str) -> str:
    """The build number of a run; `label` names the build in the CI system, and the attempt where it is known."""
    return f"{label}-{key}-{nonce}"


def key_of(digest: bytes) -> str:
    """A short key made of a digest."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LENGTH])


def earlier_attempt(build_number: str, ours: str) -> int | None:
    """The attempt of the same step in the same CI run that derived a build number.

    None if anything else did, or an attempt that is not earlier than the one that derived `ours`. Both must have been
    derived from a label with the number of the attempt.
    """
    one, other = _OF_ATTEMPT.fullmatch(ours), _OF_ATTEMPT.fullmatch(build_number)
    if not one or not other or (one["build"], one["key"]) != (other["build"], other["key"]):
        return None
    attempt = int(other["attempt"])
    return attempt if attempt < int(one["attempt"]) else None
