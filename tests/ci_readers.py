"""What CI systems make of outputs and of a log, by their documentation and not by our code.

A reader of outputs gets the folder of the step and the lines that it printed, and returns the variables of later steps.
A reader of commands gets one line, and returns the names of the commands in it.
"""

import json
import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

NATIVE = "native"
"""The file or folder, below the folder of the step, that a variable of the system leads to."""
ENV_FILE = "test-results/testsigma-outputs.env"
JSON_FILE = "test-results/testsigma-outputs.json"
ANNOTATIONS_FILE = "test-results/testsigma-annotations.json"


class NotReadable(AssertionError):
    """The system would refuse the outputs, or read something else than text."""


def nothing(_line: str) -> list[str]:
    """The commands of a system without commands in the log."""
    return []


def shell_file(folder: Path, _lines: list[str]) -> dict[str, str]:
    """Any system: `set -a; . FILE`, with a real shell in an empty environment."""
    return _sourced(folder / ENV_FILE, "set -a; ")


def bash_env(folder: Path, _lines: list[str]) -> dict[str, str]:
    """CircleCI: bash reads the file that BASH_ENV names before it runs a step; only what is exported is passed on."""
    return _sourced(folder / NATIVE, "")


def _sourced(path: Path, before: str) -> dict[str, str]:
    script = f"{before}. {path}; exec env -0"
    done = subprocess.run(["bash", "-c", script], env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=True)
    if done.stderr:
        raise NotReadable(done.stderr.decode())
    pairs = (entry.partition("=") for entry in done.stdout.decode().split("\0") if entry)
    return {name: value for name, _, value in pairs if name not in {"PATH", "PWD", "SHLVL", "_", "OLDPWD"}}


def gitlab_dotenv(folder: Path, _lines: list[str]) -> dict[str, str]:
    """GitLab (parse_dotenv_artifact_service.rb): one `KEY=value` a line, values stripped, later expanded."""
    data = (folder / ENV_FILE).read_bytes()
    if len(data) >= 5 * 1024:
        raise NotReadable("Dotenv Artifact Too Big")
    found: dict[str, str] = {}
    for line in data.decode().split("\n")[:-1]:
        name, equals, value = line.partition("=")
        if not equals or not re.fullmatch("[A-Za-z0-9_]+", name):
            raise NotReadable(f"Invalid Format: {line}")
        found[name] = value.strip()
    if len(found) > 20:
        raise NotReadable("more than 20 variables")
    if any(re.search(r"\$\{?[A-Za-z_]|%[A-Za-z_]\w*%", value) for value in found.values()):
        raise NotReadable("a value refers to another variable")
    return found


def gitlab_annotations(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """GitLab (parse_annotations_artifact_service.rb, ci_job_annotation_data.json): lists of links, by their names.

    It refuses the whole file if one rule is broken.
    """
    data = (folder / ANNOTATIONS_FILE).read_bytes()
    if len(data) > 80 * 1024:
        raise NotReadable("Annotations Artifact Too Big")
    document = json.loads(data.decode())
    if not isinstance(document, dict) or len(document) > 20:
        raise NotReadable("Annotations files must be a JSON object with at most 20 lists")
    return {name: list(map(_gitlab_link, _gitlab_list(name, entries))) for name, entries in document.items()}


def _gitlab_list(name: str, entries: object) -> list[object]:
    if not 0 < len(name) <= 255 or not isinstance(entries, list) or len(entries) > 1000:
        raise NotReadable(f"list {name}")
    return entries


def _gitlab_link(entry: object) -> tuple[str, str]:
    match entry:
        case {"external_link": {"label": str(label), "url": str(url), **of_link}, **others} if not of_link | others:
            return label, url
    raise NotReadable(f"not an external link: {entry}")


def gitlab_commands(line: str) -> list[str]:
    """GitLab: sections begin and end with an escape sequence."""
    marks = re.findall(r"\x1b\[0Ksection_(start|end):\d+:[\w.-]+(?:\[[^\]]*\])?\r\x1b\[0K", line)
    if line.count("\x1b") != 2 * len(marks):
        raise NotReadable(f"another escape sequence: {line!r}")
    return marks


_AZURE = re.compile(r"##vso\[([\w.]+)\s*([^\]]*)\]", re.IGNORECASE)


def azure_variables(_folder: Path, lines: list[str]) -> dict[str, str]:
    """Azure (Command.cs): `##vso[task.setvariable ...]value`, anywhere in a line; then macros are expanded."""
    found = {}
    for line in lines:
        command = _AZURE.search(line)
        if not command or command[1] != "task.setvariable":
            raise NotReadable(line)
        properties = dict(each.partition("=")[::2] for each in command[2].split(";"))
        if properties.keys() != {"variable", "isOutput"} or properties["isOutput"] != "true":
            raise NotReadable(line)
        value = _azure_text(line[command.end() :])
        if "$(" in value:
            raise NotReadable("a value with a macro")
        found[properties["variable"]] = value
    return found


def _azure_text(text: str) -> str:
    """CommandStringConvertor.cs; `%AZP25` is decoded on some agents only, so it must not occur."""
    if "%AZP25" in text:
        raise NotReadable(text)
    for code, character in (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]")):
        text = text.replace(code, character)
    return text


def azure_commands(line: str) -> list[str]:
    """Azure: commands anywhere in a line, and formatting commands."""
    found = [command[1] for command in _AZURE.finditer(line)][:1]
    return found or re.findall(r"##\[(\w+)\]", line)


_TEAMCITY = re.compile(r"##teamcity\[(\w+)((?:\s+\w+\s*=\s*'(?:\|.|[^|'\n\r\[\]])*')*)\s*\]")
_ATTRIBUTE = re.compile(r"(\w+)\s*=\s*'((?:\|.|[^|'])*)'")


def teamcity_variables(_folder: Path, lines: list[str]) -> dict[str, str]:
    """TeamCity: `##teamcity[setParameter name='env.X' value='...']`; percent signs make references."""
    found = {}
    for line in lines:
        message = _TEAMCITY.fullmatch(line)
        if not message or message[1] != "setParameter" or not line.isascii():
            raise NotReadable(line)
        attributes = {name: _teamcity_text(value) for name, value in _ATTRIBUTE.findall(message[2])}
        if attributes.keys() != {"name", "value"} or "%" in attributes["value"]:
            raise NotReadable(line)
        found[attributes["name"].removeprefix("env.")] = attributes["value"]
    return found


def _teamcity_text(text: str) -> str:
    plain = {"n": "\n", "r": "\r", "|": "|", "'": "'", "[": "[", "]": "]"}
    units = re.sub(
        r"\|(?:0x([0-9A-Fa-f]{4})|(.))", lambda found: chr(int(found[1], 16)) if found[1] else plain[found[2]], text
    )
    return units.encode("utf-16", "surrogatepass").decode("utf-16")


def teamcity_commands(line: str) -> list[str]:
    """TeamCity: service messages; each must be well-formed and a whole line."""
    if "##teamcity[" not in line:
        return []
    message = _TEAMCITY.fullmatch(line)
    if not message:
        raise NotReadable(line)
    return [message[1]]


def assignments(folder: Path, _lines: list[str]) -> dict[str, str]:
    """Bitbucket and Harness: `KEY=VALUE` a line, the last one counts; nothing that a stricter reader sees otherwise."""
    found = {}
    for line in (folder / NATIVE).read_text("utf-8").split("\n")[:-1]:
        if not re.fullmatch(r"[A-Z_]+=(?!.* #)[^$`\\\"']*", line):
            raise NotReadable(line)
        name, _, found[name] = line.partition("=")
    return found


def buildkite_commands(line: str) -> list[str]:
    """Buildkite: a header of a group at the beginning of a line."""
    return re.findall(r"^\s*(---|\+\+\+|~~~|\^\^\^)(?=\s|$)", line)


def builder_output(folder: Path, _lines: list[str]) -> dict[str, str]:
    """Cloud Build: the first 4 KB of the file `output`, which is JSON."""
    data = (folder / NATIVE / "output").read_bytes()[:4096]
    found: dict[str, str] = json.loads(data)
    return found


def tekton_results(folder: Path, _lines: list[str]) -> dict[str, str]:
    """Tekton: one file for each result; all of them must fit into a message of 4096 bytes."""
    found = {path.name: path.read_text("utf-8") for path in (folder / NATIVE).iterdir()}
    results = [{"key": name, "value": value, "type": 1} for name, value in found.items()]
    message = re.sub("[<>&]", "      ", json.dumps(results, ensure_ascii=False))
    if len(message.encode()) > 4096:
        raise NotReadable("Termination message is above max allowed size 4096")
    if any("$(" in value for value in found.values()):
        raise NotReadable("a value with a reference")
    return {f"TESTSIGMA_OUTPUT_{name.upper().replace('-', '_')}": value for name, value in found.items()}


def commands(lines: Iterable[str], read: Callable[[str], list[str]]) -> list[str]:
    """The commands of all lines."""
    return [name for line in lines for name in read(line)]
