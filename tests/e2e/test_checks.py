"""The checks of these runs can fail."""

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.act import Told
from tests.e2e.expect import complaints
from tests.e2e.secrecy import assert_hidden

KEY = "key/for-tests"
MASK = {"command": "add-mask", "arg": KEY, "stage": "Main", "jobID": "test"}


def test_the_line_that_masks_the_key_may_have_it(tmp_path: Path) -> None:
    """One such line in a stage of a job is what there has to be."""
    assert_hidden(Told([MASK, {"msg": "key"}, {**MASK, "stage": "Post"}], 0), KEY, tmp_path)


@pytest.mark.parametrize(
    "event",
    [
        {"msg": f"Bearer {KEY}"},
        {"content": base64.b64encode(KEY.encode()).decode()},
        {"raw": "?key=key%2Ffor-tests"},
        {"command": "set-output", "arg": KEY},
        MASK,
        {**MASK, "arg": f"more than {KEY}", "stage": "Post"},
    ],
)
def test_any_other_line_may_not(event: dict[str, Any], tmp_path: Path) -> None:
    """Whatever it is, however the key is written; not even a second line that masks it."""
    with pytest.raises(AssertionError):
        assert_hidden(Told([MASK, event], 0), KEY, tmp_path)


def test_no_file_may_have_the_key(tmp_path: Path) -> None:
    """However deep it lies."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/file").write_text(KEY)
    with pytest.raises(AssertionError):
        assert_hidden(Told([MASK], 0), KEY, tmp_path)


def test_outputs_are_compared() -> None:
    """Wrong, missing and leaking ones are named; `ANY` stands for what is not empty."""
    outputs = {"run-id": "1001", "result": "", "runs": f"[{KEY}]"}
    assert complaints(outputs, ["run-id=1001", "run-id=ANY", "total="], "another") == []
    assert complaints(outputs, ["run-id=1", "result=ANY"], KEY) == [
        "the secret is in runs",
        "run-id is '1001', not '1'",
        "result is '', not 'ANY'",
    ]
