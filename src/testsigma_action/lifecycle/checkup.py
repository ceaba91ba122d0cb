"""A dry run: reads what a step reads, one call after the other, and changes nothing."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TypeVar

from testsigma_action.api import probing
from testsigma_action.api.details import RunDetails
from testsigma_action.api.lists import FoundRuns
from testsigma_action.api.named import Named
from testsigma_action.domain.checkup import Answer, Checkup, Level, Outcome, Subject
from testsigma_action.domain.identity import RunKey, same_id
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, SuiteResult
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.domain.upload_events import UploadSpec
from testsigma_action.errors import ActionError, ApiError, DeadlineExceeded, ErrorCode, InputError, Refused
from testsigma_action.lifecycle import prepare, upload_failure
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.start import NO_SUCH_HINT, no_such_plan

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

    transport: probing.ProbingTransport
    remote: Remote
    until: float
    checkup: Checkup
    errors: list[ActionError] = field(default_factory=list)
    refusals: list[ApiError] = field(default_factory=list)
    without_run: dict[str, Outcome] = field(default_factory=dict)

    async def run(self, specs: Sequence[RunSpec], run_id: str, uploads: Sequence[UploadSpec]) -> None:
        """Make all calls; of the runs that are found, the results of one are read."""
        fetch = partial(prepare.CONFIGURATIONS.fetch, self.remote.client)
        configurations = await self._ask(Level.CONFIGURATIONS, fetch)
        if isinstance(configurations, ApiError):
            rejected = configurations.code is ErrorCode.API_KEY_REJECTED
            # Every other call would get the same answer.
            if rejected or {call.answer for call in self.transport.calls} <= {Answer.NO_ANSWER, Answer.REDIRECTED}:
                self._judge(Subject.KEY if rejected else Subject.SERVICE, configurations)
                return
        await self._names(specs, configurations)
        for upload in dict.fromkeys(one.upload_id for one in uploads if one.upload_id):
            await self._upload(upload)
        run = await self._status(Subject.RUN, RunKey(run_id)) if run_id else await self._last_run(specs)
        if run:
            await self._results(run)
        self._judge_service()

    def _judge(self, subject: Subject, *errors: ActionError) -> None:
        """Note that nothing is wrong with a subject, or the errors that would end a step."""
        self.checkup.note(subject, Outcome.WRONG if errors else Outcome.FINE)
        self.errors += errors

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

    async def _names(self, specs: Sequence[RunSpec], configurations: tuple[Named, ...] | ApiError) -> None:
        """Check the names and IDs that were given of saved configurations and environments."""
        for kind, subject, level in LOOKED_UP:
            named, numbered = any(map(kind.name_of, specs)), any(map(kind.id_of, specs))
            if not named and not numbered:
                continue
            known = configurations
            if kind is not prepare.CONFIGURATIONS:
                # A list of many pages has as much time as in a step.
                known = await self._ask(level, partial(kind.fetch, self.remote.client), self.remote.limits.unreachable)
            if not isinstance(known, ApiError):
                self._judge(subject, *_wrong(kind, specs, known))
            elif named:
                self._judge(subject, prepare.with_way_out(kind, known))
            else:
                # A step does not read the list for the sake of an ID.
                self.checkup.note(subject, Outcome.NOT_CHECKED)

    async def _upload(self, upload_id: str) -> None:
        """Check that an upload exists, which gets a new version in a step."""
        if self.remote.now() >= self.until:
            self.checkup.note(Subject.UPLOADS, Outcome.NOT_CHECKED)
            return
        found = await self._ask(Level.UPLOAD, lambda until: self.remote.client.uploads.fetch(upload_id, until=until))
        self._judge(Subject.UPLOADS, *([upload_failure.refused(found)] if isinstance(found, ApiError) else []))

    async def _status(self, subject: Subject, key: RunKey) -> Run | None:
        """The status of a run, without which no step can wait."""
        run = await self._ask(Level.STATUS, lambda until: self.remote.client.fetch_run(key, until=until))
        self._judge(subject, *([run] if isinstance(run, ApiError) else []))
        return run if isinstance(run, Run) else None

    async def _last_run(self, specs: Sequence[RunSpec]) -> Run | None:
        """The last run of the first plan that has one, if possible one that has completed."""
        rows: list[Run] = []
        for plan_id in dict.fromkeys(spec.plan_id for spec in specs if spec.plan_id):
            found = await self._runs_of(plan_id, both=not rows)
            rows = rows or found
        if not rows:
            return None
        row = max(rows, key=lambda row: (row.completed, int(row.id)))
        return await self._status(Subject.RESULTS, RunKey(row.id, row.plan_id))

    async def _runs_of(self, plan_id: str, *, both: bool) -> list[Run]:
        """The runs of a plan. Its two lists are both read, or the second only if the first has none."""
        client, rows, wrong = self.remote.client, list[Run](), list[ApiError]()
        without = Outcome.NOT_CHECKED
        lists: dict[Level, Callable[[float], Awaitable[FoundRuns]]] = {
            Level.NEWEST_RUNS: lambda until: client.fetch_newest_runs(plan_id, until=until, retried=False),
            Level.INDEX_OF_RUNS: lambda until: client.fetch_indexed_runs(plan_id, "", until=until),
        }
        for level, fetch in lists.items():
            if rows and not both:
                break
            answer = await self._ask(level, fetch)
            if isinstance(answer, FoundRuns):
                without = Outcome.NO_RUN
                # The service may have listed runs of other plans, too.
                rows += [row for row in answer.runs if row.id.isdecimal() and same_id(row.plan_id, plan_id)]
            elif no_such_plan(answer, plan_id):
                wrong.append(_not_found(answer.message, answer.status))
        if rows or wrong:
            self._judge(Subject.PLANS, *wrong[:1])
        else:
            self.without_run[plan_id] = without
            self.checkup.note(Subject.PLANS, without)
        return rows

    async def _results(self, run: Run) -> None:
        """Read the results of a run on every level, one object of each."""
        client = self.remote.client
        machines = await self._ask(Level.CASES, lambda until: client.results.fetch_case_list(run.id, until=until))
        details = await self._ask(Level.RUN, lambda until: client.results.fetch_run_details(run.id, until=until))
        counts = (*run.all_counts, *(details.counts if isinstance(details, RunDetails) else ()))
        if not run.completed:
            self.checkup.note(Subject.RESULTS, Outcome.UNFINISHED)
        elif isinstance(machines, ApiError) and not any(one.known for one in counts):
            # Without a list of cases and without counters, no run can pass.
            seen = f"Run {run.id} has neither a list of cases nor counters"
            message = f"{seen}, so no step could see that tests were executed."
            hint = "Check what the user of this API key may read."
            self._judge(Subject.RESULTS, ApiError(message, code=ErrorCode.NO_EVIDENCE, hint=hint))
        else:
            self._judge(Subject.RESULTS)
        # As in a step, a refusal applies to all details.
        if not isinstance(machines, ApiError) and not isinstance(details, Refused):
            await self._parts(run.id, machines)

    async def _parts(self, run_id: str, machines: tuple[MachineResult, ...]) -> None:
        results = self.remote.client.results
        suites = [suite for machine in machines for suite in machine.suites]
        rows = [row for suite in suites for row in suite.cases if row.id]
        sets = [one for row in rows for one in row.iterations]
        if machine := _first_id(machines):
            await self._ask(Level.MACHINE, lambda until: results.fetch_machine(run_id, machine, until=until))
        if suite := _first_id(suites):
            await self._ask(Level.SUITE, lambda until: results.fetch_suite(run_id, suite, until=until))
            await self._ask(Level.INDEX_OF_SUITES, lambda until: results.fetch_suite_page(run_id, "", until=until))
        # A case that failed has the most to tell, and one without data sets has steps of its own.
        rows.sort(key=lambda row: (bool(row.iterations), row.acceptable))
        if case := _first_id(rows):
            await self._ask(Level.CASE, lambda until: results.fetch_case(run_id, case, until=until))
            await self._ask(Level.INDEX_OF_CASES, lambda until: results.fetch_case_page(run_id, "", until=until))
            await self._ask(Level.STEPS, lambda until: results.fetch_steps(run_id, case, until=until))
        if data_set := _first_id(sets):
            await self._ask(Level.STEPS_OF_SET, lambda until: results.fetch_steps(run_id, data_set, until=until))

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
        causes = (*forbidden, *(self.refusals if down else [_other_service(self.transport.route.host, len(calls))]))
        self.errors = [*causes[:1]]


def _wrong(kind: prepare.Kind, specs: Sequence[RunSpec], known: Sequence[Named]) -> Iterator[ActionError]:
    """The names and IDs that no object of this kind has, or several."""
    if problems := tuple(prepare.name_problems(kind, specs, known)):
        yield InputError(*problems)
    for number, identity in enumerate(map(kind.id_of, specs), 1):
        if identity and not any(same_id(one.id, identity) for one in known):
            yield _not_found(f"{prepare.place(kind, specs, number)}: no {kind.one} has the ID {identity}.")


def _not_found(message: str, status: int | None = None) -> ApiError:
    return Refused(message, code=ErrorCode.NOT_FOUND, hint=NO_SUCH_HINT, status=status)


def _other_service(host: str, calls: int) -> ApiError:
    """Nothing in any answer is what Testsigma documents."""
    message = f"{host} does not answer like Testsigma: none of the answers to {calls} requests is as documented."
    hint = "Check base-url: this may be another product, a login page, a proxy, or Testsigma below another path."
    return ApiError(message, code=ErrorCode.API_UNREACHABLE, hint=hint)


def _first_id(parts: Iterable[MachineResult | SuiteResult | CaseResult | Iteration]) -> str:
    return next((part.id for part in parts if part.id), "")
