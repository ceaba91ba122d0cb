"""TeamCity: the rules for recipes, and builds as its documentation describes them.

Sources: jetbrains.com/help/teamcity: "Recipe YAML Syntax" (and SPECIFICATION of recipes in JetBrains' repository
teamcity-recipes), "Configuring Build Parameters", "Command Line" (scripts), "Service Messages", "Kotlin DSL". What an
agent sends to the processes of a stopped build is not documented.
"""

import re
import subprocess
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ci_readers import teamcity_commands, teamcity_variables
from tests.ci_systems.agent import Agent

NAME = re.compile(r"[A-Za-z0-9]+([_-][A-Za-z0-9]+)*")
VERSION = re.compile(r"\d+(\.\d+){0,2}")
KINDS = {"text", "boolean", "select", "password", "number"}
IMPORT = re.compile(r"##teamcity\[importData type='junit' path='([^'|]+)'\]")


def problems(recipe: Mapping[str, Any]) -> Iterator[str]:
    """What breaks a rule for recipes."""
    if unknown := set(recipe) - {"name", "title", "version", "description", "container", "inputs", "steps"}:
        yield f"unknown: {unknown}"
    if not NAME.fullmatch(recipe["name"]) or len(recipe["name"]) > 100:
        yield "name"
    if not VERSION.fullmatch(str(recipe["version"])):
        yield "version"
    if not recipe["description"] or len(recipe["description"]) > 250 or len(recipe["title"]) > 50:
        yield "title or description"
    for one in recipe["inputs"]:
        ((name, declared),) = one.items()
        yield from (f"{name}: {problem}" for problem in _problems_of_input(name, declared))
    yield from (f"step: {step}" for step in recipe["steps"] if not _is_step(step))


def _is_step(step: Mapping[str, Any]) -> bool:
    """Whether it has one script, and nothing that a step with a script must not have."""
    return "script" in step and set(step) <= {"name", "container", "script"} and len(step["script"]) <= 50_000


def _problems_of_input(name: str, declared: Mapping[str, Any]) -> Iterator[str]:
    if unknown := set(declared) - {"type", "label", "description", "default", "required"}:
        yield f"unknown: {unknown}"
    if declared["type"] not in KINDS:
        yield "type"
    if "default" not in declared and declared.get("required") is not True:
        yield "neither a default, nor required"
    if not isinstance(declared.get("default", ""), str):
        yield "the default is no text"
    if len(name) > 50 or len(declared["label"]) > 100 or len(declared["description"]) > 250:
        yield "too long"


def parameters_of(recipe: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a build with this recipe; a required one must be given, and another one must be declared."""
    declared = {name: about for one in recipe["inputs"] for name, about in one.items()}
    assert set(given) <= set(declared)
    assert {name for name, about in declared.items() if about.get("required")} <= set(given)
    return {name: given.get(name, about.get("default", "")) for name, about in declared.items()}


@dataclass(frozen=True, slots=True)
class Step:
    """A step with a script."""

    script: str
    after_failure: bool = False


def kotlin_steps(text: str) -> list[Step]:
    """The steps of settings in Kotlin. In a string Kotlin reads `$name` and `${` itself."""
    found = []
    for block in re.findall(r"^ {8}script \{\n(.*?)^ {8}\}", text, re.MULTILINE | re.DOTALL):
        raw = re.search(r'scriptContent = """\n(.*?)"""\.trimIndent\(\)', block, re.DOTALL)
        simple = re.search(r'scriptContent = "([^"\\]*)"', block)
        script = textwrap.dedent(raw[1]) if raw else simple[1] if simple else ""
        assert script
        assert not re.search(r"\$[A-Za-z_{]", script)
        found.append(Step(script, "RUN_ON_FAILURE" in block))
    return found


def kotlin_parameters(text: str) -> dict[str, str]:
    """The parameters of settings in Kotlin, without passwords."""
    return dict(re.findall(r'^ {8}param\("([^"]+)", "([^"]*)"\)', text, re.MULTILINE))


@dataclass
class Build:
    """A build on an agent. The folder of its checkout belongs to the user of the agent."""

    agent: Agent
    checkout: Path
    parameters: dict[str, str]
    failed: bool = False
    log: list[str] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)

    def run(self, steps: list[Step]) -> None:
        """Run the steps; after one that failed, those that say so."""
        for step in steps:
            if not self.failed or step.after_failure:
                self._step(step)

    def _step(self, step: Step) -> None:
        with self.start(step) as process:
            output, _ = process.communicate(timeout=90)
        self.failed |= process.returncode != 0
        self.read(output)

    def start(self, step: Step) -> "subprocess.Popen[str]":
        """Start a script, with the environment variables of the build."""
        script = self.agent.tools / "custom_script"
        script.write_text(self._resolved(step.script), "utf-8")
        values = {name: self._resolved(value) for name, value in self.parameters.items()}
        environ = {name.removeprefix("env."): value for name, value in values.items() if name.startswith("env.")}
        return subprocess.Popen(
            ["/bin/sh", str(script)],
            cwd=self.checkout,
            env=self.agent.environ(environ),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def _resolved(self, text: str) -> str:
        """The text with `%name%` replaced; a parameter that there is not keeps the build from starting."""
        known = {**self.parameters, "": "%"}
        return re.sub(r"%([\w.]*)%", lambda found: known[found[1]], text)

    def read(self, output: str) -> None:
        """Carry out the service messages of a step; all other lines are the log. Reports are read until it ends."""
        patterns = []
        for line in output.splitlines():
            messages = teamcity_commands(line)
            if messages == ["setParameter"]:
                found = teamcity_variables(self.checkout, [line])
                self.parameters |= {f"env.{name}": value for name, value in found.items()}
            elif found_import := IMPORT.fullmatch(line):
                patterns.append(found_import[1])
            else:
                assert set(messages) <= {"blockOpened", "blockClosed"}
                self.log.append(line)
        self.imported += [
            str(path.relative_to(self.checkout)) for pattern in patterns for path in self.checkout.glob(pattern)
        ]
