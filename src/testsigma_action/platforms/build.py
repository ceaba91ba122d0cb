"""Facts about the build, from the variables that a CI system sets."""

from collections.abc import Mapping
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
Sources = tuple[str, ...]


class BuildFacts:
    """Where each fact comes from: texts with `$VARIABLE`, of which the first one with all its variables is used."""

    name = ""
    """The name of the CI system; empty for a console."""
    project: Sources = ()
    number: Sources = ()
    attempt: Sources = ()
    retries: Sources = ()
    """Where a system counts retries from 0, and not attempts from 1."""
    commit: Sources = ()
    branch: Sources = ()
    pull_request: Sources = ()
    job_url: Sources = ()
    pipeline_run: Sources = ()
    """An ID that all jobs and attempts of one run of the pipeline have in common, and no other run has."""
    step_identity: Sources = ()
    """Repository, CI run, commit, job, and step in the job. See docs/decisions/0021."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Keep the environment; nothing is read or written yet."""
        self._environ = environ

    @property
    def build(self) -> Build:
        """What is known of the build that this step belongs to."""
        known = self._variables()
        attempt = _attempt(filled(self.attempt, known), filled(self.retries, known))
        return Build(
            system=self.name,
            label=_label(filled(self.project, known), filled(self.number, known), attempt),
            attempt=attempt,
            commit=filled(self.commit, known),
            branch=_branch(filled(self.branch, known)),
            pull_request=filled(self.pull_request, known),
            job_url=web_link(quote(filled(self.job_url, known), safe=_IN_URLS)),
            pipeline_run=filled(self.pipeline_run, known),
        )

    @property
    def step(self) -> str:
        """The identity of this step in the CI run, with its commit: the same in each attempt of the job.

        Empty if the system does not tell all of that.
        """
        return filled(self.step_identity, self._environ)

    def _variables(self) -> Mapping[str, str]:
        """The variables that the facts name."""
        return self._environ


def filled(sources: Sources, environ: Mapping[str, str]) -> str:
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
