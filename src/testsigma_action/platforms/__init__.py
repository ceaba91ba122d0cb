"""Adapters for CI systems, one for each, and the log and files that all of them share.

Differences between CI systems belong here. The contents of reports do not.
"""

from collections.abc import Mapping

from testsigma_action.platforms.azure import Azure
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.bitbucket import Bitbucket
from testsigma_action.platforms.buildkite import Buildkite
from testsigma_action.platforms.circleci import CircleCI
from testsigma_action.platforms.cloudbuild import CloudBuild
from testsigma_action.platforms.console import Console
from testsigma_action.platforms.drone import Drone
from testsigma_action.platforms.gitea import Gitea
from testsigma_action.platforms.github import GitHub
from testsigma_action.platforms.gitlab import GitLab
from testsigma_action.platforms.jenkins import Jenkins
from testsigma_action.platforms.teamcity import TeamCity
from testsigma_action.platforms.tekton import Tekton
from testsigma_action.platforms.woodpecker import Woodpecker

# The first one that recognises the environment is used; the console recognises any.
PLATFORMS: tuple[type[Platform], ...] = (
    # Sets the variables of GitHub, too.
    Gitea,
    GitHub,
    GitLab,
    Azure,
    Bitbucket,
    CircleCI,
    Buildkite,
    Woodpecker,
    Drone,
    TeamCity,
    CloudBuild,
    Tekton,
    # Its agents may run steps of the systems above.
    Jenkins,
    Console,
)


def detect(environ: Mapping[str, str]) -> Platform:
    """The platform of this environment."""
    return next(platform(environ) for platform in PLATFORMS if platform.recognises(environ))
