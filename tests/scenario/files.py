"""Reading what a step writes, by the runner's rules and not by ours."""

import re

ASSIGNMENT = re.compile(r"^(?P<name>[^=]+?)<<(?P<delimiter>.+)$")


def read_command_file(text: str) -> dict[str, str]:
    """The values of a GITHUB_OUTPUT or GITHUB_STATE file; the last one of a name wins. Raises on a malformed line.

    Rules: actions/runner, FileCommandManager: `name=value`, or `name<<delimiter` up to a line that is the delimiter.
    """
    values: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        found = ASSIGNMENT.match(line)
        if not found:
            name, equals, value = line.partition("=")
            assert equals, f"neither an assignment nor a heredoc: {line!r}"
            values[name] = value
            continue
        body = []
        for inner in lines:
            if inner == found["delimiter"]:
                break
            body.append(inner)
        else:
            raise AssertionError(f"no end of {found['name']}")
        values[found["name"]] = "\n".join(body)
    return values
