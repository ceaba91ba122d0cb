"""Findings about results files that are merged: see `findings`, which explains them and has the others."""

from dataclasses import dataclass
from enum import Enum


class Fault(Enum):
    """Why a results file cannot be used."""

    MISSING = "missing"
    DUPLICATE = "duplicate"
    """It is about a run that another file is about, too: `detail`."""
    UNFINISHED = "unfinished"
    """Its step was killed, is still running, or did not wait for its run."""
    UNREADABLE = "unreadable"
    """`detail` says why."""
    NEWER_SCHEMA = "newer-schema"
    """Its schema version is `detail`; the highest that can be read is `wanted`."""
    OTHER_COMMIT = "other-commit"
    """It is about the commit `detail` (empty: unknown), and the merge about `wanted`."""
    OTHER_PIPELINE_RUN = "other-pipeline-run"
    """It is from the pipeline run `detail` (empty: unknown), and the merge from `wanted`."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A results file that cannot be used, or a pattern that no file matches. Its texts are untrusted."""

    file: str
    fault: Fault
    detail: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class PartsMissing:
    """Fewer parts were found than `merge-expects` (`expected`) says; which ones are missing is not known."""

    found: int
    expected: int


@dataclass(frozen=True, slots=True)
class TooManyParts:
    """More parts were found than `merge-expects` (`expected`) says, so some of them do not belong here."""

    found: int
    expected: int


Problem = Unusable | PartsMissing | TooManyParts
"""Why a merge is incomplete. Each has a row of its own."""


@dataclass(frozen=True, slots=True)
class MoreFiles:
    """How many results files that cannot be used are not named."""

    number: int


MergeFinding = Problem | MoreFiles
