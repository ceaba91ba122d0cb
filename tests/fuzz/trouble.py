"""Random trouble: faults of every call, connections that are cut, signals, clocks that jump."""

import json
import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from tests.fuzz import evidence
from tests.simulation import Cut, Signal
from tests.simulation.net import CutKind
from tests.simulator import TEST_KEY, Fault
from tests.simulator.service import BUSY
from tests.simulator.wire import DeliveryKind

UNREADABLE = tuple(evidence.spoiled())
CALLS = (
    *("start", "status", "stop", "cases", "run", "machine", "suite", "case", "steps", "newest", "configs"),
    *("index-runs", "index-cases", "index-*", "*", "*"),
)
# The calls in which the truth of a run shows: what is said in their place may be wrong only if it can be told to be.
WEIGHTY = ("start", "status", "stop")
STATUSES = (
    *(101, 202, 204, 301, 302, 303, 307, 400, 401, 403, 404, 407, 408, 409, 422, 423, 425, 429),
    *(451, 499, 500, 500, 502, 503, 504, 520, 522, 525, 526),
)
TEXTS = (
    "",
    "{}",
    "[]",
    "null",
    "[1, 2]",
    "no JSON {",
    "[" * 5000,
    "<html>Maintenance</html>",
    f"you sent {TEST_KEY}",
    '{"id": 5, "status": "STATUS_COMPLETED", "result": "SUCCESS"}',
    '{"id": 1001, "status": "STATUS_COMPLETED", "result": "SUCCESS"}',
    '{"id": "1001", "status": "STATUS_COMPLETED", "result": null, "failedCount": "0"}',
    '{"error": "The service is tired", "code": null}',
    '{"error": ["not", "a", "text"], "content": 7}',
    '{"message": "Forbidden"}',
    "Invalid JWT token",
)
RETRY_AFTER = (
    *("0", "0", "1", "30", "86400", "-5", "soon", "", "1.5", "9" * 40, "\u0663"),
    *("Wed, 21 Oct 2065 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Oct 9999 07:28:00 +9999"),
)
CUTS: Sequence[CutKind] = ("refused", "refused", "unresolved", "silent", "untrusted", "tls-reset", "tls-silent")
# These send without end: with many of them the raw bytes that are read take real time.
FLOODS = {"endless", "huge", "interim", "chunk-size", "trailer", "empty-blocks"}
DELIVERIES: Sequence[DeliveryKind] = (
    *("reset", "close", "truncate", "drip", "drip-head", "endless", "huge", "garbage", "whole"),
    *("early", "interim", "chunk-size", "trailer", "empty-blocks"),
)


def faults(random: Random, strangers: Sequence[int]) -> tuple[Fault, ...]:
    """None, or some; `strangers` are the IDs of runs of others."""
    number = random.choices((0, 1, 2, 3, 5), (30, 30, 20, 10, 10))[0]
    found = [_fault(random) for _ in range(number)]
    if random.random() < 0.15:
        found.insert(0, _unreadable(random))
    if random.random() < 0.04:
        found.insert(0, _hurrying(random))
    if random.random() < 0.15:
        found.insert(0, strange(random, random.choice(strangers)))
    return tuple(found)


def of_uploads(random: Random) -> tuple[Fault, ...]:
    """None, or some that concern the calls about uploads."""
    calls = ("upload-new", "upload-version", "upload-version", "upload", "uploads", "upload-versions", "upload*")
    number = random.choices((0, 1, 2), (60, 30, 10))[0]
    return tuple(replace(_fault(random), call=random.choice(calls)) for _ in range(number))


def of_reruns(random: Random) -> tuple[Fault, ...]:
    """None, or one that loses the answer to a rerun call, refuses the call in words, or answers with a stranger."""
    kind = random.choice(("", "", "lost", "lost", "busy", "stranger", "taken"))
    effect, after, count = random.random() < 0.6, random.choice((0, 0, 1)), random.choice((1, 1, None))
    if kind == "lost":
        how = random.choice(({"delivery": "reset"}, {"status": 502}, {"status": 500}, {"text": ""}, {"delay": 100.0}))
        return (replace(Fault("rerun", after=after, count=count, takes_effect=effect), **how),)
    if kind == "stranger":
        return (Fault("rerun", after=after, run=random.choice((900, 1001)), takes_effect=effect),)
    said = {"busy": BUSY, "taken": "ReRun Parent Id Already Exists"}.get(kind)
    return (Fault("rerun", after=after, count=count, status=500, text=json.dumps({"error": said})),) if said else ()


def during_reruns(random: Random, signals: tuple[Signal, ...]) -> tuple[Signal, ...]:
    """The same signals, or one that comes while a rerun is asked for or goes on."""
    if random.random() < 0.7:
        return signals
    number = random.choice((signal.SIGTERM, signal.SIGINT, signal.SIGKILL))
    return (Signal(number, random.choice((0.0, 0.01, 1.0, 30.0)), "rerun"),)


def _unreadable(random: Random) -> Fault:
    """Evidence that nobody can read, in some answers or in all."""
    call, fields = random.choice(UNREADABLE)
    count = random.choice((1, 2, None, None, None))
    return Fault(call, after=random.choice((0, 0, 1)), count=count, fields=fields)


def _fault(random: Random) -> Fault:
    call = random.choice(CALLS)
    kind = random.choice(("status", "text", "delivery", "delay"))
    # Large answers take real time, so they do not come often.
    many = random.choice((1, 1, 2, 3, 10, 200))
    delivery = random.choice(DELIVERIES) if kind == "delivery" else "whole"
    status = random.choice(STATUSES) if kind == "status" else None
    begin = random.choice((0.0, 0.0, 0.0, random.uniform(0.0, 100.0)))
    return Fault(
        call,
        after=random.choice((0, 0, 0, 1, 2, 5)),
        count=random.choice((1, 2)) if delivery in FLOODS else random.choice((many, None)),
        begin=begin,
        end=random.choice((None, begin + random.choice((1.0, 60.0, 1000.0)))),
        status=status,
        text=random.choice(TEXTS) if kind == "text" or (status and random.random() < 0.5) else None,
        headers=_headers(random),
        # With 429 the service says that it did nothing, and is believed.
        takes_effect=random.random() < 0.5 and status != 429,
        delay=random.choice((0.3, 5.0, 29.0, 31.0, 100.0)) if kind == "delay" else 0.0,
        delivery=delivery,
        chunk=random.choice((1, 16, 4096)),
        interval=random.choice((0.0, 0.05, 1.0, 20.0)),
        size=random.choice((1000, 200_000, 17_000_000)),
    )


def strange(random: Random, stranger: int) -> Fault:
    """A run that was not asked for: in the answer itself, under the ID of ours, or named as a rerun of ours."""
    count, after = random.choice((1, 2, 5, None)), random.choice((0, 0, 1, 3))
    if random.random() < 0.3:
        child = random.choice(({"id": stranger}, stranger, str(stranger)))
        return Fault("status", after=after, count=count, fields={"childResult": child})
    call = random.choice(("start", "start", "status", "status", "stop"))
    ours: Mapping[str, object] = random.choice(({}, {}, {"id": 1001, "buildNo": "another"}))
    return Fault(call, after=after, count=count, run=stranger, fields=ours, takes_effect=random.random() < 0.7)


def _hurrying(random: Random) -> Fault:
    """A service that is overloaded and says, in one way or another, when to come again."""
    asked = {"Retry-After": random.choice(RETRY_AFTER)}
    return Fault(
        random.choice(CALLS), count=random.choice((3, 200, None)), status=random.choice((429, 503)), headers=asked
    )


def _headers(random: Random) -> dict[str, str]:
    choices: tuple[dict[str, str], ...] = (
        {},
        {},
        {},
        {"Retry-After": random.choice(RETRY_AFTER)},
        {"Location": random.choice(("https://elsewhere.example/", "http://[", "/here", f"//{TEST_KEY}@x.example/"))},
        {"Content-Encoding": "gzip"},
    )
    return random.choice(choices)


def cuts(random: Random) -> tuple[Cut, ...]:
    """None usually, or times without a connection."""
    if random.random() < 0.85:
        return ()
    begin = random.choice((0.0, 0.0, random.uniform(0.0, 60.0)))
    end = random.choice((None, begin + random.choice((1.0, 50.0, 600.0))))
    which = Fault(random.choice(CALLS), count=random.choice((1, 3, None)), begin=begin, end=end)
    return (Cut(random.choice(CUTS), which),)


def signals(random: Random) -> tuple[Signal, ...]:
    """None, or what platforms send, at any moment."""
    kind = random.choices(("none", "one", "both", "twice", "kill"), (55, 25, 10, 4, 6))[0]
    if kind == "none":
        return ()
    if kind == "kill":
        return (_moment(random, signal.SIGKILL),)
    first = _moment(random, random.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP)))
    if kind == "one" or first.call or first.look:
        return (first,)
    if kind == "both":
        return (Signal(signal.SIGINT, first.after), Signal(signal.SIGTERM, first.after + 7.5))
    return (first, Signal(first.number, first.after + random.choice((0.0, 0.01, 0.29, 1.0, 3.0))))


def _moment(random: Random, number: int) -> Signal:
    kind = random.choice(("time", "time", "call", "look"))
    if kind == "call":
        call = random.choice(("start", "start", "status", "stop", "cases", "run", "machine", "steps", "newest"))
        return Signal(number, random.choice((0.0, 0.0, 0.03, 0.5)), call, random.choice((1, 1, 2, 3)))
    if kind == "look":
        return Signal(number, look=random.randint(1, 150))
    return Signal(number, random.choice((random.uniform(0.0, 1.0), random.uniform(0.0, 300.0))))


def jumps(random: Random) -> tuple[tuple[float, float], ...]:
    """None usually, or the wall clock of the machine is set while the step goes on."""
    if random.random() < 0.8:
        return ()
    return ((random.uniform(0.0, 100.0), random.choice((-86_400.0, -5.0, 5.0, 86_400.0, 1e9))),)
