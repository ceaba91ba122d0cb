"""Failures during a run: its list of cases is read whenever more cases have failed."""

import asyncio
from dataclasses import replace

from testsigma_action.domain.events import CasesFailed, EventListener
from testsigma_action.domain.policy import STRICT, Policy, tolerating
from testsigma_action.domain.results import Placed, ResultTree
from testsigma_action.domain.run import Result, Run
from testsigma_action.errors import ApiError, Refused
from testsigma_action.lifecycle.remote import Remote


class LiveFailures:
    """Emits each failed case once, soon after it failed.

    The list is optional: errors are not reported, and after a refusal it is not read again.
    """

    def __init__(self, run: Run, remote: Remote, emit: EventListener, policy: Policy) -> None:
        """Start without failures. The list is read at most every `limits.live_list` seconds."""
        self._run = run
        self._remote = remote.quiet()
        self._emit = emit
        # How many failures `max-failures` tolerates is not known before the end.
        self._policy = replace(policy, max_failures=STRICT.max_failures)
        self._failed = 0
        self._grown = asyncio.Event()
        self._reported: set[str] = set()

    def on_answer(self, run: Run) -> None:
        """Handle an answer about the run."""
        self._run = run
        failed = run.counts.failed or 0
        if failed > self._failed and not run.completed:
            self._failed = failed
            self._grown.set()

    async def follow(self) -> None:
        """Read the list after each new failure. Ends when cancelled, or when the service refuses the list."""
        while True:
            await self._grown.wait()
            self._grown.clear()
            if not await self._read():
                return
            await asyncio.sleep(self._remote.limits.live_list)

    async def _read(self) -> bool:
        """Emit the new failures; False if the service refuses the list."""
        until = self._remote.after(self._remote.limits.short_detail)
        try:
            machines = await self._remote.client.fetch_case_list(self._run.id, until=until)
        except ApiError as error:
            return not isinstance(error, Refused)
        tree = tolerating(ResultTree(self._run, machines=machines), self._policy)
        failed = [placed for placed in tree.placed_rows() if placed[2].result is Result.FAILED]
        new = [one for one in failed if _identity(one) not in self._reported]
        self._reported.update(map(_identity, new))
        if new:
            self._emit(CasesFailed(tuple(new), sum(case.breaks and not case.hook for *_, case in failed)))
        return True


def _identity(placed: Placed) -> str:
    machine, suite, case = placed
    return case.id or f"{machine.title}\n{suite.name}\n{case.name}"
