"""Text of an input that is, or may be, a mapping -> value. Pure; a value that is not accepted raises Invalid."""

import re
from collections.abc import Mapping

from testsigma_action.domain.run import ConfigurationRef
from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.parsers import identity, is_digits, line
from testsigma_action.inputs.pasted import reference
from testsigma_action.inputs.vendor_script import RUNTIME_DATA

CONFIGURATION_MAPPING = re.compile(r"""\{|['"]?(id|name)['"]?\s*:(\s|$)""")

ACCEPTED = "a YAML or JSON mapping of names to single values, like {name: value}"
# How Testsigma's script takes runtime data.
SCRIPT_PAIR = re.compile(r"[\w.-]+=")


def configuration(value: str | Mapping[str, str]) -> ConfigurationRef:
    """A saved configuration: its name, its ID (all digits), `{name: ...}` or `{id: ...}`. Raises Invalid."""
    accepted = "a name, an ID (digits), {name: ...} or {id: ...}"
    try:
        is_word = isinstance(value, str) and not CONFIGURATION_MAPPING.match(value)
        given = {_kind(str(value)): str(value)} if is_word else mapping(value)
        if given.keys() == {"id"}:
            return ConfigurationRef(id=identity(given["id"]))
        if given.keys() == {"name"} and given["name"]:
            return ConfigurationRef(name=line(given["name"]))
    except Invalid as refusal:
        raise Invalid(accepted, refusal.remedy) from None
    raise Invalid(accepted)


def _kind(value: str) -> str:
    return "id" if is_digits(value) else "name"


def mapping(value: str | Mapping[str, str]) -> Mapping[str, str]:
    """A mapping of names to texts, as YAML or JSON, or parsed already. Raises Invalid, which never quotes it."""
    if not isinstance(value, str):
        return value
    from testsigma_action.inputs import documents, tree

    found = reference(value) if value[:1] in {"$", "%"} and len(value.split()) == 1 else None
    if found:
        raise Invalid(ACCEPTED, f"The value is the name of a variable. {found.remedy}")
    return documents.mapping(value, ACCEPTED, tree.texts, RUNTIME_DATA if SCRIPT_PAIR.match(value) else "")


def start_options(value: str) -> Mapping[str, str]:
    """Fields for the body of a start, each with its value as JSON. Raises Invalid, which quotes no value."""
    from testsigma_action.inputs import start_options as options

    return options.read(value)


def upload_versions(value: str | Mapping[str, str]) -> Mapping[str, str]:
    """A mapping of IDs of devices to IDs of upload versions. Raises Invalid."""
    accepted = "a YAML or JSON mapping of device IDs to upload version IDs, like {31: 68}"
    try:
        given = mapping(value)
        found = {identity(device): identity(version) for device, version in given.items()}
    except Invalid as refusal:
        raise Invalid(accepted, refusal.remedy) from None
    if len(found) < len(given):
        raise Invalid(accepted, "One device has two versions.")
    return found
