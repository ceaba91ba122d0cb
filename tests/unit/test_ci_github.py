"""GitHub Actions: workflow commands, and the files that the runner reads."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.untrusted import runner, texts
from testsigma_action.domain.build import Build
from testsigma_action.platforms.build import LONGEST_FACT
from testsigma_action.platforms.github import LONGEST_EVENT, LONGEST_MESSAGE, GitHub
from testsigma_action.secret import NO_SECRET, Secret
from testsigma_action.text import cut

HOSTILE = "%0A::error::x\r\n::set-output name=a::b,c"


def parsed(text: str) -> dict[str, str]:
    """The assignments of a file, read as the runner reads them."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, delimiter = line.split("<<", 1)
        value = []
        for inner in lines:
            if inner == delimiter:
                break
            value.append(inner)
        else:
            raise AssertionError(f"no end of {name}")
        found[name] = "\n".join(value)
    return found


def test_the_key_is_masked_escaped() -> None:
    """The runner decodes the command, so `%` and line breaks are encoded; without a key there is no command."""
    github = GitHub({})
    assert github.mask(Secret("key%for\ntests")) == ["::add-mask::key%25for%0Atests"]
    assert github.mask(NO_SECRET) == []


def test_groups_are_folded() -> None:
    """A title cannot begin a command of its own."""
    assert GitHub({}).group("Failures\n::x::", ["one"]) == ["::group::Failures%0A::x::", "one", "::endgroup::"]


@pytest.mark.parametrize("level", ["error", "warning"])
def test_annotations_are_one_command(level: str) -> None:
    """Whatever stands in the title and in the message."""
    [line] = GitHub({}).annotation(level, f"T:{HOSTILE}", HOSTILE)
    assert "\n" not in line
    assert "\r" not in line
    found = re.fullmatch(rf"::{level} title=([^:,]*)::(.*)", line)
    assert found
    assert found[1] == "T%3A%250A%3A%3Aerror%3A%3Ax%0D%0A%3A%3Aset-output name=a%3A%3Ab%2Cc"
    assert found[2] == "%250A::error::x%0D%0A::set-output name=a::b,c"


def test_long_annotations_are_cut_before_they_are_escaped() -> None:
    """The runner cuts the message; a cut in the middle of an escape would show it."""
    [line] = GitHub({}).annotation("error", "T", "% " * 10_000)
    assert line == f"::error title=T::{'%25 ' * (LONGEST_MESSAGE // 2 - 1)}%25…"


@pytest.mark.parametrize(("variable", "method"), [("GITHUB_OUTPUT", "write_outputs"), ("GITHUB_STATE", "write_state")])
def test_values_are_appended_between_delimiters(tmp_path: Path, variable: str, method: str) -> None:
    """Values of several lines, hostile ones and empty ones come out as they went in; what stood there stays."""
    file = tmp_path / "file"
    file.write_text("before<<x\nkept\nx\n", encoding="utf-8")
    write = getattr(GitHub({variable: str(file)}), method)
    values = {"run-id": "302", "empty": "", "text": "a\nb<<c\nghadelimiter_\n", "hostile": HOSTILE.replace("\r", "")}
    write(values)
    write({"run-id": "303"})
    assert parsed(file.read_text(encoding="utf-8")) == {"before": "kept"} | values | {"run-id": "303"}


def test_no_value_can_know_its_delimiter(tmp_path: Path) -> None:
    """Every value has another one, long and random."""
    file = tmp_path / "file"
    GitHub({"GITHUB_OUTPUT": str(file)}).write_outputs({str(number): "v" for number in range(20)})
    delimiters = set(re.findall(r"<<(\S+)", file.read_text(encoding="utf-8")))
    assert len(delimiters) == 20
    assert all(len(delimiter) >= 32 for delimiter in delimiters)


def test_a_delimiter_is_in_no_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is in the value, by luck or by knowledge, is not taken."""
    drawn = iter(("aa", "bb", "cc"))
    monkeypatch.setattr("secrets.token_hex", lambda _: next(drawn))
    file = tmp_path / "file"
    value = "x\nghadelimiter_aa\nresult=passed\nghadelimiter_bb"
    GitHub({"GITHUB_OUTPUT": str(file)}).write_outputs({"name": value})
    text = file.read_text(encoding="utf-8")
    assert text.startswith("name<<ghadelimiter_cc\n")
    assert parsed(text) == {"name": value}


def test_lines_of_a_group_are_no_commands() -> None:
    """Only its first and its last line are."""
    (first, *inner, last) = GitHub({}).group("Failures", [*texts.COMMANDS, *texts.HIDDEN_COMMANDS, "::endgroup::"])
    assert [runner.commands(line)[0].name for line in (first, last)] == ["group", "endgroup"]
    assert [line for line in inner if runner.commands(line) or runner.markers(line)] == []


@pytest.mark.parametrize("text", texts.TEXTS)
def test_annotations_of_anything_are_one_command(text: str) -> None:
    """Read by the runner's rules: one command, with our title and message and nothing else."""
    [line] = GitHub({}).annotation("error", text, text)
    [command] = runner.commands(line)
    assert (command.name, set(command.properties)) == ("error", {"title"})
    if text.strip() == text:
        assert (command.properties["title"], command.data) == (text, cut(text, LONGEST_MESSAGE))


def test_the_summary_is_appended(tmp_path: Path) -> None:
    """What other parts of the step wrote stays."""
    file = tmp_path / "summary"
    file.write_text("# Before\n", encoding="utf-8")
    assert GitHub({"GITHUB_STEP_SUMMARY": str(file)}).write_summary("# After\n") == []
    assert file.read_text(encoding="utf-8") == "# Before\n# After\n"


def test_without_files_nothing_is_written() -> None:
    """Runners that only speak a part of the protocol leave variables out."""
    github = GitHub({"GITHUB_OUTPUT": ""})
    github.write_outputs({"a": "b"})
    github.write_state({"a": "b"})
    assert github.write_summary("text") == []


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """The caller decides what becomes of it."""
    with pytest.raises(OSError, match="missing"):
        GitHub({"GITHUB_OUTPUT": str(tmp_path / "missing" / "file")}).write_outputs({"a": "b"})


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"])
@pytest.mark.parametrize("path", ["missing/file", "folder", "pipe"])
def test_a_file_of_another_machine_is_a_problem(tmp_path: Path, variable: str, path: str) -> None:
    """Found before anything is started: in a container, the paths of the host lead nowhere. A pipe blocks nobody."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    github = GitHub({"GITHUB_WORKSPACE": str(tmp_path), variable: str(tmp_path / path)})
    [problem] = github.problems(summary=True)
    assert problem.startswith(f"{variable}: '{tmp_path / path}' cannot be written (")
    assert len(github.problems(summary=False)) == (variable != "GITHUB_STEP_SUMMARY")


def test_a_workspace_of_another_machine_is_a_problem(tmp_path: Path) -> None:
    """Its files would be lost with the container."""
    [problem] = GitHub({"GITHUB_WORKSPACE": str(tmp_path / "work")}).problems(summary=True)
    assert problem.startswith(f"GITHUB_WORKSPACE: the folder '{tmp_path / 'work'}' does not exist here.")


def test_files_that_can_be_written_are_no_problem(tmp_path: Path) -> None:
    """Nor are variables that are not set; to look changes no file."""
    file = tmp_path / "file"
    file.write_text("before", encoding="utf-8")
    assert GitHub({"GITHUB_WORKSPACE": str(tmp_path), "GITHUB_OUTPUT": str(file)}).problems(summary=True) == []
    assert file.read_text(encoding="utf-8") == "before"


@pytest.mark.parametrize(("variable", "method"), [("GITHUB_OUTPUT", "write_outputs"), ("GITHUB_STATE", "write_state")])
def test_no_value_has_the_secret(tmp_path: Path, variable: str, method: str) -> None:
    """Nor has the summary: whatever is appended to a file of the runner goes without it."""
    path = tmp_path / "file"
    platform = GitHub({variable: str(path), "GITHUB_STEP_SUMMARY": str(path)})
    platform.secret = Secret("key-for-tests")
    getattr(platform, method)({"name": "a key-for-tests"})
    platform.write_summary("b key-for-tests")
    assert "key-for-tests" not in path.read_text("utf-8")
    assert path.read_text("utf-8").count("***") == 2


def test_any_text_can_be_written(tmp_path: Path) -> None:
    """Lone surrogates come with names from the service; they do not cost the outputs."""
    file = tmp_path / "file"
    GitHub({"GITHUB_OUTPUT": str(file)}).write_outputs({"name": "a\udcffb ✓"})
    assert parsed(file.read_text(encoding="utf-8")) == {"name": "a?b ✓"}


PUSH = {
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_RUN_ID": "99",
    "GITHUB_RUN_NUMBER": "812",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SHA": "abc",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_REF_NAME": "main",
    "GITHUB_HEAD_REF": "",
}
PULL_REQUEST = {"GITHUB_SHA": "merged", "GITHUB_REF": "refs/pull/5/merge", "GITHUB_HEAD_REF": "fix"}
# The event decides the code of the target branch, but it is about the pull request.
TARGET = {"GITHUB_SHA": "base", "GITHUB_HEAD_REF": "fix"}
REVIEW = {"GITHUB_SHA": "merged", "GITHUB_REF": "refs/pull/5/merge"}


def test_the_build_of_a_push() -> None:
    """What people know the build by is repository, number and attempt; the page is that of the attempt."""
    assert GitHub(PUSH).build == Build(
        system="GitHub Actions",
        label="acme/shop#812.2",
        attempt=2,
        commit="abc",
        branch="main",
        job_url="https://github.example/acme/shop/actions/runs/99/attempts/2",
        pipeline_run="acme/shop 99",
    )


STEP = PUSH | {"GITHUB_JOB": "tests", "GITHUB_ACTION": "testsigma"}


def test_the_identity_of_a_step_is_the_same_in_each_attempt() -> None:
    """The number of the attempt is no part of it."""
    assert GitHub(STEP).step == GitHub(STEP | {"GITHUB_RUN_ATTEMPT": "3"}).step
    assert GitHub(STEP).step


@pytest.mark.parametrize("name", ["GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_SHA", "GITHUB_JOB", "GITHUB_ACTION"])
def test_each_part_tells_a_step_from_others(name: str) -> None:
    """Another CI run, commit, job or step is another identity; without one of them there is none."""
    assert GitHub(STEP | {name: "another"}).step not in {"", GitHub(STEP).step}
    assert GitHub(STEP | {name: ""}).step == ""


def test_a_label_has_a_limit() -> None:
    """A build number is made of it. The number of the attempt is always whole."""
    long = {"GITHUB_REPOSITORY": "a/" * 400, "GITHUB_RUN_NUMBER": "8" * 400}
    label = GitHub(PUSH | long).build.label
    assert (len(label) <= 210, label[-4:]) == (True, "88.2")


def test_a_tag_is_no_branch() -> None:
    """GITHUB_REF_NAME is the name of either."""
    assert GitHub(PUSH | {"GITHUB_REF": "refs/tags/v1.2", "GITHUB_REF_NAME": "v1.2"}).build.branch == ""


@pytest.mark.parametrize("environ", [PULL_REQUEST, TARGET, REVIEW], ids=["pull_request", "target", "review"])
def test_the_build_of_a_pull_request(environ: dict[str, str], tmp_path: Path) -> None:
    """Number, commit and branch are in the file of the event: GITHUB_SHA is a merge, or the target's commit."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 5, "head": {"sha": "own", "ref": "fix"}}}), "utf-8")
    build = GitHub({**PUSH, **environ, "GITHUB_EVENT_PATH": str(event)}).build
    assert (build.commit, build.branch, build.pull_request) == ("own", "fix", "5")


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"pull_request": null}',
        b'{"pull_request": {"head": "x"}}',
        b'{"pull_request": {"number": null, "head": {"sha": [], "ref": null}}}',
        b'{"pull_request": {"number": %s0%s, "head": {"sha": "", "ref": ""}}}' % (b"[" * 100, b"]" * 100),
    ],
)
def test_without_an_event_the_variables_count(event: bytes, tmp_path: Path) -> None:
    """The file is missing if somebody else started the container; whatever is in it, the step goes on."""
    path = tmp_path / "event.json"
    for _ in range(2):
        build = GitHub({**PUSH, **PULL_REQUEST, "GITHUB_EVENT_PATH": str(path)}).build
        assert (build.commit, build.branch, build.pull_request) == ("merged", "fix", "5")
        path.write_bytes(event)


@pytest.mark.parametrize("huge", [False, True], ids=["pipe", "huge"])
def test_only_a_file_of_bounded_size_is_an_event(tmp_path: Path, *, huge: bool) -> None:
    """A pipe would never end, and a signal would not end the step either; a huge file would need too much memory."""
    path = tmp_path / "event.json"
    if huge:
        event = json.dumps({"pull_request": {"number": 9, "head": {"sha": "own", "ref": "fix"}}})
        path.write_text(" " * LONGEST_EVENT + event, "utf-8")
    else:
        os.mkfifo(path)
    assert GitHub({**PUSH, **PULL_REQUEST, "GITHUB_EVENT_PATH": str(path)}).build.pull_request == "5"


def test_the_texts_of_an_event_are_cleaned(tmp_path: Path) -> None:
    """Anybody who opens a pull request names its branch: it is one short line without control characters."""
    path = tmp_path / "event.json"
    head = {"sha": "own\n::error::x", "ref": "\x1b[31mred \ud800" + " x" * LONGEST_FACT}
    path.write_text(json.dumps({"pull_request": {"number": 5, "head": head}}), "utf-8")
    build = GitHub({**PUSH, "GITHUB_EVENT_PATH": str(path)}).build
    assert build.commit == "own ⏎ ::error::x"
    assert build.branch.startswith("red \ufffd x x")
    assert len(build.branch) <= LONGEST_FACT


def test_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkout, else where we are."""
    assert GitHub({"GITHUB_WORKSPACE": "/github/workspace"}).workspace == Path("/github/workspace")
    monkeypatch.chdir(tmp_path)
    assert GitHub({"GITHUB_WORKSPACE": ""}).workspace == tmp_path
