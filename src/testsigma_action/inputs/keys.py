"""The inputs that are lists: what they list, and which keys an entry has. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from testsigma_action.inputs import pages, parsers
from testsigma_action.inputs.documents import Kind
from testsigma_action.inputs.options import BY_NAME, Definition

# Keys of an entry of `plans` whose defaults are the inputs of the step.
INHERITED = tuple(
    BY_NAME[name] for name in ("environment-id", "build-number", "execution-config", "runtime-data", "upload-versions")
)
# The keys of an entry of `plans`.
ENTRY_KEYS = (
    replace(BY_NAME["plan-id"], required="It is the number in the address of the plan's page."),
    Definition("name", parsers.label),
    *INHERITED,
)
# The keys of an entry of `quarantine`: the fields of QuarantineEntry.
QUARANTINE_KEYS = (
    Definition("case", parsers.line, required="It is the name of a case, with the wildcards * and ?, or its ID."),
    Definition("reason", parsers.line, required="It says why the failure of this case does not count."),
    Definition(
        "expires", parsers.day, kind=Kind.ID, required="It is the last day on which the entry holds, like 2026-12-31."
    ),
    *(Definition(name, parsers.line) for name in ("suite", "machine", "data-set", "owner", "issue")),
)
# The keys of an entry of `uploads`: the fields of UploadSpec, but for `type`.
UPLOAD_KEYS = (
    Definition(
        "file",
        parsers.path,
        required="It is the path of the file, or a pattern like build/*.apk that matches one file.",
    ),
    Definition("upload-id", parsers.identity_of(pages.UPLOAD), kind=Kind.ID),
    Definition("name", parsers.line),
    Definition("project-id", parsers.identity, kind=Kind.ID),
    Definition("application-id", parsers.identity, kind=Kind.ID),
    Definition("version", parsers.line),
    Definition("type", parsers.word("apk", "ipa", "attachment")),
    Definition("devices", parsers.identities, kind=Kind.ID, takes=list),
)


@dataclass(frozen=True, slots=True)
class ListKind:
    """An input that is a list: its name, what it lists, an example of an entry, and the keys of an entry.

    `labels` are the fields that name an entry in a message, the best one first, each with how it is shown.
    """

    name: str
    things: str
    example: str
    keys: tuple[Definition, ...]
    labels: Mapping[str, str]

    @property
    def list_like(self) -> str:
        """What a list is, with an example."""
        return f"a YAML or JSON list of {self.things}, like [{self.example}]"


RUNS = ListKind("plans", "runs", "{plan-id: 431}", ENTRY_KEYS, {"name": "{}", "plan_id": "plan {}"})
QUARANTINE = ListKind(
    "quarantine",
    "cases",
    "{case: Pay by card, reason: the bank's test system is down, expires: 2026-12-31}",
    QUARANTINE_KEYS,
    {"case": "{}"},
)
UPLOADS = ListKind(
    "uploads", "uploads", "{file: build/app.apk, upload-id: 62, devices: [211]}", UPLOAD_KEYS, {"file": "{}"}
)
