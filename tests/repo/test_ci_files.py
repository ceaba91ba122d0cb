"""The packaging in ci/ is what `make ci-files` writes, and has every input."""

import re
from itertools import groupby

from tools.ci_files.__main__ import FOLDER, generated
from tools.ci_files.files import mode
from tools.ci_files.inputs import SETTINGS


def test_the_files_are_generated() -> None:
    """Each file in ci/ is what the generator writes now, and there are no others."""
    committed = {str(path.relative_to(FOLDER)): path.read_text("utf-8") for path in FOLDER.rglob("*") if path.is_file()}
    assert committed == generated()


def test_programs_can_be_executed() -> None:
    """A file can be executed if it is a program, and only then: a system does not start a hook that cannot."""
    assert {path: (FOLDER / path).stat().st_mode & 0o111 for path in generated()} == {
        path: mode(text) & 0o111 for path, text in generated().items()
    }


def test_every_system_has_every_input() -> None:
    """A user of any system finds every input in the files of that system, by its name or its variable."""
    for system, paths in groupby(sorted(generated()), key=lambda path: path.partition("/")[0]):
        text = "\n".join(generated()[path] for path in paths)
        missing = [each.name for each in SETTINGS if each.name not in text and each.variable not in text]
        assert not missing, (system, missing)


def test_no_text_is_taken_for_html() -> None:
    """Text like `<plan or run ID>` would be missing where a page is shown."""
    pages = {path: text for path, text in generated().items() if path.endswith(".md")}
    found = {
        path: re.findall(r"<(?!!--)\w[^>]*>", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        for path, text in pages.items()
    }
    assert {path: tags for path, tags in found.items() if tags} == {}
