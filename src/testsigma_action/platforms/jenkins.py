"""Jenkins: later steps read the files with the outputs.

Sources: jenkins: CoreEnvironmentContributor.java, Run.java; the plugins git and branch-api.
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
