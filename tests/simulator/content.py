"""What a scenario consists of: plans down to their steps, and how runs of them live. Data only.

Every part has `fields`: keys of the answer's body that replace or complete what would be written for it
(nested mappings are merged), for values that no field here can express. Durations are milliseconds, as on the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case, as `step_results` lists it."""

    action: str
    result: str | None = "SUCCESS"
    message: str | None = "Successfully performed the action."
    error_code: int | None = None
    error_type: str | None = None
    duration: int = 200
    type: str = "NLP_TEXT"
    id: int | None = None
    visual_enabled: bool = False
    visual_result: str | None = None
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Iteration:
    """One data set of a data-driven case; it has a case result ID and steps of its own (`rerun_result`: see `Case`)."""

    set_name: str
    result: str | None = "SUCCESS"
    message: str | None = None
    steps: tuple[Step, ...] = ()
    duration: int = 600
    result_id: int | None = None
    rerun_result: str | tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case. `listed` replaces keys of its row in the list of cases, as `fields` does in the detailed answer.

    A `hook` is a row that the service makes itself (`hook` in the builders): counted nowhere, listed like a case.
    `rerun_result` is its result in a rerun (the same as before when not given), or those in one rerun after the other,
    of which the last one stays.
    """

    name: str
    result: str | None = "SUCCESS"
    message: str | None = None
    steps: tuple[Step, ...] = ()
    iterations: tuple[Iteration, ...] = ()
    duration: int = 800
    id: int | None = None
    result_id: int | None = None
    rerun_result: str | tuple[str, ...] | None = None
    disabled: bool = False
    hook: bool = False
    fields: Fields = field(default_factory=dict)
    listed: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite on a machine; without `result` it has the worst one of its cases."""

    name: str
    cases: tuple[Case, ...] = ()
    result: str | None = None
    id: int | None = None
    result_id: int | None = None
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine of a plan; without `result` it has the worst one of its suites.

    `upload` is the ID of the upload whose newest version it tests, unless a start names another version for it.
    """

    title: str
    suites: tuple[Suite, ...] = ()
    result: str | None = None
    browser: str = "GoogleChrome"
    browser_version: str = "123.0"
    platform: str = "Windows"
    os_version: str = "11"
    id: int | None = None
    result_id: int | None = None
    upload: int | None = None
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a run's life: seen by `polls` status calls, or lasting `seconds`, whichever the scenario's pace says.

    With `hold` it lasts until `Simulator.release`. With `idle` no case runs in it, whatever its status: the machines
    are still queued. `done` is the share (0 to 1) of the cases that are finished here; without it the share grows
    evenly over all phases in which a run works.
    """

    status: str
    polls: int = 1
    seconds: float = 1.0
    hold: bool = False
    done: float | None = None
    idle: bool = False


# A run is in progress as soon as its machines are queued; QUEUED and PRE_FLIGHT are states of its parts.
DEFAULT_LIFE = (
    Phase("STATUS_CREATED", seconds=0.5),
    Phase("STATUS_IN_PROGRESS", idle=True),
    Phase("STATUS_IN_PROGRESS", polls=2, seconds=4.0),
)


@dataclass(frozen=True, slots=True)
class Reruns:
    """How a plan with `automatic_rerun` runs its failed cases again.

    A run of it that did not pass gets a child run, until there are `most` in a row. The child exists with the status
    call `after` so many that were made after the end, and `childResult` names it so many calls later (`shown_after`,
    None: never), as an object with an `id`, a number or a string. Its own first status calls (`hidden`) answer 404.

    `cases` are the names of the cases that run again (None: the failed ones), `life` is that of a child (None: the
    plan's), `result` its own result (None: the worst of its machines), `message` its own message at its end, and
    `at_end` replaces keys of its run object, instead of the plan's. The consolidated fields of its parent describe it
    so many status calls after its end (`lag`, None: never).
    """

    most: int = 1
    after: int = 1
    shown_after: int | None = 0
    named_by: Literal["object", "number", "string"] = "object"
    hidden: int = 0
    cases: tuple[str, ...] | None = None
    life: tuple[Phase, ...] | None = None
    result: str | None = None
    message: str | None = None
    at_end: Fields = field(default_factory=dict)
    lag: int | None = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan and what its runs show.

    `life` are the phases between the start answer (STATUS_CREATED) and STATUS_COMPLETED. The run's result is the worst
    of its machines unless `result` is given; `message` is the run's message at its end. `at_start`, `while_running` and
    `at_end` replace keys of the v1 run object (counters that are null, stale or contradicting, say); `test_run`
    replaces keys of the v2 and v3 run object once the run is over. With `automatic_rerun` a run that did not pass gets
    a child run with its failed cases, which appears with the second status call that shows it completed; `reruns` says
    how. Results that parts of the plan were given hold for the first run only.
    """

    id: int
    name: str
    machines: tuple[Machine, ...] = ()
    life: tuple[Phase, ...] = DEFAULT_LIFE
    result: str | None = None
    message: str | None = None
    rerun_type: str = "NONE"
    automatic_rerun: bool = False
    reruns: Reruns = Reruns()
    at_start: Fields = field(default_factory=dict)
    while_running: Fields = field(default_factory=dict)
    at_end: Fields = field(default_factory=dict)
    test_run: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SavedConfiguration:
    """A saved configuration for partial runs; `suites` are the IDs of the suites it leaves out, or keeps."""

    id: int
    name: str
    suites: tuple[int, ...] = ()
    excluded: bool = True
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UploadBefore:
    """An upload that exists already, with the names of its versions; their IDs count from `first_version`."""

    id: int
    name: str = "Shop"
    versions: tuple[str, ...] = ("1.0",)
    kind: Literal["Attachment", "APK", "IPA"] = "APK"
    project_id: int = 11
    application_id: int = 4
    first_version: int = 68


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an environment."""

    key: str
    value: str
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment that a run can be started with."""

    id: int
    name: str
    variables: tuple[Variable, ...] = ()
