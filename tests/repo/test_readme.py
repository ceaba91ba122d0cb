"""What the README tells people to paste works."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
MAKEFILES = "\n".join(
    path.read_text("utf-8") for path in (ROOT / "Makefile", ROOT / "tests/e2e/e2e.mk", ROOT / "tests/look/look.mk")
)


def steps(node: object) -> Iterator[dict[str, Any]]:
    """All steps of a workflow, or of a list of steps, that use the action."""
    if isinstance(node, dict):
        if "testsigma-action@" in str(node.get("uses", "")):
            yield node
        for inner in node.values():
            yield from steps(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from steps(inner)


def headings(page: str) -> set[str]:
    """The anchors that GitHub makes of the headings of a page."""
    lines = re.findall(r"^#+ (.*)", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line).lower().replace(" ", "-") for line in lines}


def action() -> dict[str, Any]:
    """action.yml."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return document


@pytest.mark.parametrize("block", BLOCKS)
def test_examples_use_what_there_is(block: str) -> None:
    """Every example is YAML that uses the action with the required inputs and none that it does not have."""
    used = list(steps(yaml.safe_load(block)))
    inputs = action()["inputs"]
    required = {name for name, declared in inputs.items() if declared.get("required")}
    assert used
    for step in used:
        assert required <= set(step["with"]) <= set(inputs)


def test_outputs_in_examples_exist() -> None:
    """Every output that an example reads is one."""
    read = {name for block in BLOCKS for name in re.findall(r"outputs\.([a-z-]+)", block)}
    assert read
    assert read <= set(action()["outputs"])


def test_make_targets_exist() -> None:
    """Every target that the README names is one."""
    named = set(re.findall(r"^make ([a-z0-9-]+)", README, re.MULTILINE))
    assert named
    assert named <= set(re.findall(r"^([a-z0-9-]+):.*##", MAKEFILES, re.MULTILINE))


@pytest.mark.parametrize("target", re.findall(r"\]\(((?!https?:|#)[^)]+)\)", README))
def test_links_lead_somewhere(target: str) -> None:
    """Every link into the repository has a file or folder at its end, and a heading where it names one."""
    path, _, anchor = target.partition("#")
    assert (ROOT / path).exists()
    assert not anchor or anchor in headings((ROOT / path).read_text("utf-8"))


def test_pictures_are_there() -> None:
    """The summary is shown in both themes, by files that are there and small (`make pictures` makes them)."""
    shown = re.findall(r'<(?:source .*srcset|img .*src)="([^"]+)"', README)
    assert shown == ["docs/images/summary-dark.png", "docs/images/summary-light.png"]
    sizes = [(ROOT / name).stat().st_size for name in shown]
    assert max(sizes) < 300_000


@pytest.mark.parametrize("anchor", re.findall(r"\]\(#([^)]+)\)", README))
def test_anchors_exist(anchor: str) -> None:
    """Every link within the page has a heading at its end."""
    assert anchor in headings(README)
