"""`python -m tests.fuzz`: many scripts, one after the other, in one process."""

import argparse
import secrets
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.code import code
from tests.fuzz.scripts import Script, make
from tests.fuzz.trial import attempt, smallest

MEMORY = Path("/dev/shm")  # noqa: S108 - only for the speed of it, below a folder of our own


def main() -> int:
    """0 when all promises were kept."""
    options = _parser().parse_args()
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        if options.only is not None:
            return _one(options.seed, options.only, Path(folder) / "world")
        return _many(options.seed, options.number, Path(folder) / "world", until=options.until)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=main.__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="of all scripts")
    parser.add_argument("--number", type=int, default=10_000, help="how many scripts")
    parser.add_argument("--only", type=int, default=None, help="one script, with its log")
    parser.add_argument("--until", default="", help="end as soon as this promise is broken; make no script smaller")
    return parser


def _many(seed: int, number: int, folder: Path, *, until: str) -> int:
    print(f"seed {seed}, {number} scripts")
    began, found = time.monotonic(), 0
    codes: dict[str, Counter[int | None]] = {"one plan": Counter(), "a list of plans": Counter()}
    for one in range(number):
        script = make(seed, one)
        outcome, problems = attempt(script, folder)
        kind = "a list of plans" if script.given("plans") else "one plan"
        codes[kind][outcome.exit_code if outcome else None] += 1
        if problems:
            found += 1
            _tell(seed, one, problems, script if until else smallest(script, folder))
        if until and any(problem.startswith(until) for problem in problems):
            return 1
        if one % 1000 == 999:
            print(f"{one + 1} scripts, {found} with findings", flush=True)
    print(f"seed {seed}: {found} of {number} scripts break a promise; {time.monotonic() - began:.0f} s")
    for kind, counted in codes.items():
        print(f"exit codes with {kind}: " + ", ".join(f"{code}: {count}" for code, count in counted.most_common()))
    return 1 if found else 0


def _tell(seed: int, number: int, problems: list[str], script: Script) -> None:
    print(f"SCRIPT {number} of seed {seed} (make fuzz SEED={seed} ONLY={number})")
    for problem in problems:
        print(f"  {problem}")
    print(code(script), flush=True)


def _one(seed: int, number: int, folder: Path) -> int:
    script = make(seed, number)
    print(code(script))
    outcome, problems = attempt(script, folder)
    if outcome:
        print(outcome.log)
        for exchange in outcome.exchanges:
            print(exchange.call, exchange.request.target, exchange.response.status, exchange.response.delivery.kind)
        print(f"exit code {outcome.exit_code} after {outcome.duration:.2f} s, signals {outcome.signalled}")
    print("\n".join(problems) or "All promises were kept.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
