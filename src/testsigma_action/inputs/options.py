"""The one place that knows which inputs there are, how each is parsed, and their defaults. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from testsigma_action.domain.run import ConfigurationRef, RunSpec
from testsigma_action.domain.tolerance import NO_CASE, Policy, QuarantineEntry, Share
from testsigma_action.inputs import mapping_parsers as mappings
from testsigma_action.inputs import pages, parsers
from testsigma_action.inputs.documents import Kind
from testsigma_action.secret import NO_SECRET, Secret

if TYPE_CHECKING:
    from testsigma_action.domain.upload_events import UploadSpec

T = TypeVar("T")
Texts = Mapping[str, str]
Parser = Callable[[Any], Any]
START = "start"
FOLDER = "test-results"


def run_of(given: Mapping[str, Any]) -> RunSpec:
    """The run that these fields of Inputs ask for. It has no build number yet if none was given."""
    same = ("plan_id", "name", "build_number", "runtime_data", "upload_versions")
    found = {field: given[field] for field in same if given.get(field)}
    if environment := given.get("environment_id"):
        found["environment_id" if parsers.is_digits(environment) else "environment_name"] = environment
    return RunSpec(configuration=given.get("execution_config"), **found)


class Use(Enum):
    """What uses an input: only the start of a run, any run, or a merge as well. Everything else would ignore it."""

    START = auto()
    RUN = auto()
    ANY = auto()


@dataclass(frozen=True, slots=True)
class Definition:
    """One input, or a key of the entries of one.

    `default` is the default in words. In an entry, a value may also be what it `takes`: a mapping or a list of texts;
    and a sentence says what a `required` key is.
    """

    name: str
    read: Parser
    default: str = ""
    kind: Kind = Kind.FREE_TEXT
    takes: type = str
    use: Use = Use.RUN
    required: str = ""

    @property
    def field(self) -> str:
        """The field of Inputs."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable that sets it outside GitHub."""
        return f"TESTSIGMA_{self.field.upper()}"

    def shows(self, text: str) -> bool:
        """Whether a text that was given may be shown."""
        return parsers.is_path(text) if self.kind is Kind.ENTRIES else self.kind is not Kind.SECRET


def _input(
    default: T, read: Parser, shown: str = "", kind: Kind = Kind.FREE_TEXT, takes: type = str, use: Use = Use.RUN
) -> T:
    """A field of Inputs: its default, its parser, its default in words, and the rest of its definition."""
    about = {"read": read, "default": shown, "kind": kind, "takes": takes, "use": use}
    return field(default=default, repr=kind is not Kind.SECRET, metadata=about)


@dataclass(frozen=True, slots=True)
class Inputs:
    """All inputs, parsed, with their defaults. The field `plan_id` is the input `plan-id`, and so on."""

    api_key: Secret = _input(NO_SECRET, parsers.key, "required", Kind.SECRET, use=Use.ANY)
    plan_id: str = _input("", parsers.identity_of(pages.PLAN), kind=Kind.ID)
    # The entries of the lists are parsed after all other inputs, which are their defaults.
    plans: tuple[RunSpec, ...] = _input((), parsers.path_or_list, kind=Kind.ENTRIES)
    max_parallel: int = _input(5, parsers.number(1, 50), "5", use=Use.START)
    stop_after_failures: int = _input(0, parsers.number(0, 100_000), "0")
    environment_id: str = _input("", parsers.environment, kind=Kind.ID, use=Use.START)
    build_number: str = _input("", parsers.line, "made from the CI's build number and a random part", use=Use.START)
    on_busy: Literal["fail", "wait"] = _input("fail", parsers.word("fail", "wait"), "fail", use=Use.START)
    execution_config: ConfigurationRef | None = _input(None, mappings.configuration, takes=Mapping, use=Use.START)
    runtime_data: Texts | None = _input(None, mappings.mapping, "", Kind.SECRET, Mapping, Use.START)
    upload_versions: Texts | None = _input(None, mappings.upload_versions, "", Kind.ID, Mapping, Use.START)
    start_options: Texts | None = _input(None, mappings.start_options, kind=Kind.SECRET, use=Use.START)
    run_id: str = _input("", parsers.identity_of(pages.RUN))
    dry_run: bool = _input(default=False, read=parsers.flag, shown="false")
    uploads: "tuple[UploadSpec, ...]" = _input((), parsers.path_or_list, kind=Kind.ENTRIES, use=Use.START)
    upload_timeout: timedelta = _input(timedelta(minutes=15), parsers.duration, "15m", use=Use.START)
    wait: bool = _input(default=True, read=parsers.flag, shown="true")
    timeout: timedelta = _input(timedelta(hours=2), parsers.duration, "2h")
    queue_timeout: timedelta | None = _input(None, parsers.duration)
    on_timeout: Literal["stop", "leave"] = _input("leave", parsers.word("stop", "leave"), "leave")
    on_cancel: Literal["stop", "leave"] | None = _input(None, parsers.word("stop", "leave"), "stop; leave with run-id")
    poll_interval: timedelta | None = _input(None, parsers.interval, "auto")
    rerun_failed: int = _input(0, parsers.number(0, 10), "0")
    rerun_limit: Share = _input(Share(50, percent=True), parsers.share, "50%")
    on_job_rerun: Literal["start", "failed"] = _input("start", parsers.word(START, "failed"), START, use=Use.START)
    max_failures: Share = _input(NO_CASE, parsers.share, "0")
    quarantine: tuple[QuarantineEntry, ...] = _input((), parsers.path_or_list, kind=Kind.ENTRIES)
    min_tests: int = _input(1, parsers.number(0, 100_000), "1")
    fail_on_flaky: bool = _input(default=False, read=parsers.flag, shown="false")
    details: Literal["failed", "all", "none"] = _input("failed", parsers.word("failed", "all", "none"), "failed")
    junit_file: str = _input("", parsers.output_path, f"{FOLDER}/TEST-testsigma-<plan or run ID>.xml", use=Use.ANY)
    results_file: str = _input("", parsers.output_path, f"{FOLDER}/testsigma-<plan or run ID>.json", use=Use.ANY)
    ctrf_file: str = _input(parsers.OFF, parsers.output_path, "off", use=Use.ANY)
    agent_file: str = _input(parsers.OFF, parsers.output_path, "off", use=Use.ANY)
    summary: Literal["full", "failed", "off"] = _input(
        "full", parsers.word("full", "failed", "off"), "full", use=Use.ANY
    )
    summary_title: str = _input("", parsers.line, "plan name", use=Use.ANY)
    annotations: int = _input(10, parsers.number(0, 50), "10", use=Use.ANY)
    compare: str = _input(parsers.PREVIOUS, parsers.comparison, "previous")
    history: int = _input(10, parsers.number(0, 50), "10")
    merge: tuple[str, ...] = _input((), parsers.paths, use=Use.ANY)
    merge_expects: int = _input(0, parsers.number(1, 1000), use=Use.ANY)
    base_url: str = _input("https://app.testsigma.com", parsers.base_url, "https://app.testsigma.com", use=Use.ANY)
    ca_bundle: str = _input("", parsers.path, use=Use.ANY)

    @property
    def runs(self) -> tuple[RunSpec, ...]:
        """The runs to start. Empty if none was asked for, or one to attach to."""
        if self.plans:
            return self.plans
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return (run_of(given),) if self.plan_id and not self.run_id else ()

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
        """The path of each report that is a file, by the name of its input; empty if it is off.

        A default tells what the report is about, so that steps of one job do not collide.
        """
        only = self.plan_id or self.run_id or ("merged" if self.merge else "")
        about = f"-{only}" if only else ""
        paths = {
            "junit-file": self.junit_file or f"{FOLDER}/TEST-testsigma{about}.xml",
            "results-file": self.results_file or f"{FOLDER}/testsigma{about}.json",
            "ctrf-file": self.ctrf_file,
            "agent-file": self.agent_file,
        }
        return {name: "" if path == parsers.OFF else path for name, path in paths.items()}


DEFINITIONS = tuple(Definition(field.name.replace("_", "-"), **field.metadata) for field in fields(Inputs))
BY_NAME = {definition.name: definition for definition in DEFINITIONS}
