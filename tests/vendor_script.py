"""The names of variables and flags in the scripts that Testsigma published for CI systems.

Sources: Testsigma's documentation, "Integrate Testsigma with any CI/CD tool using Shell Script" and "Trigger Test Plans
Remotely & Wait Until Completion", which has the PowerShell script as well.
"""

# What users set, and what the script calls its global variables.
SHELL = (
    "TESTSIGMA_API_KEY",
    "TESTSIGMA_TEST_PLAN_ID",
    "MAX_WAIT_TIME_FOR_SCRIPT_TO_EXIT",
    "JUNIT_REPORT_FILE_PATH",
    "RUNTIME_DATA_INPUT",
    "BUILD_NO",
    "POLL_COUNT",
    "SLEEP_TIME",
    "JSON_REPORT_FILE_PATH",
    "TESTSIGMA_TEST_PLAN_REST_URL",
    "TESTSIGMA_JUNIT_REPORT_URL",
    "MAX_WAITTIME_EXCEEDED_ERRORMSG",
)
# Those that the shell script does not have.
POWERSHELL = ("$REPORT_FILE_PATH", "$RUN_TIME_PARAMS", "$POLL_INTERVAL_FOR_RUN_STATUS", "$NO_OF_POLLS")
FLAGS = {
    "--apikey": "-k",
    "--testplanid": "-i",
    "--maxtimeinmins": "-t",
    "--reportfilepath": "-r",
    "--runtimedata": "-d",
    "--buildno": "-b",
    "--help": "-h",
}


def runtime_data(text: str) -> dict[str, str]:
    """What the shell script makes of `name=value,name=value`."""
    return {parts[0]: parts[1] for parts in (element.split("=") for element in text.split(","))}
