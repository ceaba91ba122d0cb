"""Starting a run exactly once, whatever becomes of the answer."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from tests.contract.conftest import CLOCK, PLAN, Interrupt, Raw, Serve, Service, Talk, soon, spec, transport
from tests.simulator import Fault, Phase, RunBefore, Server, scenario
from testsigma_action.api.client import Client
from testsigma_action.domain.run import Result, Run, RunSpec, Status
from testsigma_action.errors import StartError
from testsigma_action.inputs.options import Inputs
from testsigma_action.lifecycle.record import Outcome
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.send_once import Sender
from testsigma_action.lifecycle.start import StartCall

PASSING = scenario("passing").plans[0]
BUSY = '{"error": "The specified Test Plan is currently running. Please wait."}'
# Answers that are lost although the run was started.
LOST = [
    Fault("start", delivery="reset", takes_effect=True),
    Fault("start", delivery="close", takes_effect=True),
    Fault("start", delivery="garbage", takes_effect=True),
    Fault("start", delivery="truncate"),
    Fault("start", status=502, text="<html>Bad gateway</html>", takes_effect=True),
    Fault("start", status=500, takes_effect=True),
    Fault("start", status=504, text="", takes_effect=True),
    Fault("start", status=408, takes_effect=True),
    Fault("start", text="{}", takes_effect=True),
    Fault("start", text="no JSON", takes_effect=True),
    Fault("start", text='{"id": "..", "status": "STATUS_CREATED"}', takes_effect=True),
    Fault("start", text='{"id": 5, "executionId": 421, "status": "STATUS_CREATED"}', takes_effect=True),
    Fault("start", text="<html>Log in</html>", takes_effect=True),
    Fault("start", text="", takes_effect=True),
    Fault("start", status=500, text='{"error": "Agent is out of Sync."}', takes_effect=True),
    Fault("start", status=303, headers={"Location": "/api/v1/execution_results/1001"}, takes_effect=True),
    Fault("start", status=425, takes_effect=True),
    Fault("start", delivery="drip", chunk=10, interval=0.3),
]


# A run that is not there is looked for during half a second, and the answer that drips takes longer than is waited.
QUICK = {
    "replication": 0.5,
    "search_slack": 0.1,
    "search_interval": 0.05,
    "longest_search_interval": 0.05,
    "shortest_search": 1.0,
    "start_answer": 1.0,
}
# For a run that is found: the search ends with it, so a busy machine may take its time.
PATIENT = 30.0


def name(fault: Fault) -> str:
    """What distinguishes a fault."""
    return f"{fault.delivery}-{fault.status}-{(fault.text or '')[:6]}"


@dataclass
class Attempt:
    """A start, and the outcomes that it told of."""

    service: Service
    spec: RunSpec
    remote: Remote
    inputs: Inputs
    deadline: float
    outcomes: list[Outcome] = field(default_factory=list)

    def sender(self, *taken: str) -> Sender:
        """What sends the start, and keeps each outcome as the step does."""
        return Sender(StartCall(self.spec, self.remote, taken), self.inputs, self.deadline, self.outcomes.append)

    def run(self, *taken: str) -> Run:
        """Start."""
        self.service.run(self.sender(*taken).run())
        assert self.outcome.run
        return self.outcome.run

    @property
    def outcome(self) -> Outcome:
        """The last one that was told."""
        return self.outcomes[-1] if self.outcomes else Outcome()

    @property
    def in_doubt(self) -> bool:
        """Whether there may be a run that we do not know."""
        return self.outcome.in_doubt

    @property
    def adopted(self) -> bool:
        """Whether the run was found."""
        return self.outcome.adopted


def starting(
    service: Service,
    asked: RunSpec | None = None,
    *,
    patience: float = 10.0,
    busy: float | None = None,
    **limits: float,
) -> Attempt:
    """A start that has so many seconds to reach the service, and to wait for a busy plan."""
    service.limit(**(QUICK | {"unreachable": patience} | limits))
    inputs = Inputs(on_busy="fail" if busy is None else "wait", poll_interval=timedelta(milliseconds=20))
    return Attempt(service, asked or spec(), service.remote, inputs, soon(30.0 if busy is None else busy))


def refused(attempt: Attempt) -> StartError:
    """The error that a start ends with."""
    with pytest.raises(StartError) as caught:
        attempt.run()
    assert caught.value.exit_code == 3
    return caught.value


def test_a_run_is_started(serve: Serve) -> None:
    """Once, and nothing is in doubt."""
    service = serve("passing")
    attempt = starting(service)
    run = attempt.run()
    assert (run.id, run.status, attempt.in_doubt, attempt.adopted) == ("1001", Status.CREATED, False, False)
    assert service.server.calls == ["start"]
    assert service.started == 1


@pytest.mark.parametrize("fault", LOST, ids=name)
def test_a_lost_answer_adopts_the_run(serve: Serve, fault: Fault) -> None:
    """The derived build number is unique, so the run is found; there is one start and one run."""
    service = serve("passing", fault)
    attempt = starting(service, replication=PATIENT)
    run = attempt.run()
    assert (run.id, run.build_number, run.plan_id) == ("1001", spec().build_number, PLAN)
    assert (attempt.in_doubt, attempt.adopted) == (False, True)
    assert (service.server.calls.count("start"), service.started) == (1, 1)


@pytest.mark.parametrize(
    "options",
    [
        {"index": False},
        {"newest_runs": False},
        {"ignore_query": True},
        {"versions": ("v3",)},
        {"newest_first": False},
        {"envelope": "spring"},
        {"row_key": "testRuns"},
        {"string_ids": True},
    ],
    ids=str,
)
def test_one_list_of_runs_is_enough(serve: Serve, options: dict[str, object]) -> None:
    """Neither is documented for certain: whichever there is, in whichever shape, finds the run."""
    service = serve(scenario("passing").with_options(**options), LOST[0])
    assert starting(service, replication=PATIENT).run().id == "1001"
    assert service.started == 1


def test_a_run_that_is_listed_late_is_found(serve: Serve) -> None:
    """The copies of the service need time: it is looked for again and again."""
    empty = '{"content": [], "page": 0}'
    hidden = (Fault("index-runs", text=empty, count=2), Fault("newest", text=empty, count=2))
    service = serve("passing", LOST[0], *hidden)
    assert starting(service, replication=PATIENT).run().id == "1001"
    assert service.server.calls.count("newest") + service.server.calls.count("index-runs") >= 5 - 1


def test_trouble_while_looking_is_no_end(serve: Serve) -> None:
    """An outage that loses the answer often lasts a little longer."""
    outage = (
        Fault("index-runs", status=503, count=2),
        Fault("newest", delivery="reset", count=1),
        Fault("status", status=503),
    )
    service = serve("passing", LOST[4], *outage)
    assert starting(service, replication=PATIENT).run().id == "1001"
    assert service.started == 1


@pytest.mark.parametrize("fault", LOST[:5], ids=name)
def test_a_build_number_of_the_users_adopts_nothing(serve: Serve, fault: Fault) -> None:
    """Other runs may have the same: all that may have begun since are named, and the user decides."""
    runs = tuple(RunBefore(number, PASSING, "812", age=age) for number, age in ((899, 3600.0), (900, 2.0)))
    service = serve(replace(scenario("passing"), runs_before=runs), fault)
    attempt = starting(service, spec("812", unique=False))
    error = refused(attempt)
    assert error.code == "start-uncertain"
    # As whole numbers: the port in the message has any digits.
    assert {"899", "900", "1001"} & set(re.findall(r"[0-9]+", error.message)) == {"900", "1001"}
    assert "812" in error.hint
    assert attempt.in_doubt
    assert service.started == 1


def test_a_build_number_of_the_users_adopts_not_even_the_only_run(serve: Serve) -> None:
    """Somebody else may have started it a moment ago."""
    service = serve("passing", LOST[0])
    error = refused(starting(service, spec("812", unique=False)))
    assert error.code == "start-uncertain"
    assert "1001" in error.message


def test_runs_of_other_plans_and_other_builds_are_no_candidates(serve: Serve) -> None:
    """A service that ignores the query lists everything."""
    plan = scenario("passing").plans[0]
    others = (
        RunBefore(800, replace(plan, id=421), spec().build_number),
        RunBefore(801, plan, f"{spec().build_number}2"),
    )
    content = replace(scenario("passing").with_options(ignore_query=True, newest_runs=False), runs_before=others)
    assert starting(serve(content, LOST[0]), replication=PATIENT).run().id == "1001"


@pytest.mark.parametrize(
    "options", [{"index": False, "newest_runs": False}, {"versions": (), "newest_runs": False}], ids=str
)
@pytest.mark.parametrize("fault", [LOST[0], LOST[4]], ids=name)
def test_nothing_to_look_at_is_uncertain(serve: Serve, options: dict[str, object], fault: Fault) -> None:
    """Where the service offers no list, nobody knows: it is said at once, with what to look for."""
    service = serve(scenario("passing").with_options(**options), fault)
    attempt = starting(service, replication=30.0)
    began = time.monotonic()
    error = refused(attempt)
    assert error.code == "start-uncertain"
    assert "may have been started" in error.message
    assert spec().build_number in error.hint
    assert attempt.in_doubt
    assert time.monotonic() - began < 5
    assert service.server.calls.count("start") == 1


def test_a_lost_answer_without_a_run_is_uncertain(serve: Serve) -> None:
    """Nothing is listed and nothing was said: the run may still turn up."""
    service = serve("passing", Fault("start", delivery="reset"))
    attempt = starting(service)
    assert refused(attempt).code == "start-uncertain"
    assert attempt.in_doubt
    assert (service.server.calls.count("start"), service.started) == (1, 0)


def test_a_reason_and_no_run_is_a_refusal(serve: Serve) -> None:
    """The service said why, and there is no run: nothing was started."""
    service = serve("passing", Fault("start", status=500, text='{"error": "Agent is out of Sync."}'))
    attempt = starting(service)
    error = refused(attempt)
    assert error.code == "start-refused"
    assert "Agent is out of Sync." in error.message
    assert "Nothing was started" in error.message
    assert not attempt.in_doubt


def test_a_refusal_with_status_200_is_told_in_its_own_words(serve: Serve) -> None:
    """An error instead of a run: the service says why, there is no run, and nothing was started."""
    service = serve("passing", Fault("start", text='{"error": "Plan is archived", "fieldErrors": []}'))
    attempt = starting(service)
    error = refused(attempt)
    assert (error.code, attempt.in_doubt) == ("start-refused", False)
    assert "answered 200 OK, saying 'Plan is archived'. Nothing was started." in error.message
    assert service.server.calls.count("start") == 1


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("form", [lambda value: value, lambda value: value[:4] + value[4:].replace("/", r"\/")])
def test_a_refusal_that_repeats_runtime_data_does_not_show_it(
    serve: Serve, status: int, form: Callable[[str], str]
) -> None:
    """Values of runtime data may be secrets. A word too short to be one, such as `staging`, is shown."""
    value = "only/for the tests"
    said = f'{{"error": "Bad value {form(value)} of password on staging"}}'
    asked = replace(spec(), runtime_data={"password": value, "stage": "staging"})
    error = refused(starting(serve("passing", Fault("start", status=status, text=said)), asked))
    assert "Bad value *** of password on staging" in error.message
    assert value not in error.message


def test_a_busy_plan_with_status_200(serve: Serve) -> None:
    """What the service says counts, not the status that it says it with."""
    service = serve("passing", Fault("start", text=BUSY))
    assert refused(starting(service)).code == "plan-busy"


def test_a_message_without_a_run_is_uncertain(serve: Serve) -> None:
    """A message with status 200 may be good news of a run that is not listed yet: it is shown, and proves nothing."""
    service = serve("passing", Fault("start", text='{"data": null, "message": "Accepted"}'))
    error = refused(starting(service))
    assert error.code == "start-uncertain"
    assert "answered 200 OK, saying 'Accepted'." in error.message


def test_a_run_is_found_although_the_answer_was_an_error(serve: Serve) -> None:
    """The error may come after the run was stored."""
    service = serve("passing", Fault("start", text='{"error": "Agent is out of Sync."}', takes_effect=True))
    attempt = starting(service)
    assert attempt.run().id == "1001"
    assert attempt.outcome.adopted


def test_an_empty_answer_to_a_query_proves_nothing(serve: Serve) -> None:
    """The index alone, without a run, under a criterion that it may not understand: nobody knows."""
    reason = Fault("start", status=500, text='{"error": "Agent is out of Sync."}')
    attempt = starting(serve(scenario("passing").with_options(newest_runs=False), reason))
    assert refused(attempt).code == "start-uncertain"
    assert attempt.in_doubt


def test_two_runs_with_our_number_are_not_adopted(serve: Serve) -> None:
    """Something on the way sent our start twice: both are named, neither is taken for the one."""
    twin = RunBefore(900, scenario("passing").plans[0], spec().build_number)
    service = serve(replace(scenario("passing"), runs_before=(twin,)), LOST[0])
    error = refused(starting(service))
    assert error.code == "start-uncertain"
    assert ("900" in error.message, "1001" in error.message) == (True, True)


def test_an_answer_that_does_not_come_in_time(serve: Serve) -> None:
    """The service works on it, silently, for longer than anybody waits: its run is found."""
    service = serve("passing", Fault("start", delay=60.0))
    attempt = starting(service, start_answer=0.2)
    assert (attempt.run().id, attempt.adopted) == ("1001", True)
    assert service.server.calls.count("start") == 1


def put_afar(service: Service) -> None:
    """Have the service asked under a name that only a proxy can reach; loopback takes none."""
    remote = Remote(Client(transport("http://testsigma.example")), CLOCK)
    service.remote = remote.with_listener(service.troubles.append)


def test_a_proxy_that_loses_the_answer(
    serve: Serve, raw: Callable[[Talk], Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a proxy took it may have passed on: the start is not sent again."""
    received: list[bytes] = []
    proxy = raw(lambda connection: received.append(connection.recv(65536)))
    service = serve("passing")
    monkeypatch.setenv("http_proxy", proxy.url)
    put_afar(service)
    attempt = starting(service)
    assert refused(attempt).code == "start-uncertain"
    assert attempt.in_doubt
    assert [request[:5] for request in received].count(b"POST ") == 1


def test_a_proxy_that_is_not_there(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent, so it is sent again as long as there is patience, and nothing was started."""
    service = serve("passing")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    put_afar(service)
    attempt = starting(service, patience=1.0)
    error = refused(attempt)
    assert (error.code, attempt.in_doubt) == ("api-unreachable", False)
    assert len(service.troubles) > 1
    assert service.server.seen == []


def test_a_busy_plan_whose_start_is_then_lost(serve: Serve) -> None:
    """After a wait for a busy plan a lost answer is what it is without: looked for, never sent again."""
    busy = Fault("start", status=500, text=BUSY, count=2)
    service = serve(replace(scenario("passing"), runs_before=(RunBefore(900, PASSING, "another"),)), busy, LOST[0])
    attempt = starting(service, busy=10.0)
    assert (attempt.run().id, attempt.adopted) == ("1001", True)
    assert (service.server.calls.count("start"), service.started) == (3, 1)


def test_a_run_that_was_found_is_not_read(serve: Serve) -> None:
    """Its ID is all that is needed to go on: whoever watches it waits for a status as long as there is time."""
    service = serve("passing", LOST[0], Fault("status", status=503, count=None))
    attempt = starting(service)
    run = attempt.run()
    assert (run.id, run.status, run.result) == ("1001", Status.UNKNOWN, Result.UNKNOWN)
    assert run.url.endswith("/1001")
    assert (attempt.in_doubt, attempt.adopted) == (False, True)
    assert "status" not in service.server.calls


def test_a_refused_connection_is_tried_again(serve: Serve) -> None:
    """Nothing was sent, so it may be sent again: the run is started when the service is back, once."""
    service = serve("passing")
    service.server.close()
    troubles: list[str | None] = []
    with ExitStack() as reopened:

        def come_back(trouble: str | None) -> None:
            troubles.append(trouble)
            reopened.enter_context(Server(service.server.simulator, port=service.server.port))

        attempt = replace(starting(service), remote=service.remote.with_listener(come_back))
        assert attempt.run().id == "1001"
    assert "connection refused" in str(troubles[0])
    assert (len(troubles), service.server.calls, service.started) == (1, ["start"], 1)


def test_nobody_listens_until_the_patience_is_over(serve: Serve) -> None:
    """Then the reason is the connection, and it is certain that nothing was started."""
    service = serve("passing")
    service.server.close()
    attempt = starting(service, patience=0.3)
    error = refused(attempt)
    assert error.code == "api-unreachable"
    assert "connection refused" in error.message
    assert "Nothing was started" in error.message
    assert not attempt.in_doubt
    assert service.troubles


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "0"}])
def test_too_many_requests_is_tried_again(serve: Serve, headers: dict[str, str]) -> None:
    """429 says that nothing was done, and the lists show that no earlier copy of the request was carried out."""
    service = serve("passing", Fault("start", status=429, headers=headers, count=2))
    assert starting(service).run().id == "1001"
    assert (service.server.calls.count("start"), service.started) == (3, 1)
    assert len(service.troubles) == 2


@pytest.mark.parametrize(
    ("status", "code"), [(401, "api-key-rejected"), (403, "api-forbidden"), (404, "not-found"), (400, "start-refused")]
)
def test_refusals_are_final(serve: Serve, status: int, code: str) -> None:
    """Sent once, nothing is in doubt, and nobody looks for a run."""
    service = serve("passing", Fault("start", status=status, count=None))
    attempt = starting(service)
    error = refused(attempt)
    assert error.code == code
    assert "Nothing was started" in error.message
    assert not attempt.in_doubt
    assert service.server.calls == ["start"]


def test_a_redirect_is_final_and_named(serve: Serve) -> None:
    """Most likely the base URL is wrong: the message names the host to take instead."""
    service = serve("passing", Fault("start", status=301, headers={"Location": "https://eu.example.com/"}, count=None))
    error = refused(starting(service))
    assert "eu.example.com" in error.message
    assert service.server.calls.count("start") == 1


@pytest.mark.parametrize("status", [500, 404])
def test_an_unknown_plan(serve: Serve, status: int) -> None:
    """Said at once: the service says that there is no such plan, and that is its word for nothing started."""
    service = serve(scenario("passing").with_options(unknown_plan_status=status))
    began = time.monotonic()
    error = refused(starting(service, RunSpec("777", build_number="b", unique=True), replication=30.0))
    assert error.code in {"start-refused", "not-found"}
    assert "777" in error.message
    assert service.server.calls == ["start"]
    assert time.monotonic() - began < 5


def test_a_busy_plan_fails(serve: Serve) -> None:
    """Unless it is to be waited for: it is said as soon as it is clear that it is not busy with our own run."""
    service = serve("busy")
    attempt = starting(service)
    error = refused(attempt)
    assert error.code == "plan-busy"
    assert "currently running" in error.message
    assert "on-busy" in error.hint
    assert not attempt.in_doubt
    assert (service.server.calls.count("start"), service.started) == (1, 0)


def test_a_busy_plan_that_runs_twice_under_our_build_number(serve: Serve) -> None:
    """Both runs are ours, and nobody can say which one is to be watched: both are named."""
    before = [RunBefore(number, scenario("busy").plans[0], spec().build_number) for number in (900, 901)]
    service = serve(replace(scenario("passing"), runs_before=tuple(before)), Fault("start", status=500, text=BUSY))
    attempt = starting(service)
    error = refused(attempt)
    assert (error.code, attempt.in_doubt) == ("start-uncertain", True)
    assert {"900", "901"} <= set(error.message.replace(",", " ").replace(".", " ").split())


def test_a_busy_plan_is_waited_for(serve: Serve) -> None:
    """Until its other run is over; then there is one run of ours. That is no trouble with the service."""
    service = serve("busy")
    assert starting(service, busy=10.0).run().id == "1001"
    assert service.started == 1
    assert service.server.calls.count("start") > 1
    assert service.troubles == []


def test_a_busy_plan_is_not_waited_for_for_ever(serve: Serve) -> None:
    """The deadline ends it as `fail` would have."""
    running = RunBefore(900, scenario("busy").plans[0], life=(Phase("STATUS_IN_PROGRESS", hold=True),), head_start=60.0)
    service = serve(replace(scenario("busy"), runs_before=(running,)))
    assert refused(starting(service, busy=0.15)).code == "plan-busy"
    assert service.started == 0


@pytest.mark.parametrize("status", [400, 409, 422, 429])
def test_a_busy_plan_is_busy_under_any_status(serve: Serve, status: int) -> None:
    """Which status the service gives it is not documented; its words are."""
    service = serve("passing", Fault("start", status=status, text=BUSY, count=2))
    assert refused(starting(service)).code == "plan-busy"
    assert starting(service, busy=10.0).run().id == "1001"
    assert service.started == 1


def test_a_run_of_another_entry_is_not_ours(serve: Serve) -> None:
    """An answer may name a run that this step has started already: ours is looked for, whatever the answer says."""
    service = serve("passing")
    first = starting(service, spec("one")).run()
    repeated = json.dumps({"id": int(first.id), "executionId": int(PLAN), "buildNo": spec().build_number})
    service = serve("passing", Fault("start", after=1, text=repeated, takes_effect=True))
    assert starting(service, spec("one")).run().id == first.id
    attempt = starting(service)
    assert (attempt.run(first.id).id, attempt.adopted) == ("1002", True)
    assert service.started == 2


def test_a_signal_before_the_start_starts_nothing(serve: Serve, interrupt: Interrupt) -> None:
    """Nothing is sent once the step is to end, and nothing is in doubt."""
    service = serve("passing")
    attempt = starting(service)

    async def interrupted() -> None:
        interrupt(service)
        await attempt.sender().run()

    with pytest.raises(asyncio.CancelledError):
        service.run(interrupted())
    assert (attempt.outcomes, service.server.seen) == ([], [])


def test_a_signal_before_the_next_try_starts_nothing(serve: Serve, interrupt: Interrupt) -> None:
    """While the service cannot be reached: it is certain that nothing was started."""
    service = serve("passing")
    service.server.close()
    attempt = starting(service)

    def lost(_: object) -> None:
        interrupt(service)

    with pytest.raises(asyncio.CancelledError):
        replace(attempt, remote=attempt.remote.with_listener(lost)).run()
    assert attempt.outcomes == [Outcome(in_doubt=True), Outcome()]


def test_a_signal_during_the_start_does_not_lose_the_run(serve: Serve, interrupt: Interrupt) -> None:
    """The answer is waited for, and told before the start ends."""
    service = serve("passing", Fault("start", delay=0.2))
    interrupt(service, "start")
    attempt = starting(service)
    with pytest.raises(asyncio.CancelledError):
        attempt.run()
    assert attempt.outcome.run
    assert (attempt.outcome.run.id, attempt.in_doubt) == ("1001", False)
    assert service.server.calls == ["start"]


@pytest.mark.parametrize(
    ("fault", "in_doubt"),
    [
        (Fault("start", status=403, text='{"error": "No"}', delay=0.2), False),
        (Fault("start", status=500, text=BUSY, delay=0.2), True),
        (Fault("start", status=429, delay=0.2), True),
        (Fault("start", status=502, delay=0.2), True),
        (Fault("start", text='{"id": 5, "executionId": 421, "status": "STATUS_CREATED"}', delay=0.2), True),
    ],
    ids=["refused", "busy", "too-many", "lost", "stranger"],
)
def test_an_answer_after_a_signal_is_the_last_word(
    serve: Serve, interrupt: Interrupt, fault: Fault, *, in_doubt: bool
) -> None:
    """There is no time to look for the run: only a refusal makes certain that there is none."""
    service = serve("passing", fault)
    interrupt(service, "start")
    attempt = starting(service)
    with pytest.raises(asyncio.CancelledError):
        attempt.run()
    assert (attempt.outcome.run, attempt.in_doubt) == (None, in_doubt)
    assert service.server.calls == ["start"]


def test_a_signal_after_which_a_run_is_only_claimed(serve: Serve, interrupt: Interrupt) -> None:
    """An answer that leaves out whose run it names: it may be ours, and whoever cleans up looks at it."""
    answer = Fault("start", text='{"id": 1001, "status": "STATUS_CREATED"}', delay=0.2, takes_effect=True)
    service = serve("passing", answer)
    interrupt(service, "start")
    attempt = starting(service)
    with pytest.raises(asyncio.CancelledError):
        attempt.run()
    assert attempt.outcome.claimed
    assert (attempt.outcome.claimed.id, attempt.outcome.run, attempt.in_doubt) == ("1001", None, True)


def test_a_signal_while_nobody_answers_leaves_the_start_in_doubt(serve: Serve, interrupt: Interrupt) -> None:
    """After a few seconds of grace; there may be a run, and who cleans up knows that."""
    service = serve("passing", Fault("start", delay=60.0))
    interrupt(service, "start")
    attempt = starting(service, start_answer_after_signal=0.1)
    with pytest.raises(asyncio.CancelledError):
        attempt.run()
    assert attempt.in_doubt


def test_a_signal_while_the_run_is_looked_for_leaves_the_start_in_doubt(serve: Serve, interrupt: Interrupt) -> None:
    """Its answer was lost, and nothing shows yet whether there is a run."""
    service = serve(scenario("passing").with_options(index=False), Fault("start", delivery="reset"))
    interrupt(service, "newest")
    attempt = starting(service)
    with pytest.raises(asyncio.CancelledError):
        attempt.run()
    assert attempt.in_doubt
    assert attempt.outcome.lost
