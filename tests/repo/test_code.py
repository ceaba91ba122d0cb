"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "examples", "bench", "tools")
CODE = sorted([*ROOT.glob("*.py"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))])
OWNED = [path for path in CODE if not path.is_relative_to(ROOT / "tools")]
SOURCE = ROOT / "src" / "testsigma_action"
TESTS = sorted((ROOT / "tests").rglob("*.py"))
# These raise errors, whose messages and hints are written where they are raised.
WITH_ERRORS = {
    "begin.py",
    "checkup.py",
    "prepare.py",
    "start.py",
    "upload_failure.py",
    "watch.py",
}
DATA_ONLY = [
    *(SOURCE / name for name in ("main.py", "post.py")),
    *sorted(SOURCE.glob("domain/*.py")),
    *sorted(path for path in SOURCE.glob("lifecycle/*.py") if path.name not in WITH_ERRORS),
]
LONGEST_FUNCTION = 40
LONGEST_MODULE = 250
# Where each of these may be imported; everything else goes through these modules.
OWNERS = {
    "requests": {"http.py", "sessions.py", "connection.py", "plain_requests.py"},
    "urllib3": {"http.py", "connection.py"},
    "yaml": {"yaml_events.py"},
    "junitparser": {"document.py"},
    "signal": {"signals.py", "loop.py", "errors.py", "programs.py", "entrypoint.py", "post_entrypoint.py"},
    "threading": {"ask.py", "clock.py", "http.py"},
    "os": {"signals.py", "files.py", "log.py", "cli.py", "programs.py", "demo.py", "children.py"},
}

# Most steps need these late or never, and the start request waits for every import.
LATE = {
    "junitparser",
    "yaml",
    "testsigma_action.api.named",
    "testsigma_action.api.results",
    "testsigma_action.api.uploads",
    "testsigma_action.check",
    "testsigma_action.domain.judgement",
    "testsigma_action.domain.merge",
    "testsigma_action.domain.report",
    "testsigma_action.domain.rerun_choice",
    "testsigma_action.domain.results",
    "testsigma_action.domain.upload_events",
    "testsigma_action.inputs.files",
    "testsigma_action.inputs.flags",
    "testsigma_action.inputs.lists",
    "testsigma_action.lifecycle.earlier_run",
    "testsigma_action.lifecycle.prepare",
    "testsigma_action.lifecycle.shutdown",
    "testsigma_action.lifecycle.wait",
    "testsigma_action.merge",
    "testsigma_action.reporting.ctrf",
    "testsigma_action.reporting.summary",
    "testsigma_action.reports",
}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """The functions of a file with their lengths in lines, docstrings and all."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def imported(path: Path) -> Iterator[str]:
    """The top-level names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("path", CODE + TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_long_function(path: Path) -> None:
    """No function is above 40 lines."""
    assert [name for name, length in functions(path) if length > LONGEST_FUNCTION] == []


@pytest.mark.parametrize("path", [path for path in CODE if "src" in path.parts], ids=lambda path: path.name)
def test_no_long_module(path: Path) -> None:
    """No module of the action is above 250 lines, so that its name can say what is in it."""
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", OWNED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_library_has_one_owner(path: Path) -> None:
    """What touches the network, the system or a format is imported by its owner only."""
    strangers = {name for name in imported(path) if name in OWNERS and path.name not in OWNERS[name]}
    assert strangers == set()


def test_a_command_installs_its_handlers_before_slow_imports() -> None:
    """What a command imports first is small: a signal during the slow imports must find the handlers in place."""
    slow = {"argparse", "asyncio", "junitparser", "logging", "requests", "urllib3", "yaml"}
    assert slow & loaded_by("testsigma_action.cli", "-S") == set()


def test_what_the_start_request_does_not_need_is_imported_later() -> None:
    """The step starts the run before it imports what waits for it, collects its results and shows them."""
    late = {
        "api.documented",
        "api.uploads",
        "check",
        "domain.checkup",
        "domain.upload_events",
        "inputs.uploads",
        "inputs.yaml_events",
        "lifecycle.collect",
        "lifecycle.uploads",
        "lifecycle.wait",
        "merge",
        "reporting.agent",
        "reporting.ctrf.document",
        "reporting.summary.document",
    }
    assert {"yaml", *(f"testsigma_action.{name}" for name in late)} & loaded_by("testsigma_action.main") == set()


def loaded_by(module: str, *options: str) -> set[str]:
    """The names of all modules that are loaded after this one was imported."""
    code = f"import sys; sys.path.insert(0, {str(SOURCE.parent)!r}); import {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", *options, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def sentences(path: Path) -> Iterator[str]:
    """The texts of a file that are sentences: no docstrings, and no messages for developers in a `raise`."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr | ast.Raise):
            continue
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Constant | ast.JoinedStr) and re.search(r" \S+[\w})]\.['\"]$", ast.unparse(child)):
                yield ast.unparse(child)


@pytest.mark.parametrize("path", DATA_ONLY, ids=lambda path: path.name)
def test_no_sentence_is_data(path: Path) -> None:
    """What is known and concluded is data; reporting has the words for it."""
    assert list(sentences(path)) == []


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_values_of_enums_are_codes(path: Path) -> None:
    """Members of an enumeration have codes as values; the words for people are with the other wording."""
    words = [
        ast.unparse(member)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases)
        for member in node.body
        if isinstance(member, ast.Assign) and isinstance(member.value, ast.Constant)
        if isinstance(member.value.value, str) and not re.fullmatch("[a-z0-9-]*", member.value.value)
    ]
    assert words == []


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_message_grows(path: Path) -> None:
    """The message and the hint of an error are written once, where it is raised."""
    grown = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute)
        if node.target.attr in {"message", "hint", "reason"}
    ]
    assert grown == []


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "simulator").rglob("*.py")), ids=lambda path: path.name)
def test_the_simulator_is_independent(path: Path) -> None:
    """The simulator imports nothing of the action, and nothing but the standard library."""
    assert "testsigma_action" not in set(imported(path))


def test_a_step_starts_without_what_most_steps_need_late_or_never() -> None:
    """`main` imports none of these, directly or by way of another module."""
    code = "import sys, testsigma_action.main; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    found = subprocess.run(
        command, env={"PYTHONPATH": str(SOURCE.parent)}, stdout=subprocess.PIPE, text=True, check=True
    )
    assert LATE & set(found.stdout.split()) == set()


def test_lists_of_modules_name_modules() -> None:
    """An entry for a module that is gone would hide that its rule is not checked any more."""
    packages = {".".join(path.relative_to(ROOT / "src").with_suffix("").parts) for path in SOURCE.rglob("*.py")}
    assert {name for name in LATE if name.startswith("testsigma_action")} <= {
        name.removesuffix(".__init__") for name in packages
    }
    assert {path.name for path in SOURCE.glob("lifecycle/*.py")} >= WITH_ERRORS


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_requirements_are_hashed_and_name_no_registry(path: Path) -> None:
    """Every requirement is pinned with hashes, and no file names the host of a registry."""
    text = path.read_text("utf-8")
    pinned = re.findall(r"^[A-Za-z0-9][^\n]*==", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[A-Za-z0-9][^\n]*==[^\n]*\\\n\s+--hash=", text, re.MULTILINE)) > 0
    assert "://" not in text


def test_every_test_states_its_rule() -> None:
    """Every test has a docstring."""
    silent = [
        f"{path.name}: {node.name}"
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []
