"""Words that messages of errors and reports share. All other sentences are made in `reporting/wording.py`."""

from collections.abc import Mapping
from datetime import timedelta

from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Status

RESULTS = {result: result.value.replace("-", " ") for result in Result} | {
    Result.QUEUED: "never left the queue",
    Result.UNKNOWN: "no known result",
}


def status_in_words(run: Run) -> str:
    """The status of a run. An unknown one is quoted as it came: untrusted text."""
    if run.status is Status.UNKNOWN:
        return f"unknown status '{run.status_label or 'none'}'"
    if run.status is Status.PRE_FLIGHT:
        return "preparing machines"
    queued = run.status is Status.IN_PROGRESS and run.waiting
    return "waiting for a machine" if queued else run.status.value.replace("-", " ")


def counted(number: int, noun: str) -> str:
    """A number of things: `1 case`, `2 cases`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def number_of(number: int, one: str, more: str) -> str:
    """A number of things, and what fits it: `1 case was`, `2 cases were`."""
    return f"{number:,} {one if number == 1 else more}"


def numbers_in_words(numbers: Mapping[str, int | None]) -> str:
    """The numbers that are known and not 0, each before its word: `2 new, 1 known`."""
    return ", ".join(f"{number:,} {word}" for word, number in numbers.items() if number)


def in_megabytes(size: int) -> str:
    """A number of bytes as `48.2 MB`."""
    return f"{size / 1_000_000:,.1f} MB"


def in_words(duration: timedelta | None) -> str:
    """A duration as `12.3 s`, `4 min 05 s` or `1 h 02 min`; empty if it is unknown."""
    if duration is None:
        return ""
    seconds = round(max(duration.total_seconds(), 0.0), 1)
    if seconds < 60:
        return f"{seconds:.1f} s".replace(".0 ", " ")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def other_numbers(counts: Counts) -> dict[str, int | None]:
    """The numbers of cases that ended, and neither passed nor failed, by their words."""
    return {"aborted": counts.aborted, "stopped": counts.stopped, "not executed": counts.not_executed}


def environment_of(spec: RunSpec) -> str:
    """The environment of a run: its ID, and its name (untrusted) if it was given by that; empty if none was given."""
    if not spec.environment_name or not spec.environment_id:
        return spec.environment_name or spec.environment_id
    return f"{spec.environment_name} ({spec.environment_id})"
