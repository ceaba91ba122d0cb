"""Paths of files with wildcards: the text of an input, one on each line, and the files that they name."""

from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.parsers import path


def patterns(value: str) -> tuple[str, ...]:
    """Paths of files, one on each line, maybe with wildcards. Raises Invalid."""
    try:
        return tuple(path(line.strip()) for line in value.splitlines() if line.strip())
    except Invalid:
        raise Invalid("paths of files, one on each line, maybe with wildcards (*, ?, **)") from None
