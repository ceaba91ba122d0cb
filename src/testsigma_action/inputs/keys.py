"""The keys of the entries of each list: which there are, and how each is parsed. Pure."""

from testsigma_action.inputs import pages, parsers
from testsigma_action.inputs.options import BY_NAME, Definition

# The keys of an entry of `plans`: the fields of RunRequest.
ENTRY_KEYS = (
    BY_NAME["plan-id"],
    Definition("name", parsers.label),
    BY_NAME["environment-id"],
    BY_NAME["build-number"],
    BY_NAME["execution-config"],
    BY_NAME["runtime-data"],
    BY_NAME["upload-versions"],
)
# The keys of an entry of `quarantine`: the fields of QuarantineEntry.
QUARANTINE_KEYS = (
    Definition("case", parsers.line),
    Definition("reason", parsers.line),
    Definition("expires", parsers.day),
    Definition("suite", parsers.line),
    Definition("machine", parsers.line),
    Definition("data-set", parsers.line),
    Definition("owner", parsers.line),
    Definition("issue", parsers.line),
)
# The keys of an entry of `uploads`: the fields of UploadSpec, but for `type`.
UPLOAD_KEYS = (
    Definition("file", parsers.path),
    Definition("upload-id", parsers.identity_of(pages.UPLOAD)),
    Definition("name", parsers.line),
    Definition("project-id", parsers.identity),
    Definition("application-id", parsers.identity),
    Definition("version", parsers.line),
    Definition("type", parsers.word("apk", "ipa", "attachment")),
    Definition("devices", parsers.identities),
)
