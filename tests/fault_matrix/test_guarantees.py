"""Every call against every fault: the outcome is what docs/guarantees.md says."""

import os
from pathlib import Path

import pytest

from tests.fault_matrix.calls import CALLS
from tests.fault_matrix.cells import FOR_GOOD, ONCE, OVER, Cell, observe
from tests.fault_matrix.faults import TROUBLES
from tests.fault_matrix.table import HEAD, PATH, document, section, sections
from tests.simulation import Outcome, World

# Where the sections are put that are to make a new page, instead of being compared with the page that there is.
NEW = os.environ.get("GUARANTEES")
# Seconds of the clock of the step: the longest wait, collecting, looking and stopping.
LONGEST = 30 * 60 + 300 + 60


@pytest.mark.parametrize("name", CALLS)
def test_every_fault(name: str, tmp_path: Path) -> None:
    """What happens to a call is what the page says, and in no cell a promise is broken."""
    cells: dict[tuple[str, int | None], Cell] = {}
    for trouble in CALLS[name].troubles:
        for count in (ONCE, FOR_GOOD):
            cell, world, outcome = observe(CALLS[name], TROUBLES[trouble], count, tmp_path / f"{trouble}-{count}")
            keep_the_promises(cell, world, outcome, f"{name}: {trouble}, {count or 'for good'}")
            cells[trouble, count] = cell
    found = section(name, cells)
    if NEW:
        (Path(NEW) / f"{list(CALLS).index(name):02}.md").write_text(found, "utf-8")
    else:
        assert found == sections(PATH.read_text("utf-8"))[CALLS[name].words]


def keep_the_promises(cell: Cell, world: World, outcome: Outcome, where: str) -> None:
    """What the page promises of every cell."""
    assert cell.exit_code != 70, f"{where}: {outcome.log}"
    assert outcome.duration <= LONGEST, where
    assert len(cell.runs) <= 1, where
    uploads = world.simulator.uploads().values()
    assert len([one for upload in uploads for one in upload.versions if one.digest]) <= 1, where
    assert len([run for run in world.simulator.runs().values() if run.parent]) <= 1, where
    if cell.exit_code == 0:
        run = world.simulator.runs()[int(cell.run_id)]
        last = run.child or run
        assert (last.status, last.result) == (OVER, "SUCCESS"), where
    if cell.runs and not cell.run_id:
        assert cell.code == "start-uncertain" or outcome.signalled, where


def test_the_page_is_whole() -> None:
    """The page has a section for each call, and nothing else."""
    page = PATH.read_text("utf-8")
    found = sections(page)
    assert list(found) == [call.words for call in CALLS.values()]
    assert page == document(found)
    assert page.startswith(HEAD)
