"""Wording about the builds under test."""

from collections.abc import Sequence


def ignored(devices: Sequence[str]) -> str:
    """The sentence about devices with a version that are no machine of any run; empty if there are none."""
    if not devices:
        return ""
    named = ", ".join(devices)
    if len(devices) == 1:
        return f"Device {named} is no machine of the run. {_TESTED}"
    return f"Devices {named} are no machines of the run. {_TESTED}"


_TESTED = (
    "Testsigma ignores a version for such a device, and tests the build that was there before. Check the IDs in "
    "uploads and upload-versions: they are the machine IDs in the results file."
)
