"""Wording about results files that are merged (untrusted text)."""

from testsigma_action.domain.merge_findings import Fault, MoreFiles, PartsMissing, TooManyParts, Unusable
from testsigma_action.domain.words import counted
from testsigma_action.reporting.ending_wording import with_full_stop

MergeFinding = Unusable | PartsMissing | TooManyParts | MoreFiles
UPLOAD_HINT = (
    "Check that each job uploads its results file, also when it fails (if: always()), and that the merge gets all of "
    "them."
)
SENTENCES = {
    Fault.MISSING: "No results file was found at this path.",
    Fault.DUPLICATE: "The results file is about the same run as {detail}.",
    Fault.UNFINISHED: "The step that wrote the results file has not finished, or did not wait for its run.",
    Fault.UNREADABLE: "The results file cannot be used: it {detail}",
    Fault.NEWER_SCHEMA: "The results file has schema version {detail}; the newest one known is {wanted}.",
    Fault.OTHER_COMMIT: "The commit of the results file is {detail}, not {wanted}.",
    Fault.OTHER_PIPELINE_RUN: "The pipeline run of the results file is {detail}, not {wanted}.",
}
HINTS = {
    Fault.DUPLICATE: "Give each artifact a name of its own, and download it once.",
    Fault.UNFINISHED: "Look at the job that wrote the file, and run it again.",
    Fault.NEWER_SCHEMA: "Use the same version of testsigma-action in all jobs.",
    Fault.OTHER_COMMIT: "Merge only files of the jobs of this pipeline run.",
    Fault.OTHER_PIPELINE_RUN: "Merge only files of the jobs of this pipeline run.",
}
TOO_MANY_HINT = "Check merge-expects, and that there is no file of an earlier attempt among the files."


def merging(files: int, *, known: bool) -> list[str]:
    """How many files are merged, and whether it is known to which pipeline run they must belong."""
    said = [f"Merging {counted(files, 'results file')}."]
    if not known:
        said.append("Not checked, since it is not known here: whether all parts are of this commit and pipeline run.")
    return said


def sentence(finding: MergeFinding) -> str:
    """One finding as one sentence."""
    match finding:
        case PartsMissing():
            missing = finding.expected - finding.found
            are = "is" if missing == 1 else "are"
            return f"{missing:,} of {counted(finding.expected, 'part')} {are} missing."
        case TooManyParts():
            return f"{counted(finding.found, 'part')} were found instead of {finding.expected:,}."
        case MoreFiles():
            return f"And {counted(finding.number, 'more file')}."
        case Unusable():
            return _unusable(finding)


def _unusable(finding: Unusable) -> str:
    return with_full_stop(SENTENCES[finding.fault].format(detail=finding.detail or "unknown", wanted=finding.wanted))


def advice(finding: Unusable | PartsMissing | TooManyParts) -> str:
    """What to do about a finding."""
    match finding:
        case Unusable():
            return HINTS.get(finding.fault, UPLOAD_HINT)
        case PartsMissing():
            return UPLOAD_HINT
        case TooManyParts():
            return TOO_MANY_HINT
