"""Woodpecker: variables only."""

from testsigma_action.domain.build import Build
from testsigma_action.platforms.woodpecker import Woodpecker

ENVIRON = {
    "CI": "woodpecker",
    "CI_REPO": "acme/shop",
    "CI_PIPELINE_NUMBER": "812",
    "CI_COMMIT_SHA": "abc",
    "CI_COMMIT_BRANCH": "main",
    "CI_PIPELINE_URL": "https://ci.example/repos/1/pipeline/812",
}


def test_facts() -> None:
    """Repository and number of the pipeline."""
    assert Woodpecker(ENVIRON).build == Build(
        system="Woodpecker",
        label="acme/shop#812",
        commit="abc",
        branch="main",
        job_url="https://ci.example/repos/1/pipeline/812",
        pipeline_run="acme/shop 812",
    )


def test_facts_of_a_pull_request() -> None:
    """CI_COMMIT_BRANCH is then the target."""
    build = Woodpecker(ENVIRON | {"CI_COMMIT_SOURCE_BRANCH": "fix", "CI_COMMIT_PULL_REQUEST": "5"}).build
    assert (build.branch, build.pull_request) == ("fix", "5")
