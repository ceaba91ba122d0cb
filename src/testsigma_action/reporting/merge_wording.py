"""Wording about a merge of results files."""

from testsigma_action.domain.words import counted


def merging(files: int, *, known: bool) -> list[str]:
    """How many files are merged, and whether it is known to which pipeline run they must belong."""
    said = [f"Merging {counted(files, 'results file')}."]
    if not known:
        said.append("Not checked, since it is not known here: whether all parts are of this commit and pipeline run.")
    return said
