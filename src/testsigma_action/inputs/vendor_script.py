"""Names in the scripts that Testsigma publishes for CI systems, and the inputs that take their place. Pure."""

PAGE = "docs/moving-from-the-script.md"
_FLAGS = {
    "api-key": ("--apikey", "-k"),
    "plan-id": ("--testplanid", "-i"),
    "timeout": ("--maxtimeinmins", "-t"),
    "junit-file": ("--reportfilepath", "-r"),
    "runtime-data": ("--runtimedata", "-d"),
    "build-number": ("--buildno", "-b"),
}
FLAGS = {flag: name for name, flags in _FLAGS.items() for flag in flags}
# Only those that nothing else is called.
VARIABLES = {
    "TESTSIGMA_TEST_PLAN_ID": "plan-id",
    "TESTSIGMA_TEST_PLAN_REST_URL": "base-url",
    "MAX_WAIT_TIME_FOR_SCRIPT_TO_EXIT": "timeout",
    "RUNTIME_DATA_INPUT": "runtime-data",
}
