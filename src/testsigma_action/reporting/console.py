"""The log: plain lines for people. Text of the service is placed after `│ ` or within our own sentence.

Lines have no line breaks. They begin with text of our own, so that untrusted text cannot begin a command; `Log.say`
enforces that.
"""

from collections.abc import Iterable
from traceback import format_exception

from testsigma_action.api.http import Trace
from testsigma_action.domain.run import Run
from testsigma_action.domain.words import counted
from testsigma_action.text import BAR, log_text

# Parameters of requests whose values are shown. The others have build numbers, which name a repository.
_SHOWN = frozenset({"page", "size", "sortBy", "direction"})


def warnings(texts: Iterable[str]) -> list[str]:
    """Warnings, one line each."""
    return [f"Warning: {log_text(text)}" for text in texts]


def attempts_unknown(system: str) -> list[str]:
    """Earlier attempts of the job cannot be recognised, so `on-job-rerun: failed` has no effect."""
    where = f"{system} does not tell the step" if system else "Without a CI system, nothing tells"
    said = f"on-job-rerun: failed has no effect here. {where} which attempt of which job this is"
    return warnings([f"{said}, so a new run is started."])


def merging(files: int, *, known: bool) -> list[str]:
    """How many results files are merged, and whether it is known to which pipeline run they must belong."""
    said = [f"Merging {counted(files, 'results file')}."]
    if not known:
        said.append("Not checked, since it is not known here: whether all parts are of this commit and pipeline run.")
    return said


def request(trace: Trace) -> list[str]:
    """The line for a request and its answer, for debugging."""
    query = "&".join(f"{name}={value if name in _SHOWN else '***'}" for name, value in trace.query.items())
    where = f"{trace.path}?{query}" if query else trace.path
    answer = str(trace.status) if trace.status else "no answer"
    took = f"{1000 * trace.seconds:.0f} ms"
    return [f"Request: {trace.method} {where}: {answer}, {took}, {trace.size} bytes, try {trace.attempt}"]


def traceback(error: BaseException) -> list[str]:
    """The traceback of a bug; the text of the error is untrusted."""
    return [f"{BAR}{log_text(line)}" for line in "".join(format_exception(error)).splitlines()]


def link(run: Run) -> str:
    """The ID and URL of a run, printed as soon as it exists."""
    return f"Run {log_text(run.id)}: {log_text(run.url)}" if run.url else f"Run {log_text(run.id)}"
