"""The bodies of the start call and of the rerun call."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from testsigma_action.domain.run import RunSpec

if TYPE_CHECKING:
    from testsigma_action.domain.rerun_choice import Choice, Pick


def start_body(spec: RunSpec) -> dict[str, object]:
    """The body of the start call: numeric IDs as numbers, the build number always as a string.

    The further fields cannot replace any of ours.
    """
    body: dict[str, object] = {name: json.loads(value) for name, value in spec.start_options.items()}
    body |= {"executionId": _wire_id(spec.plan_id), "buildNo": spec.build_number}
    if spec.environment_id:
        body["environmentId"] = _wire_id(spec.environment_id)
    if spec.configuration:
        chosen = spec.configuration
        body["executionConfig"] = {"id": _wire_id(chosen.id)} if chosen.id else {"name": chosen.name}
    if spec.runtime_data:
        body["runtimeData"] = dict(spec.runtime_data)
    if spec.upload_versions:
        body["uploadVersions"] = dict(spec.upload_versions)
    return body


def private_texts(spec: RunSpec) -> tuple[str, ...]:
    """What the user gave, and no error may repeat: the values of runtime data and of the further fields."""
    further = (text for value in spec.start_options.values() for text in _texts(json.loads(value)))
    return (*spec.runtime_data.values(), *further)


def _texts(value: object) -> Iterator[str]:
    """The single values in a value of JSON, as texts."""
    if not isinstance(value, dict | list):
        yield value if isinstance(value, str) else json.dumps(value)
        return
    for each in value.values() if isinstance(value, dict) else value:
        yield from _texts(each)


def rerun_body(choice: "Choice") -> dict[str, object]:
    """The body of the rerun call: the run that is rerun, and its cases by the IDs of their results."""
    return {
        "executionId": _wire_id(choice.parent.plan_id),
        "executionResultId": _wire_id(choice.parent.id),
        "isReRun": True,
        "reRunType": "USER_PICKED",
        "testCaseResultRequests": [_pick(pick) for pick in choice.picks],
    }


def _pick(pick: "Pick") -> dict[str, object]:
    case: dict[str, object] = {"id": _wire_id(pick.case_id)}
    if pick.data_sets:
        sets = [_wire_id(one) for one in pick.data_sets]
        return case | {"iterationReRunType": "USER_PICKED", "iterationResultIds": sets}
    return case | {"iterationReRunType": "ALL"} if pick.data_driven else case


def _wire_id(identity: str) -> int | str:
    """The ID as a number, unless that would change it (letters, leading zeros)."""
    return int(identity) if identity.isascii() and identity.isdecimal() and str(int(identity)) == identity else identity
