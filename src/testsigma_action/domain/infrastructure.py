"""Trouble of the infrastructure, by the messages of the service: pure.

No agent, no device, no free place: such a run says nothing about the tests. It is still not a pass.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from testsigma_action.domain.findings import Fact
from testsigma_action.domain.report import Verdict
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Result
from testsigma_action.errors import ErrorCode

# How often cases run again after such trouble, apart from `rerun-failed`.
MOST_RERUNS = 2
# Verdicts that trouble of the infrastructure explains.
EXPLAINED = {ErrorCode.TESTS_FAILED, ErrorCode.RUN_STOPPED, ErrorCode.RUN_ABORTED, ErrorCode.NO_TESTS}
# Words of the service (docs/api.md, "Infrastructure").
PHRASES = (
    r"agent is out of sync",
    r"device is not online",
    r"parallel executions limit exceeded",
    r"unable to create a new test session due to unexpected failure",
    r"test case execution aborted on session failure",
    r"the associated device .{1,200} please check if its connected",
)
_ANY = re.compile("|".join(PHRASES), re.IGNORECASE)


def is_trouble(message: str) -> bool:
    """Whether a message of the service is about its infrastructure."""
    return _ANY.search(" ".join(message.split())) is not None


def explains(tree: ResultTree) -> bool:
    """Whether trouble of the infrastructure explains why a run did not pass.

    Not if a case failed for another reason that is known.
    """
    if not tree.run.completed or tree.run.result is Result.PASSED:
        return False
    said = [row.message for row in tree.rows() if not row.acceptable]
    if any(message and not is_trouble(message) for message in said):
        return False
    return is_trouble(tree.run.message) or (bool(said) and all(said))


def named(verdict: Verdict, attempts: Sequence[ResultTree]) -> Verdict:
    """The verdict with its own error code if trouble of the infrastructure explains all runs that did not pass."""
    bad = [tree for tree in attempts if tree.run.result is not Result.PASSED]
    if verdict.code not in EXPLAINED or not bad or not all(map(explains, bad)):
        return verdict
    return replace(verdict, code=ErrorCode.INFRASTRUCTURE, findings=(*verdict.findings, Fact.INFRASTRUCTURE))
