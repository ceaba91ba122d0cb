"""The bench of the pace: it still runs, and measures what it says."""

import random
from itertools import islice

import pytest

from bench import pacing
from bench.pacing import Simulated, fixed, honest, none, paced, premature, simulated, stuck

FIGURES = {
    "pacing: delay": 3.5,
    "pacing: asked": 0.4,
    "pacing with history: delay": 3.5,
    "pacing with history: asked": 0.4,
    "pacing by history: delay": 7.0,
    "pacing by history: asked": 0.4,
    "pacing by nothing: delay": 5.25,
    "pacing by nothing: asked": 1.05,
    "pacing, stuck: delay": 15.0,
    "pacing, stuck: asked": 1.05,
    "pacing, premature: delay": 15.0,
    "pacing, premature: asked": 1.05,
}


def runs(count: int) -> list[Simulated]:
    """Some runs, the same every time."""
    chance = random.Random(5)  # noqa: S311 - the same runs every time
    return [simulated(chance) for _ in range(count)]


def test_every_figure_has_the_limit_that_was_promised() -> None:
    """Names are unique, and no limit is raised unnoticed. Asking every ten seconds is five seconds late."""
    found = list(pacing.figures(30))
    assert {figure.name: figure.limit for figure in found} == pytest.approx(FIGURES, rel=0.2)
    assert len(found) == len(FIGURES)
    assert [figure.limit for figure in found if "asked" in figure.name] == [0.4, 0.4, 0.4, 1.05, 1.05, 1.05]
    assert (pacing.RUNS, pacing.MAX_DELAY, pacing.MAX_LOSS) == (1000, 3.5, 1.05)


def test_the_runs_are_those_that_were_promised() -> None:
    """A minute to two hours, give or take what differs from run to run; 10 to 500 cases, each at its time."""
    for run in runs(50):
        assert 60 <= run.usual <= 7200
        assert 0.3 < run.duration / run.usual < 3
        assert 10 <= len(run.ends) <= 500
        assert list(run.ends) == sorted(run.ends)
        assert run.ends[0] > 0


def test_counters() -> None:
    """Honest ones count to the end, stuck ones to the middle, premature ones are done at the start, none say none."""
    (run,) = runs(1)
    total = len(run.ends)
    assert (honest(run, 0.0).passed, honest(run, run.duration).passed) == (0, total)
    assert stuck(run, run.duration).passed == stuck(run, run.duration / 2).passed != total
    assert premature(run, 0.0).passed == total
    assert not none(run, run.duration).known


def test_the_fixed_interval() -> None:
    """At 0, 10, 20 ... seconds, until the run is seen to be over."""
    cost = fixed([Simulated(60.0, (25.0,)), Simulated(60.0, (1.0, 39.0))])
    assert (cost.delay, cost.worst, cost.requests) == (3.0, 5.0, 4 + 5)


def test_what_our_pace_costs() -> None:
    """Delays and requests are those of all runs; a pace that knows more is cheaper."""
    some = list(islice(runs(20), 20))
    blind, told = paced(some, none), paced(some, honest, history=True)
    assert 0 < told.delay <= told.worst <= 60
    assert len(some) * 2 <= told.requests < blind.requests
