"""A process with a simulated service that delays every answer.

    python -m bench.service 10 5 100 0.05

It prints the base URL, serves until its standard input ends, and prints the number of requests.
"""

import sys
from collections.abc import Sequence

from bench.trees import FAIL_EVERY, STEPS
from tests.simulator import Fault, RunBefore, Scenario, Server, Simulator, grid

RUN_ID = 900


def main(arguments: Sequence[str]) -> None:
    """Arguments: machines, suites on each, cases in each; delay of every answer in seconds."""
    machines, suites, cases = map(int, arguments[:3])
    plan = grid(machines, suites, cases, fail_every=FAIL_EVERY, steps=STEPS)
    slow = Fault(delay=float(arguments[3]), count=None)
    content = Scenario(plans=(plan,), runs_before=(RunBefore(RUN_ID, plan),), faults=(slow,))
    with Server(Simulator(content)) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.read()
        sys.stdout.write(f"{len(server.seen)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
