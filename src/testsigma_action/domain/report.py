"""The verdict, and everything that is known when the step ends: the input of every reporter."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from testsigma_action.domain.build import Build
from testsigma_action.domain.compare import Comparison
from testsigma_action.domain.ending import Ending
from testsigma_action.domain.findings import Finding
from testsigma_action.domain.history import History
from testsigma_action.domain.quarantine import UP_TO_DATE, Outdated
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Counts, Run, RunSpec, balanced
from testsigma_action.domain.tolerance import STRICT, Policy
from testsigma_action.domain.uploads import Uploaded
from testsigma_action.errors import ErrorCode, ExitCode


class Conclusion(Enum):
    """The conclusion of the step, in one word."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    ERROR = "error"
    STARTED = "started"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The conclusion of the step, and why. `code` is the error code, empty if nothing is wrong.

    The findings are in the order in which they are shown. `reporting/wording.py` makes the reason and the hint of them.
    """

    conclusion: Conclusion
    exit_code: ExitCode
    code: ErrorCode = ErrorCode.NONE
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RunReport:
    """Everything that is known about one run when the step ends, whichever way it ends.

    `comparison` is None where there is no run to compare it with, `queued` where it was not seen to wait for long.
    `name` identifies it among the runs of the step (see `names`); empty where it is the only one. `ending` says what
    became of a run that the step left before its end; None for all others. `history` is None if it was not read.
    `earlier_attempt` is the attempt of the CI job that started the run, if it was an earlier one than this.
    """

    spec: RunSpec
    verdict: Verdict
    run: Run | None = None
    tree: ResultTree | None = None
    comparison: Comparison | None = None
    queued: timedelta | None = None
    name: str = ""
    ending: Ending | None = None
    history: History | None = None
    earlier_attempt: int | None = None

    @property
    def counts(self) -> Counts:
        """The best numbers that are available; they add up. All are unknown if nothing was counted."""
        known = self.tree or self.run
        counts = balanced(known.counts) if known else Counts()
        # The service starts with zeros.
        return counts if counts.known or (self.tree and self.tree.listed) else Counts()

    @property
    def plan_id(self) -> str:
        """The plan: as it was asked for, else as the run names it; empty if neither is known."""
        return self.spec.plan_id or (self.run.plan_id if self.run else "")

    @property
    def title(self) -> str:
        """A name for people: its name among several runs, else the plan's name, its ID, or the run's."""
        if self.name:
            return self.name
        if self.run and self.run.plan_name:
            return self.run.plan_name
        if self.spec.plan_id:
            return f"Plan {self.spec.plan_id}"
        return f"Run {self.run.id}" if self.run else "Testsigma"


@dataclass(frozen=True, slots=True)
class Part:
    """A results file that was merged: what its own report says, apart from its runs.

    `file` is its path when it was merged first, `digest` the SHA-256 of its content. `names` are the names of its runs
    in it, of which one alone is empty.
    """

    file: str
    digest: str
    verdict: Verdict
    started: datetime
    ended: datetime
    names: tuple[str, ...]
    title: str = ""
    build: Build = Build()
    policy: Policy = STRICT
    outdated: Outdated = UP_TO_DATE
    uploads: tuple[Uploaded, ...] = ()
    ignored_devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known when the step ends.

    `verdict` is the verdict of the step: see `verdict.of_step`. `outdated` has entries of the quarantine to look at.
    `parts` are the results files that were merged, if any: the first runs are theirs, in this order, and each run after
    them stands for a file that could not be used. Each part has a policy of its own.
    `ignored_devices` are devices with a version of an upload that are no machine of any run.
    """

    verdict: Verdict
    runs: tuple[RunReport, ...]
    started: datetime
    ended: datetime
    title: str = ""
    junit_file: str = ""
    results_file: str = ""
    ctrf_file: str = ""
    agent_file: str = ""
    build: Build = Build()
    outdated: Outdated = UP_TO_DATE
    policy: Policy = STRICT
    parts: tuple[Part, ...] = ()
    uploads: tuple[Uploaded, ...] = ()
    ignored_devices: tuple[str, ...] = ()

    @property
    def several(self) -> bool:
        """Whether more than one run was asked for."""
        return len(self.runs) > 1
