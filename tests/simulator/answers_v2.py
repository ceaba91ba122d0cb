"""Answers to the calls below `test_runs`, whichever version they are under."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.simulator import bodies_v2 as bodies
from tests.simulator.answers_uploads import LINK
from tests.simulator.paging import criteria, matches, paged, step_page
from tests.simulator.plan_body import Body
from tests.simulator.routes import Match
from tests.simulator.rows import Item, cut, page_number, selected, twice
from tests.simulator.runs import Run
from tests.simulator.service import Service
from tests.simulator.tree import CaseNode, MachineNode, SuiteNode
from tests.simulator.wire import Refusal, Request, Response, json_response

Node = TypeVar("Node")


def _run_of(service: Service, match: Match) -> Run:
    _version(service, match)
    return service.run(match.number("run"))


def _version(service: Service, match: Match) -> None:
    if match.parts["version"] not in service.scenario.options.versions:
        raise Refusal(404, "Not Found")


def _lag(service: Service) -> float:
    return service.scenario.options.lag.details


def _node(nodes: dict[int, Node], match: Match, name: str) -> Node:
    if match.number(name) not in nodes:
        raise Refusal(404, f"Resource not found for id: {match.parts[name]}", "0")
    return nodes[match.number(name)]


def run(service: Service, _request: Request, match: Match, _now: float) -> Response:
    """A run."""
    return json_response(bodies.test_run(_run_of(service, match), _lag(service)))


def machine(service: Service, _request: Request, match: Match, _now: float) -> Response:
    """A machine result."""
    parent = _run_of(service, match)
    node = _node(parent.tree.machine, match, "machine")
    return json_response(bodies.machine_result(parent, node, _lag(service), _app(service, parent, node)))


def _app(service: Service, run: Run, machine: MachineNode) -> Body | None:
    """The version that a machine tests. All published samples have null there."""
    version = service.uploads.version(run.apps.get(machine.machine_id, -1))
    if version is None or not service.scenario.options.app_details:
        return None
    return {"appName": version.upload.name, "appVersionId": version.id, "appVersion": version.name, "appUrl": LINK}


def suite(service: Service, _request: Request, match: Match, _now: float) -> Response:
    """A suite result."""
    parent = _run_of(service, match)
    return json_response(bodies.suite_result(parent, _node(parent.tree.suite, match, "suite"), _lag(service)))


def case(service: Service, _request: Request, match: Match, _now: float) -> Response:
    """A case result, or that of an iteration."""
    parent = _run_of(service, match)
    return json_response(bodies.case_result(parent, _node(parent.tree.rows, match, "case"), _lag(service)))


def steps(service: Service, request: Request, match: Match, _now: float) -> Response:
    """The steps of a case or an iteration, a page of them."""
    parent, options = _run_of(service, match), service.scenario.options
    node = _node(parent.tree.rows, match, "case")
    if node.parent and not options.iteration_steps:
        raise Refusal(404, f"Resource not found for id: {node.id}", "0")
    rows = bodies.step_rows(parent, node)
    conditions = [] if options.ignore_query else criteria(request.query.get("query", ""))
    found = [row for row in rows if matches(row, conditions)]
    page = cut(found, lambda row: row, page_number(request, options.first_page), options.page_size)
    return json_response(step_page(page, options))


def index_runs(service: Service, request: Request, match: Match, now: float) -> Response:
    """All runs, a page of them."""
    _version(service, match)
    options = service.scenario.options
    known = [run for plan in service.scenario.plans for run in service.listed(plan.id, now)]
    runs = sorted(known, key=lambda each: each.id, reverse=options.newest_first)
    conditions = [] if options.ignore_query else criteria(request.query.get("query", ""))
    lag = _lag(service)
    found = [each for each in runs if matches(bodies.test_run(each, lag), conditions)]
    return _page(service, request, *twice(found, lambda each: bodies.test_run(each, lag), options.listed_twice))


def index_machines(service: Service, request: Request, match: Match, _now: float) -> Response:
    """The machine results of a run, a page of them."""
    parent = _run_of(service, match)

    def row(node: MachineNode) -> Body:
        return bodies.machine_result(parent, node, _lag(service))

    return _level(service, request, parent, parent.tree.machines, row)


def index_suites(service: Service, request: Request, match: Match, _now: float) -> Response:
    """The suite results of a run, a page of them."""
    parent = _run_of(service, match)

    def row(node: SuiteNode) -> Body:
        return bodies.suite_result(parent, node, _lag(service))

    return _level(service, request, parent, parent.tree.suites, row)


def index_cases(service: Service, request: Request, match: Match, _now: float) -> Response:
    """The case results of a run without their iterations, a page of them."""
    parent = _run_of(service, match)

    def row(node: CaseNode) -> Body:
        return bodies.case_result(parent, node, _lag(service))

    return _level(service, request, parent, parent.tree.cases, row)


def _level(
    service: Service, request: Request, parent: Run, nodes: Sequence[Item], row: Callable[[Item], Body]
) -> Response:
    query = "" if service.scenario.options.ignore_query else request.query.get("query", "")
    return _page(service, request, selected(parent, request.path, nodes, row, query), row)


def _page(service: Service, request: Request, items: Sequence[Item], row: Callable[[Item], Body]) -> Response:
    options = service.scenario.options
    if not options.index:
        raise Refusal(404, "Not Found")
    page = cut(items, row, page_number(request, options.first_page), options.page_size)
    return json_response(paged(page, options) if options.envelope == "paged" else step_page(page, options))
