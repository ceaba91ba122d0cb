"""The traces that the step leaves while it goes on: whatever kills it, they are there."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from testsigma_action.domain.report import RunReport
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ReportError
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import console, outputs
from testsigma_action.reporting.publish import unwritable


@dataclass(frozen=True, slots=True)
class Trace:
    """Writes outputs and state early. The state is for the post stage: it is left only if that may have to stop."""

    platform: Platform
    log: Log
    for_post: bool

    def starting(self, spec: RunSpec) -> None:
        """Leave what tells the run from all others, before it is started."""
        if self.for_post:
            self._write_state({"plan_id": spec.plan_id, "build_number": spec.build_number})

    def exists(self, run: Run, report: RunReport) -> ReportError | None:
        """Leave the run's ID the moment it is known; outputs that cannot be written are part of the verdict."""
        if self.for_post:
            self._write_state({"run_id": run.id, "build_number": run.build_number})
        try:
            self.platform.write_outputs(outputs.early([report]))
        except OSError as error:
            return unwritable("the outputs", error)
        return None

    def runs_again(self, rerun: Run) -> None:
        """Leave the ID of a rerun: from now on it is the run that may have to be stopped."""
        if self.for_post:
            self._write_state({"run_id": rerun.id, "build_number": rerun.build_number})

    def settled(self) -> None:
        """Leave word that there is nothing for the post stage to do. The log has its last line by now."""
        with suppress(OSError):
            self.platform.write_state({"settled": "true"})

    def _write_state(self, state: Mapping[str, str]) -> None:
        try:
            self.platform.write_state(state)
        except OSError as error:
            self.log.say(console.warnings((unwritable("the state of the step", error).message,)))
