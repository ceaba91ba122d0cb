"""Facts about the build, from the variables that a CI system sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from urllib.parse import quote

from testsigma_action.domain.build import Build
from testsigma_action.text import one_line, web_link

# Maximum length of a fact (characters).
LONGEST_FACT = 1000
# Maximum lengths in a label (characters): a build number is made of it.
_LONGEST_PROJECT, _LONGEST_NUMBER = 150, 50
# Everything that a URL may contain; `quote` never changes letters, digits and `_.-~`.
_IN_URLS = "/:?#[]@!$&()*+,;=%"


@dataclass(frozen=True, slots=True)
class BuildFacts:
    """Where each fact comes from: texts with `$VARIABLE`, of which the first one with all its variables is used."""

    project: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
    attempt: tuple[str, ...] = ()
    retries: tuple[str, ...] = ()
    """Where a system counts retries from 0, and not attempts from 1."""
    commit: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    pull_request: tuple[str, ...] = ()
    job_url: tuple[str, ...] = ()
    pipeline_run: tuple[str, ...] = ()
    """An ID that all jobs and attempts of one run of the pipeline have in common, and no other run has."""
    step: tuple[str, ...] = ()
    """The identity of the step: repository, CI run, commit, job, and step in the job. See docs/decisions/0021."""


def build_of(system: str, facts: BuildFacts, environ: Mapping[str, str]) -> Build:
    """The build of this system that the variables describe."""
    attempt = _attempt(filled(facts.attempt, environ), filled(facts.retries, environ))
    return Build(
        system=system,
        label=_label(filled(facts.project, environ), filled(facts.number, environ), attempt),
        attempt=attempt,
        commit=filled(facts.commit, environ),
        branch=_branch(filled(facts.branch, environ)),
        pull_request=filled(facts.pull_request, environ),
        job_url=web_link(quote(filled(facts.job_url, environ), safe=_IN_URLS)),
        pipeline_run=filled(facts.pipeline_run, environ),
    )


def filled(sources: tuple[str, ...], environ: Mapping[str, str]) -> str:
    """The first text whose variables all have a value, with these values; else an empty text."""
    for source in map(Template, sources):
        values = {name: _value(environ.get(name, "")) for name in source.get_identifiers()}
        if all(values.values()):
            return source.substitute(values)
    return ""


def _value(text: str) -> str:
    """The value of a variable on one line: a branch can have any name. Buildkite says `false` for no pull request."""
    return "" if text == "false" else one_line(text, LONGEST_FACT)


def _attempt(attempt: str, retries: str) -> int | None:
    if attempt.isdecimal():
        return int(attempt)
    return int(retries) + 1 if retries.isdecimal() else None


def _branch(name: str) -> str:
    """The short name of a branch; empty for the ref of anything else, such as a tag."""
    short = name.removeprefix("refs/heads/")
    return "" if short.startswith("refs/") else short


def _label(project: str, number: str, attempt: int | None) -> str:
    if not (project and number):
        return ""
    build = f"{project[:_LONGEST_PROJECT]}#{number[:_LONGEST_NUMBER]}"
    return f"{build}.{attempt}" if attempt else build
