"""One method for each endpoint of the service but those of results and uploads. See docs/api.md for the facts."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from testsigma_action.api import decode, lists
from testsigma_action.api.error_response import OnRetry, ignore
from testsigma_action.api.fields import DecodeError, part
from testsigma_action.api.http import Json, Limits, Request
from testsigma_action.api.retry import Endpoints
from testsigma_action.api.start_body import private_texts, rerun_body, start_body
from testsigma_action.api.versions import Versions
from testsigma_action.domain.identity import Mismatch, RunKey
from testsigma_action.domain.run import Run, RunSpec

if TYPE_CHECKING:
    from testsigma_action.api.named import Named
    from testsigma_action.api.results import Results
    from testsigma_action.api.uploads import Uploads
    from testsigma_action.domain.rerun_choice import Choice

RUNS = "/api/v1/execution_results"
# The service may take long to start a run. A stop must finish before the CI system kills the step.
START_LIMITS = Limits(total=45.0)
STOP_LIMITS = Limits(connect=2.0, read=2.0, total=2.5)
# How many of a plan's runs are listed to find one that was just started.
NEWEST = 50
# Values that can be used in a query without being parsed as an operator.
PLAIN = re.compile(r"[A-Za-z0-9._#/-]+")
# What an answer describes that is not about the requested run.
OTHERS = {
    Mismatch.RUN: "another run",
    Mismatch.PLAN: "a run of another plan",
    Mismatch.BUILD: "a run with another build number",
}


@dataclass(frozen=True, slots=True, eq=False)
class Client(Endpoints):
    """The calls that most steps need, and the way to the others."""

    on_retry: OnRetry = ignore
    _versions: Versions = field(default_factory=Versions)

    @property
    def version(self) -> str:
        """The API version that has answered with detailed results; empty before."""
        return self._versions.answering

    @property
    def results(self) -> "Results":
        """The calls that read the results of a run."""
        from testsigma_action.api.results import Results

        return Results(self._transport, self.on_retry, self._versions)

    @property
    def uploads(self) -> "Uploads":
        """The calls about uploads, which most steps do not need."""
        from testsigma_action.api.uploads import Uploads

        return Uploads(self._transport, self.on_retry)

    @property
    def too_many(self) -> int:
        """Number of answers with status 429 so far."""
        return self._transport.too_many

    def server_time(self, instant: float) -> datetime | None:
        """A lower bound of the service's time at an instant; None if no answer had a date."""
        return self._transport.http.server_clock.at(instant)

    def run_url(self, run_id: str) -> str:
        """The page of a run in the web application. Not documented as stable; only shown to people."""
        return f"{self._transport.route.base_url}/ui/td/runs/{part(run_id)}"

    def _run(self, body: Json) -> Run:
        run = decode.run(body)
        return replace(run, url=self.run_url(run.id))

    async def start_run(self, spec: RunSpec, *, until: float) -> Run:
        """Start a run of a plan. Sent once: after Transient or DeadlineExceeded there may be a run.

        The caller checks that the run in the answer is ours (`identity.claim`).
        """
        purpose, texts = f"start plan {spec.plan_id}", private_texts(spec)
        request = Request("POST", RUNS, purpose, body=start_body(spec), limits=START_LIMITS, private=texts)
        return await self._transport.send(request, self._run, until=until)

    async def rerun(self, choice: "Choice", *, until: float) -> Run:
        """Run cases of a run again, as a new run. Sent once, like a start."""
        purpose = f"run cases of run {choice.parent.id} again"
        request = Request("POST", RUNS, purpose, body=rerun_body(choice), limits=START_LIMITS)
        return await self._transport.send(request, self._run, until=until)

    async def fetch_run(self, key: RunKey, *, until: float) -> Run:
        """The status of a run: the only endpoint that has it. An answer about another run is handled like a 502."""

        def of_this_run(body: Json) -> Run:
            run = self._run(body)
            if mismatch := key.mismatch(run):
                raise DecodeError(f"that describes {OTHERS[mismatch]}")
            return run

        request = Request("GET", f"{RUNS}/{part(key.id)}", f"read the status of run {key.id}", last_try=True)
        return await self._get(request, of_this_run, until)

    async def stop_run(self, run_id: str, *, until: float) -> None:
        """Request the stop of one run, never of all. Sent once; `fetch_run` shows whether the run has stopped."""
        body = {"canStopAll": False, "result": "STOPPED"}
        path = f"{RUNS}/{part(run_id)}"
        request = Request("PUT", path, f"stop run {run_id}", body=body, limits=STOP_LIMITS, ignores_body=True)
        await self._transport.send(request, ignore, until=until)

    async def fetch_newest_runs(self, plan_id: str, *, until: float, retried: bool = True) -> lists.FoundRuns:
        """The newest runs of a plan. Seen in public scripts only, so it may be missing (Refused with 404)."""
        query = {"page": "0", "size": str(NEWEST), "sortBy": "id", "direction": "DESC"}
        path = f"/api/v1/executions/{part(plan_id)}/test_plan_results"
        request = Request("GET", path, f"look for runs of plan {plan_id}", query, optional=True, retried=retried)
        return await self._get(request, lists.newest_runs, until)

    async def fetch_indexed_runs(self, plan_id: str, build_number: str, *, until: float) -> lists.FoundRuns:
        """Runs of a plan by the index. Documented once, so it may be missing; it may ignore the query."""
        criteria = [f"testPlanId:{plan_id}", f"buildNo:{build_number}"]
        query = {"query": ",".join(criteria if PLAIN.fullmatch(build_number) else criteria[:1]), "page": "0"}
        request = Request("GET", "", f"look for runs of plan {plan_id}", query)
        return await self._versions.page(request, lambda one: self._get(one, lists.found_runs, until))

    async def fetch_saved_configurations(self, *, until: float) -> "tuple[Named, ...]":
        """All saved configurations for partial runs."""
        from testsigma_action.api import named

        request = Request("GET", "/api/v1/saved_execution_configs", "read the saved configurations")
        return await self._get(request, named.saved_configurations, until)

    async def fetch_environments(self, *, until: float) -> "tuple[Named, ...]":
        """All environments of the account. Raises Refused if there are too many pages."""
        from testsigma_action.api import named

        request = Request("GET", "/api/v1/environments", "read the environments")
        return await named.all_pages(request, lambda page: self._get(page, named.environments, until))
