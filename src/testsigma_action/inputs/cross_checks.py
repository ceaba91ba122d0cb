"""What is wrong with inputs together, each of which can be read. Yields the problems as sentences."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from testsigma_action.inputs.pages import host_in, is_address
from testsigma_action.text import is_loopback

KEY_MISSING = (
    "api-key: not given (outside GitHub: TESTSIGMA_API_KEY). If it comes from a secret: secrets are empty in pull "
    "requests from forks and from Dependabot."
)
# What only a start can use: beside a run that exists already, it would be lost without a word.
FOR_A_START = (
    "environment-id",
    "build-number",
    "on-busy",
    "execution-config",
    "runtime-data",
    "upload-versions",
)
# Inputs that may be the address of a page.
ADDRESSES = ("plan-id", "environment-id", "run-id", "compare")


def missing(read: Mapping[str, Any], problems: Sequence[str]) -> Iterator[str]:
    """Required inputs that were not given at all."""
    wrong = {problem.partition(":")[0] for problem in problems}
    if not read.get("api_key") and "api-key" not in wrong:
        yield KEY_MISSING
    if not (read.get("plan_id") or read.get("run_id") or wrong & {"plan-id", "run-id"}):
        yield (
            "plan-id: not given (outside GitHub: TESTSIGMA_PLAN_ID). It is the number in the address of the plan's "
            "page. To attach to a run that exists already, set run-id instead."
        )


def beside_a_run(read: Mapping[str, Any]) -> Iterator[str]:
    """What cannot stand beside the ID of a run that exists already."""
    run_id = read.get("run_id")
    if not run_id:
        return
    if read.get("plan_id"):
        yield f"run-id: '{run_id}' is not accepted beside plan-id '{read['plan_id']}'; give the one or the other."
    if lost := [name for name in FOR_A_START if name.replace("-", "_") in read]:
        yield f"run-id: '{run_id}' exists already, so nothing is started; leave out {', '.join(lost)}."
    if read.get("wait") is False:
        yield f"wait: 'false' is not accepted with run-id '{run_id}': attaching to a run means waiting for it."


def other_hosts(texts: Mapping[str, str], base_url: str) -> Iterator[str]:
    """Addresses of pages elsewhere: the same number is another object there."""
    ours = urlsplit(base_url).hostname or ""
    for name in ADDRESSES:
        host = host_in(text) if is_address(text := texts.get(name, "")) else ""
        if not host or host == ours or is_loopback(host):
            continue
        if "testsigma" not in host:
            yield f"{name}: the address is not one of Testsigma; give the ID alone."
        elif host.endswith(".testsigma.com") and ours.endswith(".testsigma.com"):
            yield f"{name}: the page is on another host than base-url ({base_url}). Set base-url to the page's host."


def same_file(junit: str, results: str, root: Path) -> Iterator[str]:
    """Two reports in one file, however its path is spelled; empty paths are reports that are off."""
    if junit and results and _place(root / junit) == _place(root / results):
        yield "results-file: it is the same file as junit-file; one report would overwrite the other."


def _place(path: Path) -> Path:
    """The path without links and detours; a loop of links stays as it is, since no file can be written in it."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
