"""Flags and environment -> inputs. All problems are found at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from testsigma_action.domain.tolerance import QuarantineEntry
from testsigma_action.inputs import cross_checks, parsers, sources, unknown, values
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.options import BY_NAME, DEFINITIONS, Inputs
from testsigma_action.secret import Secret

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
    debug = sources.DEBUG in arguments or environ.get(sources.RUNNER_DEBUG) == "1"
    arguments = [argument for argument in arguments if argument != sources.DEBUG]
    key, texts, problems = _texts(arguments, environ)
    read = _parse(texts, key, problems)
    wrong_inputs = {problem.where for problem in problems}
    problems += cross_checks.missing(read, wrong_inputs, key_advice)
    problems += cross_checks.around_merge(read, wrong_inputs, named_files=_names_files(arguments))
    problems += cross_checks.conflicts(read)
    base_url = read.get("base_url", "" if texts["base-url"] else Inputs().base_url)
    problems += cross_checks.other_hosts(texts, base_url)
    if texts["plans"]:
        # Set together with plans by mistake: reports are named as those of several plans.
        read = {name: value for name, value in read.items() if name not in {"plan_id", "run_id"}}
    problems += _read_lists(read, key, base_url, root, today)
    inputs = Inputs(**read)
    problems += [*cross_checks.given_numbers(inputs), *cross_checks.pinned_twice(inputs)]
    clashes = cross_checks.same_file(inputs.report_paths, root)
    expired = tuple(entry for entry in inputs.quarantine if entry.expires < today)
    in_force = tuple(entry for entry in inputs.quarantine if entry not in expired)
    turned_off: dict[str, Any] = dict.fromkeys(clashes, parsers.OFF)
    inputs = replace(inputs, quarantine=in_force, **turned_off)
    problems += clashes.values()
    warnings = tuple(unknown.variables(environ, key))
    return Reading(inputs, tuple(map(str, problems)), warnings, expired, debug, _inputs_in(problems))


def _inputs_in(problems: Sequence[Problem]) -> frozenset[str]:
    """The inputs that problems are about. One may be in an entry of a list: "plans, entry 3"."""
    return frozenset(problem.where.partition(",")[0] for problem in problems) & BY_NAME.keys()


def _texts(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[Secret, dict[str, str], list[Problem]]:
    """The key, the text of each input, and the problems of the command line."""
    key = Secret(sources.from_environment("api-key", environ))
    flags, problems = _flags(arguments, key)
    # A key that was given as a flag is not used, and not shown either.
    key = key or Secret(flags.pop("api-key", ""))
    return key, {name: flags.get(name) or sources.from_environment(name, environ) for name in BY_NAME}, problems


def _flags(arguments: Sequence[str], key: Secret) -> tuple[dict[str, str], list[Problem]]:
    """The flags that were given, and the problems of the command line. A step of a CI system has no arguments."""
    if not arguments:
        return {}, []
    from testsigma_action.inputs.flags import from_flags

    return from_flags(arguments, key)


def _names_files(arguments: Sequence[str]) -> bool:
    """Whether the arguments begin with a subcommand that takes the names of files."""
    if not arguments:
        return False
    from testsigma_action.inputs.subcommands import subcommand_of

    command = subcommand_of(arguments)
    return command is not None and command.takes_files


def _read_lists(read: dict[str, Any], key: Secret, base_url: str, root: Path, today: date) -> list[Problem]:
    """Replace each list by what its entries ask for. Returns the problems."""
    problems: list[Problem] = []
    if not LISTS & read.keys():
        return problems
    from testsigma_action.inputs import lists

    context = lists.Context(key, base_url, root)
    if "plans" in read:
        from testsigma_action.inputs import plans

        read["plans"], wrong = plans.requests(read["plans"], context, read)
        problems += wrong
    if "uploads" in read:
        from testsigma_action.inputs import uploads

        read["uploads"], wrong = uploads.specs(read["uploads"], context)
        problems += wrong
    if "quarantine" in read:
        from testsigma_action.inputs import quarantine

        read["quarantine"], wrong = quarantine.entries(read["quarantine"], context, today)
        problems += wrong
    return problems


def _parse(texts: Mapping[str, str], key: Secret, problems: list[Problem]) -> dict[str, Any]:
    """The values of the inputs that were given, by field; what is wrong is added to `problems`."""
    read: dict[str, Any] = {}
    for definition in DEFINITIONS:
        if text := texts[definition.name]:
            try:
                read[definition.field] = values.read(definition, text, key)
            except values.Refused as refused:
                problems.append(refused.at(definition.name))
    return read
