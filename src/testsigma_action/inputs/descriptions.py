"""What each input means, in one or more sentences. Pure.

The one source of these texts: `--help` shows them, and a test compares them with action.yml.
"""

from configparser import ConfigParser

# Sections of `--help`, with the inputs in the order of `options.DEFINITIONS`; the default is not repeated here.
TEXT = """
[What to run]
api-key: Testsigma API key, from a secret. Required, except with merge.
plan-id: Test plan to run: its ID, or the address of its page. Exactly one of plan-id, plans, run-id and merge is
    required.
plans: Several runs in one step: a YAML or JSON list, or the path of a file with it. Keys of an entry: plan-id
    (required), name, environment-id, build-number, execution-config, runtime-data, upload-versions. Inputs of the same
    names are the defaults.
max-parallel: With plans: how many runs are in progress at the same time, from 1 to 50.
stop-after-failures: When this many cases have failed over all runs, stop the runs that are in progress and start no
    others. 0: never.
environment-id: Environment to run in: its ID (digits), the address of its page, or its name.
build-number: Build number recorded with the run, always as text.
on-busy: What to do if the plan is already running: fail, or wait (until the timeout).
execution-config: Saved configuration for a partial run: its name, its ID (digits), {name: ...} or {id: ...}.
runtime-data: YAML or JSON mapping of runtime variables for the run. On GitHub, write secrets with toJSON.
upload-versions: YAML or JSON mapping: device ID to upload version ID, like {211: 9031}.
start-options: YAML or JSON mapping of fields to add to the request that starts a run, for what has no input of its own,
    like {testDevices: [5]}. Numbers, true, false, lists and mappings keep their type.
run-id: Existing run to attach to, instead of starting one: its ID, or the address of its page.
dry-run: Check inputs, key, plans and files, and start nothing. Log and summary show what the service answered, in a
    form that can be shown to anybody.
[App builds]
uploads: Files to upload before the start: a YAML or JSON list, or the path of a file with it. Keys: file; upload-id, or
    name, project-id and application-id; version, type, devices.
upload-timeout: Longest time for each upload, until the service has stored (and signed) the file.
[Waiting]
wait: Whether to wait for the result. false: start the run, set the outputs and end.
timeout: Longest wait, from the start of the step, like 90s, 30m or 1h30m.
queue-timeout: Longest wait before the run leaves the queue.
on-timeout: What to do with the run when the wait ends without a result: stop or leave.
on-cancel: What to do with the run when the step is cancelled: stop or leave.
poll-interval: How often to read the status: auto (every 2 to 60 seconds, most often near the expected end), or a
    duration.
[Reruns]
rerun-failed: How often the cases that failed, or were not executed because of a failure, run again, from 0 to 10.
rerun-limit: A number or a percentage of the cases: if more of them would have to run again, none does.
on-job-rerun: What a second attempt of the CI job does: start a new run, or run only what failed in the run of the
    attempt before (failed). GitHub Actions only.
[Policies]
max-failures: Failed cases that are tolerated in each run: a number, or a percentage of its executed cases like 5%. If
    more failed, none is tolerated.
quarantine: Cases whose failures are shown and do not count: a YAML or JSON list, or the path of a file with it.
    Required keys: case (a name, maybe with * and ?, or an ID), reason, expires (a date). Others: suite, machine,
    data-set, owner, issue.
min-tests: Fewer executed cases in a run than this are no pass. 0: a run without tests may pass.
fail-on-flaky: Whether a case that passed only when it was run again fails the step.
[Reports]
details: Cases whose steps are read: failed, all or none.
junit-file: Path of the JUnit file, or off.
results-file: Path of the results as JSON, or off.
ctrf-file: Path of the results in the Common Test Report Format (CTRF), or off.
agent-file: Path of the failures as Markdown for coding agents, or off.
summary: What the summary of the job shows: full, failed (only what failed) or off.
summary-title: Title of the summary, and start of each suite name in the JUnit file.
annotations: Maximum number of annotations, from 0 to 50. The last one says how many more failures there are.
compare: Run to compare the results with: previous (the plan's run before this one), the ID of a run, the address of its
    page, or off.
history: How many earlier runs of the plan are read when a case failed, from 0 to 50: they show since when it fails, and
    how often.
[Merge]
merge: Results files of other jobs, to judge them together instead of running anything: paths, one on each line, maybe
    with wildcards. No API key is needed, and no request is sent.
merge-expects: With merge (required): how many parts there must be, from 1 to 1000. A merged file counts as the parts in
    it. A part that is missing is no pass.
[Connection]
base-url: Address of Testsigma in your region (https://app-eu.testsigma.com, https://app-in.testsigma.com), or of your
    own installation.
ca-bundle: File (PEM) with the certificate authorities to trust.
"""
_parsed = ConfigParser(delimiters=(":",), interpolation=None)
_parsed.read_string(TEXT)
SECTIONS = {
    title: {name: text.replace("\n", " ") for name, text in _parsed[title].items()} for title in _parsed.sections()
}
DESCRIPTIONS = {name: text for section in SECTIONS.values() for name, text in section.items()}
