"""Files that were uploaded before the first start, and the devices that use them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from testsigma_action.domain.identity import same_id
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import RunSpec


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that the service has stored, and the version that it became."""

    file: str
    upload_id: str
    version_id: str
    version: str
    devices: tuple[str, ...] = ()


def pinned(spec: RunSpec, uploads: Iterable[Uploaded]) -> RunSpec:
    """The spec of a run that uses these versions on their devices."""
    versions = {device: one.version_id for one in uploads for device in one.devices}
    return replace(spec, upload_versions={**spec.upload_versions, **versions})


def ignored_devices(specs: Sequence[RunSpec], trees: Sequence[ResultTree | None]) -> tuple[str, ...]:
    """The devices with a version that are no machine of any run: the service ignores such an ID silently.

    Empty unless the machines of all runs are known.
    """
    if not trees or not all(tree and tree.complete for tree in trees):
        return ()
    machines = [machine.machine_id for tree in trees if tree for machine in tree.machines]
    devices = dict.fromkeys(device for spec in specs for device in spec.upload_versions)
    return tuple(one for one in devices if all(machines) and not any(same_id(one, other) for other in machines))
