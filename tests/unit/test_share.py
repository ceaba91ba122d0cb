"""A limit that is a number of cases, or a percentage of them."""

import pytest

from testsigma_action.domain.tolerance import Share
from testsigma_action.inputs import parsers
from testsigma_action.inputs.invalid import Invalid


@pytest.mark.parametrize(
    ("text", "cases", "limit"),
    [("0", 10, 0), ("3", 10, 3), ("0%", 10, 0), ("50%", 11, 5), ("5 %", 19, 0), ("5%", 20, 1), ("100%", 7, 7)],
)
def test_a_share_is_a_number_of_cases(text: str, cases: int, limit: int) -> None:
    """A percentage is rounded down, so that it never allows more than it says."""
    assert parsers.share(text).of(cases) == limit


@pytest.mark.parametrize("text", ["", "%", "-1", "101%", "1.5", "five", "٣", "100001", "3%%", "1e2"])
def test_anything_else_is_refused(text: str) -> None:
    """A limit that cannot be read never becomes another limit."""
    with pytest.raises(Invalid):
        parsers.share(text)


@pytest.mark.parametrize("share", [Share(3), Share(5, percent=True)])
def test_a_share_reads_as_it_is_written(share: Share) -> None:
    """The log shows the limit as it can be given."""
    assert parsers.share(str(share)) == share
