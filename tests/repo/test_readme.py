"""The examples of the README and of docs/ work when somebody pastes them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repo.metadata import action
from tests.vendor_script import SHELL
from testsigma_action.inputs.reading import read_inputs
from tools import examples

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = "\n".join([README, *(path.read_text("utf-8") for path in sorted((ROOT / "docs").rglob("*.md")))])
ALL_BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGES, re.MULTILINE | re.DOTALL)
BLOCKS = [block for block in ALL_BLOCKS if examples.OURS.search(block)]
OTHERS = [block for block in ALL_BLOCKS if block not in BLOCKS]
FILES = {path.stem: path.read_text("utf-8") for path in examples.files()}
EXAMPLES = [*BLOCKS, *FILES.values()]
MAKEFILES = "\n".join(
    path.read_text("utf-8") for path in (ROOT / "Makefile", ROOT / "tests/e2e/e2e.mk", ROOT / "tests/visual/visual.mk")
)


def uses(node: object, action: str) -> Iterator[dict[str, Any]]:
    """All steps of a workflow, or of a list of steps, that use an action."""
    if isinstance(node, dict):
        if action in str(node.get("uses", "")):
            yield node
        for inner in node.values():
            yield from uses(inner, action)
    elif isinstance(node, list):
        for inner in node:
            yield from uses(inner, action)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_use_what_there_is(example: str) -> None:
    """Every example is YAML that uses the action with the required inputs and none that it does not have."""
    used = list(uses(yaml.safe_load(example), "testsigma-action@"))
    inputs = action()["inputs"]
    required = {name for name, declared in inputs.items() if declared.get("required")}
    # For the inputs of the reusable workflow see test_plans_workflow.py.
    assert used or "/plans.yml@" in example
    for step in used:
        assert required <= set(step["with"]) <= set(inputs)


def test_every_file_is_explained_and_run() -> None:
    """docs/recipes.md links every workflow in examples/github, and a test runs it."""
    recipes = (ROOT / "docs/recipes.md").read_text("utf-8")
    linked = re.findall(r"\]\(\.\./examples/github/([a-z-]+)\.yml\)", recipes)
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests/e2e").glob("test_*.py"))
    run = re.findall(r'copied\(repository, "([a-z-]+)"\)', tests)
    assert set(FILES) == set(linked) == set(run)


def test_the_quickstart_serves_merge_queues() -> None:
    """A required check whose workflow has no `merge_group` blocks every merge queue."""
    quickstart = yaml.safe_load(BLOCKS[0])
    # YAML 1.1 reads `on` as true.
    assert set(quickstart[True]) == {"pull_request", "merge_group", "push"}


NEEDED_BY_READERS = {
    "EnricoMi/publish-unit-test-result-action": {"files"},
    "ctrf-io/github-test-reporter": {
        "report-path",
        "pull-request",
        "previous-results-report",
        "upload-artifact",
        "use-suite-name",
    },
    "mikepenz/action-junit-report": {"report_paths", "check_title_template"},
    "ScaCap/action-surefire-report": {"report_paths", "ignore_flaky_tests"},
}


@pytest.mark.parametrize("reader", NEEDED_BY_READERS)
def test_recipes_have_the_settings_that_readers_need(reader: str) -> None:
    """Each action that reads our files is shown with a version, our files, and what keeps its numbers equal to ours."""
    ((block, found),) = ((block, step) for block in EXAMPLES for step in uses(yaml.safe_load(block), f"{reader}@"))
    assert re.fullmatch(r".+@v[0-9]+", found["uses"])
    assert found["if"] == "always()"
    assert NEEDED_BY_READERS[reader] <= set(found["with"])
    assert any(file in block for file in ("test-results/TEST-*.xml", "ctrf-file: test-results/ctrf.json"))


# The image, the task of Tekton, the orb, the plugin of Buildkite, or the outputs.
NAMED = (
    r"ghcr\.io/[a-z0-9-]+/testsigma-action:|name: testsigma-action$"
    r"|: [a-z0-9-]+/testsigma@|/testsigma-action\.git/ci/|test-results/testsigma-outputs\.json"
)


@pytest.mark.parametrize("block", OTHERS)
def test_examples_of_other_systems_are_yaml(block: str) -> None:
    """Every other example is YAML that names the image or what is in `ci/`; all settings of plugins are inputs."""
    document = yaml.safe_load(block)
    assert re.search(NAMED, block, re.MULTILINE)
    names = {name.replace("_", "-") for found in settings(document) for name in found}
    assert names <= set(action()["inputs"])


def settings(node: object) -> Iterator[dict[str, Any]]:
    """The settings of all plugins in a document: of Woodpecker, Drone and Harness."""
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for each in inner:
        yield from settings(each)
    if isinstance(node, dict) and "settings" in node:
        yield node["settings"]


# Page -> the file that it shows a part of.
SHOWN = {
    "cloud-build": "cloud-build/cloudbuild.yaml",
    "drone": "drone/.drone.yml drone/harness.yml",
    "gitea": "gitea/testsigma.yml",
    "tekton": "tekton/pipeline-run.yaml",
    "woodpecker": "woodpecker/.woodpecker.yml",
}


@pytest.mark.parametrize("page", SHOWN)
def test_pages_show_what_the_examples_have(page: str) -> None:
    """Each block of YAML on a page of a CI system is a part of the example that the page links."""
    text = (ROOT / "docs/ci" / f"{page}.md").read_text("utf-8")
    paths = SHOWN[page].split()
    examples = "".join((ROOT / "examples/ci" / path).read_text("utf-8") for path in paths)
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == len(paths)
    assert [block for block in blocks if block not in examples] == []
    assert all(f"](../../examples/ci/{path})" in text for path in paths)


def test_variables_in_examples_are_inputs() -> None:
    """Every variable of ours that the pages name is that of an input, or of an output on other systems.

    The packaging for other systems has a variable for the image, and the vendor's script has names of its own.
    """
    named = {name.lower().replace("_", "-") for name in re.findall(r"\bTESTSIGMA_([A-Z][A-Z_]*)", PAGES)}
    assert {"api-key", "plan-id", "run-id", "output-run-id"} <= named
    outputs = {f"output-{name}" for name in action()["outputs"]}
    theirs = {name.removeprefix("TESTSIGMA_").lower().replace("_", "-") for name in SHELL}
    assert named <= set(action()["inputs"]) | outputs | theirs | {"image"}


def test_the_container_starts_as_the_examples_say() -> None:
    """Where a shell starts the step, it is by the command that the image has."""
    (command,) = set(re.findall(r"^  script: (.+)$", PAGES, re.MULTILINE))
    assert f"/usr/local/bin/{command}\n" in (ROOT / "Dockerfile").read_text("utf-8")


def to_json(secret: str) -> str:
    """What GitHub's `toJSON` makes of a text: it escapes control characters and line separators, and nothing else."""
    escaped = json.dumps(secret, ensure_ascii=False)
    return escaped.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@pytest.mark.parametrize(
    "secret",
    [
        "hunter2!",
        "pass #1",
        "# & ! | > * % @ `",
        *(f"{sign}x" for sign in "#&!|>*%@`'\"{}[],?:-~<=\\$"),
        'it\'s "quoted": {a: [b]}',
        "tab\there",
        "-----BEGIN KEY-----\nabc #1\n---\n-----END KEY-----\n",
        "a\r\nb\x85c\u2028d\u2029e\x00",
        " blanks ",
        "null",
        "",
        "\\n \\u0041",
        "\u5bc6\u7801 😀",
    ],
)
def test_secrets_in_runtime_data_arrive_as_they_are(secret: str) -> None:
    """The recipe for secrets works for every secret: GitHub pastes its text before the input is read as YAML."""
    found = [
        step["with"]["runtime-data"]
        for block in EXAMPLES
        for step in uses(yaml.safe_load(block), "testsigma-action@")
        if "${{" in step["with"].get("runtime-data", "")
    ]
    assert found
    for given in found:
        pasted = re.sub(r"\$\{\{ toJSON\([\w.]+\) \}\}", lambda _: to_json(secret), given)
        assert pasted != given
        data = read_inputs((), {"INPUT_RUNTIME-DATA": pasted}).inputs.runtime_data
        assert data
        assert data["password"] == secret


def test_lists_of_plans_in_examples_are_accepted() -> None:
    """Every list of plans that an example shows can be pasted: it is read without a problem."""
    found = [
        step["with"]["plans"]
        for block in EXAMPLES
        for step in uses(yaml.safe_load(block), "testsigma-action@")
        if "plans" in step["with"]
    ]
    assert found
    for given in found:
        reading = read_inputs((), {"INPUT_PLANS": given})
        assert [problem for problem in reading.problems if problem.startswith("plans")] == []
        assert len(reading.inputs.runs) == len(yaml.safe_load(given))


@pytest.mark.parametrize("example", EXAMPLES)
def test_outputs_in_examples_exist(example: str) -> None:
    """Every output of the action that an example reads is one."""
    ours = {step.get("id") for step in uses(yaml.safe_load(example), "testsigma-action@")}
    read = {name for step, name in re.findall(r"steps\.([\w-]+)\.outputs\.([a-z-]+)", example) if step in ours}
    assert read <= set(action()["outputs"])


def test_make_targets_exist() -> None:
    """Every target that the README shows exists."""
    named = set(re.findall(r"^make ([a-z0-9-]+)", README, re.MULTILINE))
    assert named
    assert named <= set(re.findall(r"^([a-z0-9-]+):.*##", MAKEFILES, re.MULTILINE))


def test_make_targets_are_explained() -> None:
    """CONTRIBUTING names every target but those that explain or clean."""
    contributing = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    files = [ROOT / "Makefile", *ROOT.glob("bench/*.mk"), *ROOT.glob("tests/*/*.mk"), *ROOT.glob("tools/*/*.mk")]
    rules = "\n".join(path.read_text("utf-8") for path in files)
    targets = set(re.findall(r"^([a-z0-9-]+):.*##", rules, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z0-9-]+)", contributing))
    assert targets - {"help", "clean"} == named


def test_pictures_are_there() -> None:
    """The summary is shown in both themes, by files that are there and small (`make pictures` makes them)."""
    shown = re.findall(r'<(?:source .*srcset|img .*src)="([^"]+)"', README)
    assert shown == ["docs/images/summary-dark.png", "docs/images/summary-light.png"]
    sizes = [(ROOT / name).stat().st_size for name in shown]
    assert max(sizes) < 300_000


def test_the_readme_is_short() -> None:
    """A newcomer reads the README in one go: it has fewer than 300 lines. What else there is to know is in docs/."""
    assert len(README.splitlines()) < 300


def test_every_example_can_be_checked_as_a_workflow() -> None:
    """`make workflows` checks all examples that use the action: each is a whole workflow that says what it may do."""
    files = dict(examples.workflows())
    assert len(files) == len(EXAMPLES)
    assert all({True, "permissions", "jobs"} <= set(yaml.safe_load(text)) for text in files.values())
