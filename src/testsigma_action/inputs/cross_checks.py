"""Problems with inputs together, each of which is accepted by itself."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.options import DEFINITIONS, START, Inputs, Use
from testsigma_action.inputs.pages import host_in, is_address
from testsigma_action.inputs.paths import resolved
from testsigma_action.text import is_loopback

PLAN_MISSING = (
    "not given (outside GitHub: TESTSIGMA_PLAN_ID). It is the number in the address of the plan's page. To run "
    "several plans, set plans instead; to attach to a run that exists already, set run-id."
)
OWN_NUMBER = "`on-job-rerun: failed` finds the run by the build number that the step makes. Remove build-number"
# What to run; exactly one of these is required.
TARGETS = ("plan-id", "plans", "run-id", "merge")
EXPECTS_MISSING = (
    "not given. Say how many parts there must be: without a number, nobody would notice that a results file is missing."
)
# Inputs, and keys of entries, that may be the address of a page.
ADDRESSES = ("plan-id", "environment-id", "run-id", "compare", "upload-id")


def missing(given: Collection[str], key_advice: str) -> Iterator[Problem]:
    """Required inputs that are missing."""
    if "api-key" not in given and "merge" not in given:
        yield Problem("api-key", f"not given. {key_advice}".rstrip())
    if not any(name in given for name in TARGETS):
        yield Problem("plan-id", PLAN_MISSING)


def around_merge(read: Mapping[str, Any], wrong: Collection[str], *, names_files: bool) -> Iterator[Problem]:
    """Problems of `merge` with other inputs. If its files were named one by one, that many must be there."""
    if "merge" not in read:
        if "merge-expects" in read and "merge" not in wrong:
            yield Problem("merge-expects", "only makes sense together with merge.")
        return
    if not names_files and "merge-expects" not in {*read, *wrong}:
        yield Problem("merge-expects", EXPECTS_MISSING)
    unused = [key for key in DEFINITIONS if key.name in read and key.use is not Use.ANY and key.name not in TARGETS]
    if unused:
        names, variables = ", ".join(key.name for key in unused), ", ".join(key.variable for key in unused)
        also = f"also the variable{'s' if len(unused) > 1 else ''} {variables}"
        yield Problem("merge", f"nothing is run, and each part keeps its own policies. Remove {names} ({also}).")


def conflicts(read: Mapping[str, Any]) -> Iterator[Problem]:
    """Inputs that exclude each other."""
    given = [name for name in TARGETS if name in read]
    if len(given) > 1:
        yield Problem(given[-1], f"cannot be combined with {' and '.join(given[:-1])}; set only one of them.")
    if "run-id" in read:
        if ignored := [key.name for key in DEFINITIONS if key.name in read and key.use is Use.START]:
            run = f"run {read['run-id']} exists already, so nothing is started"
            yield Problem("run-id", f"{run}. Remove {', '.join(ignored)}.")
        if read.get("wait") is False:
            yield Problem("wait", "`wait: false` cannot be combined with `run-id`.")
    needs_cases = {
        "stop-after-failures": read.get("stop-after-failures"),
        "on-job-rerun: failed": read.get("on-job-rerun", START) != START,
        "rerun-failed": read.get("rerun-failed"),
    }
    for text, is_set in needs_cases.items():
        if is_set and read.get("wait") is False:
            yield Problem("wait", f"`wait: false` cannot be combined with `{text}`: the step ends before cases fail.")


def given_numbers(inputs: Inputs) -> Iterator[Problem]:
    """Build numbers of the user's, by which the run of an earlier attempt of the job cannot be recognised."""
    given = [number for number, request in enumerate(inputs.runs, 1) if request.build_number]
    if inputs.on_job_rerun != START and given:
        entries = f" (plans, entry {', '.join(map(str, given))})" if inputs.plans else ""
        yield Problem("build-number", f"{OWN_NUMBER}{entries}.")


def pinned_twice(inputs: Inputs) -> Iterator[Problem]:
    """Devices that get a version by an entry of `uploads`, and another one by `upload-versions`."""
    for number, upload in enumerate(inputs.uploads, 1):
        for at, request in enumerate(inputs.runs, 1):
            entry = f" (plans, entry {at})" if inputs.plans else ""
            if both := [device for device in upload.devices if device in request.upload_versions]:
                named = f"upload-versions{entry} has a version for {', '.join(both)}, too"
                yield Problem(f"uploads, entry {number}, devices", f"{named}. Give each device one version.")


def other_hosts(texts: Mapping[str, str], base_url: str) -> Iterator[Problem]:
    """Inputs that are addresses of pages on another host."""
    for name in ADDRESSES:
        if sentence := other_host(texts.get(name, ""), base_url):
            yield Problem(name, sentence)


def other_host(text: str, base_url: str) -> str:
    """The sentence about an address of a page on another host, where the same number is another object; else empty.

    So it is if the base URL is not known, or the text is no address.
    """
    ours = urlsplit(base_url).hostname or ""
    host = host_in(text) if ours and is_address(text) else ""
    if not host or host == ours or is_loopback(host):
        return ""
    if "testsigma" not in host:
        return "the address is not one of Testsigma; give the ID alone."
    if host.endswith(".testsigma.com") and ours.endswith(".testsigma.com"):
        return f"the page is on another host than base-url ({base_url}). Set base-url to the page's host."
    return ""


def same_file(paths: Mapping[str, str], root: Path) -> dict[str, Problem]:
    """Reports in the file of one before them, however its path is spelled, by their names; no path: it is off."""
    owners: dict[Path, str] = {}
    problems: dict[str, Problem] = {}
    for name, path in paths.items():
        if path and (owner := owners.setdefault(resolved(root / path), name)) != name:
            sentence = f"it is the same file as {owner}; one report would overwrite the other."
            problems[name] = Problem(name, sentence)
    return problems
