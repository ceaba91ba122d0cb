"""CI systems with nothing but variables. Later steps read the files with the outputs.

Sources: jenkins: CoreEnvironmentContributor.java, Run.java; the plugins git and branch-api; woodpecker-ci.org/docs,
"Environment variables".
"""

from testsigma_action.platforms.base import Platform


class Jenkins(Platform):
    """Jenkins. JENKINS_URL is only set if its address is configured. `readProperties` and `readJSON` read the files."""

    name = "Jenkins"
    markers = (("JENKINS_URL", ".+"), ("BUILD_TAG", "jenkins-.*"))
    key_advice = (
        "Put the step into `withCredentials`, with the variable TESTSIGMA_API_KEY, and pass it with "
        "`docker run -e TESTSIGMA_API_KEY`."
    )
    project = ("$JOB_NAME",)
    number = ("$BUILD_NUMBER",)
    commit = ("$GIT_COMMIT",)
    branch = ("$CHANGE_BRANCH", "$BRANCH_NAME", "$GIT_BRANCH")
    pull_request = ("$CHANGE_ID",)
    job_url = ("$BUILD_URL",)
    pipeline_run = ("$JOB_NAME $BUILD_NUMBER",)


class Woodpecker(Platform):
    """Woodpecker. Many of its variables have the names of GitLab's."""

    name = "Woodpecker"
    markers = (("CI", "woodpecker"),)
    key_advice = (
        "Set `api-key` with `from_secret`, and allow the secret for this event. If the secret is limited to plugins, "
        "this image must be among them."
    )
    project = ("$CI_REPO",)
    number = ("$CI_PIPELINE_NUMBER",)
    commit = ("$CI_COMMIT_SHA",)
    branch = ("$CI_COMMIT_SOURCE_BRANCH", "$CI_COMMIT_BRANCH")
    pull_request = ("$CI_COMMIT_PULL_REQUEST",)
    job_url = ("$CI_STEP_URL", "$CI_PIPELINE_URL")
    pipeline_run = ("$CI_REPO $CI_PIPELINE_NUMBER",)
