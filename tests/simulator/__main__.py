"""The simulator as a program: `python -m tests.simulator --help`."""

import json
import signal
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event
from typing import TextIO

from tests.simulator.builtin import NAMES, scenario
from tests.simulator.loading import HELP, BadScenario, load
from tests.simulator.recording import Seen
from tests.simulator.scenario import Scenario
from tests.simulator.server import Server
from tests.simulator.simulator import Simulator

DESCRIPTION = """\
A small stand-in for the Testsigma REST API: try your pipeline without an account.

  python -m tests.simulator --scenario failing --port 8080

prints the base URL when it listens. Point your step at it (base-url, api-key demo-key, plan-id 420); runs start,
take some seconds and end as the scenario says. Ctrl-C ends it.
"""


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        "python -m tests.simulator", description=DESCRIPTION, epilog=HELP, formatter_class=RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--scenario", default="passing", metavar="NAME|FILE", help="a built-in scenario (see --list) or a JSON file")
    add("--list", action="store_true", help="list the built-in scenarios and end")
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s; 0.0.0.0 for containers)")
    add("--port", type=int, default=0, help="port to listen on (default: a free one)")
    add("--api-key", default="demo-key", metavar="KEY", help="the API key to accept (default: %(default)s)")
    add("--pace", choices=("time", "polls"), help="what makes runs go on: time (default), or each status call")
    add("--certificate", type=Path, metavar="FILE", help="PEM file with a certificate: speak TLS")
    add("--private-key", type=Path, metavar="FILE", help="PEM file with its private key")
    add("--record", type=Path, metavar="FILE", help="append every request to a file, as JSON lines (keys included)")
    add("--verbose", action="store_true", help="write a line to standard error for every request")
    return parser


def _listed() -> str:
    width = max(map(len, NAMES))
    plans = ((name, scenario(name)) for name in NAMES)
    return "\n".join(f"{name:{width}}  plan {each.plans[0].id}: {each.about}" for name, each in plans)


def _chosen(options: Namespace) -> Scenario:
    found = load(options.scenario)
    return replace(found, pace=options.pace or "time", api_keys=(options.api_key,))


def _follow(simulator: Simulator, record: TextIO | None, *, verbose: bool) -> None:
    def note(seen: Seen) -> None:
        if record is not None:
            print(json.dumps(asdict(seen)), file=record, flush=True)
        if verbose:
            answer = seen.status or "no answer"
            print(f"{seen.method} {seen.path} -> {answer} ({seen.call})", file=sys.stderr, flush=True)

    simulator.recording.listen(note)


def _serve(simulator: Simulator, options: Namespace, stop: Event) -> None:
    tls = {"certificate": options.certificate, "private_key": options.private_key}
    with Server(simulator, host=options.host, port=options.port, **tls) as server:
        print(server.url, flush=True)
        stop.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; 0 is the status of an orderly end, 2 that of a wrong argument."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list:
        print(_listed())
        return 0
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        _run(options, stop)
    except (BadScenario, OSError) as problem:
        parser.error(str(problem))
    return 0


def _run(options: Namespace, stop: Event) -> None:
    simulator = Simulator(_chosen(options))
    with options.record.open("a", encoding="utf-8") if options.record else nullcontext() as record:
        _follow(simulator, record, verbose=options.verbose)
        _serve(simulator, options, stop)


if __name__ == "__main__":
    sys.exit(main())
