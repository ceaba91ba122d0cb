"""Sentences about findings that are only filled in, and hints that are the same for all findings of a kind.

Templates are format strings of Python, in which `0` is the finding. One thing is added to their language: after a colon
may stand what follows a number of one, and of several. `{0.cases:case was|cases were}` becomes `1 case was`, or
`2 cases were`. A finding within the finding is put into words. Texts that are filled in are untrusted.
"""

from enum import Enum

from testsigma_action.domain import events, evidence, findings, merge_findings, policy_findings
from testsigma_action.domain.ending import WhyNotAgain
from testsigma_action.domain.findings import Doubt, Fact
from testsigma_action.domain.merge_findings import Fault

TEMPLATES: dict[Enum | type, str] = {
    Fact.FAILED_AT_FIRST: "The run failed at first.",
    Fact.CALLED_NOT_EXECUTED: "The run's result is NOT_EXECUTED.",
    Fact.NO_CASE_EXECUTED: "No case was executed.",
    Fact.NO_CASE_NEEDED: "No case was executed, which min-tests: 0 allows.",
    Fact.EMPTY_SUCCESS: "Testsigma reports a pass, but no case was executed.",
    Fact.UNPROVEN_SUCCESS: "Testsigma reports a pass, but nothing shows that a case was executed.",
    Fact.INFRASTRUCTURE: "This is trouble of the infrastructure (agent, device, parallel runs), not of a test.",
    Fact.RERUN_NEVER_BEGAN: "The plan is set to run failed cases again, but no rerun has started.",
    Fact.JUDGED_AGAIN: "The results file calls the run passed, but its results do not show that.",
    Fact.NOT_FINISHED: "The step has not finished: it was killed, or it is still running.",
    findings.Started: "Run {0.run_id} was started. This step does not wait for it; a later step can "
    "(run-id: {0.run_id}).",
    findings.FailedAgain: "{0.failures}, also in the rerun (run {0.run_id}).",
    findings.CutShort: "The run was {0.result.value} before it was finished.",
    findings.CalledPassed: "Testsigma reports a pass, but {0.contradiction}.",
    findings.ServiceMessage: "Testsigma says: {0.text}",
    events.StoppedAfterFailures: "{0.failures:case|cases} failed, counted over all runs; stop-after-failures is "
    "{0.limit:,}.",
    findings.InputProblem: "{0.message}",
    findings.ErrorFinding: "{0.message}",
    findings.MorePlans: "And {0.number:more plan|more plans}.",
    findings.MayStillRun: "{0.runs:run|runs} may still be running.",
    policy_findings.OverLimit: "{0.failures:failure counts|failures count}; max-failures allows {0.allowed:,}.",
    policy_findings.NotAccounted: "The run is not a pass, because {0.contradiction}.",
    policy_findings.TooFewTests: "{0.executed:case was|cases were} executed; min-tests is {0.wanted:,}.",
    policy_findings.FlakyCases: "{0.cases:case|cases} passed only in a rerun, and fail-on-flaky is set.",
    findings.RunUnreadable: "In the answers about run {0.run_id}, {0.fields}.",
    findings.NeverExecuted: "{0.cases:case|cases} that run {0.run_id} did not execute did not run again either.",
    Doubt.RERUN_UNKNOWN: "The failed cases ran again as run {0.run_id}, but the result of that run is not known.",
    Doubt.NO_FAILED_CASE: "None of its cases shows why run {0.run_id} did not pass.",
    Doubt.MORE_FAILURES_COUNTED: "The counters of run {0.run_id} show more failures than its list of cases.",
    Doubt.COUNTED_AS_RUNNING: "The counters of run {0.run_id} show cases that are still running.",
    Doubt.LIST_INCOMPLETE: "The list of cases of run {0.run_id} is incomplete.",
    Doubt.PART_NOT_RERUN: "A part of run {0.run_id} that did not pass did not run again.",
    Doubt.WHOLE_NOT_PASSED: "Testsigma does not report a pass for run {0.run_id} together with its reruns.",
    merge_findings.TooManyParts: "{0.found:part|parts} were found instead of {0.expected:,}.",
    merge_findings.MoreFiles: "And {0.number:more file|more files}.",
    Fault.MISSING: "No results file was found at this path.",
    Fault.DUPLICATE: "The results file is about the same run as {0.detail}.",
    Fault.UNFINISHED: "The step that wrote the results file has not finished, or did not wait for its run.",
    Fault.UNREADABLE: "The results file cannot be used: it {0.detail}",
    Fault.NEWER_SCHEMA: "The results file has schema version {0.detail}; the newest one known is {0.wanted}.",
    Fault.OTHER_COMMIT: "The commit of the results file is {0.detail}, not {0.wanted}.",
    Fault.OTHER_PIPELINE_RUN: "The pipeline run of the results file is {0.detail}, not {0.wanted}.",
    # Ends of sentences.
    evidence.Unaccounted: "nothing is known of {0.cases:,} of {0.total:case|cases}",
    evidence.NeverRan: "{0.cases:case of it was|cases of it were} not executed",
    evidence.Oddity.EMPTY_LIST: "its list of cases is empty, although its counters show cases that passed",
    evidence.Oddity.BROKEN_PART: "a part of it did not pass",
    evidence.Oddity.INCOMPLETE_LIST: "its list of cases is incomplete, or nothing says how many cases there are",
    WhyNotAgain.TOO_MANY: "{0.cases:,} of {0.total:case|cases} would have to run again, and rerun-limit is {0.limit}",
    WhyNotAgain.NOTHING_LISTED: "no case on its list failed",
    WhyNotAgain.UNEXPLAINED: "its list of cases does not show everything that did not pass",
    WhyNotAgain.NOT_IN_LAST_RUN: "run {0.run_id} does not have all of the cases that failed",
    WhyNotAgain.MOST_RERUNS: "Testsigma allows 10 reruns of a run",
    WhyNotAgain.NO_TIME: "there was no time left (timeout)",
    WhyNotAgain.PLAN_UNKNOWN: "Testsigma does not say to which plan the run belongs",
}
NO_TESTS_HINT = "Check that the plan has suites with cases, and that the environment and configuration select some."
UPLOAD_HINT = (
    "Check that each job uploads its results file, also when it fails (if: always()), and that the merge gets all of "
    "them."
)
HINTS: dict[Enum | type, str] = {
    Fact.NO_CASE_EXECUTED: NO_TESTS_HINT,
    Fact.EMPTY_SUCCESS: NO_TESTS_HINT,
    Fact.INFRASTRUCTURE: "Check in Testsigma that the agent and the devices of the plan are online, and that a "
    "parallel run is free. Then run the step again. With rerun-failed, such cases run again by themselves.",
    Fact.UNPROVEN_SUCCESS: "Open the run's page. If it passed there, run the step again: its results could not "
    "be read.",
    events.StoppedAfterFailures: "Fix the failures first. To finish all runs in spite of failures, set "
    "stop-after-failures to 0.",
    policy_findings.TooFewTests: "Check that the plan has all its suites and cases, and that the environment and "
    "configuration select them. If fewer are right, lower min-tests.",
    policy_findings.FlakyCases: "Look at the flaky cases, which log and summary name. To accept them, set "
    "fail-on-flaky to false.",
    merge_findings.PartsMissing: UPLOAD_HINT,
    merge_findings.TooManyParts: "Check merge-expects, and that there is no file of an earlier attempt among the "
    "files.",
    Fault.MISSING: UPLOAD_HINT,
    Fault.UNREADABLE: UPLOAD_HINT,
    Fault.DUPLICATE: "Give each artifact a name of its own, and download it once.",
    Fault.UNFINISHED: "Look at the job that wrote the file, and run it again.",
    Fault.NEWER_SCHEMA: "Use the same version of testsigma-action in all jobs.",
    Fault.OTHER_COMMIT: "Merge only files of the jobs of this pipeline run.",
    Fault.OTHER_PIPELINE_RUN: "Merge only files of the jobs of this pipeline run.",
}
