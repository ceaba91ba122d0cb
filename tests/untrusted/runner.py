"""What CI systems make of a log, by their own rules and not by ours.

GitHub: actions/runner, ActionCommand.cs, ActionCommandManager.cs and ProcessInvoker.cs. Azure: azure-pipelines-agent,
Command.cs. The others: their documentation. Where a system compares text without regard to characters that have no
width, they are taken out first, all of them: a reader that sees more commands than there are only makes a test strict.
"""

import re
import unicodedata
from dataclasses import dataclass, field

REGISTERED = frozenset(
    {"set-env", "set-output", "save-state", "add-mask", "add-path", "add-matcher", "remove-matcher", "debug", "warning"}
    | {"error", "notice", "group", "endgroup", "echo", "stop-commands"}
)
_ESCAPES = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%3B": ";", "%5D": "]", "%25": "%"}
_WITHOUT_WIDTH = frozenset("\u115f\u1160\u3164\uffa0")


@dataclass(frozen=True)
class Command:
    """A command that the runner finds in a line."""

    name: str
    data: str
    properties: dict[str, str] = field(default_factory=dict)


def lines(text: str) -> list[str]:
    r"""The lines of both streams: StreamReader.ReadLine ends them at `\n`, `\r\n` and a bare `\r`."""
    return re.split(r"\r\n|\r|\n", text)


def commands(log: str) -> list[Command]:
    """All commands of a log, from its first line to its last; none between `stop-commands` and its token."""
    found: list[Command] = []
    token = ""
    for line in lines(log):
        command = _stopped(line, token) if token else of_line(line)
        if command:
            found.append(command)
            token = command.data if command.name == "stop-commands" else ""
    return found


def of_line(line: str) -> Command | None:
    """The command of a line: v2 at its beginning, else v1 anywhere; with and without what has no width."""
    shapes = (line, _with_width(line))
    return next(filter(None, (read(shape) for read in (_second, _first) for shape in shapes)), None)


def _stopped(line: str, token: str) -> Command | None:
    return Command(token, "") if line.strip() == f"::{token}::" else None


def _second(line: str) -> Command | None:
    """`::name key=value,key=value::data`, after blanks of any kind."""
    begun = line.lstrip()
    end = begun.find("::", 2)
    if not begun.startswith("::") or end < 0:
        return None
    return _command(begun[2:end], begun[end + 2 :], ",")


def _first(line: str) -> Command | None:
    """`##[name key=value;key=value]data`, anywhere."""
    start = line.find("##[")
    end = line.find("]", start)
    return None if start < 0 or end < 0 else _command(line[start + 3 : end], line[end + 1 :], ";")


def _command(head: str, data: str, separator: str) -> Command | None:
    name, _, rest = head.strip().partition(" ")
    if name.lower() not in REGISTERED:
        return None
    pairs = (pair.strip().partition("=") for pair in rest.split(separator) if "=" in pair)
    return Command(name.lower(), _unescaped(data), {key: _unescaped(value) for key, _, value in pairs})


def _unescaped(text: str) -> str:
    return re.sub("%0D|%0A|%3A|%2C|%3B|%5D|%25", lambda match: _ESCAPES[match[0]], text)


def _with_width(line: str) -> str:
    hidden = {"Cc", "Cf", "Cs", "Mn", "Me", "Cn"}
    return "".join(each for each in line if unicodedata.category(each) not in hidden and each not in _WITHOUT_WIDTH)


ANYWHERE = {
    "Azure": re.compile(r"##(?:vso)?\[", re.IGNORECASE),
    "TeamCity": re.compile(r"##teamcity\[", re.IGNORECASE),
    "GitLab": re.compile(r"section_(?:start|end):\d+:[^\r\n]*\r?\x1b\[0K"),
    "Jenkins, Buildkite, Drone and terminals": re.compile("[\x1b\x9b\x07\x08]"),
}
AT_THE_START = {"Buildkite": re.compile(r"(?:---|\+\+\+|~~~|\^\^\^)(?:\s|$)")}


def markers(log: str) -> list[str]:
    """What any other CI system would find in a log, with the line that it stands in."""
    return [
        f"{system}: {line!r}"
        for line in lines(log)
        for shape in (line, _with_width(line) if not line.isascii() else line)
        for system, found in (
            *((system, marker.search(shape) or marker.search(line)) for system, marker in ANYWHERE.items()),
            *((system, marker.match(shape.lstrip())) for system, marker in AT_THE_START.items()),
        )
        if found
    ]
