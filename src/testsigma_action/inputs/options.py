"""Raw strings -> inputs. The one place that knows which inputs there are, their defaults, and how each is read.

Sources, the first that is set wins: `--plan-id`, `INPUT_PLAN-ID` or `INPUT_PLAN_ID` (GitHub), `PLUGIN_PLAN_ID`
(Woodpecker, Drone), `TESTSIGMA_PLAN_ID`. An empty value is not given. All problems are found at once.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, NoReturn

from testsigma_action.domain.run import ConfigurationRef
from testsigma_action.inputs import cross_checks, pages, parsers, pasted
from testsigma_action.inputs.invalid import Invalid
from testsigma_action.secret import NO_SECRET, Secret

KEY_AS_FLAG = "api-key: never on the command line, where process lists show it. Set TESTSIGMA_API_KEY instead."


@dataclass(frozen=True, slots=True)
class Inputs:
    """All inputs, decoded, with their defaults. The field `plan_id` is the input `plan-id`, and so on."""

    api_key: Secret = NO_SECRET
    plan_id: str = ""
    environment_id: str = ""
    build_number: str = ""
    on_busy: Literal["fail", "wait"] = "fail"
    execution_config: ConfigurationRef | None = None
    runtime_data: Mapping[str, str] | None = None
    upload_versions: Mapping[str, str] | None = None
    run_id: str = ""
    wait: bool = True
    timeout: timedelta = timedelta(hours=2)
    queue_timeout: timedelta | None = None
    on_timeout: Literal["stop", "leave"] = "leave"
    on_cancel: Literal["stop", "leave"] | None = None
    poll_interval: timedelta | None = None
    details: Literal["failed", "all", "none"] = "failed"
    junit_file: str | None = None
    results_file: str | None = None
    summary: Literal["full", "failed", "off"] = "full"
    summary_title: str = ""
    annotations: int = 10
    compare: str = parsers.PREVIOUS
    base_url: str = "https://app.testsigma.com"
    ca_bundle: str = ""

    @property
    def stops_on_cancel(self) -> bool:
        """Whether a step that is cancelled stops its run: a run of somebody else's only if that was asked for."""
        return self.wait and (self.on_cancel or ("leave" if self.run_id else "stop")) == "stop"

    @property
    def junit_path(self) -> str:
        """The JUnit file; nothing if it is off."""
        return self._report_path(self.junit_file, "TEST-testsigma{}.xml")

    @property
    def results_path(self) -> str:
        """The results as JSON; nothing if they are off."""
        return self._report_path(self.results_file, "testsigma{}.json")

    def _report_path(self, given: str | None, pattern: str) -> str:
        """Where a report goes; by default to a name that tells the plans (or runs) of one job apart."""
        told_apart = self.plan_id or self.run_id
        default = f"test-results/{pattern.format(f'-{told_apart}' if told_apart else '')}"
        return "" if given == parsers.OFF else given or default


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: inputs (with defaults where one is wrong), problems that end the step, and warnings."""

    inputs: Inputs
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """One input: its name, how its text is read, whether its value may be shown, and its default in words."""

    name: str
    read: Callable[[str], Any]
    default: str = ""
    shown: bool = True

    @property
    def field(self) -> str:
        """The field of Inputs."""
        return self.name.replace("-", "_")


DEFINITIONS = (
    Definition("api-key", parsers.key, "required", shown=False),
    Definition("plan-id", parsers.identity_of(pages.PLAN)),
    Definition("environment-id", parsers.identity_of(pages.ENVIRONMENT)),
    Definition("build-number", parsers.line, "made from the CI's build number and a random part"),
    Definition("on-busy", parsers.word("fail", "wait"), "fail"),
    Definition("execution-config", parsers.configuration),
    Definition("runtime-data", parsers.mapping, shown=False),
    Definition("upload-versions", parsers.upload_versions),
    Definition("run-id", parsers.identity_of(pages.RUN)),
    Definition("wait", parsers.flag, "true"),
    Definition("timeout", parsers.duration, "2h"),
    Definition("queue-timeout", parsers.duration),
    Definition("on-timeout", parsers.word("stop", "leave"), "leave"),
    Definition("on-cancel", parsers.word("stop", "leave"), "stop; leave with run-id"),
    Definition("poll-interval", parsers.interval, "auto"),
    Definition("details", parsers.word("failed", "all", "none"), "failed"),
    Definition("junit-file", parsers.output_path, "test-results/TEST-testsigma-<plan or run ID>.xml"),
    Definition("results-file", parsers.output_path, "test-results/testsigma-<plan or run ID>.json"),
    Definition("summary", parsers.word("full", "failed", "off"), "full"),
    Definition("summary-title", parsers.line, "plan name"),
    Definition("annotations", parsers.number(0, 50), "10"),
    Definition("compare", parsers.comparison, "previous"),
    Definition("base-url", parsers.base_url, "https://app.testsigma.com"),
    Definition("ca-bundle", parsers.path),
)
BY_NAME = {definition.name: definition for definition in DEFINITIONS}
# GitHub sets these for `with.entrypoint` and `with.args`, which are its own.
FOREIGN = frozenset({"entrypoint", "args"})


def read_inputs(arguments: Sequence[str], environ: Mapping[str, str], root: Path = Path()) -> Reading:
    """Read all inputs from flags and environment. Raises nothing: problems are part of what was read.

    `root` is the folder that relative paths start from.
    """
    key = Secret(_from_environment("api-key", environ))
    flags, problems = _flags(arguments, key)
    # One that was given in the wrong place is not used, and not shown either.
    key = key or Secret(flags.pop("api-key", ""))
    texts = {name: flags.get(name) or _from_environment(name, environ) for name in BY_NAME}
    read: dict[str, Any] = {}
    for definition in DEFINITIONS:
        if text := texts[definition.name]:
            value, problem = _read(definition, text, key)
            if problem:
                problems.append(problem)
            else:
                read[definition.field] = value
    problems += cross_checks.missing(read, problems)
    problems += cross_checks.beside_a_run(read)
    inputs = Inputs(**read)
    if "base_url" in read or not texts["base-url"]:
        problems += cross_checks.other_hosts(texts, inputs.base_url)
    if clash := list(cross_checks.same_file(inputs.junit_path, inputs.results_path, root)):
        inputs = replace(inputs, results_file=parsers.OFF)
        problems += clash
    return Reading(inputs, tuple(problems), tuple(_unknown(environ, key)))


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    upper = name.upper()
    snake = upper.replace("-", "_")
    names = (f"INPUT_{upper}", f"INPUT_{snake}", f"PLUGIN_{snake}", f"TESTSIGMA_{snake}")
    return next((value for key in names if (value := environ.get(key, "").strip())), "")


def _read(definition: Definition, text: str, key: Secret) -> tuple[Any, str]:
    """The value of an input and no problem, or the problem."""
    if problem := _misplaced(definition, text, key):
        return None, problem
    try:
        return definition.read(text), ""
    except Invalid as refusal:
        return None, _problem(definition, text, refusal, key)


def _misplaced(definition: Definition, text: str, key: Secret) -> str:
    """The problem with a text that is the API key, or the name of a variable, in an input that is shown."""
    if not definition.shown:
        return ""
    if pasted.holds_key(text, key):
        return f"{definition.name}: contains an API key, or a part of one, which belongs in api-key only."
    if found := pasted.reference(text):
        shown = pasted.quoted(text, key)
        return f"{definition.name}: {shown} contains a variable that was not replaced by its value. {found.remedy}"
    return ""


def _problem(definition: Definition, text: str, refusal: Invalid, key: Secret) -> str:
    if not definition.shown:
        seen = "its value is not accepted"
    elif pasted.looks_like_key(text, key):
        seen = f"its value is not accepted (and {pasted.NOT_SHOWN})"
    else:
        seen = f"'{pasted.visible(text)}' is not accepted"
    return f"{definition.name}: {seen}; it must be {refusal}. {refusal.remedy}".rstrip()


def _unknown(environ: Mapping[str, str], key: Secret) -> Iterator[str]:
    """Names that look like inputs and are none, once each. Other TESTSIGMA_ variables are nobody's business."""
    for variable in sorted(environ):
        prefix, _, rest = variable.partition("_")
        name = rest.lower().replace("_", "-")
        if prefix in {"INPUT", "PLUGIN"} and environ[variable] and name not in BY_NAME and name not in FOREIGN:
            if pasted.looks_like_key(rest, key):
                yield f"An input whose name is {pasted.NOT_SHOWN}, is not an input of this action and was ignored."
            else:
                shown = pasted.visible(variable)
                yield f"'{pasted.visible(name)}' ({shown}) is not an input of this action and was ignored."


class _Parser(argparse.ArgumentParser):
    """An argument parser that leaves it to us to end the program."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of ending the program. The message quotes values, so it goes no further."""
        raise argparse.ArgumentError(None, message)


def parser() -> argparse.ArgumentParser:
    """All inputs as flags; `--help` shows all but the key."""
    made = _Parser(
        prog="testsigma-action",
        description="Runs a Testsigma test plan and ends with a verdict.",
        epilog="The API key comes from the environment: TESTSIGMA_API_KEY. So can all others: TESTSIGMA_PLAN_ID ...",
        allow_abbrev=False,
    )
    for definition in DEFINITIONS:
        told = f"default: {definition.default}" if definition.default else " "
        # It is known so that it can be refused, and its value is not taken for something else.
        told = argparse.SUPPRESS if definition.name == "api-key" else told
        flag = f"--{definition.name}"
        made.add_argument(flag, dest=definition.name, nargs="?", default="", metavar="VALUE", help=told)
    return made


def _flags(arguments: Sequence[str], key: Secret) -> tuple[dict[str, str], list[str]]:
    """Flags that were given, and what is wrong on the command line (never a value: it may be the key)."""
    holds_key = any(argument.startswith("--api-key") for argument in arguments)
    try:
        given, rest = parser().parse_known_args(arguments)
    except argparse.ArgumentError:
        return {}, [KEY_AS_FLAG if holds_key else "command line: it cannot be read; --help shows what is accepted."]
    flags = vars(given)
    empty = [name for name in flags if flags[name] is None and name != "api-key"]
    problems = [f"{name}: no value follows --{name} on the command line." for name in empty]
    # What is no input may be a part of the key.
    problems += [KEY_AS_FLAG] if holds_key else [_stranger(argument, key) for argument in rest if argument]
    return {name: value.strip() for name, value in flags.items() if value}, problems


def _stranger(argument: str, key: Secret) -> str:
    """What is said of an argument that is no input: its name if it has one, never its value."""
    name = argument.partition("=")[0]
    named = name.startswith("--") and len(name) > 2
    what = pasted.quoted(name, key) if named else "a value without a name"
    return f"command line: {what} is not an input; --help lists them."
