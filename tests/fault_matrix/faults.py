"""What can happen to a call, and how the simulated service or network is told to do it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tests.simulation import Cut
from tests.simulation.net import CutKind
from tests.simulator import Fault

# Longer than any request is waited for (seconds).
FOR_EVER = 100_000.0
NOTHING = {"id": 999_999_999, "executionId": 999_999_999, "status": "STATUS_COMPLETED", "result": "SUCCESS"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of fault, in words for people, and what is to be told of it.

    `cut` says that there is no connection at all; else `fault` says what becomes of the answer. `received` says that
    the service acts on a request that changes something, although its answer is lost.
    """

    words: str
    fault: Fault = field(default_factory=Fault)
    cut: CutKind | Literal[""] = ""
    received: bool = False

    def on(self, call: str, path: str, *, count: int | None, after: int) -> tuple[tuple[Fault, ...], tuple[Cut, ...]]:
        """What a world is given, so that this hits `count` requests of a call to a path (None: all), after so many."""
        fault = replace(self.fault, call=call, path=path, count=count, after=after, takes_effect=self.received)
        return ((), (Cut(self.cut, fault),)) if self.cut else ((fault,), ())


# What only a request that changes something can meet.
CHANGED_ALL_THE_SAME = "500-changed"


def answer(status: int, text: str | None = None, headers: Mapping[str, str] | None = None) -> Fault:
    """An answer instead of the right one."""
    return Fault(status=status, text=text, headers=headers or {})


DROPS = Fault(delivery="drip", chunk=1, interval=5)
DROPS_OF_HEAD = replace(DROPS, delivery="drip-head")
# What gateways, proxies and firewalls answer in the place of the service.
GATEWAY = (403, 404, 407, 423, 451, 499, 520)
SIGN_IN = "<html>Sign in</html>"

TROUBLES: dict[str, Trouble] = {
    "refused": Trouble("The connection is refused", cut="refused"),
    "unresolved": Trouble("The name cannot be resolved", cut="unresolved"),
    "silent": Trouble("Nobody answers at the address", cut="silent"),
    "untrusted": Trouble("The certificate is not trusted", cut="untrusted"),
    "tls-reset": Trouble("The TLS handshake is reset", cut="tls-reset"),
    "tls-silent": Trouble("The TLS handshake is not answered", cut="tls-silent"),
    "reset": Trouble("The connection is reset before an answer", Fault(delivery="reset"), received=True),
    "closed": Trouble("The connection ends before an answer", Fault(delivery="close"), received=True),
    "no-answer": Trouble("No answer comes", Fault(delay=FOR_EVER), received=True),
    "drip-head": Trouble("The headers of the answer arrive byte by byte", DROPS_OF_HEAD, received=True),
    "drip": Trouble("The answer arrives byte by byte", DROPS, received=True),
    "truncated": Trouble("The answer is cut off", Fault(delivery="truncate"), received=True),
    "endless": Trouble("The answer never ends", Fault(delivery="endless", chunk=64, interval=5), received=True),
    "chunk-size": Trouble(
        "The size of a chunk arrives byte by byte, without end", replace(DROPS, delivery="chunk-size"), received=True
    ),
    "trailer": Trouble("Trailers arrive byte by byte, without end", replace(DROPS, delivery="trailer"), received=True),
    "empty-blocks": Trouble(
        "Compressed blocks without content arrive, without end", replace(DROPS, delivery="empty-blocks"), received=True
    ),
    "interim": Trouble("Interim answers arrive, without end", replace(DROPS, delivery="interim"), received=True),
    "early": Trouble("103 Early Hints before the answer", Fault(delivery="early"), received=True),
    "huge": Trouble("The answer is 200 MB large", Fault(delivery="huge", size=200 * 1024 * 1024), received=True),
    "garbage": Trouble("The answer is not HTTP", Fault(delivery="garbage"), received=True),
    "html": Trouble("200 with a page of HTML", answer(200, "<html>Welcome</html>"), received=True),
    "empty": Trouble("200 with an empty body", answer(200, ""), received=True),
    "202": Trouble("202 with a text", answer(202, "accepted"), received=True),
    "204": Trouble("204 No Content", answer(204, ""), received=True),
    "wrong-type": Trouble("JSON of another type", answer(200, "[1, 2]"), received=True),
    "other-thing": Trouble("The answer is about something else", answer(200, json.dumps(NOTHING)), received=True),
    "429": Trouble("429 Too Many Requests", answer(429, headers={"Retry-After": "30"})),
    "429-at-once": Trouble("429 with `Retry-After: 0`", answer(429, headers={"Retry-After": "0"})),
    "500": Trouble("500 with an error of the service", answer(500)),
    CHANGED_ALL_THE_SAME: Trouble("500, but the request took effect", answer(500), received=True),
    "503": Trouble("503 with a page of HTML", answer(503, "<html>Down for maintenance</html>")),
    "401": Trouble("401 with an error of the service", answer(401)),
    "403": Trouble("403 with an error of the service", answer(403)),
    "404": Trouble("404 with an error of the service", answer(404)),
    **{f"{status}-page": Trouble(f"{status} with a page of HTML", answer(status, SIGN_IN)) for status in GATEWAY},
    "302": Trouble("302 to another host", answer(302, headers={"Location": "https://elsewhere.example/"})),
}
