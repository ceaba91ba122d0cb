"""Build numbers that are derived, and which of them are of an earlier attempt of the same step."""

import pytest

from testsigma_action.domain.build_numbers import ALPHABET, LENGTH, derived, earlier_attempt, key_of

OURS = "acme/shop#12345.3-h7d3kq-k3f9q2"


@pytest.mark.parametrize("attempt", [1, 2])
def test_an_earlier_attempt(attempt: int) -> None:
    """The same build and key, a smaller number of the attempt, any nonce."""
    assert earlier_attempt(f"acme/shop#12345.{attempt}-h7d3kq-aaaaaa", OURS) == attempt


@pytest.mark.parametrize(
    "other",
    [
        "",
        OURS,
        "acme/shop#12345.3-h7d3kq-aaaaaa",
        "acme/shop#12345.4-h7d3kq-aaaaaa",
        "acme/shop#12345.0-h7d3kq-aaaaaa",
        "acme/shop#12345.01-h7d3kq-aaaaaa",
        "acme/shop#12345.-1-h7d3kq-aaaaaa",
        "acme/shop#12345.1-h7d3kr-aaaaaa",
        "acme/shop#12345.1-h7d3kq-aaaaaa-2",
        "acme/shop#12345.1-h7d3kq-aaaaa",
        "acme/shop#12345.1-h7d3kq-aaaaal",
        "acme/shop#12345.1-h7d3kq",
        "acme/shop#12345.1-h7d3kq-AAAAAA",
        "acme/shop#12345.1-h7d3kq-aaaaaa\n",
        " acme/shop#12345.1-h7d3kq-aaaaaa",
        "acme/shop#1234.1-h7d3kq-aaaaaa",
        "acme/shop#123456.1-h7d3kq-aaaaaa",
        "acme/shop#12345.1.1-h7d3kq-aaaaaa",
        "acme/shop#12345-h7d3kq-aaaaaa",
        "acme/shop#12345.\u0661-h7d3kq-aaaaaa",
        "acme/shop2#12345.1-h7d3kq-aaaaaa",
        "other/shop#12345.1-h7d3kq-aaaaaa",
        "acme.shop#12345.1-h7d3kq-aaaaaa",
    ],
)
def test_anything_else(other: str) -> None:
    """Another build, key or form, and an attempt that is not earlier, are none."""
    assert earlier_attempt(other, OURS) is None


@pytest.mark.parametrize("ours", ["acme/shop#12345-h7d3kq-k3f9q2", "nightly", "", "testsigma-action-h7d3kq-k3f9q2"])
def test_without_an_attempt_there_is_no_earlier_one(ours: str) -> None:
    """Nothing is earlier than a build number that does not name its attempt, not even itself."""
    assert [earlier_attempt(other, ours) for other in (ours, "acme/shop#12345.1-h7d3kq-k3f9q2")] == [None, None]


def test_a_key() -> None:
    """It has a fixed length and harmless characters, whatever the digest, and makes a build number that is found."""
    digests = [bytes([number]) * 32 for number in range(256)]
    assert {len(key_of(digest)) for digest in digests} == {LENGTH}
    assert set("".join(map(key_of, digests))) == set(ALPHABET)
    first, second = (derived(f"shop#8.{attempt}", key_of(digests[7]), "k3f9q2") for attempt in (1, 2))
    assert earlier_attempt(first, second) == 1
