"""Looking up the name of an environment before the start."""

import json
from dataclasses import replace
from math import ceil
from pathlib import Path

import pytest

from tests.scenario.conftest import body_of
from tests.simulation import World
from tests.simulation.plans import listed, plan, service
from tests.simulation.world import Outcome
from tests.simulator import Environment, Fault, Scenario, Variable, scenario
from tests.untrusted import runner

HUSH, TOKEN = "address-that-nobody-may-see", "token-that-nobody-may-see"
VARIABLES = (Variable("url", HUSH), Variable("token", TOKEN, encrypted=True))
NAMED = {"TESTSIGMA_ENVIRONMENT_ID": "staging"}
PAGE = 20


def with_environments(count: int, *more: Environment, about: Scenario | None = None) -> Scenario:
    """A service with so many other environments, and these behind them; each has variables."""
    others = (Environment(number, f"other {number}", VARIABLES) for number in range(1000, 1000 + count))
    found = (*others, *(replace(one, variables=VARIABLES) for one in more))
    return replace(about or scenario("passing"), environments=found)


def refused(outcome: Outcome) -> str:
    """The log of a step that was refused for its inputs. It has started nothing."""
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (2, "bad-input"), outcome.log
    assert "start" not in outcome.calls
    return outcome.log


@pytest.mark.parametrize("others", [0, PAGE - 1, PAGE, 2 * PAGE])
def test_a_name_is_looked_up_page_by_page(tmp_path: Path, others: int) -> None:
    """The start has the ID; pages count from zero, and no page follows the last one."""
    world = World(with_environments(others, Environment(7, " staging ")), tmp_path, NAMED)
    outcome = world.run()
    assert outcome.exit_code == 0, outcome.log
    pages = [seen.query["page"] for seen in outcome.seen if seen.call == "environments"]
    assert pages == [[str(number)] for number in range(others // PAGE + 1)]
    [start] = [seen for seen in outcome.seen if seen.call == "start"]
    assert body_of(start)["environmentId"] == 7
    assert "environment staging (7)" in outcome.log


@pytest.mark.parametrize("others", [0, PAGE - 1])
@pytest.mark.parametrize(
    "fields",
    [
        {"last": False},
        {"last": False, "totalElements": None, "totalPages": None, "pageable": None},
        {"last": False, "totalPages": None, "size": None},
    ],
    ids=["last-is-wrong", "totals-are-null", "no-size"],
)
def test_the_end_of_the_list(tmp_path: Path, others: int, fields: dict[str, object]) -> None:
    """Published samples have `last: false` on the only page, and null for totals: all environments are read anyway."""
    alike = Environment(7, "staging"), *(Environment(100 + at, f"more {at}") for at in range(5))
    about = with_environments(others, *alike).with_faults(Fault("environments", fields=fields, count=None))
    outcome = World(about, tmp_path, NAMED).run()
    assert outcome.exit_code == 0, outcome.log
    assert [body_of(seen)["environmentId"] for seen in outcome.seen if seen.call == "start"] == [7]
    pages = ceil((others + len(alike)) / PAGE)
    assert outcome.calls.count("environments") in {pages, pages + 1}


@pytest.mark.parametrize("key", ["content", "data", "items", "environments", ""])
def test_rows_under_another_key(tmp_path: Path, key: str) -> None:
    """A bare list, and the page of the index with its own key."""
    rows = [{"id": 6, "name": "production"}, {"id": 7, "name": "staging"}]
    page = {key: rows, "page": 0, "pageSize": PAGE, "isLast": True, "totalElements": 2} if key else rows
    about = with_environments(0, Environment(7, "staging")).with_faults(Fault("environments", text=json.dumps(page)))
    outcome = World(about, tmp_path, NAMED).run()
    assert (outcome.exit_code, outcome.calls.count("environments")) == (0, 1), outcome.log


SECRET_ROW = f'{{"id": 7, "name": "staging", "variables": [{{"key": "token", "value": "{TOKEN}"}}]}}'


@pytest.mark.parametrize("name", ["staging", "no such one"])
@pytest.mark.parametrize(
    "fault",
    [
        None,
        Fault("environments", text=f"[{SECRET_ROW}", count=None),
        Fault("environments", text=f'["{TOKEN}"]', count=None),
        Fault("environments", text=f'{{"{TOKEN}": "{TOKEN}"}}', count=None),
        Fault("environments", text=f'{{"content": [{{"name": "{TOKEN}"}}]}}', count=None),
        Fault("environments", text=f"[{SECRET_ROW}]", status=500, count=None),
        Fault("environments", text=f"[{SECRET_ROW}]", status=403, count=None),
        Fault("environments", delivery="truncate", count=None),
    ],
    ids=["none", "no-json", "no-rows", "no-list", "no-id", "500", "403", "truncated"],
)
def test_no_variable_is_shown(tmp_path: Path, name: str, fault: Fault | None) -> None:
    """The answers hold the values of all variables, some of them secrets. None is in the log, even for debugging.

    Nor is one in any file, output or annotation, whatever is wrong with the answer.
    """
    about = with_environments(30, Environment(7, "staging"))
    about = about.with_faults(fault) if fault else about
    environ = {"TESTSIGMA_ENVIRONMENT_ID": name, "RUNNER_DEBUG": "1"}
    outcome = World(about, tmp_path, environ).run()
    assert "environments" in outcome.calls
    assert "Request: GET /api/v1/environments" in outcome.log
    for value in (HUSH, TOKEN):
        assert value not in outcome.log
        assert value not in outcome.everything
        assert not any(value in path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file())


def test_an_unknown_name_lists_what_there_is(tmp_path: Path) -> None:
    """A few of them, with their IDs; one that differs in case only comes first."""
    log = refused(World(with_environments(30, Environment(7, "Staging")), tmp_path, NAMED).run())
    assert "environment-id: no environment is called 'staging'. There are: 'Staging' (ID 7), 'other 1000'" in log
    assert "and 21 more." in log
    assert "other 1010" not in log


def test_a_name_that_two_have_lists_their_ids(tmp_path: Path) -> None:
    """Blanks around a name are no difference, even where the second one is on another page."""
    about = with_environments(0, Environment(7, "staging"))
    more = tuple(Environment(number, f"other {number}") for number in range(100, 100 + PAGE))
    about = replace(about, environments=(*about.environments, *more, Environment(8, " staging ")))
    log = refused(World(about, tmp_path, NAMED).run())
    assert "2 environments are called 'staging'. Give the ID of one: 'staging' (ID 7), ' staging ' (ID 8)." in log


def test_a_page_that_comes_again(tmp_path: Path) -> None:
    """A service that ignores the number of the page may hide a second environment of the same name: nothing starts."""
    rows = [{"id": number, "name": f"other {number}"} for number in range(PAGE - 1)] + [{"id": 99, "name": "staging"}]
    again = {"content": rows, "last": False, "totalPages": 2, "number": 0, "size": PAGE}
    about = with_environments(0).with_faults(Fault("environments", text=json.dumps(again), count=None))
    outcome = World(about, tmp_path, NAMED).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "api-refused"), outcome.log
    assert "page 2 of 2 has nothing new" in outcome.log
    assert "start" not in outcome.calls


def test_candidates_are_untrusted(tmp_path: Path) -> None:
    """Names of environments can be anything: none becomes a command of the CI system, and long ones are cut."""
    commands = []
    for folder, hostile in (
        ("plain", ("a", "b")),
        ("hostile", ("a\r\n::error::b\n##[error]c", "::error::" + "x" * 5000)),
    ):
        found = (Environment(number, name) for number, name in enumerate(hostile, 7))
        (tmp_path / folder).mkdir()
        log = refused(World(with_environments(0, *found), tmp_path / folder, NAMED).run())
        assert "(ID 7)" in log
        assert "(ID 8)" in log
        assert "x" * 200 not in log
        commands.append([one.name for one in runner.commands(log)])
    assert commands[0] == commands[1]


def test_an_account_without_environments(tmp_path: Path) -> None:
    """There is nothing to choose from, and the message says so."""
    assert "This account has none." in refused(World(with_environments(0), tmp_path, NAMED).run())


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        (Fault("environments", status=403, count=None), "api-forbidden", "Set environment-id to the ID (digits)"),
        (Fault("environments", status=404, count=None), "not-found", "Set environment-id to the ID (digits)"),
        (Fault("environments", status=500, count=None), "api-unreachable", "Set environment-id to the ID (digits)"),
        (Fault("environments", text="<p>", count=None), "api-unreachable", "Set environment-id to the ID (digits)"),
        (Fault("environments", text='[{"name": "staging"}]', count=None), "api-unreachable", "without an ID"),
        (Fault("environments", status=401, count=None), "api-key-rejected", "key"),
    ],
)
def test_a_list_that_cannot_be_read(tmp_path: Path, fault: Fault, code: str, told: str) -> None:
    """Nothing is started; the remedy is the ID, unless no call would be answered with this key."""
    about = with_environments(3, Environment(7, "staging")).with_faults(fault)
    outcome = World(about, tmp_path, NAMED).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, code), outcome.log
    assert told in outcome.log
    assert ("environment-id" in outcome.log) == (code != "api-key-rejected")
    assert "start" not in outcome.calls


def test_a_failure_that_passes(tmp_path: Path) -> None:
    """A page that fails for a moment is read again."""
    about = with_environments(PAGE, Environment(7, "staging")).with_faults(Fault("environments", status=503, after=1))
    assert World(about, tmp_path, NAMED).run().exit_code == 0


def test_a_service_that_ignores_the_page(tmp_path: Path) -> None:
    """A page that comes again is the end of the list."""
    same = Fault("environments", text='{"content": [{"id": 7, "name": "staging"}]}', count=None)
    outcome = World(with_environments(0, Environment(7, "staging")).with_faults(same), tmp_path, NAMED).run()
    assert (outcome.exit_code, outcome.calls.count("environments")) == (0, 2), outcome.log


def test_a_list_without_end(tmp_path: Path) -> None:
    """Behind the last page that is read another one could have the name, so nothing is started."""
    outcome = World(with_environments(50 * PAGE, Environment(7, "staging")), tmp_path, NAMED).run()
    assert outcome.exit_code == 3
    assert "there are more than 50 pages" in outcome.log
    assert "Give the ID instead of the name." in outcome.log
    assert "start" not in outcome.calls


def test_all_entries_share_one_look_up(tmp_path: Path) -> None:
    """Several names need one listing, and each entry gets its own ID."""
    environments = (Environment(7, "staging"), Environment(8, "production"))
    about = with_environments(PAGE, *environments, about=service(plan(1), plan(2), plan(3)))
    plans = "- {plan-id: 501}\n- {plan-id: 502, environment-id: production}\n- {plan-id: 503, environment-id: 1003}\n"
    environ = NAMED | {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": plans}
    outcome = World(about, tmp_path, environ).run()
    assert outcome.exit_code == 0, outcome.log
    assert outcome.calls.count("environments") == 2
    sent = [body_of(seen) for seen in outcome.seen if seen.call == "start"]
    assert {body["executionId"]: body["environmentId"] for body in sent} == {501: 7, 502: 8, 503: 1003}


def test_a_wrong_name_in_one_entry_starts_nothing(tmp_path: Path) -> None:
    """The message names the entry, and what is wrong with a configuration beside it."""
    about = with_environments(2, about=service(plan(1), plan(2)))
    environ = listed(plan(1)) | {"TESTSIGMA_EXECUTION_CONFIG": "no such one"}
    environ["TESTSIGMA_PLANS"] += "- {plan-id: 502, environment-id: staging}\n"
    log = refused(World(about, tmp_path, environ).run())
    assert "plans, entry 2, environment-id: no environment is called 'staging'." in log
    assert "plans, entry 1, execution-config: no saved configuration is called 'no such one'." in log


def test_an_id_is_not_looked_up(tmp_path: Path) -> None:
    """The ID does what the remedy promises."""
    about = with_environments(3).with_faults(Fault("environments", status=403, count=None))
    outcome = World(about, tmp_path, {"TESTSIGMA_ENVIRONMENT_ID": "01002"}).run()
    assert (outcome.exit_code, "environments" in outcome.calls) == (0, False), outcome.log
