"""The counters of a run: several sets under several names. Each one may be missing, stale or unreadable."""

from collections.abc import Sequence

from testsigma_action.api.fields import Fields, whole_number
from testsigma_action.domain.run import Counts

# Prefix of the counters that cover a run and its reruns together.
CONSOLIDATED = "consolidatedPlan"
# Nested object with counters: in the run object, or in a `run` within it.
METRIC = "testPlanResultMetric"
# The counters of each set, by their names on the wire.
COUNTERS = ("total", "passed", "failed", "preRequisiteFailed", "aborted", "stopped", "notExecuted", "queued", "running")


def wire_name(counter: str, prefix: str = "") -> str:
    """The name of a counter on the wire; `prefix` is that of its set (`consolidatedPlan`, ...)."""
    return f"{prefix}{counter[0].upper()}{counter[1:]}Count" if prefix else f"{counter}Count"


def counts(fields: Fields, prefix: str = "") -> Counts:
    """One set of counters; those that are absent or unreadable are None."""
    numbers = {name: fields.count(wire_name(name, prefix)) for name in COUNTERS}
    unmet = numbers.pop("preRequisiteFailed")
    if unmet is not None:
        numbers["failed"] = (numbers["failed"] or 0) + unmet
    return Counts(not_executed=numbers.pop("notExecuted"), **numbers)


def unreadable(fields: Fields) -> tuple[str, ...]:
    """The names of the counters of both sets that are present but unreadable."""
    return fields.unreadable(
        whole_number, *(wire_name(name, prefix) for prefix in (CONSOLIDATED, "") for name in COUNTERS)
    )


def unreadable_below(fields: Fields, key: str) -> tuple[str, ...]:
    """The same for the counters in a nested object, as `key.name`; `key` alone if it is no object."""
    if fields.mistyped(key, dict):
        return (key,)
    return tuple(f"{key}.{name}" for name in unreadable(fields.inner(key)))


def with_metric(fields: Fields) -> Fields:
    """The object that contains `METRIC`."""
    return fields if fields.has(METRIC) else fields.inner("run")


def all_sets(fields: Fields) -> tuple[Counts, ...]:
    """All sets of counters of a run, the most trusted first: the plain ones can be null on finished runs."""
    metric = with_metric(fields).inner(METRIC)
    sets = (counts(metric, CONSOLIDATED), counts(metric), counts(fields, CONSOLIDATED), counts(fields))
    return informative(sets) or (counts(fields),)


def informative(sets: Sequence[Counts]) -> tuple[Counts, ...]:
    """The sets that are not empty. Sets that only count queued or running parts come last; they are evidence, too."""
    evidence = [numbers for numbers in sets if numbers.known or numbers.unfinished]
    return tuple(sorted(evidence, key=lambda numbers: not numbers.known))


def consolidated_sets(fields: Fields) -> tuple[Counts, ...]:
    """The sets that cover the run and its reruns together."""
    return informative([counts(one, CONSOLIDATED) for one in (with_metric(fields).inner(METRIC), fields)])
