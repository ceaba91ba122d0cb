"""Jenkins: variables only."""

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
    jenkins = Jenkins(BRANCH)
    assert (jenkins.build_label, jenkins.attempt) == ("shop/main#812", None)
    assert (jenkins.commit, jenkins.branch, jenkins.pull_request) == ("abc", "main", "")
    assert jenkins.job_url == "https://jenkins.example/job/shop/job/main/812/"


def test_facts_of_a_pull_request() -> None:
    """BRANCH_NAME is then PR-5, so the branch of the change counts."""
    jenkins = Jenkins(BRANCH | {"BRANCH_NAME": "PR-5", "CHANGE_ID": "5", "CHANGE_BRANCH": "fix"})
    assert (jenkins.branch, jenkins.pull_request) == ("fix", "5")


def test_the_branch_without_the_plugin_for_branches() -> None:
    """The plugin for git knows it, with its remote."""
    assert Jenkins({"GIT_BRANCH": "origin/main"}).branch == "origin/main"
