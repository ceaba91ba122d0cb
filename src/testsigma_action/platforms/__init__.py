"""Where the step runs: one small adapter for each CI system, and the log and files that all share.

What differs between CI systems belongs here. What the reports say does not.
"""

from collections.abc import Mapping

from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.github import GitHub

# The first that recognises its environment is taken; the plain console recognises any.
PLATFORMS: tuple[type[Platform], ...] = (GitHub, Platform)


def detect(environ: Mapping[str, str]) -> Platform:
    """The platform that this environment belongs to."""
    return next(platform(environ) for platform in PLATFORMS if platform.recognises(environ))
