"""Decides whether a run is ours. Pure.

An ID alone proves nothing: an answer may be cached, may describe the plan's active run, or may belong to a request
that a gateway repeated. A run is ours if its plan and its build number are ours. Compare IDs from different sources
with `same_id` only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from testsigma_action.domain.run import Run, RunSpec

# A run that began this long before our request may still be ours: `Date` headers and the times of runs come from
# different machines of the service, whose clocks differ by seconds.
TOLERANCE = timedelta(seconds=10)


def canonical(identity: str) -> str:
    """The normalized ID: numeric IDs without leading zeros."""
    return (identity.lstrip("0") or "0") if identity.isascii() and identity.isdecimal() else identity


def same_id(one: str, other: str) -> bool:
    """Whether two IDs name the same object; `0274` and `274` do."""
    return canonical(one) == canonical(other)


class Mismatch(Enum):
    """How an answer contradicts the run that was requested: by its ID, its plan or its build number."""

    RUN = auto()
    PLAN = auto()
    BUILD = auto()


@dataclass(frozen=True, slots=True)
class RunKey:
    """The run that a request is about. An empty plan ID or build number is not known yet.

    Every status request takes one, so that an answer about another run is detected.
    """

    id: str
    plan_id: str = ""
    build_number: str = ""

    @classmethod
    def of(cls, run: Run) -> "RunKey":
        """The key of a confirmed run: later answers must agree with it."""
        return cls(run.id, run.plan_id, run.build_number)

    def mismatch(self, run: Run) -> Mismatch | None:
        """How an answer contradicts the key; None if it does not. A missing field is no contradiction."""
        if not same_id(self.id, run.id):
            return Mismatch.RUN
        if self.plan_id and run.plan_id and not same_id(self.plan_id, run.plan_id):
            return Mismatch.PLAN
        if self.build_number and run.build_number and self.build_number != run.build_number:
            return Mismatch.BUILD
        return None

    def joined(self, run: Run) -> "RunKey":
        """The key with the fields that an answer adds."""
        return RunKey(self.id, self.plan_id or run.plan_id, self.build_number or run.build_number)


class Began(Enum):
    """Whether a run began before or after our start request, by the clock of the service, never by ours."""

    BEFORE = auto()
    AFTER = auto()
    UNKNOWN = auto()


def began(started: datetime | None, requested: datetime | None) -> Began:
    """Compare the start of a run with the earliest instant at which our request can have been sent.

    UNKNOWN if one of them is missing, or if the difference is within the tolerance for clocks.
    """
    if not started or not requested:
        return Began.UNKNOWN
    if started >= requested:
        return Began.AFTER
    return Began.BEFORE if requested - started > TOLERANCE else Began.UNKNOWN


class Claim(Enum):
    """Whose run an answer, or a row of a list, describes."""

    OURS = auto()
    # Nothing speaks against it, but the plan or the build number is missing.
    UNCONFIRMED = auto()
    # Another plan or build number, or a run that existed before our request.
    FOREIGN = auto()


def claim(plan_id: str, build_number: str, spec: RunSpec, when: Began) -> Claim:
    """Decide by plan and build number. A unique build number is proof; one of the user's may belong to older runs."""
    plan = same_id(plan_id, spec.plan_id) if plan_id else None
    build = build_number == spec.build_number if build_number else None
    if plan is False or build is False:
        return Claim.FOREIGN
    if when is Began.BEFORE and not (build and spec.unique):
        return Claim.FOREIGN
    return Claim.OURS if plan and build else Claim.UNCONFIRMED


def counts_unlisted(run: Run, spec: RunSpec, when: Began) -> bool:
    """Whether a run without our build number is still ours, after a look-up proved that no other run has that number.

    It must be a run of our plan that began after our request and had not completed when the service named it.
    """
    return bool(run.plan_id) and same_id(run.plan_id, spec.plan_id) and not run.completed and when is Began.AFTER


class Foreign(Enum):
    """Why a run that `childResult` names is not a rerun of ours."""

    NAMELESS = auto()
    ANOTHER_PLAN = auto()
    ANOTHER_PARENT = auto()
    ANOTHER_BUILD = auto()
    BEGAN_EARLIER = auto()
