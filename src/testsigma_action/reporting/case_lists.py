"""Which cases reports list, and in which order. Pure."""

from collections.abc import Iterator

from testsigma_action.domain.report import Conclusion, RunReport
from testsigma_action.domain.results import Placed, ResultTree, placed_rows


def failures(tree: ResultTree | None) -> Iterator[Placed]:
    """All failures of cases and hooks that count, with machine and suite, in their order."""
    return (placed for placed in placed_rows(tree.machines) if placed[2].breaks) if tree else iter(())


def failures_by_news(run: RunReport) -> Iterator[tuple[Placed, str]]:
    """All failures of a run that count, each with `new` or `known`, new ones first.

    Without a comparison, the word is empty and the order unchanged.
    """
    compared = run.comparison
    found = {"new": compared.new, "known": compared.known} if compared else {"": failures(run.tree)}
    return ((placed, news) for news, group in found.items() for placed in group if placed[2].breaks)


def left_out_cases(run: RunReport) -> list[Placed]:
    """The cases that were not executed, if no failure says why the run is not a pass."""
    if not run.tree or run.verdict.conclusion is not Conclusion.FAILED or any(failures(run.tree)):
        return []
    return [placed for placed in run.tree.placed_cases() if placed[2].left_out]


def tolerated_cases(tree: ResultTree | None) -> list[Placed]:
    """All failures that do not count."""
    return [placed for placed in tree.placed_cases() if placed[2].tolerance] if tree else []


def flaky_cases(tree: ResultTree | None) -> list[Placed]:
    """All cases that passed only in a rerun."""
    return [placed for placed in tree.placed_cases() if placed[2].flaky] if tree and tree.reruns else []
