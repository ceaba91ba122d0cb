"""Jenkins: variables only."""

from testsigma_action.domain.build import Build
from testsigma_action.platforms.jenkins import Jenkins

BRANCH = {
    "JENKINS_URL": "https://jenkins.example/",
    "JOB_NAME": "shop/main",
    "BUILD_NUMBER": "812",
    "BUILD_URL": "https://jenkins.example/job/shop/job/main/812/",
    "GIT_COMMIT": "abc",
    "GIT_BRANCH": "origin/main",
    "BRANCH_NAME": "main",
}


def test_facts_of_a_branch() -> None:
    """The name of the job and the number of the build."""
    assert Jenkins(BRANCH).build == Build(
        system="Jenkins",
        label="shop/main#812",
        commit="abc",
        branch="main",
        job_url="https://jenkins.example/job/shop/job/main/812/",
        pipeline_run="shop/main 812",
    )


def test_facts_of_a_pull_request() -> None:
    """BRANCH_NAME is then PR-5, so the branch of the change counts."""
    build = Jenkins(BRANCH | {"BRANCH_NAME": "PR-5", "CHANGE_ID": "5", "CHANGE_BRANCH": "fix"}).build
    assert (build.branch, build.pull_request) == ("fix", "5")


def test_the_branch_without_the_plugin_for_branches() -> None:
    """The plugin for git knows it, with its remote."""
    assert Jenkins({"GIT_BRANCH": "origin/main"}).build.branch == "origin/main"
