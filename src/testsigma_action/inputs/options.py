"""The one place that knows which inputs there are, how each is parsed, and their defaults. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Literal

from testsigma_action.domain.policy import Policy
from testsigma_action.domain.run import ConfigurationRef
from testsigma_action.domain.share import NO_CASE, Share
from testsigma_action.domain.tolerance import QuarantineEntry
from testsigma_action.inputs import list_source, mapping_parsers, pages, parsers
from testsigma_action.secret import NO_SECRET, Secret

if TYPE_CHECKING:
    from testsigma_action.domain.upload_events import UploadSpec

HALF = Share(50, percent=True)
START = "start"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One run that the inputs ask for. Its fields are those of an entry of `plans`, with the inputs as defaults.

    `environment_id` may be a name.
    """

    plan_id: str = ""
    name: str = ""
    environment_id: str = ""
    build_number: str = ""
    execution_config: ConfigurationRef | None = None
    runtime_data: Mapping[str, str] = field(default_factory=dict, repr=False)
    upload_versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inputs:
    """All inputs, parsed, with their defaults. The field `plan_id` is the input `plan-id`, and so on."""

    api_key: Secret = NO_SECRET
    plan_id: str = ""
    plans: tuple[RunRequest, ...] = ()
    max_parallel: int = 5
    stop_after_failures: int = 0
    environment_id: str = ""
    build_number: str = ""
    on_busy: Literal["fail", "wait"] = "fail"
    execution_config: ConfigurationRef | None = None
    runtime_data: Mapping[str, str] | None = field(default=None, repr=False)
    upload_versions: Mapping[str, str] | None = None
    start_options: Mapping[str, str] = field(default_factory=dict, repr=False)
    run_id: str = ""
    dry_run: bool = False
    uploads: "tuple[UploadSpec, ...]" = ()
    upload_timeout: timedelta = timedelta(minutes=15)
    wait: bool = True
    timeout: timedelta = timedelta(hours=2)
    queue_timeout: timedelta | None = None
    on_timeout: Literal["stop", "leave"] = "leave"
    on_cancel: Literal["stop", "leave"] | None = None
    poll_interval: timedelta | None = None
    rerun_failed: int = 0
    rerun_limit: Share = HALF
    on_job_rerun: Literal["start", "failed"] = "start"
    max_failures: Share = NO_CASE
    quarantine: tuple[QuarantineEntry, ...] = ()
    min_tests: int = 1
    fail_on_flaky: bool = False
    details: Literal["failed", "all", "none"] = "failed"
    junit_file: str | None = None
    results_file: str | None = None
    ctrf_file: str = parsers.OFF
    agent_file: str = parsers.OFF
    summary: Literal["full", "failed", "off"] = "full"
    summary_title: str = ""
    annotations: int = 10
    compare: str = parsers.PREVIOUS
    history: int = 10
    merge: tuple[str, ...] = ()
    merge_expects: int = 0
    base_url: str = "https://app.testsigma.com"
    ca_bundle: str = ""

    @property
    def runs(self) -> tuple[RunRequest, ...]:
        """The runs to start, or the one to attach to, whose plan is not known yet. Empty if none was asked for."""
        if self.plans:
            return self.plans
        if self.run_id:
            return (RunRequest(),)
        return (self._alone,) if self.plan_id else ()

    @property
    def _alone(self) -> RunRequest:
        return RunRequest(
            plan_id=self.plan_id,
            environment_id=self.environment_id,
            build_number=self.build_number,
            execution_config=self.execution_config,
            runtime_data=self.runtime_data or {},
            upload_versions=self.upload_versions or {},
        )

    @property
    def policy(self) -> Policy:
        """The policies of the step."""
        return Policy(self.max_failures, self.quarantine, self.min_tests, self.fail_on_flaky)

    @property
    def stops_own(self) -> bool:
        """Whether a cancelled step stops the runs that it started, and the reruns that it asked for."""
        return self.wait and self.on_cancel != "leave"

    @property
    def stops_on_cancel(self) -> bool:
        """Whether a cancelled step stops its runs. One that it attached to is stopped only if the user asked for it."""
        return self.stops_own and (not self.run_id or self.on_cancel == "stop")

    @property
    def report_paths(self) -> dict[str, str]:
        """The path of each report that is a file, by the field of its input; empty if it is off."""
        return {
            "junit_file": self.junit_path,
            "results_file": self.results_path,
            "ctrf_file": self.ctrf_path,
            "agent_file": self.agent_path,
        }

    @property
    def junit_path(self) -> str:
        """The path of the JUnit file; empty if it is off."""
        return self._report_path(self.junit_file, "TEST-testsigma{}.xml")

    @property
    def results_path(self) -> str:
        """The path of the results file; empty if it is off."""
        return self._report_path(self.results_file, "testsigma{}.json")

    @property
    def ctrf_path(self) -> str:
        """The path of the CTRF file; empty if it is off."""
        return "" if self.ctrf_file == parsers.OFF else self.ctrf_file

    @property
    def agent_path(self) -> str:
        """The path of the Markdown file for coding agents; empty if it is off."""
        return "" if self.agent_file == parsers.OFF else self.agent_file

    def _report_path(self, given: str | None, pattern: str) -> str:
        """The path of a report. The default tells what it is about, so that steps of one job do not collide."""
        only = self.plan_id or self.run_id or ("merged" if self.merge else "")
        default = f"test-results/{pattern.format(f'-{only}' if only else '')}"
        return "" if given == parsers.OFF else given or default


class Kind(Enum):
    """What a value may be. Only secrets are never shown, and a ` #` may be a part of any but an ID."""

    SECRET = auto()
    FREE_TEXT = auto()
    ID = auto()
    # The path of a file, or a list with secrets.
    ENTRIES = auto()

    @property
    def remedy(self) -> str:
        """How such a value is written so that YAML does not change it."""
        if self is Kind.SECRET:
            return "Put the value in double quotes, or write a secret as ${{ toJSON(secrets.NAME) }}."
        return "Put the value in double quotes."


@dataclass(frozen=True, slots=True)
class Definition:
    """One input, or a key of the entries of one: its name, its parser, its default in words, and what its value may be.

    In an entry, a value may also be what it `takes`: a mapping of texts, or a list of them.
    """

    name: str
    read: Callable[[Any], Any]
    default: str = ""
    kind: Kind = Kind.FREE_TEXT
    takes: type = str

    @property
    def field(self) -> str:
        """The field of Inputs, or of RunRequest."""
        return self.name.replace("-", "_")

    def shows(self, text: str) -> bool:
        """Whether a text that was given may be shown."""
        return list_source.is_path(text) if self.kind is Kind.ENTRIES else self.kind is not Kind.SECRET


DEFINITIONS = (
    Definition("api-key", parsers.key, "required", Kind.SECRET),
    Definition("plan-id", parsers.identity_of(pages.PLAN), kind=Kind.ID),
    # The values of its entries are parsed in `plans.py`; those that may be shown are shown one by one.
    Definition("plans", list_source.source_of("plans"), kind=Kind.ENTRIES),
    Definition("max-parallel", parsers.number(1, 50), "5"),
    Definition("stop-after-failures", parsers.number(0, 100_000), "0"),
    Definition("environment-id", parsers.environment, kind=Kind.ID),
    Definition("build-number", parsers.line, "made from the CI's build number and a random part"),
    Definition("on-busy", parsers.word("fail", "wait"), "fail"),
    Definition("execution-config", mapping_parsers.configuration, takes=Mapping),
    Definition("runtime-data", mapping_parsers.mapping, kind=Kind.SECRET, takes=Mapping),
    Definition("upload-versions", mapping_parsers.upload_versions, kind=Kind.ID, takes=Mapping),
    Definition("start-options", mapping_parsers.start_options, kind=Kind.SECRET),
    Definition("run-id", parsers.identity_of(pages.RUN)),
    Definition("dry-run", parsers.flag, "false"),
    # As those of plans, its entries are parsed elsewhere, in `uploads.py`.
    Definition("uploads", list_source.source_of("uploads"), kind=Kind.ENTRIES),
    Definition("upload-timeout", parsers.duration, "15m"),
    Definition("wait", parsers.flag, "true"),
    Definition("timeout", parsers.duration, "2h"),
    Definition("queue-timeout", parsers.duration),
    Definition("on-timeout", parsers.word("stop", "leave"), "leave"),
    Definition("on-cancel", parsers.word("stop", "leave"), "stop; leave with run-id"),
    Definition("poll-interval", parsers.interval, "auto"),
    Definition("rerun-failed", parsers.number(0, 10), "0"),
    Definition("rerun-limit", parsers.share, "50%"),
    Definition("on-job-rerun", parsers.word(START, "failed"), START),
    Definition("max-failures", parsers.share, "0"),
    # As those of plans, its entries are parsed elsewhere, in `quarantine.py`.
    Definition("quarantine", list_source.source_of("quarantine"), kind=Kind.ENTRIES),
    Definition("min-tests", parsers.number(0, 100_000), "1"),
    Definition("fail-on-flaky", parsers.flag, "false"),
    Definition("details", parsers.word("failed", "all", "none"), "failed"),
    Definition("junit-file", parsers.output_path, "test-results/TEST-testsigma-<plan or run ID>.xml"),
    Definition("results-file", parsers.output_path, "test-results/testsigma-<plan or run ID>.json"),
    Definition("ctrf-file", parsers.output_path, "off"),
    Definition("agent-file", parsers.output_path, "off"),
    Definition("summary", parsers.word("full", "failed", "off"), "full"),
    Definition("summary-title", parsers.line, "plan name"),
    Definition("annotations", parsers.number(0, 50), "10"),
    Definition("compare", parsers.comparison, "previous"),
    Definition("history", parsers.number(0, 50), "10"),
    Definition("merge", parsers.paths),
    Definition("merge-expects", parsers.number(1, 1000)),
    Definition("base-url", parsers.base_url, "https://app.testsigma.com"),
    Definition("ca-bundle", parsers.path),
)
BY_NAME = {definition.name: definition for definition in DEFINITIONS}
