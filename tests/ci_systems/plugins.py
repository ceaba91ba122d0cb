"""How Woodpecker and Drone start a step: a plugin by its settings, other steps by their commands."""

import json
from collections.abc import Mapping
from typing import Any


def woodpecker(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, str]:
    """Variables of settings: upper case, `-` and `.` become `_`; what is no scalar becomes JSON, with text in it only.

    Sources: woodpecker-ci/woodpecker, pipeline/frontend/yaml/compiler/settings/params.go; woodpecker-ci.org/docs,
    "Creating plugins" (Complex settings).
    """
    names = {name: name.upper().replace("-", "_").replace(".", "_") for name in settings}
    return {f"PLUGIN_{names[name]}": _text(_as_text(_secret(value, secrets))) for name, value in settings.items()}


def drone(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, str]:
    """Variables of settings: upper case, and nothing else; a list of scalars is joined with commas.

    Source: drone-runners/drone-runner-docker, engine/compiler/step.go and engine/compiler/encoder.
    """
    return {f"PLUGIN_{name.upper()}": _joined(_secret(value, secrets)) for name, value in settings.items()}


def _secret(value: object, secrets: Mapping[str, str]) -> object:
    return secrets[value["from_secret"]] if isinstance(value, dict) and "from_secret" in value else value


def _joined(value: object) -> str:
    plain = isinstance(value, list) and not any(isinstance(each, dict | list) for each in value)
    return ",".join(map(str, value)) if isinstance(value, list) and plain else _text(value)


def _as_text(value: object) -> object:
    if isinstance(value, dict):
        return {str(name): _as_text(each) for name, each in value.items()}
    return [_as_text(each) for each in value] if isinstance(value, list) else _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)
