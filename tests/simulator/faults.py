"""Faults as data: which requests go wrong, when, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from http import HTTPStatus

from tests.simulator.edits import edited
from tests.simulator.wire import (
    HTML_TYPE,
    JSON_TYPE,
    Delivery,
    DeliveryKind,
    Request,
    Response,
    error_body,
    json_response,
    parsed,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with some requests.

    Which: `call` (a name as in the recording, or a pattern like `index-*`), `method` and `path` (patterns); of those
    that match, `after` pass first and `count` are hit (None: all from then on), and only between `begin` and `end`
    seconds of the simulator's clock after it began. The first fault that hits a request is the one that counts.

    What: with `status` or `text` the answer is replaced (without `text` by the service's error body; text that begins
    with `<` is labelled HTML), `headers` are added, `delay` seconds pass first, and `delivery` says how the bytes
    travel: `reset` and `close` send nothing, `truncate` ends halfway, `drip` sends `chunk` bytes of the body every
    `interval` seconds, `drip-head` those of the headers, too, `endless` never ends, `huge` pads the body with blanks
    up to `size` bytes, `garbage` is no HTTP. `early` sends an interim answer (103) first; `interim` sends such answers
    without end, `chunk-size` the size of a chunk, `trailer` trailers, `empty-blocks` compressed blocks that hold
    nothing: one piece every `interval` seconds, without end.

    With `run` the answer describes that run, whatever was asked (a cached answer, the plan's active run). `fields` are
    values by their places (see `edits`) that are replaced, in the regular answer or in that of `run`: another plan or
    build number, say, a `childResult` that is a stranger, or a counter that nobody can read.

    A replaced, reset or closed answer leaves the state alone unless `takes_effect`: then the call was acted on and
    only its answer is lost. All others take effect, for the regular answer is what is sent.
    """

    call: str = "*"
    method: str = "*"
    path: str = "*"
    after: int = 0
    count: int | None = 1
    begin: float = 0.0
    end: float | None = None
    status: int | None = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    takes_effect: bool = False
    delay: float = 0.0
    delivery: DeliveryKind = "whole"
    chunk: int = 16
    interval: float = 0.05
    size: int = 64 * 1024 * 1024
    run: int | None = None
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def replaces(self) -> bool:
        """Whether something else than the regular answer is sent, or nothing."""
        told = (self.status, self.text, self.run)
        return any(one is not None for one in told) or self.delivery in {"reset", "close", "garbage"}

    def concerns(self, call: str, request: Request, elapsed: float) -> bool:
        """Whether a request is one of those that are counted."""
        named = fnmatchcase(call, self.call) and fnmatchcase(request.method, self.method)
        in_time = self.begin <= elapsed and (self.end is None or elapsed < self.end)
        return named and in_time and fnmatchcase(request.path, self.path)

    def patched(self, response: Response) -> Response:
        """The answer with the values that this fault replaces; errors, lists and texts stay as they are."""
        body = parsed(response.body) if self.fields and response.status < 400 else None
        if not isinstance(body, dict):
            return response
        return replace(response, body=json_response(edited(body, self.fields)).body)

    def replacement(self) -> Response:
        """The answer that is sent instead of the regular one."""
        status = self.status or 200
        if self.text is None:
            return json_response(error_body(_phrase(status)), status)
        kind = HTML_TYPE if self.text.lstrip().startswith("<") else JSON_TYPE
        return Response(status, self.text.encode("utf-8", "replace"), (("Content-Type", kind),))

    def applied(self, response: Response) -> Response:
        """A response with the delay, the headers and the delivery of this fault."""
        replaced = {name.lower() for name in self.headers}
        kept = tuple(pair for pair in response.headers if pair[0].lower() not in replaced)
        delivery = Delivery(self.delivery, self.chunk, self.interval, self.size)
        return replace(response, headers=(*kept, *self.headers.items()), delay=self.delay, delivery=delivery)


class Faults:
    """The faults of a scenario, with the count of what each has seen."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = tuple(faults)
        self._seen = [0] * len(self._faults)

    def next(self, call: str, request: Request, elapsed: float) -> Fault | None:
        """The fault that hits this request, `elapsed` seconds after the beginning; counts the request."""
        hit = None
        for number, fault in enumerate(self._faults):
            if hit is None and fault.concerns(call, request, elapsed) and self._strikes(number, fault):
                hit = fault
        return hit

    def _strikes(self, number: int, fault: Fault) -> bool:
        earlier = self._seen[number]
        self._seen[number] += 1
        return earlier >= fault.after and (fault.count is None or earlier < fault.after + fault.count)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
