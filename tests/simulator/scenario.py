"""A scenario: the plans, the behaviour of the service and its faults, all of it data."""

from dataclasses import dataclass, replace
from typing import Literal

from tests.simulator.content import Environment, Phase, Plan, SavedConfiguration, UploadBefore
from tests.simulator.faults import Fault

Pace = Literal["polls", "time"]
TEST_KEY = "key-for-tests"


@dataclass(frozen=True, slots=True)
class Lag:
    """For how many seconds after the end of a run the copies that answer are behind, by what they say.

    result: the v1 run object has no result.
    counters: the v1 run object counts the last case as running.
    cases: the last case in the list of cases is queued.
    rows: the last case is missing in the list of cases.
    details: the v2 and v3 objects of run, machine, suite and case are queued, with the last case as running.
    """

    result: float = 0.0
    counters: float = 0.0
    cases: float = 0.0
    rows: float = 0.0
    details: float = 0.0


@dataclass(frozen=True, slots=True)
class Options:
    """How the service behaves where the documents disagree or are silent.

    versions: API versions under which `test_runs` exists; the others answer 404.
    list_of_cases, index, raw_cases, newest_runs: whether the v1 list of cases of a run, the `test_runs` INDEX, the
        `test_case_results?query=` list and the plan's list of runs exist (404 otherwise).
    iteration_steps: whether steps are known under the result IDs of iterations too (404 otherwise).
    shape: year of the sample that the v1 run object follows (2024 has the consolidated fields).
    wrapped: single objects (runs, lists of cases, results of v2 and v3) stand under `data`.
    metric: `testPlanResultMetric` is filled (shape 2024 only).
    null_start_counters, null_counters: counters of the v1 run object are null in the start answer, or always.
    words: the vocabulary of results, SUCCESS and FAILURE or PASSED and FAILED.
    string_ids: IDs are numbers in strings.
    null_iterations: `iterationResults` of a case without data is null, not an empty list.
    envelope, row_key: shape of an INDEX page; `paged` is {page, pageSize, isLast, totalElements} with the rows under
        `row_key`, `spring` the shape of the published step results.
    page_size, first_page: rows on a page, and the number of the first one.
    total_pages: whether Spring-like pages say how many there are.
    newest_first: order of runs in the INDEX.
    ignore_query: `query=` is accepted and not applied.
    replication_delay: status calls after a start that still answer 404.
    busy_when_active: a start or a rerun is refused while a run of the plan is not complete (a refused call counts as a
        poll).
    unknown_plan_status: answer to a start of a plan that does not exist.
    dates: answers have a `Date` header, by the simulator's clock.
    listed_after: seconds after its start in which a run is missing in the lists of runs, although its status is known.
    listed_twice: lists of runs have every run twice, the second time with the same ID or with zeros in front of it.
    doubled_starts: something on the way sends every start and every rerun call twice, and shows the first or the last
        of the two answers.
    encoding: how the bytes of JSON answers and error bodies are made of characters; `gzip`: they are packed.
    escapes: which characters of a JSON text are written as escapes: those that must be, `all` (in lower or upper case
        by turns), or `some` (every other one).
    stop_polls, stop_seconds: how long a run goes on after its stop was accepted.
    lag: how long answers about a run that is over are behind.
    upload_stored_after, signed_after: seconds after which a file is stored, and an app for iOS signed.
    upload_error: what the service says of every file that it cannot store, in an answer with status 200.
    signing_fails: apps for iOS cannot be signed.
    upload_listed_after: seconds in which a new upload, or a new version, is missing where it is read.
    upload_shape: the newer shape of an upload that is read, or the older one, in which no version is named.
    upload_lists: how uploads are listed; `object` if there is only one, else an array.
    body_rate: bytes of a form that are read in a second; 0 is all at once.
    body_cut: the connection is reset when so many bytes of a form were read.
    app_details: details of machines name the version that they test.
    """

    versions: tuple[str, ...] = ("v2", "v3")
    list_of_cases: bool = True
    index: bool = True
    raw_cases: bool = True
    newest_runs: bool = True
    iteration_steps: bool = True
    shape: Literal[2021, 2023, 2024] = 2021
    wrapped: bool = False
    metric: bool = False
    null_start_counters: bool = False
    null_counters: bool = False
    words: Literal["SUCCESS", "PASSED"] = "SUCCESS"
    string_ids: bool = False
    null_iterations: bool = False
    envelope: Literal["paged", "spring"] = "paged"
    row_key: str = "content"
    page_size: int = 100
    first_page: int = 0
    total_pages: bool = True
    newest_first: bool = True
    ignore_query: bool = False
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"] = "utf-8"
    escapes: Literal["must", "all", "some"] = "must"
    gzip: bool = False
    replication_delay: int = 0
    busy_when_active: bool = False
    unknown_plan_status: int = 500
    dates: bool = True
    listed_after: float = 0.0
    listed_twice: Literal["", "same", "padded"] = ""
    doubled_starts: Literal["", "first", "last"] = ""
    stop_polls: int = 0
    stop_seconds: float = 0.0
    lag: Lag = Lag()
    upload_stored_after: float = 0.0
    signed_after: float = 60.0
    upload_error: str = ""
    signing_fails: bool = False
    upload_listed_after: float = 0.0
    upload_shape: Literal["versions", "flat"] = "versions"
    upload_lists: Literal["object", "array", "page"] = "page"
    body_rate: float = 0.0
    body_cut: int | None = None
    app_details: bool = False


@dataclass(frozen=True, slots=True)
class RunBefore:
    """A run that exists already. Without `life` it is complete: it began `age` seconds ago and took `seconds`.

    With `life` it began `head_start` seconds before the simulator did, and goes through all of its life from then on.
    """

    id: int
    plan: Plan
    build_no: str | None = None
    age: float = 86_400.0
    seconds: float = 60.0
    life: tuple[Phase, ...] | None = None
    triggered_type: str = "API"
    head_start: float = 0.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that a simulator knows when it begins; `about` is one sentence for people who choose one.

    `next_run_id` is the ID of the next run that is started, counting upwards from there. A started run replaces a run
    of the same ID that existed before. `pace` says what ends a phase: status calls, or time.
    """

    plans: tuple[Plan, ...] = ()
    about: str = ""
    pace: Pace = "polls"
    api_keys: tuple[str, ...] = (TEST_KEY,)
    configurations: tuple[SavedConfiguration, ...] = ()
    environments: tuple[Environment, ...] = ()
    runs_before: tuple[RunBefore, ...] = ()
    uploads_before: tuple[UploadBefore, ...] = ()
    next_run_id: int = 1001
    next_result_id: int = 50_001
    options: Options = Options()
    faults: tuple[Fault, ...] = ()

    def with_options(self, **changes: object) -> "Scenario":
        """The same scenario with some of the options changed."""
        return replace(self, options=replace(self.options, **changes))  # type: ignore[arg-type]

    def with_faults(self, *faults: Fault) -> "Scenario":
        """The same scenario with these faults, before those it has."""
        return replace(self, faults=(*faults, *self.faults))

    def with_plan(self, **changes: object) -> "Scenario":
        """The same scenario with changes to its first plan."""
        first = replace(self.plans[0], **changes)  # type: ignore[arg-type]
        return replace(self, plans=(first, *self.plans[1:]))
