"""The one line of action.yml that says which image the action is. Pure."""

import re

FROM_SOURCE = "Dockerfile"
LINE = re.compile(r"^(  image: )(.*)$", re.MULTILINE)


def image(action: str) -> str:
    """Which image an action.yml names: `Dockerfile`, or `docker://...`. Raises ValueError."""
    return _only_line(action)[2]


def with_image(action: str, value: str) -> str:
    """The text of an action.yml with another image; raises ValueError unless it has exactly one line for it."""
    found = _only_line(action)
    return action[: found.start(2)] + value + action[found.end(2) :]


def _only_line(action: str) -> re.Match[str]:
    found = list(LINE.finditer(action))
    if len(found) != 1:
        raise ValueError(f"action.yml has {len(found)} lines for its image.")
    return found[0]
