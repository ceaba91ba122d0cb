"""What the step promises of all that it writes: exit code, outputs, log and files agree, and show no secret."""

import base64
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests import ci_readers, ctrf_rules, junit_rules, samples
from tests.fuzz import uploads
from tests.fuzz.story import Story
from tests.simulator import TEST_KEY
from testsigma_action.domain.build import Build
from testsigma_action.domain.merge import merged
from testsigma_action.domain.merge_findings import Fault
from testsigma_action.merge import opened

CONCLUSIONS = {
    0: {"passed", "started"},
    1: {"failed"},
    2: {"error"},
    3: {"error"},
    4: {"timed-out"},
    5: {"error"},
    130: {"cancelled"},
    143: {"cancelled"},
}
# The files with the outputs, which are written off GitHub.
OUTPUT_FILES = {ci_readers.ENV_FILE, ci_readers.JSON_FILE}
# What one run makes of the step, the worst first.
WORSE_FIRST = ("cancelled", "error", "timed-out", "failed", "passed", "started")


def says_one_thing(story: Story) -> Iterator[str]:
    """Exit code, outputs, log, JUnit, JSON and summary agree."""
    if story.outcome.killed:
        return
    code = story.outcome.exit_code
    if code not in CONCLUSIONS:
        yield f"exit code {code}"
        return
    if f"(exit code {code}" not in story.outcome.lines[-1]:
        yield f"the log ends with {story.outcome.lines[-1][:200]!r}"
    if story.script.github:
        if story.outcome.outputs["conclusion"] not in CONCLUSIONS[code]:
            yield f"exit code {code}, conclusion {story.outcome.outputs['conclusion']}"
        if bool(story.outcome.summary) != (story.script.given("summary") != "off"):
            yield "there is no summary, or one that nobody wanted"
    yield from _of_runs(story)
    yield from _of_files(story)


def _of_runs(story: Story) -> Iterator[str]:
    """What is said of the runs fits the exit code: the worst of them decides, unless something else went wrong."""
    code, conclusions = story.outcome.exit_code, {told["conclusion"] for told in story.told}
    if not conclusions:
        return
    unfit = conclusions - set(WORSE_FIRST)
    worst = min(conclusions - unfit, key=WORSE_FIRST.index, default="")
    around = {70, 130, 143} | ({5} if worst in {"passed", "started"} else set())
    if unfit or (worst not in CONCLUSIONS[code] and code not in around):
        yield f"the runs are {sorted(conclusions)}, and the exit code is {code}"
    if code not in {2, 130, 143} and len(story.told) != len(story.script.entries):
        yield f"{len(story.told)} of {len(story.script.entries)} runs are told of"


def _of_files(story: Story) -> Iterator[str]:
    workspace, code = story.outcome.workspace, story.outcome.exit_code
    found = {path.relative_to(workspace).as_posix() for path in workspace.rglob("*") if path.is_file()}
    names = sorted(found - OUTPUT_FILES - uploads.FILES.keys())
    wanted = [story.script.given(name) != "off" for name in ("junit-file", "results-file")]
    wanted += [bool(story.script.given(name)) for name in ("ctrf-file", "agent-file")]
    if len(names) != sum(wanted) or found & OUTPUT_FILES != (set() if story.script.github else OUTPUT_FILES):
        yield f"the files are {sorted(found)}"
    if not story.script.github:
        conclusion = json.loads((workspace / ci_readers.JSON_FILE).read_text("utf-8"))["conclusion"]
        if (conclusion in {"passed", "started"}) != (code == 0):
            yield f"the file with the outputs says {conclusion}, and the exit code is {code}"
    for name in names:
        yield from _of_file(name, (workspace / name).read_text("utf-8"), story)


def _of_file(name: str, text: str, story: Story) -> Iterator[str]:
    """What is wrong with one of the reports."""
    code = story.outcome.exit_code
    if name.endswith(".xml"):
        yield from _of_junit(ET.fromstring(text), code)
        yield from _of_suites(ET.fromstring(text), story)
    elif name.endswith("ctrf.json"):
        yield from _of_ctrf(json.loads(text), code)
    elif name.endswith(".md"):
        if f"\n\nExit code {code}" not in text[:100]:
            yield f"the agent file begins with {text[:100]!r}, and the exit code is {code}"
    else:
        yield from _of_results(story.outcome.workspace / name, json.loads(text)["verdict"], code)


def _of_results(path: Path, verdict: dict[str, Any], code: int) -> Iterator[str]:
    if verdict["exitCode"] != code:
        yield f"the results say {verdict}, and the exit code is {code}"
    yield from _of_merge(path, verdict["conclusion"], code)


def _of_ctrf(document: dict[str, Any], code: int) -> Iterator[str]:
    if not ctrf_rules.counts(document)["failed"] and code != 0:
        yield f"the CTRF file is green, and the exit code {code}"
    yield from (f"the CTRF file breaks a rule: {problem}" for problem in ctrf_rules.broken(document))


def _of_merge(path: Path, conclusion: str, code: int) -> Iterator[str]:
    """Merged alone, the file has the verdict of its step: judged again, a pass is a pass. One without a result is none.

    The merge sees the file only, so this is about everything that the verdict of a step depends on.
    """
    found = merged([opened(path.name, path.parent)], samples.merging(Build()), 1)
    unfinished = found.verdict.code == "incomplete-merge" and Fault.UNFINISHED.value in str(found.verdict)
    if found.verdict.exit_code != code and not unfinished:
        yield f"merged alone, the exit code is {found.verdict}"
    if unfinished and code == 0 and conclusion != "started":
        yield "merged alone, a pass is not finished"


def _of_junit(root: ET.Element, code: int) -> Iterator[str]:
    green = root.find(".//failure") is None and root.find(".//error") is None
    if green and code != 0:
        yield f"the JUnit file is green, and the exit code {code}"
    yield from (f"the JUnit file breaks a rule: {problem}" for problem in junit_rules.broken(root))


def _of_suites(root: ET.Element, story: Story) -> Iterator[str]:
    """With several runs, those are red in the JUnit file of which the results say that they did not pass."""
    if len(story.told) < 2:
        return
    red = {
        (_property(suite, "plan_id"), _property(suite, "build"))
        for suite in root.iter("testsuite")
        if suite.find(".//failure") is not None or suite.find(".//error") is not None
    }
    for told in story.told:
        is_red = (told["planId"], told["buildNumber"]) in red
        if is_red == (told["conclusion"] in {"passed", "started"}):
            yield f"the JUnit file is {'red' if is_red else 'green'} for run {told['id']}, which {told['conclusion']}"


def _property(suite: ET.Element, name: str) -> str:
    found = suite.find(f"properties/property[@name='{name}']")
    return "" if found is None else found.get("value", "")


def keeps_the_key(story: Story) -> Iterator[str]:
    """The key is nowhere but in the line that masks it."""
    everything = story.outcome.everything.replace(f"::add-mask::{TEST_KEY}", "", 1)
    for key in {TEST_KEY, quote(TEST_KEY), base64.b64encode(TEST_KEY.encode()).decode()}:
        if key in everything:
            at = everything.index(key)
            yield f"the key is in what was written: {everything[max(0, at - 60) : at + 60]!r}"
