"""Inputs in environment variables. Pure.

A flag has precedence (`flags.py`). Then the first that is set wins: `INPUT_PLAN-ID` or `INPUT_PLAN_ID` (GitHub),
`PLUGIN_PLAN-ID` (Drone changes no character of a setting but its case) or `PLUGIN_PLAN_ID` (Woodpecker),
`TESTSIGMA_PLAN_ID`. An empty value counts as not given.
"""

from collections.abc import Mapping
from textwrap import dedent

# The flag, and the variable that GitHub sets when a job runs with debug logging.
DEBUG, RUNNER_DEBUG = "--debug", "RUNNER_DEBUG"


def from_environment(name: str, environ: Mapping[str, str]) -> str:
    """The text of an input from the environment; empty if no variable has one."""
    upper = name.upper()
    snake = upper.replace("-", "_")
    names = (*(f"{prefix}_{word}" for prefix in ("INPUT", "PLUGIN") for word in (upper, snake)), f"TESTSIGMA_{snake}")
    return next((text for variable in names if (text := trimmed(environ.get(variable, "")))), "")


def trimmed(text: str) -> str:
    """The text without blanks around it, and without the indent that all its lines share, which matters in YAML."""
    return (dedent(text) if "\n" in text else text).strip()
