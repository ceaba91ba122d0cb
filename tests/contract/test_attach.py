"""Attaching to a run: what is asked for, how long, and what a wrong ID costs."""

import asyncio
from dataclasses import replace

import pytest

from tests.contract.conftest import Interrupt, Serve, Service, soon
from tests.simulator import Fault, Phase, RunBefore, Scenario, scenario
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.run import Run, Status
from testsigma_action.errors import Outage, Refused
from testsigma_action.lifecycle import lookup

# A run that is not known is looked for during a quarter of a second.
TOLERANCE, INTERVAL = 0.25, 0.05


def attach(service: Service, run_id: str, seconds: float = 10.0) -> Run:
    """The run as it is now, asked for so long at most."""
    service.limit(attach_tolerance=TOLERANCE, attach_interval=INTERVAL)
    return service.run(lookup.attach(RunKey(run_id), service.remote, until=soon(seconds)))


def with_run(*life: Phase) -> Scenario:
    """Run 900 of the plan, over unless it has a life."""
    plan = scenario("passing").plans[0]
    return replace(scenario("passing"), runs_before=(RunBefore(900, plan, "nightly", life=life),))


@pytest.mark.parametrize("life", [(), (Phase("STATUS_IN_PROGRESS", hold=True),)], ids=["over", "going on"])
def test_a_run_is_read_once(serve: Serve, life: tuple[Phase, ...]) -> None:
    """One look tells all that was asked for; nothing is started."""
    service = serve(with_run(*life))
    run = attach(service, "900")
    assert (run.id, run.plan_id, run.build_number) == ("900", "420", "nightly")
    assert run.completed is not bool(life)
    assert service.server.calls == ["status"]


def test_a_run_that_is_known_a_moment_later(serve: Serve) -> None:
    """The copies of the service need time: who attaches at once finds the run all the same."""
    late = Fault("status", status=404, count=2)
    service = serve(with_run(Phase("STATUS_IN_PROGRESS", hold=True)), late)
    assert attach(service, "900").status is Status.IN_PROGRESS
    assert service.server.calls == ["status"] * 3


def test_a_run_that_does_not_exist(serve: Serve) -> None:
    """It is asked for a few times, then said."""
    service = serve(with_run())
    with pytest.raises(Refused) as caught:
        attach(service, "901")
    assert caught.value.code == "not-found"
    assert "901" in caught.value.message
    assert 1 < service.server.calls.count("status") <= 1 + TOLERANCE / INTERVAL


@pytest.mark.parametrize("status", [401, 403, 400])
def test_a_refusal_is_final(serve: Serve, status: int) -> None:
    """Only a run that is not there may be there a moment later."""
    service = serve(with_run(), Fault("status", status=status, count=None))
    with pytest.raises(Refused):
        attach(service, "900")
    assert service.server.calls == ["status"]


@pytest.mark.parametrize("fault", [Fault("status", status=503, count=None), Fault("status", delay=60.0, count=None)])
def test_a_service_that_cannot_be_used(serve: Serve, fault: Fault) -> None:
    """Up to the instant that was given."""
    service = serve(with_run(), fault)
    with pytest.raises(Outage) as caught:
        attach(service, "900", 0.3)
    assert (caught.value.code, caught.value.exit_code) == ("api-unreachable", 3)


def test_an_outage_is_waited_out(serve: Serve) -> None:
    """Two errors are no reason to give up."""
    service = serve(with_run(), Fault("status", status=502, count=2))
    assert attach(service, "900").completed


def test_a_signal_ends_it(serve: Serve, interrupt: Interrupt) -> None:
    """Also while nobody answers."""
    service = serve(with_run(), Fault("status", delay=60.0))
    interrupt(service, "status")
    with pytest.raises(asyncio.CancelledError):
        attach(service, "900")


def test_a_signal_ends_the_pause_before_the_next_look(serve: Serve, interrupt: Interrupt) -> None:
    """A run that is not known yet is not asked for once more."""
    service = serve(with_run())
    interrupt(service, "status")
    with pytest.raises(asyncio.CancelledError):
        attach(service, "901")
    assert service.server.calls == ["status"]
