"""Names in the scripts that Testsigma publishes for CI systems, and the inputs that take their place. Pure."""

PAGE = "docs/moving-from-the-script.md"
FLAGS = {
    "--apikey": "api-key",
    "-k": "api-key",
    "--testplanid": "plan-id",
    "-i": "plan-id",
    "--maxtimeinmins": "timeout",
    "-t": "timeout",
    "--reportfilepath": "junit-file",
    "-r": "junit-file",
    "--runtimedata": "runtime-data",
    "-d": "runtime-data",
    "--buildno": "build-number",
    "-b": "build-number",
}
# Only those that nothing else is called.
VARIABLES = {
    "TESTSIGMA_TEST_PLAN_ID": "plan-id",
    "TESTSIGMA_TEST_PLAN_REST_URL": "base-url",
    "MAX_WAIT_TIME_FOR_SCRIPT_TO_EXIT": "timeout",
    "RUNTIME_DATA_INPUT": "runtime-data",
}
RUNTIME_DATA = "The form name=value,name=value is that of Testsigma's script; write {name: value}."
