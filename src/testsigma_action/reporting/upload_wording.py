"""Wording about the builds under test."""

from testsigma_action.domain.report import Report
from testsigma_action.text import one_line

# Maximum number of machines in the sentence, and of characters of the title of each.
_MOST, _LONGEST = 10, 60
_TESTED = (
    "Testsigma ignores a version for such a device, and tests the build that was there before. Check the IDs in "
    "uploads and upload-versions."
)


def ignored(report: Report) -> str:
    """The sentence about devices with a version that are not machines of any run (untrusted); empty without any."""
    devices = report.ignored_devices
    if not devices:
        return ""
    named = ", ".join(devices)
    what = f"Device {named} is not a machine" if len(devices) == 1 else f"Devices {named} are not machines"
    machines = [one for run in report.runs if run.tree for one in run.tree.machines if one.machine_id]
    found = dict.fromkeys(f"{one_line(machine.title, _LONGEST)} ({machine.machine_id})" for machine in machines)
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    known = f" The machines are: {', '.join(list(found)[:_MOST])}{more}." if found else ""
    return f"{what} of the run. {_TESTED}{known}"
