"""The input `plans`: a list of runs -> their parameters, or problems that name the entry and the key."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from testsigma_action.domain.run import RunSpec
from testsigma_action.inputs import lists
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.keys import INHERITED, RUNS
from testsigma_action.inputs.options import run_of
from testsigma_action.text import appearance


def requests(text: str, context: lists.Context, inputs: Mapping[str, Any]) -> tuple[tuple[RunSpec, ...], list[Problem]]:
    """The runs of a list, in its order, and no problem; or no runs, and all problems. `inputs` are the defaults."""
    entries, problems = lists.read(text, RUNS, context)
    if not entries and not problems:
        return (), [Problem("plans", "the list is empty, so there is nothing to run.")]
    runs = tuple(_with_defaults(entry.values, inputs) for entry in entries)
    problems += lists.problems(entries, RUNS, context.key)
    problems += _repeated_names(runs)
    problems += _same_identity(runs)
    return ((), problems) if problems else (runs, [])


def _with_defaults(read: Mapping[str, Any], inputs: Mapping[str, Any]) -> RunSpec:
    """The run of an entry; runtime data is merged name by name, and everything else is taken as a whole."""
    given = {key.field: inputs[key.name] for key in INHERITED if key.name in inputs} | dict(read)
    given["runtime_data"] = {**inputs.get("runtime-data", {}), **read.get("runtime_data", {})}
    return run_of(given)


def _repeated_names(runs: Sequence[RunSpec]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for at, run in enumerate(runs, 1):
        name = appearance(run.name)
        if name and first.setdefault(name, at) != at:
            yield Problem(f"plans, entry {at}, name", f"entry {first[name]} has the same name; each must be unique.")


def _same_identity(runs: Sequence[RunSpec]) -> Iterator[Problem]:
    """Runs with the same plan and build number could not be distinguished if the answer to a start were lost."""
    first: dict[tuple[str, str], int] = {}
    for at, run in enumerate(runs, 1):
        identity = (run.plan_id, run.build_number)
        if all(identity) and first.setdefault(identity, at) != at:
            yield Problem(
                f"plans, entry {at} (plan {run.plan_id}), build-number",
                f"entry {first[identity]} runs the same plan with the same build number, so their runs could not be "
                "told apart. Leave build-number out, or give each entry its own.",
            )
