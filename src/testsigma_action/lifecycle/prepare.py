"""What has to be looked up before a start. Nothing is started here, so a wrong input is still an input error."""

from dataclasses import replace
from http import HTTPStatus

from testsigma_action.api.lists import SavedConfiguration
from testsigma_action.api.remote import Remote
from testsigma_action.domain.run import ConfigurationRef, RunSpec
from testsigma_action.errors import UNREACHABLE_HINT, ErrorCode, InputError, Refused, Unreachable
from testsigma_action.runtime.calls import Late
from testsigma_action.text import cut

# How many saved configurations an error lists at most.
MOST_CANDIDATES = 20
GIVE_THE_ID = (
    "Some API keys may not list saved configurations, which a name needs. Set execution-config to the ID of the "
    "configuration (digits) instead: then nothing is looked up."
)


def check(spec: RunSpec, remote: Remote, *, until: float) -> RunSpec:
    """Replace the name of a saved configuration by its ID.

    Raises InputError when no configuration or more than one has that name, ApiError when the service cannot say.
    """
    if not spec.configuration or spec.configuration.id:
        return spec
    try:
        known = remote.calls.run(lambda: remote.client.fetch_saved_configurations(until=until), until=until)
    except Late:
        message = "Could not read the saved configurations: no answer in time. Nothing was started."
        raise Unreachable(message, code=ErrorCode.API_UNREACHABLE, hint=UNREACHABLE_HINT) from None
    except Refused as refused:
        if refused.status not in {None, HTTPStatus.UNAUTHORIZED}:
            refused.hint = f"{GIVE_THE_ID} {refused.hint}".strip()
        raise
    return replace(spec, configuration=_by_name(spec.configuration.name, known))


def _by_name(name: str, known: tuple[SavedConfiguration, ...]) -> ConfigurationRef:
    matches = [one for one in known if one.name.strip() == name.strip()]
    if len(matches) == 1:
        return ConfigurationRef(id=matches[0].id, name=name)
    if matches:
        raise InputError(
            f"execution-config: {len(matches)} saved configurations are called '{name}'. "
            f"Give the ID of one: {_candidates(matches)}."
        )
    raise InputError(
        f"execution-config: no saved configuration is called '{name}'. "
        + (f"There are: {_candidates(known)}." if known else "This account has none.")
    )


def _candidates(configurations: tuple[SavedConfiguration, ...] | list[SavedConfiguration]) -> str:
    listed = ", ".join(f"'{cut(one.name, 100)}' (ID {one.id})" for one in configurations[:MOST_CANDIDATES])
    more = len(configurations) - MOST_CANDIDATES
    return f"{listed} and {more} more" if more > 0 else listed
