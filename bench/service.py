"""A process of its own with a service that takes its time over every request.

    python -m bench.service 10 5 100 0.05

It prints the base URL, serves until its standard input ends, and prints how many requests there were.
"""

import sys
from collections.abc import Sequence

from bench.trees import FAIL_EVERY, STEPS
from tests.simulator import Fault, RunBefore, Scenario, Server, Simulator, grid

RUN_ID = 900


def main(arguments: Sequence[str]) -> None:
    """Machines, suites on each, cases in each; seconds that every answer takes."""
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
