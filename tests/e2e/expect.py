"""For a later step of a workflow: compares the outputs of the action (JSON in OUTPUTS) with what is expected.

Arguments are `name=value`, or `name=ANY` for any value but the empty one. Nothing may contain the secret in SECRET.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence


def complaints(outputs: Mapping[str, str], expected: Sequence[str], secret: str) -> list[str]:
    """What is not as expected, in words."""
    found = [f"the secret is in {name}" for name, value in outputs.items() if secret in value]
    for name, _, wanted in (each.partition("=") for each in expected):
        seen = outputs.get(name, "")
        if seen != wanted and not (wanted == "ANY" and seen):
            found.append(f"{name} is {seen!r}, not {wanted!r}")
    return found


if __name__ == "__main__":
    sys.exit("\n".join(complaints(json.loads(os.environ["OUTPUTS"]), sys.argv[1:], os.environ["SECRET"])) or 0)
