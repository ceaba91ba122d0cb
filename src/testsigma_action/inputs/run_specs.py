"""Inputs -> the runs to start. Pure."""

from collections.abc import Callable

from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.inputs.options import Inputs, RunRequest


def run_specs(inputs: Inputs, label: str, nonce: Callable[[], str]) -> tuple[RunSpec, ...]:
    """The runs that the inputs ask for, in their order. Each has a build number, so that it can be identified.

    A build number that was not given is derived from `label`, with a nonce of its own. Nothing is known yet of a run
    to attach to: see `spec_of`.
    """
    if inputs.run_id:
        return (RunSpec(),)
    specs: list[RunSpec] = []
    for at, request in enumerate(inputs.runs, 1):
        derived = f"{label}-{nonce()}"
        if any(spec.build_number == derived for spec in specs):
            derived = f"{derived}-{at}"
        specs.append(_spec(request, derived))
    return tuple(specs)


def _spec(request: RunRequest, derived_build_number: str) -> RunSpec:
    return RunSpec(
        plan_id=request.plan_id,
        environment_id=request.environment_id,
        build_number=request.build_number or derived_build_number,
        unique=not request.build_number,
        configuration=request.execution_config,
        runtime_data=request.runtime_data,
        upload_versions=request.upload_versions,
        name=request.name,
    )


def spec_of(run: Run) -> RunSpec:
    """The parameters of a run that exists already, as far as the service reports them."""
    return RunSpec(plan_id=run.plan_id, environment_id=run.environment_id, build_number=run.build_number)
