"""The build of a CI system that a step belongs to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Build:
    """What is known of the build. Texts are empty, and numbers None, where they are unknown.

    The texts are untrusted: anybody can open a pull request, and name its branch.

    `label` is the name of the build for people, and not unique: `acme/shop#812`, with an attempt `acme/shop#812.2`.
    `attempt` is the number of this attempt of the job, from 1. In a pull request `commit` and `branch` are its own
    where they are known. `job_url` is the page of the job, or of its build. `pipeline_run` is an ID that all jobs and
    attempts of one run of the pipeline have in common.
    """

    system: str = ""
    label: str = ""
    attempt: int | None = None
    commit: str = ""
    branch: str = ""
    pull_request: str = ""
    job_url: str = ""
    pipeline_run: str = ""
