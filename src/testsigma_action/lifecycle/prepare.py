"""Look-ups before the first start. Nothing is started yet, so a wrong input is still an input error."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from testsigma_action.api.client import Client
from testsigma_action.api.named import Named
from testsigma_action.domain.run import ConfigurationRef, RunSpec
from testsigma_action.errors import ApiError, InputError, Refused
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.text import cut

# Maximum number of objects in an error message.
MAX_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object that an input may give by its name.

    `one` is its name in sentences, to which an `s` makes the plural. `name_of` is the name in a spec that has to be
    looked up, else empty; `id_of` is the ID that was given.
    """

    input: str
    one: str
    fetch: Callable[[Client, float], Awaitable[tuple[Named, ...]]]
    name_of: Callable[[RunSpec], str]
    id_of: Callable[[RunSpec], str]
    with_id: Callable[[RunSpec, str], RunSpec]


def _name_of_configuration(spec: RunSpec) -> str:
    return spec.configuration.name if spec.configuration and not spec.configuration.id else ""


def _with_configuration(spec: RunSpec, identity: str) -> RunSpec:
    return replace(spec, configuration=ConfigurationRef(identity, _name_of_configuration(spec)))


CONFIGURATIONS = Kind(
    input="execution-config",
    one="saved configuration",
    fetch=lambda client, until: client.fetch_saved_configurations(until=until),
    name_of=_name_of_configuration,
    id_of=lambda spec: spec.configuration.id if spec.configuration else "",
    with_id=_with_configuration,
)
ENVIRONMENTS = Kind(
    input="environment-id",
    one="environment",
    fetch=lambda client, until: client.fetch_environments(until=until),
    name_of=lambda spec: "" if spec.environment_id else spec.environment_name,
    id_of=lambda spec: spec.environment_id,
    with_id=lambda spec, identity: replace(spec, environment_id=identity),
)


async def resolve(specs: Sequence[RunSpec], remote: Remote, *, until: float) -> tuple[RunSpec, ...]:
    """Replace the names of saved configurations and environments by IDs, in all runs, before any of them is started.

    Each list is read once, if at all. Raises InputError if a name does not match exactly one object, ApiError if a list
    cannot be read.
    """
    resolved, problems = tuple(specs), list[str]()
    for kind in (CONFIGURATIONS, ENVIRONMENTS):
        if not any(map(kind.name_of, specs)):
            continue
        try:
            known = await kind.fetch(remote.client, until)
        except ApiError as error:
            raise with_way_out(kind, error) from None
        problems += name_problems(kind, specs, known)
        resolved = tuple(_with_id(kind, spec, known) for spec in resolved)
    if problems:
        raise InputError(*problems)
    return resolved


def _with_id(kind: Kind, spec: RunSpec, known: Sequence[Named]) -> RunSpec:
    matches = _called(kind.name_of(spec), known)
    return kind.with_id(spec, matches[0].id) if len(matches) == 1 else spec


def _called(name: str, known: Sequence[Named]) -> list[Named]:
    """The objects that have a name; none for no name."""
    return [one for one in known if name and one.name.strip() == name.strip()]


def with_way_out(kind: Kind, error: ApiError) -> ApiError:
    """An error with a list, with the hint how to do without it unless no other call would be answered either."""
    refused = isinstance(error, Refused)
    if error.status == HTTPStatus.UNAUTHORIZED or (refused and error.status is None):
        return error
    why = "Does only this call fail?"
    if refused:
        why = f"Some API keys have no permission to list {kind.one}s, which is needed to find one by its name."
    error.hint = f"{why} Set {kind.input} to the ID (digits) instead. {error.hint}".strip()
    return error


def name_problems(kind: Kind, specs: Sequence[RunSpec], known: Sequence[Named]) -> Iterator[str]:
    """The names in the specs that do not match exactly one object."""
    for number, spec in enumerate(specs, 1):
        name = kind.name_of(spec)
        matches = _called(name, known)
        if name and len(matches) != 1:
            yield f"{place(kind, specs, number)}: {_problem(kind, name, matches, known)}"


def place(kind: Kind, specs: Sequence[RunSpec], number: int) -> str:
    """Where the input is: its name, with the number of its entry if there are several plans."""
    return f"plans, entry {number}, {kind.input}" if len(specs) > 1 else kind.input


def _problem(kind: Kind, name: str, matches: Sequence[Named], known: Sequence[Named]) -> str:
    """What is wrong with a name that does not match exactly one object."""
    if matches:
        return f"{len(matches)} {kind.one}s are called '{name}'. Give the ID of one: {_candidates(matches)}."
    # A name in another case is what was meant, most likely.
    alike = sorted(known, key=lambda one: one.name.strip().casefold() != name.casefold())
    there_are = f"There are: {_candidates(alike)}." if known else "This account has none."
    return f"no {kind.one} is called '{name}'. {there_are}"


def _candidates(known: Sequence[Named]) -> str:
    listed = ", ".join(f"'{cut(one.name, 100)}' (ID {one.id})" for one in known[:MAX_CANDIDATES])
    more = len(known) - MAX_CANDIDATES
    return f"{listed} and {more} more" if more > 0 else listed
