"""Every place where text leaves the program is known, and gets its text from the sanitizer of its kind.

What leaves goes through four doors: the log (`Log.say` makes every line safe itself), commands of a platform (which
escapes what it puts into them), files of the platform, and files of the workspace (whose text comes from reporters).
That reporters hand over nothing raw is for tests/untrusted to show.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "testsigma_action"
MODULES = sorted(SOURCE.rglob("*.py"))
# What writes anywhere, by the name of the function or the method.
WRITING = frozenset(
    {
        "print",
        "open",
        "input",
        "exec",
        "eval",
        "system",
        "popen",
        "run_command",
        "fdopen",
        "mkstemp",
        "write",
        "writelines",
    }
    | {"write_text", "write_bytes", "print_exc", "print_exception", "print_tb", "warn", "showwarning", "excepthook"}
    | {"basicConfig", "getLogger", "StreamHandler", "dump", "symlink_to", "Popen", "check_output", "check_call"}
    | {"subprocess.run"}
)
# The doors. Whoever adds one says in the docstring above which sanitizer stands in it.
DOORS = {
    "platforms/log.py": {"self._stream.write", "os.write", "os.open"},
    "platforms/files.py": {"tempfile.mkstemp", "os.fdopen", "file.writelines", "os.open", "file.write", "self.write"},
    "platforms/base.py": {"Workspace(self.workspace, self.secret).write"},
    "platforms/buildkite.py": {"subprocess.run"},
    "reporting/publish.py": {"write"},
    # It only reads.
    "inputs/files.py": {"os.open", "os.fdopen"},
}
# What each method that leads to a door may be given: the beginning of the expression.
GIVEN = {
    "commands": (
        "self.platform.group(",
        "self.platform.annotation(",
        "self.platform.write_outputs(outputs.",
        "self.platform.write_summary(summary.render(",
        "self.platform.write_summary(checkup.summary(",
        "map(no_command, ",
    ),
    "command": ("line", "self.secret.hidden_in(line)"),
    "draw": ("self._lines.bar(",),
    "write_summary": ("summary.render(", "checkup.summary("),
    "write_outputs": ("outputs.render(", "outputs.early("),
    "write_links": ("outputs.links(", "[]"),
    # `render` is what `publish.files` says: the renderer of a reporter.
    "write_file": ("as_json(", "self._env_file(", "[text]", "_annotations(safe)", "render(report)"),
}
SAY = (
    "console.",
    "checkup.lines(",
    "[checkup.STARTING]",
    "[console.",
    "end_of_log.",
    "[endings.",
    "[cleanup_wording.",
    "events.",
    '["',
    "['",
    "[f'",
    '[f"',
    "[line]",
    "lines",
)


def calls(path: Path) -> Iterator[tuple[str, str, ast.Call]]:
    """All calls of a module: the bare name, the whole expression, the call."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            whole = ast.unparse(node.func)
            yield whole.rpartition(".")[2], whole, node


def name_of(path: Path) -> str:
    """A module as it is named here."""
    return path.relative_to(SOURCE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_text_leaves_through_known_doors(path: Path) -> None:
    """No module prints, opens or writes but those that are doors."""
    found = {whole for name, whole, _ in calls(path) if {name, whole} & WRITING}
    assert found == DOORS.get(name_of(path), set())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_doors_are_given_what_was_made_for_them(path: Path) -> None:
    """Commands come from the platform, a summary from its reporter, a file from its reporter."""
    for name, whole, call in calls(path):
        accepted = GIVEN.get(whole) or GIVEN.get(name)
        if accepted and call.args and whole != "self.platform.write_state":
            given = ast.unparse(call.args[-1])
            assert given.startswith(accepted), f"{whole}({given}): from what sanitizer does that come?"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_log_is_given_lines(path: Path) -> None:
    """What is said is rendered by the console, or a sentence of ours."""
    for name, whole, call in calls(path):
        if name == "say" and "log" in whole.lower():
            assert ast.unparse(call.args[0]).startswith(SAY), f"{whole}({ast.unparse(call.args[0])})"


def test_commands_as_they_are_mask_the_key() -> None:
    """What is printed as it is, the key included, is what the platform made to mask it, and nothing else."""
    loops = [
        ast.unparse(loop.iter).partition("(reading")[0].partition("(inputs")[0]
        for path in MODULES
        for loop in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(loop, ast.For) and "log.command(" in ast.unparse(loop)
    ]
    assert loops != []
    assert all(loop.endswith(".mask") for loop in loops)


def test_files_are_written_without_the_key() -> None:
    """What is put into a file of the workspace or of the platform goes through the secret first."""
    door = SOURCE / "platforms/files.py"
    written = [
        ast.unparse(call.args[0]) for _, whole, call in calls(door) if whole in {"file.write", "file.writelines"}
    ]
    assert len(written) == 2
    assert all(each.removeprefix("self._").startswith("secret.hidden_in") for each in written)


MARKUP = (ast.Name, ast.Attribute, ast.Subscript)


def interpolations(path: Path) -> Iterator[str]:
    """What is put into texts that hold a tag, as it stands in the source; numbers with a format are left out."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr) and "<" in "".join(_constants(node)):
            for part in node.values:
                if isinstance(part, ast.FormattedValue) and part.format_spec is None and isinstance(part.value, MARKUP):
                    yield ast.unparse(part.value)


def _constants(node: ast.JoinedStr) -> Iterator[str]:
    return (str(part.value) for part in node.values if isinstance(part, ast.Constant))


# Fields that hold text of the service or of an input: in markup they stand within a call of `html` or `html_lines`.
UNTRUSTED = frozenset(
    {"name", "title", "message", "action", "reason", "hint", "url", "id", "build_number", "plan_name", "result_label"}
    | {"status_label", "plan_id", "environment_id", "error_type", "error_code", "kind", "browser", "os", "host"}
)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_markup_has_no_raw_field(path: Path) -> None:
    """No field of the service's data is put between tags but through a sanitizer."""
    raw = [part for part in interpolations(path) if "." in part and part.rpartition(".")[2] in UNTRUSTED]
    assert raw == []
