"""Flags and environment -> inputs. All problems are found at once.

A flag has precedence (`flags.py`). Then the first variable that is set wins: `INPUT_PLAN-ID` or `INPUT_PLAN_ID`
(GitHub), `PLUGIN_PLAN-ID` (Drone changes no character of a setting but its case) or `PLUGIN_PLAN_ID` (Woodpecker),
`TESTSIGMA_PLAN_ID`. An empty value counts as not given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

from testsigma_action.domain.tolerance import QuarantineEntry
from testsigma_action.inputs import cross_checks, parsers, unknown, values
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.options import BY_NAME, DEFINITIONS, Inputs
from testsigma_action.secret import Secret

# The flag, and the variable that GitHub sets when a job runs with debug logging.
DEBUG, RUNNER_DEBUG = "--debug", "RUNNER_DEBUG"
# Inputs that are lists of mappings.
LISTS = frozenset({"plans", "uploads", "quarantine"})


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading: inputs (with defaults for invalid ones), problems that end the step, and warnings.

    `expired` are the entries of the quarantine whose last day is over; the inputs have the others. With `debug` every
    request is logged. `wrong` has the names of the inputs that the problems are about.
    """

    inputs: Inputs
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    expired: tuple[QuarantineEntry, ...] = ()
    debug: bool = False
    wrong: frozenset[str] = frozenset()


def read_inputs(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    root: Path = Path(),
    key_advice: str = "",
    today: date = date.min,
) -> Reading:
    """Read all inputs from flags and environment. Raises nothing: problems are part of the result.

    `root` is the folder that relative paths start from. `key_advice` says how the CI system passes an API key. `today`
    is the day in UTC; without it every entry of a quarantine lasts too long.
    """
    debug = DEBUG in arguments or environ.get(RUNNER_DEBUG) == "1"
    key = Secret(_from_environment("api-key", environ))
    flags, problems, names_files = _flags([argument for argument in arguments if argument != DEBUG], key)
    # A key that was given as a flag is not used, and not shown either.
    key = key or Secret(flags.pop("api-key", ""))
    texts = {name: flags.get(name) or _from_environment(name, environ) for name in BY_NAME}
    read = _parse(texts, key, problems)
    wrong = {problem.where for problem in problems}
    problems += cross_checks.missing({*read, *wrong}, key_advice)
    problems += cross_checks.around_merge(read, wrong, names_files=names_files)
    problems += cross_checks.conflicts(read)
    base_url = read.get("base-url", "" if texts["base-url"] else Inputs().base_url)
    problems += cross_checks.other_hosts(texts, base_url)
    if texts["plans"]:
        # Set together with plans by mistake: reports are named as those of several plans.
        read = {name: value for name, value in read.items() if name not in {"plan-id", "run-id"}}
    problems += _read_lists(read, key, base_url, root, today)
    inputs = Inputs(**{BY_NAME[name].field: value for name, value in read.items()})
    problems += [*cross_checks.given_numbers(inputs), *cross_checks.pinned_twice(inputs)]
    clashes = cross_checks.same_file(inputs.report_paths, root)
    problems += clashes.values()
    turned_off: dict[str, Any] = {BY_NAME[name].field: parsers.OFF for name in clashes}
    expired = tuple(entry for entry in inputs.quarantine if entry.expires < today)
    in_force = tuple(entry for entry in inputs.quarantine if entry not in expired)
    inputs = replace(inputs, quarantine=in_force, **turned_off)
    # A problem may be in an entry of a list: "plans, entry 3".
    about = frozenset(problem.where.partition(",")[0] for problem in problems) & BY_NAME.keys()
    return Reading(inputs, tuple(map(str, problems)), tuple(unknown.variables(environ, key)), expired, debug, about)


def _flags(arguments: Sequence[str], key: Secret) -> tuple[dict[str, str], list[Problem], bool]:
    """The flags that were given, the problems of the command line, and whether it names files one by one."""
    # A step of a CI system has no arguments.
    if not arguments:
        return {}, [], False
    from testsigma_action.inputs.flags import from_flags

    flags, problems, names_files = from_flags(arguments, key)
    return {name: _trimmed(text) for name, text in flags.items()}, problems, names_files


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    """The text of an input from the environment; empty if no variable has one."""
    upper = name.upper()
    snake = upper.replace("-", "_")
    names = (*(f"{prefix}_{word}" for prefix in ("INPUT", "PLUGIN") for word in (upper, snake)), f"TESTSIGMA_{snake}")
    return next((text for variable in names if (text := _trimmed(environ.get(variable, "")))), "")


def _trimmed(text: str) -> str:
    """The text without blanks around it, and without the indent that all its lines share, which matters in YAML."""
    return (dedent(text) if "\n" in text else text).strip()


def _read_lists(read: dict[str, Any], key: Secret, base_url: str, root: Path, today: date) -> list[Problem]:
    """Replace each list by what its entries ask for. Returns the problems."""
    if not LISTS & read.keys():
        return []
    from testsigma_action.inputs import lists, plans, quarantine, uploads

    context, problems = lists.Context(key, base_url, root), list[Problem]()
    if "plans" in read:
        read["plans"], wrong = plans.requests(read["plans"], context, read)
        problems += wrong
    if "uploads" in read:
        read["uploads"], wrong = uploads.specs(read["uploads"], context)
        problems += wrong
    if "quarantine" in read:
        read["quarantine"], wrong = quarantine.entries(read["quarantine"], context, today)
        problems += wrong
    return problems


def _parse(texts: Mapping[str, str], key: Secret, problems: list[Problem]) -> dict[str, Any]:
    """The values of the inputs that were given, by name; what is wrong is added to `problems`."""
    read: dict[str, Any] = {}
    for definition in DEFINITIONS:
        if text := texts[definition.name]:
            try:
                read[definition.name] = values.read(definition, text, key)
            except values.Refused as refused:
                problems.append(Problem(definition.name, str(refused)))
    return read
