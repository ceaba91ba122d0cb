"""Events that a session emits about its run. Progress, log, outputs and state listen.

Events are data, not sentences. They are emitted on the main thread, in the order in which things happened.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from testsigma_action.domain.identity import Foreign
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ActionError

if TYPE_CHECKING:
    from testsigma_action.domain.ending import Ending
    from testsigma_action.domain.job_rerun import EarlierRun, NewRun
    from testsigma_action.domain.report import Conclusion
    from testsigma_action.domain.results import Placed


class Activity(Enum):
    """The session does something else from now on: for heartbeats and the progress bar."""

    WAITING_FOR_TURN = auto()
    PREPARING = auto()
    ATTACHING = auto()
    STARTING = auto()
    WAITING_FOR_PLAN = auto()
    WATCHING = auto()
    WAITING_FOR_RERUN = auto()
    COLLECTING = auto()
    STOPPING = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Starting:
    """The start of this run is about to be sent. All that identifies the run is known."""

    spec: RunSpec


@dataclass(frozen=True, slots=True)
class PlanBusy:
    """Another run keeps the plan busy, and the session waits for it. `run_id` is empty if unknown; `left`: how long."""

    plan_id: str
    run_id: str
    left: timedelta


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The answer to the start was lost, or is about another run: the run is looked for by its build number."""

    reason: str
    build_number: str


@dataclass(frozen=True, slots=True)
class Started:
    """The run exists. `adopted`: it was found by its build number."""

    run: Run
    adopted: bool = False


@dataclass(frozen=True, slots=True)
class Attached:
    """The run existed before: this step only waits for it."""

    run: Run


@dataclass(frozen=True, slots=True)
class JobRerun:
    """In this attempt of the CI job, the step continues with the run of an earlier one, or starts a new run."""

    attempt: int
    found: "EarlierRun | NewRun"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer about the run or one of its reruns. `before`: the answer before it about the same run.

    `left` is the expected time left, `queued` how long the run waited for a machine; None if unknown.
    """

    before: Run
    run: Run
    left: timedelta | None = None
    queued: timedelta | None = None


@dataclass(frozen=True, slots=True)
class CasesFailed:
    """These cases have failed since the last list, during the run (untrusted names).

    Machine and suite have empty names where the list does not say them. `counting` is how many failures the whole list
    has that the quarantine does not excuse.
    """

    cases: "Sequence[Placed]"
    counting: int = 0


@dataclass(frozen=True, slots=True)
class RerunAwaited:
    """The run completed without a pass, and its plan runs failed cases again: the rerun is waited for."""

    run: Run


@dataclass(frozen=True, slots=True)
class RerunAsked:
    """The step is about to ask for a rerun of so many cases of a run: its rerun `number` of at most `most`.

    `infrastructure`: after trouble of the infrastructure, which is counted separately.
    """

    parent: Run
    cases: int
    number: int
    most: int
    infrastructure: bool = False


@dataclass(frozen=True, slots=True)
class RerunAnswerLost:
    """The answer to the rerun call was lost, or is about another run: the rerun of `parent` is looked for."""

    reason: str
    parent: Run


@dataclass(frozen=True, slots=True)
class RerunStarted:
    """The failed cases run again in this run, by themselves or because the step asked for it."""

    run: Run


@dataclass(frozen=True, slots=True)
class RerunIgnored:
    """An answer about `parent` named `run` as its rerun, and it is none: it is neither followed nor stopped."""

    run: Run
    parent: Run
    why: Foreign


@dataclass(frozen=True, slots=True)
class ResultsLag:
    """The run completed, but its results are not consistent yet: they are read again for a while."""

    run: Run


@dataclass(frozen=True, slots=True)
class Retry:
    """A request failed, and is sent again until the deadline. `message` is None once the service answers again."""

    message: str | None = None


@dataclass(frozen=True, slots=True)
class Crashed:
    """A bug ended the session."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Ended:
    """The session has ended. `ending`: how it left a run that did not complete in time.

    `conclusion` is that of the run's verdict, which counts: a run with the result "passed" may fail the step.
    """

    error: ActionError | None = None
    ending: "Ending | None" = None
    conclusion: "Conclusion | None" = None


@dataclass(frozen=True, slots=True)
class StoppedAfterFailures:
    """The number of failed cases of all runs reached the input `stop-after-failures` (`limit`). Also a finding."""

    failures: int
    limit: int


StartEvent = Starting | PlanBusy | AnswerLost | Started | Attached | JobRerun
AnswerEvent = Answered | CasesFailed | ResultsLag
RerunEvent = RerunAwaited | RerunAsked | RerunAnswerLost | RerunStarted | RerunIgnored
SessionEvent = Activity | Retry | Crashed | Ended
Event = StartEvent | AnswerEvent | RerunEvent | SessionEvent
EventListener = Callable[[Event], None]
