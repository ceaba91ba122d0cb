"""What a dry run found out. Nothing here identifies anybody: no value of an answer or an input, and no name from one.

`reporting/checkup.py` makes the text of it that people paste into an issue.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, Flag, IntEnum, auto


class Level(Enum):
    """The calls of a dry run. The documentation of the `INDEX` calls has been withdrawn."""

    CONFIGURATIONS = auto()
    ENVIRONMENTS = auto()
    UPLOAD = auto()
    NEWEST_RUNS = auto()
    INDEX_OF_RUNS = auto()
    STATUS = auto()
    CASES = auto()
    RUN = auto()
    MACHINE = auto()
    SUITE = auto()
    INDEX_OF_SUITES = auto()
    CASE = auto()
    INDEX_OF_CASES = auto()
    STEPS = auto()
    STEPS_OF_SET = auto()


class Answer(Enum):
    """What became of a call."""

    ANSWERED = auto()
    MISSING = auto()
    REFUSED = auto()
    REDIRECTED = auto()
    UNREADABLE = auto()
    FAILED = auto()
    NO_ANSWER = auto()


class Kind(Flag):
    """What the value of a field is: a type of JSON, or a text of a certain form. A field may be of several kinds.

    `TIME` is a text that can be read as a time, `RESULT` and `STATUS` are texts with a documented word.
    """

    ABSENT = auto()
    NULL = auto()
    FLAG = auto()
    NUMBER = auto()
    TEXT = auto()
    TIME = auto()
    RESULT = auto()
    STATUS = auto()
    OBJECT = auto()
    LIST = auto()


@dataclass(frozen=True, slots=True)
class Difference:
    """A documented field that is something else. `everywhere`: in all objects of the answer that should have it.

    `field` is its documented name, with `[]` for the rows of a list. In `data` the whole answer is wrapped.
    """

    field: str
    documented: Kind
    found: Kind
    everywhere: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A request, or several of the same kind, and the answer: `seconds` is the longest time that one took.

    `status` is 0 without an answer. `recognised`: the answer has a field that is documented for this call.
    """

    level: Level
    version: str
    answer: Answer
    status: int
    seconds: float
    differences: frozenset[Difference] = frozenset()
    recognised: bool = False
    requests: int = 1


def in_one_row(calls: Iterable[Call]) -> tuple[Call, ...]:
    """The calls of the same kind as one, which has the last answer and all differences."""
    rows: dict[tuple[Level, str], Call] = {}
    for call in calls:
        key = (call.level, call.version)
        known = rows.get(key, replace(call, requests=0))
        rows[key] = replace(
            call,
            seconds=max(known.seconds, call.seconds),
            differences=known.differences | call.differences,
            requests=known.requests + call.requests,
        )
    return tuple(rows.values())


class Subject(Enum):
    """What a dry run checks."""

    INPUTS = auto()
    REPORTS = auto()
    SERVICE = auto()
    KEY = auto()
    PLANS = auto()
    RUN = auto()
    CONFIGURATION = auto()
    ENVIRONMENT = auto()
    UPLOADS = auto()
    RESULTS = auto()


class Outcome(IntEnum):
    """What a check found, the best first."""

    FINE = auto()
    NO_RUN = auto()
    UNFINISHED = auto()
    NOT_CHECKED = auto()
    WRONG = auto()


@dataclass(slots=True)
class Checkup:
    """What was found about each subject."""

    outcomes: dict[Subject, Outcome] = field(default_factory=dict)

    def note(self, subject: Subject, outcome: Outcome) -> None:
        """Record what was found; of several findings about the same subject the worst counts."""
        known = self.outcomes.get(subject, outcome)
        self.outcomes[subject] = max(known, outcome)

    def of(self, subjects: Iterable[Subject]) -> dict[Subject, Outcome]:
        """What was found about these subjects."""
        return {subject: self.outcomes.get(subject, Outcome.NOT_CHECKED) for subject in subjects}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the step runs, as far as it may be told to anybody. `host` is empty unless it is a public one."""

    version: str
    python: str
    system: str
    ci: str
    host: str
    proxy: bool
    own_certificates: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is told to anybody. `wrong_inputs` has the names of inputs, without their values."""

    surroundings: Surroundings
    outcomes: Mapping[Subject, Outcome]
    calls: tuple[Call, ...]
    wrong_inputs: tuple[str, ...] = ()
