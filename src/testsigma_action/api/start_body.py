"""The body of the start call."""

from testsigma_action.domain.run import ConfigurationRef, RunSpec


def start_body(spec: RunSpec) -> dict[str, object]:
    """The body of the start call: numeric IDs as numbers, the build number always as a string."""
    body: dict[str, object] = {"executionId": _wire_id(spec.plan_id), "buildNo": spec.build_number}
    if spec.environment_id:
        body["environmentId"] = _wire_id(spec.environment_id)
    if spec.configuration:
        body["executionConfig"] = _configuration(spec.configuration)
    if spec.runtime_data:
        body["runtimeData"] = dict(spec.runtime_data)
    if spec.upload_versions:
        body["uploadVersions"] = dict(spec.upload_versions)
    return body


def _configuration(configuration: ConfigurationRef) -> dict[str, object]:
    if configuration.id:
        return {"id": _wire_id(configuration.id)}
    return {"name": configuration.name}


def _wire_id(identity: str) -> int | str:
    """The ID as a number, unless that would change it (letters, leading zeros)."""
    return int(identity) if identity.isascii() and identity.isdecimal() and str(int(identity)) == identity else identity
