"""The names that workflows and programs of other people use: `make public-names` records them in public-names.json.

A recorded name goes away only with a release that may break: docs/versions.md.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import yaml

from testsigma_action import __version__
from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.run import Result, RunSpec, Status
from testsigma_action.domain.upload_events import UploadSpec
from testsigma_action.errors import ErrorCode, ExitCode
from testsigma_action.inputs.keys import ENTRY_KEYS, QUARANTINE_KEYS, UPLOAD_KEYS
from testsigma_action.inputs.options import DEFINITIONS, Definition, Inputs
from testsigma_action.reporting import outputs

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "tools" / "public-names.json"
SCHEMA = ROOT / "schemas" / "results.schema.json"
WORKFLOW = ROOT / ".github" / "workflows" / "plans.yml"

_NO_TIME = (datetime.fromtimestamp(0, UTC),) * 2

Names = Mapping[str, Sequence[str]]


def words(definition: Definition) -> tuple[str, ...]:
    """The words that an input accepts; none if it accepts other values too."""
    hint = get_type_hints(Inputs, localns={"UploadSpec": UploadSpec})[definition.field]
    found = [part for part in (hint, *get_args(hint)) if get_origin(part) is Literal]
    return get_args(found[0]) if found else ()


def current() -> Names:
    """All public names of the code as it is now: kind -> names."""
    verdict = Verdict(Conclusion.PASSED, ExitCode.PASSED)
    set_outputs = outputs.render(Report(verdict, (RunReport(RunSpec(), verdict),), *_NO_TIME))
    (one_run,) = json.loads(set_outputs["runs"])
    schema = json.loads(SCHEMA.read_text("utf-8"))
    return {
        "inputs": [each.name for each in DEFINITIONS],
        "words of inputs": [f"{each.name}: {word}" for each in DEFINITIONS for word in words(each)],
        "keys of an entry of plans": [each.name for each in ENTRY_KEYS],
        "keys of an entry of quarantine": [each.name for each in QUARANTINE_KEYS],
        "keys of an entry of uploads": [each.name for each in UPLOAD_KEYS],
        "outputs": list(set_outputs),
        "words of outputs": [
            f"{kind.__name__.lower()}: {word.value}" for kind in (Status, Result, Conclusion) for word in kind
        ],
        "keys of the output runs": list(one_run),
        "exit codes": [str(int(code)) for code in ExitCode],
        "error codes": [code.value for code in ErrorCode if code.value],
        "reusable workflow": list(_of_the_workflow()),
        "results file": [f"schemaVersion: {schema['properties']['schemaVersion']['const']}", *_fields("", schema)],
    }


def _of_the_workflow() -> Iterator[str]:
    """Inputs, secrets and outputs of plans.yml."""
    # YAML 1.1 reads `on` as true.
    call = yaml.safe_load(WORKFLOW.read_text("utf-8"))[True]["workflow_call"]
    yield from (f"{kind}: {name}" for kind in ("inputs", "secrets", "outputs") for name in call[kind])


def _fields(owner: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """The fields of an object of the schema and of the objects that it defines, each as `owner.field`."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{owner}.{name}" if owner else name
        yield from _fields(name, inner.get("items", inner))
    for name, inner in schema.get("$defs", {}).items():
        yield from _fields(name, inner)


def recorded() -> tuple[str, Names]:
    """The version of the last record, and its names."""
    record = json.loads(RECORD.read_text("utf-8"))
    return record["version"], record["names"]


def removed(before: Names, now: Names) -> list[str]:
    """What was recorded and is no longer there, as `kind: name`."""
    return [f"{kind}: {name}" for kind, names in before.items() for name in names if name not in now.get(kind, ())]


def breaking_part(version: str) -> str:
    """The part of a version that changes when something may break: the major version, before 1.0 the minor one."""
    major, minor, _ = version.split(".")
    return f"0.{minor}" if major == "0" else major


def refusal(before: tuple[str, Names], now: tuple[str, Names]) -> str:
    """Why a record must not replace the one before it; empty if it may."""
    gone = removed(before[1], now[1])
    if not gone or breaking_part(before[0]) != breaking_part(now[0]):
        return ""
    return f"Version {now[0]} must keep what {before[0]} had (docs/versions.md). Missing: {', '.join(gone)}."


def main() -> None:
    """Write the record; end with a message if names are missing that this version must keep."""
    now = (__version__, current())
    message = refusal(recorded(), now) if RECORD.exists() else ""
    if message:
        sys.exit(message)
    RECORD.write_text(json.dumps({"version": now[0], "names": now[1]}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
