"""Watching a run until it is over, and stopping it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta

import pytest

from tests.contract.conftest import Interrupt, Serve, Service, soon, spec
from tests.simulator import Fault, Phase, Scenario, scenario
from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.run import Result, Run, Status
from testsigma_action.errors import Refused, TimedOut
from testsigma_action.lifecycle.stop import stop as stop_run
from testsigma_action.lifecycle.time_limits import TimeLimits
from testsigma_action.lifecycle.watch import Deadlines, watch

QUICK = timedelta(milliseconds=10)
HELD = (Phase("STATUS_IN_PROGRESS", hold=True),)


def deadlines(seconds: float = 10.0, *, age: float = 0.0, queue: float | None = None) -> Deadlines:
    """A wait that began `age` seconds ago, ends in so many, and asks every 10 ms."""
    queue_timeout = None if queue is None else timedelta(seconds=queue)
    return Deadlines(soon(-age), soon(seconds), queue_timeout, QUICK)


def with_life(*phases: Phase) -> Scenario:
    """A run of the passing plan that goes through these phases."""
    return scenario("passing").with_plan(life=phases)


def started(service: Service) -> str:
    """The ID of a run that was just started."""
    return service.run(service.client.start_run(spec(), until=soon())).id


def seen(service: Service, wait: Deadlines | None = None) -> list[Run]:
    """All answers about a run that was just started."""
    return watched(service, started(service), wait)


def watched(service: Service, run_id: str, wait: Deadlines | None = None) -> list[Run]:
    """All answers about a run."""
    answers: list[Run] = []
    service.run(_watch(service, run_id, answers.append, wait))
    return answers


async def _watch(
    service: Service, run_id: str, on_answer: Callable[[Run], object], wait: Deadlines | None = None
) -> None:
    async with aclosing(watch(RunKey(run_id), service.remote, wait or deadlines())) as answers:
        async for answer in answers:
            on_answer(answer)


def stop(service: Service, run_id: str, seconds: float = 10.0) -> Ending:
    """What came of a stop, which is confirmed every 20 ms for so long."""
    service.limit(stop_interval=0.02)
    return service.run(stop_run(RunKey(run_id), service.remote, until=soon(seconds)))


def timed_out(service: Service, wait: Deadlines) -> TimedOut:
    """The error that a wait ends with."""
    with pytest.raises(TimedOut) as caught:
        seen(service, wait)
    assert caught.value.exit_code == 4
    return caught.value


def test_every_answer_is_told_to_the_end(serve: Serve) -> None:
    """Each status in its turn; the last answer is that of the completed run, and nothing is asked after it."""
    service = serve("passing")
    answers = seen(service)
    assert [run.status for run in answers] == [
        Status.CREATED,
        Status.IN_PROGRESS,
        Status.IN_PROGRESS,
        Status.IN_PROGRESS,
        Status.COMPLETED,
    ]
    assert [run.waiting for run in answers] == [True, True, False, False, False]
    assert answers[-1].result is Result.PASSED
    assert all(not run.completed for run in answers[:-1])
    assert service.server.calls == ["start", *["status"] * 5]


def test_an_unknown_status_goes_on(serve: Serve) -> None:
    """Only STATUS_COMPLETED is an end; the word is kept for the log."""
    answers = seen(
        serve(with_life(Phase("STATUS_SOMETHING_NEW", polls=3), Phase("COMPLETED"), Phase("STATUS_STOPPED")))
    )
    assert [run.status for run in answers[:-1]] == [Status.UNKNOWN] * 5
    assert answers[0].status_label == "STATUS_SOMETHING_NEW"
    assert answers[-1].completed


def test_a_result_before_the_end_is_no_end(serve: Serve) -> None:
    """SUCCESS or FAILURE of a run that goes on says what came of it so far."""
    for result in ("SUCCESS", "FAILURE"):
        service = serve(with_life(Phase("STATUS_IN_PROGRESS", polls=3)).with_plan(while_running={"result": result}))
        assert len(seen(service)) == 4


def test_a_run_may_be_unknown_at_first(serve: Serve) -> None:
    """The copies of the service need time: a 404 of a young run is waited out, untold."""
    answers = seen(serve(scenario("passing").with_options(replication_delay=4)))
    assert len(answers) == 5
    assert answers[-1].completed


def test_a_run_that_stays_unknown_is_refused(serve: Serve) -> None:
    """After a minute a 404 means what it says."""
    service = serve(scenario("passing").with_options(replication_delay=1000))
    with pytest.raises(Refused) as caught:
        seen(service, deadlines(age=TimeLimits().replication + 1))
    assert caught.value.status == 404
    assert service.server.calls == ["start", "status"]


def test_a_run_that_disappears_in_the_first_minute_is_waited_for(serve: Serve) -> None:
    """Copies may disagree for a moment, also after the first answer."""
    service = serve("passing", Fault("status", status=404, after=1, count=2))
    assert seen(service)[-1].completed


@pytest.mark.parametrize("status", [401, 403, 400])
def test_refusals_end_the_wait(serve: Serve, status: int) -> None:
    """A key that was revoked in the middle will not come back."""
    service = serve("passing", Fault("status", status=status, after=2, count=None))
    with pytest.raises(Refused):
        seen(service)
    assert service.server.calls.count("status") == 3


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=503, after=2, count=6),
        Fault("status", status=302, after=2, count=4, headers={"Location": "http://127.0.0.1:9/"}),
        Fault("status", status=403, text="<html>Sign in</html>", after=2, count=4),
        Fault("status", delivery="reset", after=2, count=4),
        Fault("status", text="<html>Maintenance</html>", after=2, count=4),
        Fault("status", text='{"id": 1, "status": "STATUS_COMPLETED", "result": "SUCCESS"}', after=2, count=4),
        Fault("status", text='{"id": 1001, "result": "SUCCESS"}', after=2, count=4),
    ],
    ids=["503", "redirect", "page", "reset", "html", "another-run", "no-status"],
)
def test_an_outage_in_the_middle_is_waited_out(serve: Serve, fault: Fault) -> None:
    """A run of two hours is not lost to ten minutes; the observer hears of the beginning and of the end."""
    service = serve("passing", fault)
    answers = seen(service)
    assert answers[-1].completed
    assert {run.id for run in answers} == {"1001"}
    assert len([trouble for trouble in service.troubles if trouble]) == fault.count
    assert service.troubles[-1] is None


def test_an_outage_to_the_end_is_a_timeout(serve: Serve) -> None:
    """Exit 4, with a code of its own and the service's reason."""
    service = serve(with_life(*HELD), Fault("status", status=503, text='{"error": "Down"}', after=1, count=None))
    error = timed_out(service, deadlines(2.0))
    assert error.code == "api-unreachable"
    assert "Down" in error.message


def test_a_service_that_hangs_to_the_end_is_a_timeout(serve: Serve) -> None:
    """The wait ends at its deadline although the answer is still awaited."""
    service = serve(with_life(*HELD), Fault("status", delay=60.0, after=1, count=None))
    began = time.monotonic()
    assert timed_out(service, deadlines(2.0)).code == "api-unreachable"
    assert time.monotonic() - began < 60


def test_the_deadline(serve: Serve) -> None:
    """A run that is not over by then is left; the message has its last status."""
    service = serve(with_life(*HELD))
    error = timed_out(service, deadlines(2.0))
    assert error.code == "timed-out"
    assert "1001" in error.message
    assert "(in progress)" in error.message
    assert "A number without a unit is seconds" in error.hint


def test_a_deadline_that_has_passed_is_a_timeout(serve: Serve) -> None:
    """Starting may have taken all the time: the service is not to blame for it."""
    service = serve(with_life(*HELD))
    error = timed_out(service, deadlines(-1, age=5))
    assert error.code == "timed-out"
    assert "unit" not in error.hint


def test_the_last_look_is_before_the_deadline() -> None:
    """Two seconds, at most a tenth of the wait: there is time for an answer."""
    assert Deadlines(0.0, 1000.0).last_poll == 998.0
    assert Deadlines(0.0, 10.0).last_poll == 9.0


def test_an_end_in_the_last_moment_is_an_end(serve: Serve) -> None:
    """A completed run is never a timeout."""
    service = serve("passing")
    run_id = started(service)
    while not service.run(service.client.fetch_run(RunKey(run_id), until=soon())).completed:
        pass
    wait = deadlines(0.5, age=1000)
    assert wait.last_poll < time.monotonic()
    assert [run.completed for run in watched(service, run_id, wait)] == [True]


def test_the_queue_has_a_deadline_of_its_own(serve: Serve) -> None:
    """A run that does not leave the queue waits for something that people have to mend."""
    error = timed_out(serve("queued"), deadlines(queue=0.1))
    assert error.code == "queue-timed-out"
    assert "still in the queue after" in error.message


def test_a_run_of_which_nothing_runs_is_in_the_queue(serve: Serve) -> None:
    """The service calls a run in progress as soon as its machines are queued; its counters say that nothing runs."""
    held = scenario("passing").with_plan(life=(Phase("STATUS_IN_PROGRESS", hold=True, done=0.0, idle=True),))
    for shape in (2021, 2023, 2024):
        error = timed_out(serve(held.with_options(shape=shape)), deadlines(queue=0.1))
        assert error.code == "queue-timed-out"


def test_a_run_without_counters_has_left_the_queue(serve: Serve) -> None:
    """In progress, and nothing says whether it waits: only the timeout of the whole ends the wait."""
    held = with_life(Phase("STATUS_IN_PROGRESS", hold=True, idle=True)).with_options(null_counters=True)
    assert timed_out(serve(held), deadlines(1.0, queue=0.1)).code == "timed-out"


def test_a_run_that_left_the_queue_has_no_queue_deadline(serve: Serve) -> None:
    """Neither has one of which nobody knows where it is."""
    for status in ("STATUS_IN_PROGRESS", "STATUS_SOMETHING_NEW"):
        assert seen(serve(with_life(Phase(status, polls=5))), deadlines(queue=-1))[-1].completed


def test_a_signal_ends_the_wait(serve: Serve, interrupt: Interrupt) -> None:
    """At once, in the middle of a call that blocks."""
    service = serve(with_life(*HELD), Fault("status", delay=60.0, after=2))
    run_id = started(service)
    interrupt(service, "status", count=3)
    answers: list[Run] = []
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        service.run(_watch(service, run_id, answers.append))
    assert len(answers) == 2
    assert time.monotonic() - began < 5


def test_a_signal_ends_the_pause_between_two_polls(serve: Serve, interrupt: Interrupt) -> None:
    """However long that is."""
    service = serve(with_life(*HELD))
    run_id = started(service)
    answers: list[Run] = []

    def on_answer(run: Run) -> None:
        answers.append(run)
        interrupt(service)

    began = time.monotonic()
    hourly = Deadlines(soon(0), soon(60), interval=timedelta(hours=1))
    with pytest.raises(asyncio.CancelledError):
        service.run(_watch(service, run_id, on_answer, hourly))
    assert len(answers) == 1
    assert time.monotonic() - began < 5


class _Enough(Exception):
    """Ends a wait."""


def test_what_takes_the_answers_may_end_the_wait(serve: Serve) -> None:
    """What it raises comes through, and nothing is asked after it."""
    service = serve(with_life(*HELD))
    run_id = started(service)

    def on_answer(_: Run) -> None:
        raise _Enough

    with pytest.raises(_Enough):
        service.run(_watch(service, run_id, on_answer))
    assert service.server.calls == ["start", "status"]


def test_a_stop_is_confirmed(serve: Serve) -> None:
    """It is asked for once, and then looked until the run is over."""
    service = serve(scenario("slow").with_options(stop_polls=3))
    outcome = stop(service, started(service))
    assert (outcome.disposition, outcome.trouble) == (Disposition.STOP_CONFIRMED, "")
    assert outcome.run
    assert outcome.run.result is Result.STOPPED
    assert (service.server.calls.count("stop"), service.server.calls.count("stop-all")) == (1, 0)


def test_a_stop_concerns_one_run(serve: Serve) -> None:
    """Another run of the same plan goes on."""
    service = serve("slow")
    first, second = started(service), started(service)
    assert stop(service, first).disposition is Disposition.STOP_CONFIRMED
    statuses = service.server.simulator.statuses()
    assert statuses[int(first)] == "STATUS_COMPLETED"
    assert statuses[int(second)] != "STATUS_COMPLETED"


def test_a_stop_of_a_run_that_is_over(serve: Serve) -> None:
    """The service refuses it; the look that follows shows the run's own end, which is what counts."""
    service = serve("passing")
    run_id = seen(service)[-1].id
    outcome = stop(service, run_id)
    assert outcome.disposition is Disposition.STOP_CONFIRMED
    assert outcome.run
    assert outcome.run.result is Result.PASSED


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_a_stop_that_is_refused(serve: Serve, status: int) -> None:
    """Asked once; the run goes on, its state is known and the trouble has a name."""
    service = serve("slow", Fault("stop", status=status, count=None))
    outcome = stop(service, started(service))
    assert outcome.disposition is Disposition.STOP_UNCONFIRMED
    assert outcome.run
    assert not outcome.run.completed
    assert str(status) in outcome.trouble
    assert service.server.calls.count("stop") == 1


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        (Fault("stop", status=503), 2),
        (Fault("stop", status=503, count=2), 3),
        (Fault("stop", delivery="reset"), 2),
        (Fault("stop", delivery="reset", takes_effect=True), 1),
    ],
    ids=["503", "503-twice", "reset", "reset-effective"],
)
def test_a_stop_that_fails_is_sent_again(serve: Serve, fault: Fault, sent: int) -> None:
    """A look comes before each other try: a run that has completed gets no further stop."""
    service = serve("slow", fault)
    outcome = stop(service, started(service))
    assert outcome.disposition is Disposition.STOP_CONFIRMED
    assert service.server.calls.count("stop") == sent


def test_a_stop_that_cannot_be_sent(serve: Serve) -> None:
    """It is sent again while there is time; then one look, and the reason."""
    service = serve("slow", Fault("stop", status=503, text='{"error": "Down"}', count=None))
    outcome = stop(service, started(service), 3.0)
    assert outcome.disposition is Disposition.STOP_UNCONFIRMED
    assert "Down" in outcome.trouble
    assert 1 < service.server.calls.count("stop") < 8


def test_a_stop_that_takes_too_long(serve: Serve) -> None:
    """It was accepted and the run is still going on when the time is over."""
    service = serve(scenario("slow").with_options(stop_polls=1_000_000))
    outcome = stop(service, started(service), 0.3)
    assert outcome.disposition is Disposition.STOP_UNCONFIRMED
    assert outcome.run


def test_a_stop_without_any_answer_ends_in_time(serve: Serve) -> None:
    """The platform kills the step soon: nothing is waited for past the instant."""
    service = serve("slow", Fault("stop", delay=60.0, count=None), Fault("status", delay=60.0, count=None))
    run_id = started(service)
    began = time.monotonic()
    outcome = stop(service, run_id, 0.3)
    assert outcome.disposition is Disposition.STOP_UNCONFIRMED
    assert outcome.trouble
    assert time.monotonic() - began < 2


def test_a_stop_whose_status_cannot_be_read(serve: Serve) -> None:
    """Not confirmed, with the reason."""
    service = serve("slow", Fault("status", status=403, count=None))
    outcome = stop(service, started(service))
    assert (outcome.disposition, outcome.run) == (Disposition.STOP_UNCONFIRMED, None)
    assert "403" in outcome.trouble
