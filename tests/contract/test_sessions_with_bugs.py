"""A bug in what listens to a session: it ends no other run, hides no cancellation, and is never a pass."""

import asyncio
from datetime import timedelta

import pytest

from tests.contract.conftest import Serve, spec
from testsigma_action.domain.events import Activity, Ended, Event
from testsigma_action.errors import ExitCode
from testsigma_action.inputs.options import Inputs
from testsigma_action.lifecycle.background import Background
from testsigma_action.lifecycle.context import Shared
from testsigma_action.lifecycle.session import Session


@pytest.mark.parametrize("kind", [Activity, Ended])
def test_a_listener_that_fails(serve: Serve, kind: type[Event]) -> None:
    """The session raises nothing, whatever its listener does, and ends with the exit code of a bug."""

    def tell(event: Event) -> None:
        if type(event) in {kind, Ended}:
            raise LookupError("a bug")

    service = serve("passing")
    inputs = Inputs(plan_id="420", poll_interval=timedelta(seconds=0.01))
    session = Session(spec(), Shared(service.remote, inputs, service.signals), tell)
    service.run(session.run(asyncio.Semaphore()))
    assert session.record.report().verdict.exit_code is ExitCode.BUG


async def _broken() -> None:
    raise LookupError("a bug")


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_background_task_that_fails(serve: Serve, *, cancelled: bool) -> None:
    """Its error is raised at the end, but never in place of a cancellation; the other tasks end in any case."""
    others: list[asyncio.Task[None]] = []

    async def block() -> None:
        with Background() as background:
            background.begin(_broken())
            others.append(background.begin(asyncio.sleep(60.0)))
            await asyncio.sleep(0.01)
            if cancelled:
                raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError if cancelled else LookupError):
        serve("passing").run(block())
    assert others[0].cancelled()
