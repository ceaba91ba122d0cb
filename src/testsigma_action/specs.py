"""Inputs -> what to run. Pure."""

from testsigma_action.inputs import Inputs
from testsigma_action.model import RunSpec


def run_spec(inputs: Inputs, derived_build_number: str) -> RunSpec:
    """The run that the inputs ask for. A build number is always set, so that a run can be told from all others."""
    return RunSpec(
        plan_id=inputs.plan_id,
        environment_id=inputs.environment_id,
        build_number=inputs.build_number or derived_build_number,
        unique=not inputs.build_number,
        configuration=inputs.execution_config,
        runtime_data=inputs.runtime_data or {},
        upload_versions=inputs.upload_versions or {},
    )
