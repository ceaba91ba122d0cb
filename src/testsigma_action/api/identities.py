"""IDs in the paths of requests, and in their answers."""

from collections.abc import Callable
from typing import TypeVar

from testsigma_action.api.fields import IDENTITY, DecodeError, Fields
from testsigma_action.api.http import Json
from testsigma_action.domain.identity import same_id

T = TypeVar("T")


def about(identity: str, decoder: Callable[[Json], T]) -> Callable[[Json], T]:
    """A decoder that rejects answers with another ID than the requested one."""

    def decoded(body: Json) -> T:
        if not same_id(Fields(body).identity("id"), identity):
            raise DecodeError("with another ID than the requested one")
        return decoder(body)

    return decoded


def part(identity: str) -> str:
    """An ID as one part of a path. Raises ValueError if it is no valid ID: a stop without an ID would stop all runs."""
    if not IDENTITY.fullmatch(identity):
        raise ValueError(f"{identity!r} is not a valid ID")
    return identity
