"""A client of a simulator in the same process, for tests that need no sockets."""

import json
from dataclasses import dataclass
from typing import Any

from tests.simulator.simulator import Simulator
from tests.simulator.wire import Request, Response

RUNS = "/api/v1/execution_results"


@dataclass(slots=True)
class Clock:
    """A clock that a test moves; seconds."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls a simulator with a key that it accepts; `status` is the status of an answer that is not 200."""

    simulator: Simulator

    def raw(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Response:
        """The response as data."""
        key = self.simulator.scenario.api_keys[0]
        sent = b"" if body is None else json.dumps(body).encode()
        usual = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        return self.simulator.answer(Request(method, path, usual if headers is None else headers, sent))

    def get(self, path: str, status: int = 200) -> Any:  # noqa: ANN401 - JSON
        """The JSON of an answer that has this status."""
        return self._json(self.raw("GET", path), status)

    def start(self, status: int = 200, **fields: object) -> Any:  # noqa: ANN401
        """Start a run of the first plan, unless the fields say otherwise."""
        body = {"executionId": self.simulator.scenario.plans[0].id} | fields
        return self._json(self.raw("POST", RUNS, body), status)

    def stop(self, run_id: int, status: int = 200, **fields: object) -> Any:  # noqa: ANN401
        """Stop one run."""
        body = {"canStopAll": False, "result": "STOPPED"} | fields
        return self._json(self.raw("PUT", f"{RUNS}/{run_id}", body), status)

    def poll(self, run_id: int) -> Any:  # noqa: ANN401
        """The status of a run."""
        return self.get(f"{RUNS}/{run_id}")

    def finish(self, run_id: int) -> Any:  # noqa: ANN401
        """Poll until the run is complete, 50 times at most."""
        for _ in range(50):
            if (body := self.poll(run_id))["status"] == "STATUS_COMPLETED":
                return body
        raise AssertionError(f"run {run_id} is not complete after 50 polls")

    def _json(self, response: Response, status: int) -> Any:  # noqa: ANN401
        assert response.status == status, (response.status, response.body[:300])
        return json.loads(response.body)
