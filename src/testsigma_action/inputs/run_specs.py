"""Inputs -> what to run. Pure."""

from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.inputs.options import Inputs


def run_spec(inputs: Inputs, derived_build_number: str) -> RunSpec:
    """The run that the inputs ask for. A build number is always set, so that a run can be told from all others.

    Of a run that exists already nothing is known yet: see `spec_of`.
    """
    if inputs.run_id:
        return RunSpec()
    return RunSpec(
        plan_id=inputs.plan_id,
        environment_id=inputs.environment_id,
        build_number=inputs.build_number or derived_build_number,
        unique=not inputs.build_number,
        configuration=inputs.execution_config,
        runtime_data=inputs.runtime_data or {},
        upload_versions=inputs.upload_versions or {},
    )


def spec_of(run: Run) -> RunSpec:
    """What was asked for when a run was started, as far as the run tells."""
    return RunSpec(plan_id=run.plan_id, environment_id=run.environment_id, build_number=run.build_number)
