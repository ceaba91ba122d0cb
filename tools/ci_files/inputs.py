"""The inputs as the packaging of every CI system shows them, from the definitions that the step itself uses."""

import re
from dataclasses import dataclass

from testsigma_action.inputs.descriptions import DESCRIPTIONS
from testsigma_action.inputs.options import DEFINITIONS


@dataclass(frozen=True, slots=True)
class Input:
    """One input. `default` is in words, for people: the value itself is in the step."""

    name: str
    description: str
    default: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"TESTSIGMA_{self.name.replace('-', '_').upper()}"

    @property
    def camel_case(self) -> str:
        """The name in the style of systems whose names have no dashes: planId."""
        return re.sub("-(.)", lambda found: found[1].upper(), self.name)

    @property
    def text(self) -> str:
        """The description with the default."""
        return f"{self.description} Default: {self.default}." if self.default else self.description


INPUTS = tuple(
    Input(each.name, DESCRIPTIONS[each.name], "" if each.default == "required" else each.default)
    for each in DEFINITIONS
)
# A secret: it is never an ordinary input, always a variable or a setting from the store of secrets.
API_KEY = INPUTS[0]
# All inputs but the API key.
SETTINGS = INPUTS[1:]
