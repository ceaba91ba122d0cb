"""Jenkins: nothing but variables. `readProperties` and `readJSON` read the files with the outputs.

Sources: jenkins: CoreEnvironmentContributor.java, Run.java; the plugins git and branch-api.
"""

from collections.abc import Mapping

from testsigma_action.platforms.build import BuildFacts
from testsigma_action.platforms.ci_system import CiSystem


class Jenkins(CiSystem):
    """Jenkins. Its agents may run steps of other CI systems, too, so these are looked for first."""

    name = "Jenkins"
    marker = ("JENKINS_URL", "")
    key_advice = (
        "Put the step into `withCredentials`, with the variable TESTSIGMA_API_KEY, and pass it with "
        "`docker run -e TESTSIGMA_API_KEY`."
    )
    facts = BuildFacts(
        project=("$JOB_NAME",),
        number=("$BUILD_NUMBER",),
        commit=("$GIT_COMMIT",),
        branch=("$CHANGE_BRANCH", "$BRANCH_NAME", "$GIT_BRANCH"),
        pull_request=("$CHANGE_ID",),
        job_url=("$BUILD_URL",),
        pipeline_run=("$JOB_NAME $BUILD_NUMBER",),
    )

    @classmethod
    def recognises(cls, environ: Mapping[str, str]) -> bool:
        """JENKINS_URL is only set if the address of Jenkins is configured; BUILD_TAG is `jenkins-JOB-NUMBER`."""
        return super().recognises(environ) or environ.get("BUILD_TAG", "").startswith("jenkins-")
