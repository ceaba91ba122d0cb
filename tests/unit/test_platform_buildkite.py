"""Buildkite: headers of groups."""

from testsigma_action.platforms.buildkite import Buildkite

ENVIRON = {
    "BUILDKITE": "true",
    "BUILDKITE_ORGANIZATION_SLUG": "acme",
    "BUILDKITE_PIPELINE_SLUG": "shop",
    "BUILDKITE_BUILD_NUMBER": "812",
    "BUILDKITE_RETRY_COUNT": "1",
    "BUILDKITE_COMMIT": "abc",
    "BUILDKITE_BRANCH": "fix",
    "BUILDKITE_PULL_REQUEST": "5",
    "BUILDKITE_BUILD_URL": "https://buildkite.com/acme/shop/builds/812",
    "BUILDKITE_JOB_ID": "0190-a",
}


def test_facts() -> None:
    """The first retry is the second attempt."""
    buildkite = Buildkite(ENVIRON)
    assert (buildkite.build_label, buildkite.attempt) == ("acme/shop#812.2", 2)
    assert (buildkite.commit, buildkite.branch, buildkite.pull_request) == ("abc", "fix", "5")
    assert buildkite.job_url == "https://buildkite.com/acme/shop/builds/812#0190-a"


def test_no_pull_request_is_false() -> None:
    """The variable is always set."""
    assert Buildkite(ENVIRON | {"BUILDKITE_PULL_REQUEST": "false"}).pull_request == ""
    assert Buildkite({}).attempt is None


def test_groups_are_open() -> None:
    """What follows belongs to the group, so it must not be folded; lines are no headers."""
    assert Buildkite({}).group("Failures", ["--- one", "^^^ +++"]) == ["+++ Failures", "│ --- one", "│ ^^^ +++"]
