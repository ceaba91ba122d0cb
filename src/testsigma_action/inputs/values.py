"""Parsing one value, of an input or of an entry of `plans`, and the sentence about one that is refused. Pure."""

from collections.abc import Mapping

from testsigma_action.inputs import pasted
from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.options import Definition
from testsigma_action.secret import Secret

Given = str | Mapping[str, str]


class Refused(Exception):
    """A value that is not accepted. Its text is a sentence that says so and is safe to show."""


def read(definition: Definition, given: Given, key: Secret) -> object:
    """Parse a value. Raises Refused."""
    # A mapping is checked and quoted as YAML in braces.
    text = given if isinstance(given, str) else f"{{{', '.join(f'{name}: {value}' for name, value in given.items())}}}"
    if definition.shows(text):
        if pasted.holds_key(text, key):
            raise Refused("contains an API key, or a part of one, which belongs in api-key only.")
        if found := pasted.reference(text):
            shown = pasted.quoted(text, key)
            raise Refused(f"{shown} contains a variable that was not replaced by its value. {found.remedy}")
    try:
        return definition.read(given)
    except Invalid as refusal:
        if not definition.shows(text):
            seen = "its value is not accepted"
        elif pasted.looks_like_key(text, key):
            seen = f"its value is not accepted (and {pasted.NOT_SHOWN})"
        else:
            seen = f"'{pasted.visible(text)}' is not accepted"
        raise Refused(f"{seen}; it must be {refusal}. {refusal.remedy}".rstrip()) from None
