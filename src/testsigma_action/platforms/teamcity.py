"""TeamCity: service messages.

Sources: jetbrains.com/help/teamcity, "Service Messages" and "Configuring Build Parameters".
"""

from collections.abc import Mapping

from testsigma_action.platforms.base import Platform
from testsigma_action.text import no_command

_ESCAPES = str.maketrans({"|": "||", "'": "|'", "[": "|[", "]": "|]", "\n": "|n", "\r": "|r"})


class TeamCity(Platform):
    """TeamCity. It has no annotations that leave the result of the build as it is."""

    name = "TeamCity"
    markers = (("TEAMCITY_VERSION", ".+"),)
    key_advice = (
        "Add the parameter env.TESTSIGMA_API_KEY (type Password), and pass it with `docker run -e TESTSIGMA_API_KEY`."
    )
    project = ("$TEAMCITY_PROJECT_NAME/$TEAMCITY_BUILDCONF_NAME", "$TEAMCITY_BUILDCONF_NAME")
    number = ("$BUILD_NUMBER",)
    commit = ("$BUILD_VCS_NUMBER",)
    pull_request = ("$TEAMCITY_PULLREQUEST_NUMBER",)
    job_url = ("$BUILD_URL",)
    # Text between percent signs is a reference to a parameter.
    references = ("%",)

    def group(self, title: str, lines: list[str]) -> list[str]:
        """A block."""
        name = f"name='{_value(self.secret.hidden_in(no_command(title)))}'"
        return [f"##teamcity[blockOpened {name}]", *map(no_command, lines), f"##teamcity[blockClosed {name}]"]

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        """Environment variables of later steps of the build."""
        command = "##teamcity[setParameter name='env.{}' value='{}']"
        return [command.format(name, _value(value)) for name, value in variables.items()]


def _value(text: str) -> str:
    """A value in which every character has its escape: `|`, or `|0x` and four digits of UTF-16."""
    return "".join(each if each.isascii() else _code_units(each) for each in text.translate(_ESCAPES))


def _code_units(character: str) -> str:
    code = character.encode("utf-16-be", "replace").hex().upper()
    return "".join(f"|0x{code[start : start + 4]}" for start in range(0, len(code), 4))
