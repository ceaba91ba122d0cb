"""TeamCity: service messages."""

from pathlib import Path

import pytest

from testsigma_action.domain.build import Build
from testsigma_action.platforms.teamcity import TeamCity
from testsigma_action.secret import Secret

ENVIRON = {
    "TEAMCITY_VERSION": "2026.1",
    "TEAMCITY_PROJECT_NAME": "Shop",
    "TEAMCITY_BUILDCONF_NAME": "Nightly",
    "TEAMCITY_PULLREQUEST_NUMBER": "5",
    "BUILD_NUMBER": "812",
    "BUILD_VCS_NUMBER": "abc",
    "BUILD_URL": "https://teamcity.example/build/99001",
}


def test_facts() -> None:
    """TeamCity passes no branch in the environment."""
    assert TeamCity(ENVIRON).build == Build(
        system="TeamCity",
        label="Shop/Nightly#812",
        commit="abc",
        pull_request="5",
        job_url="https://teamcity.example/build/99001",
    )


def test_blocks() -> None:
    """Opened and closed by the same name, in which every special character is escaped and no key is left."""
    teamcity = TeamCity(ENVIRON)
    teamcity.secret = Secret("key|for'tests")
    assert teamcity.group("It's [1|2] é\U0001f600 key|for'tests", ["##teamcity[testFailed name='x']"]) == [
        "##teamcity[blockOpened name='It|'s |[1||2|] |0x00E9|0xD83D|0xDE00 ***']",
        "# #teamcity[testFailed name='x']",
        "##teamcity[blockClosed name='It|'s |[1||2|] |0x00E9|0xD83D|0xDE00 ***']",
    ]


def test_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Environment variables of later steps; a reference to a parameter is left out."""
    monkeypatch.chdir(tmp_path)
    assert TeamCity(ENVIRON).write_outputs({"run-id": "30'2", "runs": "%system.password%"}) == [
        "##teamcity[setParameter name='env.TESTSIGMA_OUTPUT_RUN_ID' value='30|'2']",
        "##teamcity[setParameter name='env.TESTSIGMA_OUTPUT_RUNS' value='']",
    ]
