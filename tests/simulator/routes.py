"""Which call a request is: names for methods and paths."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulator.wire import Request, as_id, parsed

_RUN = r"/api/(?P<version>v[123])/test_runs"
_RESULTS = r"/api/v1/execution_results"


@dataclass(frozen=True, slots=True)
class Match:
    """A call by its name, and the parts of its path; `call` is `unknown` or `wrong-method` when nothing fits."""

    call: str
    parts: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """An ID of the path; one that is no number is unknown to everybody."""
        return as_id(self.parts[name])


_ROUTES: tuple[tuple[str, str, str], ...] = (
    ("start", "POST", _RESULTS),
    ("stop-all", "PUT", _RESULTS),
    ("status", "GET", rf"{_RESULTS}/(?P<run>[^/]+)"),
    ("stop", "PUT", rf"{_RESULTS}/(?P<run>[^/]+)"),
    ("cases", "GET", rf"{_RESULTS}/(?P<run>[^/]+)/test_case_results"),
    ("configs", "GET", r"/api/v1/saved_execution_configs"),
    ("environments", "GET", r"/api/v1/environments"),
    ("environment", "GET", r"/api/v1/environments/(?P<environment>[^/]+)"),
    ("upload-new", "POST", r"/api/v1/uploads"),
    ("uploads", "GET", r"/api/v1/uploads"),
    ("upload-version", "PUT", r"/api/v1/uploads/(?P<upload>[^/]+)"),
    ("upload", "GET", r"/api/v1/uploads/(?P<upload>[^/]+)"),
    ("upload-versions", "GET", r"/api/v1/upload_versions"),
    ("raw-cases", "GET", r"/api/v1/test_case_results"),
    ("newest", "GET", r"/api/v1/executions/(?P<plan>[^/]+)/test_plan_results"),
    ("junit", "GET", r"/api/v1/reports/junit/(?P<run>[^/]+)"),
    ("index-runs", "GET", _RUN),
    ("run", "GET", rf"{_RUN}/(?P<run>[^/]+)"),
    ("index-machines", "GET", rf"{_RUN}/(?P<run>[^/]+)/test_machine_results"),
    ("machine", "GET", rf"{_RUN}/(?P<run>[^/]+)/test_machine_results/(?P<machine>[^/]+)"),
    ("index-suites", "GET", rf"{_RUN}/(?P<run>[^/]+)/test_suite_results"),
    ("suite", "GET", rf"{_RUN}/(?P<run>[^/]+)/test_suite_results/(?P<suite>[^/]+)"),
    ("index-cases", "GET", rf"{_RUN}/(?P<run>[^/]+)/test_case_results"),
    ("case", "GET", rf"{_RUN}/(?P<run>[^/]+)/test_case_results/(?P<case>[^/]+)"),
    ("steps", "GET", rf"{_RUN}/(?P<run>[^/]+)/test_case_results/(?P<case>[^/]+)/step_results"),
)
_COMPILED = tuple((call, method, re.compile(pattern)) for call, method, pattern in _ROUTES)
CALLS = (*(call for call, _method, _pattern in _ROUTES), "rerun", "wrong-method", "unknown")


def match(request: Request) -> Match:
    """The call of a request; reruns and stops of everything are told by their bodies."""
    path, found = request.path, Match("unknown")
    for call, method, pattern in _COMPILED:
        fitting = pattern.fullmatch(path)
        if fitting and method == request.method:
            return Match(_by_body(call, request), fitting.groupdict())
        if fitting:
            found = Match("wrong-method", fitting.groupdict())
    return found


def _by_body(call: str, request: Request) -> str:
    if call not in {"start", "stop"}:
        return call
    body = parsed(request.body)
    fields = body if isinstance(body, dict) else {}
    if call == "start":
        return "rerun" if fields.get("isReRun") is True else "start"
    return "stop" if fields.get("canStopAll", True) is False else "stop-all"
