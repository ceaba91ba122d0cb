"""Names that other people's workflows and programs use do not go away by accident: docs/versions.md."""

import re
from pathlib import Path

import pytest

from tests import samples
from testsigma_action import __version__
from testsigma_action.reporting.junit import document
from tools import public_names

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = (ROOT / "docs" / "versions.md").read_text("utf-8")
KEPT = {"inputs": ["wait", "timeout"]}
FEWER = {"inputs": ["timeout"]}


def test_the_record_is_up_to_date() -> None:
    """Every public name is recorded, and every recorded name exists (`make public-names` records new ones)."""
    version, names = public_names.recorded()
    assert public_names.removed(names, public_names.current()) == []
    assert public_names.removed(public_names.current(), names) == []
    assert public_names.breaking_part(version) == public_names.breaking_part(__version__)


@pytest.mark.parametrize(("before", "now"), [("1.4.0", "1.5.0"), ("1.4.0", "1.4.1"), ("0.3.0", "0.3.1")])
def test_a_name_cannot_be_removed_in_a_release_that_keeps_everything(before: str, now: str) -> None:
    """The record refuses to lose a name, and says which one."""
    assert "Missing: inputs: wait." in public_names.refusal((before, KEPT), (now, FEWER))
    assert public_names.refusal((before, FEWER), (now, KEPT)) == ""


@pytest.mark.parametrize(("before", "now"), [("1.4.0", "2.0.0"), ("0.3.1", "0.4.0"), ("0.9.0", "1.0.0")])
def test_a_name_can_be_removed_in_a_release_that_may_break(before: str, now: str) -> None:
    """A new major version, or before 1.0 a new minor version, may drop names."""
    assert public_names.refusal((before, KEPT), (now, FEWER)) == ""


def test_a_kind_of_names_cannot_be_removed() -> None:
    """All names of a kind that is gone are missing."""
    assert public_names.removed(KEPT, {}) == ["inputs: wait", "inputs: timeout"]


def test_every_kind_is_explained() -> None:
    """The page about versions says for every recorded kind what is kept."""
    explained = set(re.findall(r"^\| ([A-Z][^|]+?) \|", VERSIONS, re.MULTILINE))
    assert {kind.capitalize() for kind in public_names.current()} <= explained


def test_testcases_keep_their_names() -> None:
    """Readers recognise a testcase by its classname and name. They are the same as in the releases before."""
    root = samples.parsed(document.render(samples.failing()))
    assert [(case.get("classname"), case.get("name")) for case in root.iter("testcase")] == [
        ("Checkout.Chrome.Login", "Sign in with a valid password"),
        ("Checkout.Chrome.Login", "Wrong password is refused"),
        ("Checkout.Chrome.Login", "Remember me"),
        ("Checkout.Chrome.Basket", "Totals are right [EUR]"),
        ("Checkout.Chrome.Basket", "Totals are right [JPY]"),
        ("Checkout.Chrome.Basket", "Totals are right [USD]"),
        ("Checkout.Chrome.Basket", "Empty basket"),
        ("Checkout.Safari on macOS.Login", "Sign in with a valid password"),
    ]
