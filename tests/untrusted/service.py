"""A simulator of the service in which every text of every answer is hostile.

Which texts the action reads is found out from its source: they stand in every object of every answer, whether the
service would send them there or not, so that no new one can be forgotten.
"""

import ast
import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.simulator import Request, Response, Scenario, Simulator
from tests.untrusted.texts import TEXTS

API = Path(__file__).resolve().parents[2] / "src" / "testsigma_action" / "api"
# What decides how a run goes on. All else is free text.
RESULTS = frozenset({"result", "latestResult", "consolidatedResult", "visualTestResult"})
WORDS = RESULTS | {"status", "consolidatedStatus", "reRunType"}
# By this the step knows its run: with another text in its place there is no run of ours.
IDENTITY = frozenset({"buildNo"})
# What an error answer is read for: `trouble.reason`.
OF_ERRORS = frozenset({"error", "message", "error_description"})


def texts_read() -> frozenset[str]:
    """The keys of all texts that the action reads from answers."""
    calls = (node for path in API.glob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    read = (
        argument.value
        for call in calls
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "text"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    )
    return frozenset(read) | OF_ERRORS


class HostileSimulator(Simulator):
    """Answers as a simulator does, with other texts; `words` are those of the deciding ones that are hostile, too."""

    def __init__(self, scenario: Scenario, seed: int, *, words: frozenset[str] = frozenset()) -> None:
        """`seed` decides which text stands where."""
        super().__init__(scenario)
        self._seed = seed
        self._free = (texts_read() - WORDS | words) - IDENTITY
        self._kept = WORDS - words | IDENTITY

    def answer(self, request: Request) -> Response:
        """The regular answer in hostile words, whatever it is: an error, a page of a proxy, a list."""
        response = super().answer(request)
        try:
            body = json.loads(response.body)
        except ValueError:
            return response
        # An error with all texts would be too large to be read.
        added = self._free if response.status < 400 else OF_ERRORS
        return replace(response, body=json.dumps(self._value(body, request.path, added)).encode("ascii"))

    def text(self, place: str) -> str:
        """The text for a place; every place has another one with every seed."""
        return TEXTS[(zlib.crc32(place.encode()) + self._seed) % len(TEXTS)]

    def _value(self, value: Any, place: str, added: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, dict):
            whole = dict.fromkeys(added) | value
            return {
                key: each if key in self._kept else self._value(each, f"{place}/{key}", added)
                for key, each in whole.items()
            }
        if isinstance(value, list):
            return [self._value(each, f"{place}/{number}", added) for number, each in enumerate(value)]
        return self.text(place) if value is None or isinstance(value, str) else value
