"""Raw strings -> inputs. The one place that knows which inputs there are, their defaults, and how each is read.

Sources, the first that is set wins: `--plan-id`, `INPUT_PLAN-ID` or `INPUT_PLAN_ID` (GitHub), `PLUGIN_PLAN_ID`
(Woodpecker, Drone), `TESTSIGMA_PLAN_ID`. An empty value is not given. All problems are found at once.
"""

import argparse
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, NoReturn

from testsigma_action import values
from testsigma_action.model import ConfigurationRef
from testsigma_action.secret import NO_SECRET, Secret

KEY_MISSING = (
    "api-key: not given. If it comes from a secret: secrets are empty in pull requests from forks and from Dependabot."
)
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
    compare: str = values.PREVIOUS
    base_url: str = "https://app.testsigma.com"
    ca_bundle: str = ""

    @property
    def stops_on_cancel(self) -> bool:
        """Whether a step that is cancelled stops its run: a run of somebody else's only if that was asked for."""
        return self.wait and (self.on_cancel or ("leave" if self.run_id else "stop")) == "stop"


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
    Definition("api-key", values.key, "required", shown=False),
    Definition("plan-id", values.identity),
    Definition("environment-id", values.identity),
    Definition("build-number", values.line, "from the CI, with a nonce"),
    Definition("on-busy", values.word("fail", "wait"), "fail"),
    Definition("execution-config", values.configuration),
    Definition("runtime-data", values.mapping, shown=False),
    Definition("upload-versions", values.mapping),
    Definition("run-id", values.identity),
    Definition("wait", values.flag, "true"),
    Definition("timeout", values.duration, "2h"),
    Definition("queue-timeout", values.duration),
    Definition("on-timeout", values.word("stop", "leave"), "leave"),
    Definition("on-cancel", values.word("stop", "leave"), "stop; leave with run-id"),
    Definition("poll-interval", values.interval, "auto"),
    Definition("details", values.word("failed", "all", "none"), "failed"),
    Definition("junit-file", values.output_path, "test-results/TEST-testsigma-<plan or run ID>.xml"),
    Definition("results-file", values.output_path, "test-results/testsigma-<plan or run ID>.json"),
    Definition("summary", values.word("full", "failed", "off"), "full"),
    Definition("summary-title", values.line, "plan name"),
    Definition("annotations", values.number(0, 50), "10"),
    Definition("compare", values.comparison, "previous"),
    Definition("base-url", values.base_url, "https://app.testsigma.com"),
    Definition("ca-bundle", values.path),
)
BY_NAME = {definition.name: definition for definition in DEFINITIONS}
# GitHub sets these for `with.entrypoint` and `with.args`, which are its own.
FOREIGN = frozenset({"entrypoint", "args"})
# What only a start can use: beside a run that exists already, it would be lost without a word.
FOR_A_START = (
    "environment-id",
    "build-number",
    "on-busy",
    "execution-config",
    "runtime-data",
    "upload-versions",
)


def read_inputs(arguments: Sequence[str], environ: Mapping[str, str]) -> Reading:
    """Read all inputs from flags and environment. Raises nothing: problems are part of what was read."""
    flags, problems = _flags(arguments)
    read: dict[str, Any] = {}
    for definition in DEFINITIONS:
        text = flags.get(definition.name, "").strip() or _from_environment(definition.name, environ)
        if not text:
            continue
        if definition.shown and _holds(text, read.get("api_key", NO_SECRET)):
            problems.append(f"{definition.name}: the API key stands in it, which belongs in api-key only.")
            continue
        try:
            read[definition.field] = definition.read(text)
        except values.Invalid as error:
            problems.append(_problem(definition, text, str(error)))
    problems += _missing(read, problems)
    problems += _no_start(read)
    problems += _same_file(read)
    return Reading(Inputs(**read), tuple(problems), tuple(_unknown(environ)))


def _holds(text: str, key: Secret) -> bool:
    """Whether a value that is shown would show the key."""
    return key.stands_in(text)


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    upper = name.upper()
    snake = upper.replace("-", "_")
    names = (f"INPUT_{upper}", f"INPUT_{snake}", f"PLUGIN_{snake}", f"TESTSIGMA_{snake}")
    return next((value for key in names if (value := environ.get(key, "").strip())), "")


def _problem(definition: Definition, text: str, accepted: str) -> str:
    seen = f"'{_visible(text)}' is not accepted" if definition.shown else "its value is not accepted"
    return f"{definition.name}: {seen}; it must be {accepted}."


def _visible(text: str) -> str:
    """What may be shown of a text: no control characters, and nothing that stands where a URL has its password."""
    shown = re.sub(r"//[^/@]*@", "//***@", text[:100])
    return "".join(character if character.isprintable() else "?" for character in shown)


def _missing(read: Mapping[str, Any], problems: Sequence[str]) -> Iterator[str]:
    """Inputs that are required and were given neither well nor badly."""
    wrong = {problem.partition(":")[0] for problem in problems}
    if not read.get("api_key") and "api-key" not in wrong:
        yield KEY_MISSING
    if not (read.get("plan_id") or read.get("run_id") or wrong & {"plan-id", "run-id"}):
        yield (
            "plan-id: not given. It is the number in the address of the test plan's page. "
            "To attach to a run that exists already, set run-id instead."
        )


def _no_start(read: Mapping[str, Any]) -> Iterator[str]:
    """What cannot stand beside the ID of a run that exists already."""
    run_id = read.get("run_id")
    if not run_id:
        return
    if read.get("plan_id"):
        yield f"run-id: '{run_id}' is not accepted beside plan-id '{read['plan_id']}'; give the one or the other."
    if lost := [name for name in FOR_A_START if name.replace("-", "_") in read]:
        yield f"run-id: '{run_id}' exists already, so nothing is started; leave out {', '.join(lost)}."
    if read.get("wait") is False:
        yield f"wait: 'false' is not accepted with run-id '{run_id}'; waiting for a run is all there is to attach for."


def _same_file(read: Mapping[str, Any]) -> Iterator[str]:
    junit = read.get("junit_file")
    if junit and junit != values.OFF and junit == read.get("results_file"):
        yield f"results-file: '{_visible(junit)}' is the junit-file, too; one of them would be lost."


def _unknown(environ: Mapping[str, str]) -> Iterator[str]:
    """Names that look like inputs and are none, once each. Other TESTSIGMA_ variables are nobody's business."""
    for key in sorted(environ):
        prefix, _, rest = key.partition("_")
        name = rest.lower().replace("_", "-")
        if prefix in {"INPUT", "PLUGIN"} and environ[key] and name not in BY_NAME and name not in FOREIGN:
            yield f"'{_visible(name)}' ({_visible(key)}) is not an input of this action and was ignored."


class _Parser(argparse.ArgumentParser):
    """An argument parser that leaves it to us to end the program."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of ending the program. The message quotes values, so it goes no further."""
        raise argparse.ArgumentError(None, message)


def parser() -> argparse.ArgumentParser:
    """All inputs but the key, as flags; for `--help` too."""
    made = _Parser(
        prog="testsigma-action",
        description="Runs a Testsigma test plan and ends with a verdict.",
        epilog="The API key comes from the environment: TESTSIGMA_API_KEY. So can all others: TESTSIGMA_PLAN_ID ...",
        allow_abbrev=False,
    )
    for definition in DEFINITIONS:
        if definition.name != "api-key":
            told = f"default: {definition.default}" if definition.default else " "
            flag = f"--{definition.name}"
            made.add_argument(flag, dest=definition.name, nargs="?", default="", metavar="VALUE", help=told)
    return made


def _flags(arguments: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Flags that were given, and what is wrong on the command line (never a value: it may be the key)."""
    if any(argument.startswith("--api-key") for argument in arguments):
        return {}, [KEY_AS_FLAG]
    try:
        given, rest = parser().parse_known_args(arguments)
    except argparse.ArgumentError:
        return {}, ["command line: it cannot be read; --help shows what is accepted."]
    flags = vars(given)
    problems = [f"{name}: no value follows --{name} on the command line." for name in flags if flags[name] is None]
    problems += [_stranger(argument) for argument in rest if argument]
    return {name: value for name, value in flags.items() if value}, problems


def _stranger(argument: str) -> str:
    """What is said of an argument that is no input: its name if it has one, never its value."""
    name = argument.partition("=")[0]
    what = f"'{_visible(name)}'" if name.startswith("--") and len(name) > 2 else "a value without a name"
    return f"command line: {what} is not an input; --help lists them."
