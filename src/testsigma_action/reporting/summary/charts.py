"""Charts of the summary in Mermaid: outcomes of cases, and a timeline of machines and suites.

A chart without more information than a number is left out. Colours are set only if they have a meaning, so that charts
are readable on light and dark pages. Sources: mermaid.js.org, "Pie chart diagrams" and "Gantt diagrams".
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from testsigma_action.domain.results import MachineResult, SuiteResult
from testsigma_action.domain.run import Counts, Result
from testsigma_action.reporting.wording import machine_name, suite_name
from testsigma_action.text import mermaid_label

MAX_ROWS = 40
"""Maximum number of rows of a timeline."""

_FEWEST_CASES = 10
_FEWEST_SLICES = 3
_FEWEST_OTHERS = 0.05
_TAGS = {Result.FAILED: "crit, ", Result.ABORTED: "crit, ", Result.NOT_EXECUTED: "done, "}
_SHORTEST = timedelta(seconds=1)
_LONGEST = timedelta(hours=24)
_HOUR = timedelta(hours=1)
_MAX_TICKS = 6
_TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
# A timeline is drawn with this width (pixels) and then scaled down, so that the position of a name (within its bar or
# beside it) depends only on its length. The font is readable on a phone, where it is shown at half the size.
_WIDTH = 700
_LETTERS = {"fontSize": 16, "sectionFontSize": 16, "barHeight": 26}
_TICK_LETTERS = ".grid .tick text {font-size: 16px}"
_LABEL = 24
# Space for the name of a machine to the left of its bars (pixels).
_PADDING = 24
_CHARACTER = 9
_SECTION = 22
# Origin of the time axis: a day without a daylight saving change, since it is read as local time.
_ORIGIN = datetime(2001, 1, 3)  # noqa: DTZ001


def outcome(counts: Counts) -> str:
    """A pie chart of the outcomes of cases; empty if it would not say more than the numbers."""
    slices = [
        ("passed", counts.passed or 0, "#2da44e"),
        ("failed", counts.failed or 0, "#cf222e"),
        ("not executed", counts.not_executed or 0, "#8c959f"),
        ("other", (counts.aborted or 0) + (counts.stopped or 0) + counts.unfinished, "#bf8700"),
    ]
    # Mermaid sorts slices in this way, and assigns colours in that order.
    shown = sorted((one for one in slices if one[1]), key=lambda one: -one[1])
    total = sum(number for _, number, _ in shown)
    if len(shown) < _FEWEST_SLICES or total < _FEWEST_CASES or total - shown[0][1] < total * _FEWEST_OTHERS:
        return ""
    theme = {"themeVariables": {f"pie{position}": colour for position, (*_, colour) in enumerate(shown, 1)}}
    return _block(theme, ["pie showData", *(f'"{name}" : {number}' for name, number, _ in shown)])


@dataclass(frozen=True, slots=True)
class _Bar:
    """The bar of a machine or suite in the timeline."""

    name: str
    result: Result
    begin: datetime
    end: datetime


def timeline(machines: Sequence[MachineResult]) -> str:
    """A timeline of the suites of each machine, or of machines if there are too many suites; empty for a single bar."""
    sections = []
    for number, machine in enumerate(machines, 1):
        name = _label(machine_name(machine), _SECTION, f"machine {number}")
        sections.append((name, list(_bars(((suite_name(suite), suite) for suite in machine.suites), "suite"))))
    if sum(len(bars) for _, bars in sections) > MAX_ROWS:
        bars = _bars(((machine_name(machine), machine) for machine in machines), "machine")
        sections = [("Machines", list(bars)[:MAX_ROWS])]
    return _gantt([section for section in sections if section[1]])


def _bars(named: Iterable[tuple[str, MachineResult | SuiteResult]], kind: str) -> Iterator[_Bar]:
    """The bars of the parts whose start and duration are known."""
    for number, (name, part) in enumerate(named, 1):
        begin, took = part.timing.started, part.timing.took
        if begin and took is not None:
            label = _label(name, _LABEL, f"{kind} {number}")
            yield _Bar(label, part.result, begin, begin + max(took, _SHORTEST))


def _gantt(sections: Sequence[tuple[str, Sequence[_Bar]]]) -> str:
    bars = [bar for _, section in sections for bar in section]
    if len(bars) < 2:
        return ""
    begin = min(bar.begin for bar in bars)
    span = max(bar.end for bar in bars) - begin
    if span > _LONGEST:
        return ""
    lines = ["gantt", *_axis(span)]
    for name, section in sections:
        lines.append(f"section {name}")
        for bar in section:
            start, end = (_ORIGIN + (moment - begin) for moment in (bar.begin, bar.end))
            times = f"{start.isoformat(timespec='milliseconds')}, {end.isoformat(timespec='milliseconds')}"
            lines.append(f"{bar.name} :{_TAGS.get(bar.result, '')}{times}")
    room = _PADDING + _CHARACTER * max(len(name) for name, _ in sections)
    layout = {"gantt": {"leftPadding": room, "useWidth": _WIDTH, **_LETTERS}, "themeCSS": _TICK_LETTERS}
    return _block(layout, lines)


def _axis(span: timedelta) -> Iterator[str]:
    """The time axis, with at most six ticks at round values, which fit on a phone."""
    yield "dateFormat YYYY-MM-DDTHH:mm:ss.SSS"
    yield f"axisFormat {'%H:%M' if span > _HOUR else '%M:%S'}"
    seconds = next(ticks for ticks in _TICKS if span <= ticks * _MAX_TICKS * _SHORTEST)
    yield f"tickInterval {seconds}second" if seconds < 60 else f"tickInterval {seconds // 60}minute"
    yield "todayMarker off"


def _label(name: str, most: int, otherwise: str) -> str:
    """A name of limited width: characters that are not ASCII count twice, since they may be wide.

    A name that is not safe in a chart, or too long, is replaced, not cut: it might contain a secret.
    """
    return mermaid_label(name, most if name.isascii() else most // 2, otherwise)


def _block(config: Mapping[str, object], lines: Iterable[str]) -> str:
    return "\n".join(["```mermaid", f"%%{{init: {json.dumps(config)}}}%%", *lines, "```"])
