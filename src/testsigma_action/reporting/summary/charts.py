"""Charts of the summary, in Mermaid's language: how the cases ended, and when machines and suites were at work.

A chart that says no more than a number is left out. Colours are set only where they mean something, so that a chart
can be read on a light and on a dark page. Sources: mermaid.js.org, "Pie chart diagrams" and "Gantt diagrams".
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Self

from testsigma_action.domain.results import MachineResult
from testsigma_action.domain.run import Counts, Result, Timing
from testsigma_action.reporting.wording import machine_name, suite_name, took
from testsigma_action.text import mermaid_label

MOST_ROWS = 40
"""Rows of a timeline: nobody reads more of them at once."""

_FEWEST_CASES = 10
_FEWEST_SLICES = 3
_FEWEST_OTHERS = 0.05
_COLOURS = {"passed": "#2da44e", "failed": "#cf222e", "not executed": "#8c959f", "other": "#bf8700"}
_TAGS = {Result.FAILED: "crit, ", Result.ABORTED: "crit, ", Result.NOT_EXECUTED: "done, "}
_SHORTEST = timedelta(seconds=1)
_LONGEST = timedelta(hours=24)
_HOUR = timedelta(hours=1)
_MOST_TICKS = 6
_TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
# A timeline is drawn as wide as this (pixels) and then made smaller where there is less room: so whether a name finds
# its place, which is within its bar or beside it, depends on nothing but its length. Its letters are large enough to be
# read on a phone, where half of the size is left.
_WIDTH = 700
_LETTERS = {"fontSize": 16, "sectionFontSize": 16, "barHeight": 26}
_TICK_LETTERS = ".grid .tick text {font-size: 16px}"
_LABEL = 24
# What a machine's name takes to the left of its bars (pixels).
_PADDING = 24
_CHARACTER = 9
_SECTION = 22
# Where the time since the begin is counted from: a day without a change of the clocks, since it is read as local time.
_ORIGIN = datetime(2001, 1, 3)  # noqa: DTZ001


def outcome(counts: Counts) -> str:
    """A pie of the outcomes of cases; nothing where a line of numbers says as much."""
    numbers = {
        "passed": counts.passed or 0,
        "failed": counts.failed or 0,
        "not executed": counts.not_executed or 0,
        "other": (counts.aborted or 0) + (counts.stopped or 0) + (counts.queued or 0) + (counts.running or 0),
    }
    # Mermaid sorts them like this, and gives out its colours in that order.
    names = sorted(filter(numbers.get, numbers), key=lambda name: -numbers[name])
    total = sum(numbers.values())
    if len(names) < _FEWEST_SLICES or total < _FEWEST_CASES or total - numbers[names[0]] < total * _FEWEST_OTHERS:
        return ""
    theme = {"themeVariables": {f"pie{position}": _COLOURS[name] for position, name in enumerate(names, 1)}}
    return _block(
        f"%%{{init: {json.dumps(theme)}}}%%", "pie showData", *(f'"{name}" : {numbers[name]}' for name in names)
    )


@dataclass(frozen=True, slots=True)
class _Bar:
    """A machine or a suite at work."""

    name: str
    result: Result
    begin: datetime
    end: datetime

    @classmethod
    def of(cls, name: str, result: Result, timing: Timing) -> Iterator[Self]:
        """The bar, if it is known when it began and how long it took."""
        duration = took(timing)
        if timing.started and duration is not None:
            yield cls(name, result, timing.started, timing.started + max(duration, _SHORTEST))


def timeline(machines: Sequence[MachineResult]) -> str:
    """When each suite was at work, by machine; each machine where there are too many suites; nothing for one alone."""
    sections = [
        (_label(machine_name(machine), _SECTION, f"machine {number}"), list(_suites(machine)))
        for number, machine in enumerate(machines, 1)
    ]
    if sum(len(bars) for _, bars in sections) > MOST_ROWS:
        sections = [("Machines", list(islice(_machines(machines), MOST_ROWS)))]
    return _gantt([section for section in sections if section[1]])


def _suites(machine: MachineResult) -> Iterator[_Bar]:
    for number, suite in enumerate(machine.suites, 1):
        yield from _Bar.of(_label(suite_name(suite), _LABEL, f"suite {number}"), suite.result, suite.timing)


def _machines(machines: Sequence[MachineResult]) -> Iterator[_Bar]:
    for number, machine in enumerate(machines, 1):
        yield from _Bar.of(_label(machine_name(machine), _LABEL, f"machine {number}"), machine.result, machine.timing)


def _gantt(sections: Sequence[tuple[str, Sequence[_Bar]]]) -> str:
    bars = [bar for _, section in sections for bar in section]
    if len(bars) < 2:
        return ""
    begin = min(bar.begin for bar in bars)
    span = max(bar.end for bar in bars) - begin
    if span > _LONGEST:
        return ""
    lines = (line for name, section in sections for line in _section(name, section, begin))
    room = _PADDING + _CHARACTER * max(len(name) for name, _ in sections)
    layout = {"gantt": {"leftPadding": room, "useWidth": _WIDTH, **_LETTERS}, "themeCSS": _TICK_LETTERS}
    return _block(f"%%{{init: {json.dumps(layout)}}}%%", "gantt", *_axis(span), *lines)


def _axis(span: timedelta) -> Iterator[str]:
    """The time since the begin, at half a dozen round ones at most: there is no room for more on a phone."""
    yield "dateFormat YYYY-MM-DDTHH:mm:ss.SSS"
    yield f"axisFormat {'%H:%M' if span > _HOUR else '%M:%S'}"
    seconds = next(ticks for ticks in _TICKS if span <= ticks * _MOST_TICKS * _SHORTEST)
    yield f"tickInterval {seconds}second" if seconds < 60 else f"tickInterval {seconds // 60}minute"
    yield "todayMarker off"


def _section(name: str, bars: Iterable[_Bar], begin: datetime) -> Iterator[str]:
    yield f"section {name}"
    for bar in bars:
        start, end = (_ORIGIN + (moment - begin) for moment in (bar.begin, bar.end))
        times = f"{start.isoformat(timespec='milliseconds')}, {end.isoformat(timespec='milliseconds')}"
        yield f"{bar.name} :{_TAGS.get(bar.result, '')}{times}"


def _label(name: str, most: int, otherwise: str) -> str:
    """A name that takes no more room than so many Latin letters; letters of other scripts may be twice as wide.

    A name that cannot stand in a chart as it is, or does not fit, is replaced: a part of it might be that of a secret.
    """
    return mermaid_label(name, most if name.isascii() else most // 2, otherwise)


def _block(*lines: str) -> str:
    return "\n".join(["```mermaid", *lines, "```"])
