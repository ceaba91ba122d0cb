"""A dry run: reads what a step reads, one call after the other, and changes nothing."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar

from testsigma_action.api.decode import RunDetails
from testsigma_action.api.lists import FoundRun, FoundRuns
from testsigma_action.api.named import Named
from testsigma_action.api.probing import ProbingTransport
from testsigma_action.domain.checkup import Answer, Checkup, Level, Outcome, Subject
from testsigma_action.domain.identity import RunKey, same_id
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, SuiteResult
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.domain.upload_events import UploadSpec
from testsigma_action.errors import ActionError, ApiError, DeadlineExceeded, ErrorCode, InputError, Refused
from testsigma_action.lifecycle import prepare, upload_failure
from testsigma_action.lifecycle.attach import attach
from testsigma_action.lifecycle.checkup_failure import other_service, unknown_id, unknown_plan, without_evidence
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.start_failure import no_such_plan

T = TypeVar("T")
# What may be given by its name.
LOOKED_UP = (
    (prepare.CONFIGURATIONS, Subject.CONFIGURATION, Level.CONFIGURATIONS),
    (prepare.ENVIRONMENTS, Subject.ENVIRONMENT, Level.ENVIRONMENTS),
)


@dataclass(slots=True)
class Examination:
    """Asks the service, until an instant of the monotonic clock.

    `errors` has what would end a step, `refusals` the errors of all calls: a step can do without some of them.
    `without_run` has the IDs of the plans of which no run was found, and why.
    """

    transport: ProbingTransport
    remote: Remote
    until: float
    checkup: Checkup
    errors: list[ActionError] = field(default_factory=list)
    refusals: list[ApiError] = field(default_factory=list)
    without_run: dict[str, Outcome] = field(default_factory=dict)

    async def run(self, specs: Sequence[RunSpec], run_id: str, uploads: Sequence[UploadSpec]) -> None:
        """Make all calls; of the runs that are found, the results of one are read."""
        configurations = await self._ask(Level.CONFIGURATIONS, self._list_of(prepare.CONFIGURATIONS))
        if isinstance(configurations, ApiError) and self._ends(configurations):
            rejected = configurations.code is ErrorCode.API_KEY_REJECTED
            self.checkup.note(Subject.KEY if rejected else Subject.SERVICE, Outcome.WRONG)
            self.errors.append(configurations)
            return
        await self._names(specs, configurations)
        for upload in dict.fromkeys(one.upload_id for one in uploads if one.upload_id):
            await self._upload(upload)
        run = await self._attached(run_id) if run_id else await self._last_run(specs)
        if run:
            await self._results(run)
        self._judge_service()

    async def _ask(self, level: Level, fetch: Callable[[float], Awaitable[T]], seconds: float = 0.0) -> T | ApiError:
        """The answer to a call, or the error. It has so many seconds if that is not the usual time for a call."""
        if self.remote.now() >= self.until:
            return DeadlineExceeded()
        self.transport.level = level
        try:
            return await fetch(min(self.until, self.remote.after(seconds or self.remote.limits.checkup_call)))
        except ApiError as error:
            self.refusals.append(error)
            return error
        finally:
            if self._recognised:
                self.checkup.note(Subject.SERVICE, Outcome.FINE)
                self.checkup.note(Subject.KEY, Outcome.FINE)

    def _ends(self, error: ApiError) -> bool:
        """Whether the first call got an answer that every call would get."""
        answers = {call.answer for call in self.transport.calls}
        return error.code is ErrorCode.API_KEY_REJECTED or answers <= {Answer.NO_ANSWER, Answer.REDIRECTED}

    def _list_of(self, kind: prepare.Kind) -> Callable[[float], Awaitable[tuple[Named, ...]]]:
        return lambda until: kind.fetch(self.remote.client, until)

    async def _names(self, specs: Sequence[RunSpec], configurations: tuple[Named, ...] | ApiError) -> None:
        """Check the names and IDs that were given of saved configurations and environments."""
        for kind, subject, level in LOOKED_UP:
            named, numbered = any(map(kind.name_of, specs)), any(map(kind.id_of, specs))
            if not named and not numbered:
                continue
            # A list of many pages has as much time as in a step.
            as_in_a_step, is_read = self.remote.limits.unreachable, kind is prepare.CONFIGURATIONS
            known = configurations if is_read else await self._ask(level, self._list_of(kind), as_in_a_step)
            if isinstance(known, ApiError):
                # A step does not read the list for the sake of an ID.
                self.checkup.note(subject, Outcome.WRONG if named else Outcome.NOT_CHECKED)
                self.errors += [prepare.with_way_out(kind, known)] if named else []
                continue
            wrong = list(_wrong(kind, specs, known))
            self.checkup.note(subject, Outcome.WRONG if wrong else Outcome.FINE)
            self.errors += wrong

    async def _upload(self, upload_id: str) -> None:
        """Check that an upload exists, which gets a new version in a step."""
        if self.remote.now() >= self.until:
            self.checkup.note(Subject.UPLOADS, Outcome.NOT_CHECKED)
            return
        found = await self._ask(Level.UPLOAD, lambda until: self.remote.client.uploads.fetch(upload_id, until=until))
        self.checkup.note(Subject.UPLOADS, Outcome.WRONG if isinstance(found, ApiError) else Outcome.FINE)
        self.errors += [upload_failure.refused(found)] if isinstance(found, ApiError) else []

    async def _attached(self, run_id: str) -> Run | None:
        return await self._status(
            Subject.RUN, lambda until: attach(RunKey(run_id), self.remote, until=until, tolerance=0.0)
        )

    async def _status(self, subject: Subject, fetch: Callable[[float], Awaitable[Run]]) -> Run | None:
        """The status of a run, without which no step can wait."""
        run = await self._ask(Level.STATUS, fetch)
        self.checkup.note(subject, Outcome.WRONG if isinstance(run, ApiError) else Outcome.FINE)
        if isinstance(run, ApiError):
            self.errors.append(run)
            return None
        return run

    async def _last_run(self, specs: Sequence[RunSpec]) -> Run | None:
        """The last run of the first plan that has one, if possible one that has completed."""
        rows: list[FoundRun] = []
        for spec in {one.plan_id: one for one in specs if one.plan_id}.values():
            found = await self._runs_of(spec, both=not rows)
            rows = rows or found
        if not rows:
            return None
        newest = sorted(rows, key=lambda row: int(row.id), reverse=True)
        row = next((one for one in newest if one.run and one.run.completed), newest[0])
        key = RunKey(row.id, row.plan_id)
        return await self._status(Subject.RESULTS, lambda until: self.remote.client.fetch_run(key, until=until))

    async def _runs_of(self, spec: RunSpec, *, both: bool) -> list[FoundRun]:
        """The runs of a plan. Its two lists are both read, or the second only if the first has none."""
        plan, client = spec.plan_id, self.remote.client
        newest = await self._ask(
            Level.NEWEST_RUNS, lambda until: client.fetch_newest_runs(plan, until=until, retried=False)
        )
        answers: list[FoundRuns | ApiError] = [newest]
        if both or not list(_of_plan(plan, answers)):
            answers.append(
                await self._ask(Level.INDEX_OF_RUNS, lambda until: client.fetch_indexed_runs(plan, "", until=until))
            )
        rows = list(_of_plan(plan, answers))
        self.checkup.note(Subject.PLANS, self._plan_outcome(spec, answers, rows))
        return rows

    def _plan_outcome(
        self, spec: RunSpec, answers: Sequence[FoundRuns | ApiError], rows: Sequence[FoundRun]
    ) -> Outcome:
        unknown = [one for one in answers if isinstance(one, ApiError) and no_such_plan(one, spec.plan_id)]
        if unknown:
            self.errors.append(unknown_plan(unknown[0]))
            return Outcome.WRONG
        if rows:
            return Outcome.FINE
        outcome = Outcome.NO_RUN if any(isinstance(one, FoundRuns) for one in answers) else Outcome.NOT_CHECKED
        self.without_run[spec.plan_id] = outcome
        return outcome

    async def _results(self, run: Run) -> None:
        """Read the results of a run on every level, one object of each."""
        client = self.remote.client
        machines = await self._ask(Level.CASES, lambda until: client.fetch_case_list(run.id, until=until))
        details = await self._ask(Level.RUN, lambda until: client.fetch_run_details(run.id, until=until))
        self._judge_evidence(run, machines, details)
        # As in a step, a refusal applies to all details.
        if not isinstance(machines, ApiError) and not isinstance(details, Refused):
            await self._parts(run.id, machines)

    def _judge_evidence(
        self, run: Run, machines: tuple[MachineResult, ...] | ApiError, details: RunDetails | ApiError
    ) -> None:
        """Without a list of cases and without counters, no run can pass."""
        if not run.completed:
            self.checkup.note(Subject.RESULTS, Outcome.UNFINISHED)
            return
        counted = any(counts.known for counts in run.all_counts)
        counted = counted or (isinstance(details, RunDetails) and any(counts.known for counts in details.counts))
        blind = isinstance(machines, ApiError) and not counted
        self.checkup.note(Subject.RESULTS, Outcome.WRONG if blind else Outcome.FINE)
        if blind:
            self.errors.append(without_evidence(run.id))

    async def _parts(self, run_id: str, machines: tuple[MachineResult, ...]) -> None:
        client = self.remote.client
        suites = [suite for machine in machines for suite in machine.suites]
        rows = [row for suite in suites for row in suite.cases if row.id]
        sets = [one for row in rows for one in row.iterations]
        if machine := _first_id(machines):
            await self._ask(Level.MACHINE, lambda until: client.fetch_machine(run_id, machine, until=until))
        if suite := _first_id(suites):
            await self._ask(Level.SUITE, lambda until: client.fetch_suite(run_id, suite, until=until))
            await self._ask(Level.INDEX_OF_SUITES, lambda until: client.fetch_suite_page(run_id, "", until=until))
        ranked: list[CaseResult] = sorted(rows, key=_rank)
        if case := _first_id(ranked):
            await self._ask(Level.CASE, lambda until: client.fetch_case(run_id, case, until=until))
            await self._ask(Level.INDEX_OF_CASES, lambda until: client.fetch_case_page(run_id, "", until=until))
            await self._ask(Level.STEPS, lambda until: client.fetch_steps(run_id, case, until=until))
        if data_set := _first_id(sets):
            await self._ask(Level.STEPS_OF_SET, lambda until: client.fetch_steps(run_id, data_set, until=until))

    @property
    def _recognised(self) -> bool:
        return any(call.recognised for call in self.transport.calls)

    def _judge_service(self) -> None:
        """Whether anything that answered is Testsigma. If not, everything else that is wrong follows from that."""
        if self._recognised:
            return
        calls = self.transport.calls
        forbidden = [one for one in self.refusals if one.by_service and one.status == HTTPStatus.FORBIDDEN]
        self.checkup.note(Subject.KEY, Outcome.WRONG if forbidden else Outcome.NOT_CHECKED)
        self.checkup.note(Subject.SERVICE, Outcome.FINE if forbidden else Outcome.WRONG)
        down = all(call.answer in {Answer.FAILED, Answer.NO_ANSWER} for call in calls)
        causes = (*forbidden, *(self.refusals if down else [other_service(self.transport.http.host, len(calls))]))
        self.errors = [*causes[:1]]


def _wrong(kind: prepare.Kind, specs: Sequence[RunSpec], known: Sequence[Named]) -> Iterator[ActionError]:
    """The names and IDs that no object of this kind has, or several."""
    if problems := tuple(prepare.name_problems(kind, specs, known)):
        yield InputError(*problems)
    for identity in dict.fromkeys(filter(None, map(kind.id_of, specs))):
        if not any(same_id(one.id, identity) for one in known):
            yield unknown_id(kind, identity)


def _of_plan(plan_id: str, answers: Iterable[FoundRuns | ApiError]) -> Iterator[FoundRun]:
    """The rows of a plan, whatever the service filtered."""
    listed = [one for one in answers if isinstance(one, FoundRuns)]
    rows = (row for found in listed for row in found.runs)
    return (row for row in rows if row.id.isdecimal() and same_id(row.plan_id, plan_id))


def _first_id(parts: Iterable[MachineResult | SuiteResult | CaseResult | Iteration]) -> str:
    return next((part.id for part in parts if part.id), "")


def _rank(row: CaseResult) -> tuple[bool, bool]:
    """A case that failed has the most to tell, and one without data sets has steps of its own."""
    return bool(row.iterations), row.acceptable
