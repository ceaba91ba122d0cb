"""Look-ups before the first start. Nothing is started yet, so a wrong input is still an input error."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus

from testsigma_action.api.lists import SavedConfiguration
from testsigma_action.domain.run import ConfigurationRef, RunSpec
from testsigma_action.errors import InputError, Refused
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.text import cut

# Maximum number of saved configurations in an error message.
MAX_CANDIDATES = 20
GIVE_THE_ID = (
    "Some API keys have no permission to list saved configurations, which is needed to find one by its name. Set "
    "execution-config to the ID (digits) instead."
)


async def resolve(specs: Sequence[RunSpec], remote: Remote, *, until: float) -> tuple[RunSpec, ...]:
    """Replace the names of saved configurations by their IDs, in all runs, before any of them is started.

    Raises InputError if a name does not match exactly one configuration, ApiError if they cannot be read.
    """
    names = dict.fromkeys(spec.configuration.name for spec in specs if _is_named(spec) and spec.configuration)
    if not names:
        return tuple(specs)
    known = await _saved_configurations(remote, until)
    found = {name: _by_name(name, known) for name in names}
    problems = [
        f"plans, entry {number}, {problem}" if len(specs) > 1 else problem
        for number, spec in enumerate(specs, 1)
        if spec.configuration and isinstance(problem := found.get(spec.configuration.name), str)
    ]
    if problems:
        raise InputError(*problems)
    return tuple(_with_id(spec, found) for spec in specs)


def _is_named(spec: RunSpec) -> bool:
    return spec.configuration is not None and not spec.configuration.id


def _with_id(spec: RunSpec, found: Mapping[str, ConfigurationRef | str]) -> RunSpec:
    reference = found.get(spec.configuration.name) if spec.configuration and _is_named(spec) else None
    return replace(spec, configuration=reference) if isinstance(reference, ConfigurationRef) else spec


async def _saved_configurations(remote: Remote, until: float) -> tuple[SavedConfiguration, ...]:
    try:
        return await remote.client.fetch_saved_configurations(until=until)
    except Refused as refused:
        if refused.status not in {None, HTTPStatus.UNAUTHORIZED}:
            refused.hint = f"{GIVE_THE_ID} {refused.hint}".strip()
        raise


def _by_name(name: str, known: tuple[SavedConfiguration, ...]) -> ConfigurationRef | str:
    """The configuration with this name, or the problem with the name."""
    matches = [one for one in known if one.name.strip() == name.strip()]
    if len(matches) == 1:
        return ConfigurationRef(id=matches[0].id, name=name)
    if matches:
        return (
            f"execution-config: {len(matches)} saved configurations are called '{name}'. "
            f"Give the ID of one: {_candidates(matches)}."
        )
    return f"execution-config: no saved configuration is called '{name}'. " + (
        f"There are: {_candidates(known)}." if known else "This account has none."
    )


def _candidates(configurations: tuple[SavedConfiguration, ...] | list[SavedConfiguration]) -> str:
    listed = ", ".join(f"'{cut(one.name, 100)}' (ID {one.id})" for one in configurations[:MAX_CANDIDATES])
    more = len(configurations) - MAX_CANDIDATES
    return f"{listed} and {more} more" if more > 0 else listed
