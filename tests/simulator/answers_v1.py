"""Answers to the v1 calls."""

from tests.simulator import bodies_v1 as bodies
from tests.simulator.junit import vendor_report
from tests.simulator.paging import criteria, matches, value_of
from tests.simulator.plan_body import Body
from tests.simulator.routes import Match
from tests.simulator.rows import selected, spring, twice
from tests.simulator.runs import Run
from tests.simulator.service import Service
from tests.simulator.tree import CaseNode
from tests.simulator.wire import Refusal, Request, Response, as_id, json_response, parsed, text_response

NOT_COMPLETE = "Report generation failed, Test plan run is not completed"
XML_TYPE = "application/xml;charset=UTF-8"


def _fields(request: Request) -> dict[str, object]:
    body = parsed(request.body)
    if not isinstance(body, dict):
        raise Refusal(400, "JSON parse error: the body is not an object")
    return body


def _not_there(*, exists: bool) -> None:
    if not exists:
        raise Refusal(404, "Not Found")


def start(service: Service, request: Request, _match: Match, now: float) -> Response:
    """A run is started."""
    fields = _fields(request)
    for name in ("runtimeData", "uploadVersions"):
        if not isinstance(fields.get(name) or {}, dict):
            raise Refusal(400, f"JSON parse error: {name} is not an object")
    run = service.start(fields, now)
    return json_response(bodies.run_object(run, service.scenario.options, at_start=True))


def rerun(service: Service, request: Request, _match: Match, now: float) -> Response:
    """Cases of a run are run again."""
    run = service.rerun(_fields(request), now)
    return json_response(bodies.run_object(run, service.scenario.options, at_start=True))


def status(service: Service, _request: Request, match: Match, now: float) -> Response:
    """The status of a run; each such call is a poll."""
    run = service.run(match.number("run"))
    if run.hidden_polls > 0:
        run.hidden_polls -= 1
        raise Refusal(404, f"Resource not found for id: {run.id}", "0")
    service.polled(run, now)
    return json_response(bodies.run_object(run, service.scenario.options))


def stop(service: Service, _request: Request, match: Match, now: float) -> Response:
    """One run is stopped."""
    run = service.stop(service.run(match.number("run")), now)
    return json_response(bodies.run_object(run, service.scenario.options))


def stop_all(service: Service, request: Request, match: Match, now: float) -> Response:
    """All runs are stopped: no ID in the path, or `canStopAll` not false."""
    _fields(request)
    named = service.run(match.number("run")) if "run" in match.parts else None
    stopped = service.stop_all(now)
    if not stopped:
        raise Refusal(500, "No Queued executions for test plan")
    return json_response(bodies.run_object(named or stopped[0], service.scenario.options))


def cases(service: Service, _request: Request, match: Match, _now: float) -> Response:
    """The list of all cases of a run."""
    _not_there(exists=service.scenario.options.list_of_cases)
    run = service.run(match.number("run"))
    return json_response(bodies.list_of_cases(run, service.scenario.options))


def raw_cases(service: Service, request: Request, _match: Match, _now: float) -> Response:
    """Cases and iterations of the run that the query, or a parameter, names, a page of them."""
    _not_there(exists=service.scenario.options.raw_cases)
    query = request.query.get("query") or _plain_criteria(request)
    run = service.run(as_id(value_of(query, "executionResultId")))

    def row(case: CaseNode) -> Body:
        return bodies.raw_case(run, case)

    filters = "" if service.scenario.options.ignore_query else query
    found = selected(run, "raw", list(run.tree.rows.values()), row, filters)
    return json_response(spring(found, row, request, 50))


def _plain_criteria(request: Request) -> str:
    """The parameters of the address as a query: every one that does not choose a page is a criterion."""
    return ",".join(f"{key}:{value}" for key, value in request.query.items() if key not in {"page", "size", "sort"})


def newest(service: Service, request: Request, match: Match, now: float) -> Response:
    """The runs of a plan, newest first when the direction says so."""
    _not_there(exists=service.scenario.options.newest_runs)
    descending = request.query.get("direction", "ASC").upper() == "DESC"
    options = service.scenario.options
    runs = service.listed(service.plan(match.number("plan")).id, now)
    ordered = runs[::-1] if descending else runs

    def row(run: Run) -> Body:
        return bodies.run_object(run, options)

    return json_response(spring(*twice(ordered, row, options.listed_twice), request, 20))


def configs(service: Service, _request: Request, _match: Match, _now: float) -> Response:
    """The saved configurations: a bare list."""
    return json_response([bodies.configuration_object(each) for each in service.scenario.configurations])


def environments(service: Service, request: Request, _match: Match, _now: float) -> Response:
    """The environments that meet the query, a page of them."""
    conditions = [] if service.scenario.options.ignore_query else criteria(request.query.get("query", ""))
    found = [each for each in service.scenario.environments if matches(bodies.environment_object(each), conditions)]
    return json_response(spring(found, bodies.environment_object, request, 20))


def environment(service: Service, _request: Request, match: Match, _now: float) -> Response:
    """One environment."""
    number = match.number("environment")
    found = next((each for each in service.scenario.environments if each.id == number), None)
    if found is None:
        raise Refusal(404, f"Resource not found for id: {match.parts['environment']}", "0")
    return json_response(bodies.environment_object(found))


def junit(service: Service, request: Request, match: Match, _now: float) -> Response:
    """The vendor's deprecated report; plain text with status 200 while the run goes on."""
    accepted = request.headers.get("accept", "*/*")
    if not any(kind in accepted for kind in ("xml", "*/*", "application/*")):
        return text_response("", 406)
    run = service.run(match.number("run"))
    text = vendor_report(run) if run.over else NOT_COMPLETE
    sunset = (
        ("Deprecation", "true"),
        ("Sunset", "Thu, 31 Dec 2026 23:59:59 GMT"),
        ("Link", '</api/v1/reports>; rel="alternate"'),
    )
    answer = text_response(text, 200, XML_TYPE)
    return Response(answer.status, answer.body, (*answer.headers, *sunset))
