"""Azure Pipelines: parameters, variables, conditions and tasks, as its documentation and its agent treat them.

Sources: learn.microsoft.com, "Template expressions", "Define variables" (macros, environment variables), "Set variables
in scripts", "PublishTestResults@2"; azure-pipelines-agent: ProcessInvoker.cs; azure-pipelines-tasks: BashV3/bash.ts.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.ci_readers import azure_commands, azure_variables
from tests.ci_systems.agent import Agent

Node = str | Mapping[str, "Node"]
# Conditions that are true after a failed step, too.
AFTER_FAILURE = re.compile(r"(?:and\()?(?:succeededOrFailed|always)\(\)")
NOT_EMPTY = re.compile(r"ne\(variables\['([^']+)'\], ''\)")


def load(path: Path) -> dict[str, Any]:
    """A file of YAML whose scalars are texts, as the parser of templates reads them."""
    document: dict[str, Any] = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - makes plain types only
    return document


def expanded(template: Mapping[str, Any], given: Mapping[str, str]) -> list[dict[str, Any]]:
    """The steps of a template with its parameters; one that it does not declare is an error."""
    known = {each["name"]: each.get("default") for each in template["parameters"]}
    assert set(given) <= set(known)
    values = {**known, **given}
    return [{name: _filled(value, values) for name, value in step.items()} for step in template["steps"]]


def _filled(node: Node, values: Mapping[str, str]) -> Node:
    """The node with `${{ parameters.NAME }}` replaced; what is inserted is not read again."""
    if isinstance(node, str):
        return re.sub(r"\$\{\{ parameters\.(\w+) \}\}", lambda found: values[found[1]], node)
    return {name: _filled(inner, values) for name, inner in node.items()}


@dataclass
class Job:
    """The job of an agent. Its folder of sources belongs to the user of the agent."""

    agent: Agent
    sources: Path
    variables: dict[str, str]
    secrets: dict[str, str]
    failed: bool = False
    log: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    summaries: list[Path] = field(default_factory=list)

    def run(self, steps: list[dict[str, Any]]) -> None:
        """Run all steps whose conditions hold."""
        for step in steps:
            if self._holds(step.get("condition", "succeeded()")):
                getattr(self, "_bash" if "bash" in step else "_publish")(step)

    def _holds(self, condition: str) -> bool:
        needed = NOT_EMPTY.search(condition)
        runs = not self.failed or bool(AFTER_FAILURE.match(condition))
        return runs and (needed is None or bool(self.variables.get(needed[1])))

    def start(self, step: Mapping[str, Any]) -> "subprocess.Popen[str]":
        """Start the shell of a step as the task Bash@3 does."""
        script = self.agent.tools / "step.sh"
        script.write_text(self.macros(step["bash"]), "utf-8")
        mapped = {name: self.macros(value) for name, value in step.get("env", {}).items()}
        environ = {re.sub(r"[.\s]", "_", name).upper(): value for name, value in self.variables.items()}
        return subprocess.Popen(
            ["bash", str(script)],
            cwd=self.sources,
            env=self.agent.environ({**environ, **mapped}),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def macros(self, text: str) -> str:
        """The text with `$(name)` replaced, where there is such a variable."""
        known = {**self.variables, **self.secrets}
        return re.sub(r"\$\(([^()]+)\)", lambda found: known.get(found[1], found[0]), text)

    def _bash(self, step: Mapping[str, Any]) -> None:
        with self.start(step) as process:
            output, _ = process.communicate(timeout=90)
        self.failed |= process.returncode != 0
        self.read(output, step.get("name", ""))

    def read(self, output: str, step: str) -> None:
        """Carry out the commands in an output; all other lines are the log."""
        for line in output.splitlines():
            self._line(line, step, azure_commands(line))

    def _line(self, line: str, step: str, commands: list[str]) -> None:
        if commands == ["task.setvariable"]:
            found = azure_variables(self.sources, [line])
            self.variables |= {f"{step}.{name}": value for name, value in found.items()}
        elif commands == ["task.uploadsummary"]:
            self.summaries.append(Path(line.partition("]")[2]))
        elif commands != ["task.setsecret"]:
            self.log.append(line)

    def _publish(self, step: Mapping[str, Any]) -> None:
        assert step["task"] == "PublishTestResults@2"
        assert step["inputs"]["testResultsFormat"] == "JUnit"
        self.published += self._found(self.macros(step["inputs"]["testResultsFiles"]))

    def _found(self, pattern: str) -> Iterator[str]:
        assert pattern, "Input required: testResultsFiles"
        return (str(path.relative_to(self.sources)) for path in self.sources.glob(pattern))
