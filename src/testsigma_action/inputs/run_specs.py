"""Inputs -> the runs to start. Pure."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from testsigma_action.domain import build_numbers
from testsigma_action.domain.run import RunSpec
from testsigma_action.inputs.options import Inputs

if TYPE_CHECKING:
    from testsigma_action.domain.upload_events import UploadSpec


def run_specs(inputs: Inputs, label: str, nonce: Callable[[], str], step: str = "") -> tuple[RunSpec, ...]:
    """The runs that the inputs ask for, in their order. Each has a build number, so that it can be identified.

    A build number that was not given is derived from `label`, a key of the run in the `step` of the CI run, and a nonce
    of its own. Nothing is known yet of a run to attach to.
    """
    if inputs.run_id:
        return (RunSpec(),)
    specs: list[RunSpec] = []
    equal: Counter[str] = Counter()
    for request in inputs.runs:
        asked_for = _asked_for(request, inputs)
        equal[asked_for] += 1
        # The key must not tell anything about runtime data, so it takes the API key to compute it.
        digest = inputs.api_key.digest(json.dumps([step, asked_for, equal[asked_for]]))
        derived = build_numbers.derived(label, build_numbers.key_of(digest), nonce())
        spec = request if request.build_number else replace(request, build_number=derived, unique=True)
        specs.append(replace(spec, start_options=inputs.start_options or {}))
    return tuple(specs)


def upload_specs(
    inputs: Inputs, specs: Sequence[RunSpec], label: str, nonce: Callable[[], str]
) -> "tuple[UploadSpec, ...]":
    """The files to upload. A version that was not given is the build number; several runs share one."""
    if not inputs.uploads:
        return ()
    version, unique = inputs.build_number, False
    if len(specs) == 1:
        version, unique = specs[0].build_number, specs[0].unique
    elif not version:
        key = build_numbers.key_of(inputs.api_key.digest("uploads"))
        version, unique = build_numbers.derived(label, key, nonce()), True
    return tuple(one if one.version else replace(one, version=version, unique=unique) for one in inputs.uploads)


def _asked_for(request: RunSpec, inputs: Inputs) -> str:
    """All that tells a run from others of the same plan: legs of a matrix may differ in any of it.

    A name counts as it was given: its ID is not known yet, and each attempt of a job gives the same text.
    """
    configuration = request.configuration
    return json.dumps(
        [
            request.plan_id,
            request.name,
            inputs.summary_title,
            request.environment_id or request.environment_name,
            [configuration.id, configuration.name] if configuration else [],
            sorted(request.runtime_data.items()),
            sorted(request.upload_versions.items()),
            *sorted((inputs.start_options or {}).items()),
            *([one.file, one.upload_id, one.name, one.devices] for one in inputs.uploads),
        ]
    )
