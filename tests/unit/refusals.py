"""Reading values that are refused."""

from collections.abc import Callable
from typing import Any

import pytest

from testsigma_action.inputs.invalid import Invalid


def refused(read: Callable[[str], Any], text: str) -> str:
    """What the refusal of a value says."""
    with pytest.raises(Invalid) as caught:
        read(text)
    return str(caught.value)
