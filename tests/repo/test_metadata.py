"""What others read about the action: its types (action-types.yml), and its entry in the Marketplace."""

from pathlib import Path
from typing import Any, get_type_hints

import pytest
import yaml

from testsigma_action.domain.report import Conclusion
from testsigma_action.domain.run import Result, Status
from testsigma_action.domain.upload_events import UploadSpec
from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.options import DEFINITIONS, Definition, Inputs
from tools.public_names import words

ROOT = Path(__file__).resolve().parents[2]
PLAIN = {bool: "boolean", int: "integer"}
STRING = {"type": "string"}
NUMBERS = (
    "total",
    "passed",
    "failed",
    "aborted",
    "stopped",
    "not-executed",
    "tolerated",
    "flaky",
    "reruns",
    "duration",
    "new-failures",
    "known-failures",
)


def read(name: str) -> dict[str, Any]:
    """A YAML file of the repository."""
    document: dict[str, Any] = yaml.safe_load((ROOT / name).read_text("utf-8"))
    return document


ACTION, TYPES = read("action.yml"), read("action-types.yml")


def enum(*allowed: str) -> dict[str, Any]:
    """The type of a value that is one of these words."""
    return {"type": "enum", "allowed-values": list(allowed)}


def typing_of(definition: Definition) -> dict[str, Any]:
    """The type of an input, from what the code makes of it."""
    if words(definition):
        return enum(*words(definition))
    kind = get_type_hints(Inputs, localns={"UploadSpec": UploadSpec})[definition.field]
    return {"type": PLAIN.get(kind, "string")}


def test_every_input_has_the_type_of_the_code() -> None:
    """Words, booleans and whole numbers are typed as such; everything else is text."""
    assert TYPES["inputs"] == {definition.name: typing_of(definition) for definition in DEFINITIONS}
    assert list(TYPES["inputs"]) == list(ACTION["inputs"])


def test_the_types_accept_what_the_code_accepts() -> None:
    """The parser of an input with words accepts each of them and nothing beside; YAML did not change them."""
    for definition in DEFINITIONS:
        for word in TYPES["inputs"][definition.name].get("allowed-values", ()):
            assert definition.read(word) == word
        if words(definition):
            with pytest.raises(Invalid, match=words(definition)[0]):
                definition.read("another")


def test_every_output_has_a_type() -> None:
    """The words of an output are those of the code; numbers are whole; run-ids is a list."""
    special = {
        **{name: {"type": "integer"} for name in NUMBERS},
        "run-ids": {"type": "list", "separator": ",", "list-item": STRING},
        "status": enum(*(each.value for each in Status)),
        "result": enum(*(each.value for each in Result)),
        "conclusion": enum(*(each.value for each in Conclusion)),
    }
    assert TYPES["outputs"] == {name: special.get(name, STRING) for name in ACTION["outputs"]}
    assert set(TYPES) == {"inputs", "outputs"}


def test_the_name_can_be_published() -> None:
    """A name with a space is the name of no user, organisation or repository; a short one is shown in full.

    Only publishing shows whether no other action has it.
    """
    name = ACTION["name"]
    assert " " in name
    assert len(name) <= 30
    assert name.isascii()
    assert "GitHub" not in name
    assert "action" not in name.lower()


def test_the_marketplace_accepts_the_description() -> None:
    """The Marketplace refuses 125 characters and more."""
    assert 40 < len(ACTION["description"]) < 125
    assert "\n" not in ACTION["description"]


def test_the_marketplace_accepts_the_branding() -> None:
    """A colour of its list. `make workflows` checks the icon: the schema lists all that are allowed."""
    assert set(ACTION["branding"]) == {"icon", "color"}
    colours = {"white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"}
    assert ACTION["branding"]["color"] in colours


def test_there_is_one_action() -> None:
    """The Marketplace lists a repository with one metadata file, at its root, and with a README."""
    found = [path for name in ("action.yml", "action.yaml") for path in ROOT.glob(name)]
    assert [path.name for path in found] == ["action.yml"]
    assert (ROOT / "README.md").is_file()
    assert ACTION["author"]
