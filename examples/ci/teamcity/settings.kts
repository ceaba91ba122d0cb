import jetbrains.buildServer.configs.kotlin.*
import jetbrains.buildServer.configs.kotlin.buildSteps.script

// Runs a Testsigma test plan. Needs a Linux agent with Docker.
version = "2024.12"

project {
    buildType(Testsigma)
}

object Testsigma : BuildType({
    name = "Testsigma"

    params {
        // The API key: generate a token for it in the settings of the project (Versioned Settings > Tokens).
        password("env.TESTSIGMA_API_KEY", "credentialsJSON:00000000-0000-0000-0000-000000000000")
        param("env.TESTSIGMA_PLAN_ID", "431")
    }

    vcs {
        root(DslContext.settingsRoot)
    }

    steps {
        script {
            name = "Testsigma"
            // The message makes TeamCity import the JUnit file as soon as it is there, also if the step fails then.
            scriptContent = """
                echo "##teamcity[importData type='junit' path='test-results/TEST-testsigma*.xml']"
                exec docker run --rm --user "$(id -u):$(id -g)" --volume "%teamcity.build.checkoutDir%:/work" \
                  -e TESTSIGMA_API_KEY \
                  -e TESTSIGMA_PLAN_ID \
                  -e TEAMCITY_VERSION -e TEAMCITY_PROJECT_NAME -e TEAMCITY_BUILDCONF_NAME \
                  -e BUILD_NUMBER -e BUILD_URL -e BUILD_VCS_NUMBER \
                  ghcr.io/owner/testsigma-action:0.1.0
            """.trimIndent()
        }
        script {
            name = "Result"
            executionMode = BuildStep.ExecutionMode.RUN_ON_FAILURE
            // Outputs are variables. Kotlin would take a dollar sign and a name for a variable of its own.
            scriptContent = "printenv TESTSIGMA_OUTPUT_RESULT TESTSIGMA_OUTPUT_RUN_URL"
        }
    }

    failureConditions {
        // Longer than the input `timeout` (2 hours).
        executionTimeoutMin = 150
    }

    requirements {
        exists("docker.server.version")
    }
})
