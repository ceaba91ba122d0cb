"""Which ID an address names, and when it names none."""

import pytest

from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.pages import ENVIRONMENT, PLAN, RUN, Kind, host_in, identity_in

APP = "https://app.testsigma.com"


@pytest.mark.parametrize(
    ("kind", "address", "meant"),
    [
        (PLAN, f"{APP}/ui/td/88/plans/431", "431"),
        (PLAN, f"{APP}/ui/td/88/test_plans/431/details", "431"),
        (PLAN, f"{APP}/ui/td/testPlans/431?tab=7", "431"),
        (PLAN, f"{APP}/ui/431#top", "431"),
        (PLAN, f"{APP}/431", "431"),
        (PLAN, f"{APP}/ui/td/7/plans/431/suites/12", "431"),
        (PLAN, f"{APP}/#/projects/7/test-plans/431/machines", "431"),
        (PLAN, f"{APP}/#/projects/7/test-plans/431#top", "431"),
        (PLAN, "app.testsigma.com/ui/td/plans/431/", "431"),
        (PLAN, "/plans/431", "431"),
        (PLAN, "HTTPS://APP.TESTSIGMA.COM/ui/td/plans/431", "431"),
        (PLAN, "http://127.0.0.1:8080/ui/td/plans/431", "431"),
        (ENVIRONMENT, f"{APP}/ui/td/88/environments/10/details", "10"),
        (ENVIRONMENT, "/ui/td/88/environments/10", "10"),
        (RUN, f"{APP}/ui/td/runs/518", "518"),
        (RUN, f"{APP}/ui/td/runs/518/machines/77?page=2", "518"),
        (RUN, f"{APP}/results/88/runs/518", "518"),
        (RUN, f"{APP}/ui/td/test_plans/420/runs/518", "518"),
        (RUN, f"{APP}/#/projects/7/report/executions/3/runs/518/environments", "518"),
        (RUN, f"{APP}/api/v1/execution_results/518", "518"),
        (RUN, f"{APP}/runs/518/runs/518", "518"),
    ],
)
def test_the_id_in_an_address(kind: Kind, address: str, meant: str) -> None:
    """The number directly after the word for the object; without such a word the only number, after `ui` or nothing."""
    assert identity_in(address, kind) == meant


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        (PLAN, f"{APP}/ui/td/7/dashboards/420"),
        (PLAN, f"{APP}/ui/td/7/schedules/420"),
        (PLAN, f"{APP}/ui/td/7/defects/420"),
        (PLAN, f"{APP}/ui/td/something/431"),
        (PLAN, f"{APP}/ui/td/420/12"),
        (PLAN, f"{APP}/431/details"),
        (PLAN, f"{APP}/ui/td/test_plans/420/runs/1001"),
        (PLAN, f"{APP}/ui/td/runs/518"),
        (PLAN, f"{APP}/ui/td/88/environments/10/details"),
        (PLAN, f"{APP}/ui/td/184/cases/filters/881"),
        (PLAN, f"{APP}/#/projects/7/report/executions/3/runs/518/environments"),
        (PLAN, f"{APP}/ui/td/88"),
        (PLAN, f"{APP}/ui/td/88/plans"),
        (PLAN, f"{APP}/ui/td/plans/431/plans/432"),
        (PLAN, f"{APP}/a/1/b/2"),
        (PLAN, f"{APP}/ui/td/plans/smoke"),
        (PLAN, f"{APP}/ui/td/plans/{'9' * 20}"),
        (PLAN, f"{APP}/ui/td/plans/٤٣١"),
        (PLAN, f"{APP}/ui/td/plans?id=431"),
        (PLAN, f"{APP}:431/"),
        (PLAN, "ftp://app.testsigma.com/plans/431"),
        (PLAN, "javascript://app.testsigma.com/plans/431"),
        (PLAN, "plans/431 plans/432"),
        (PLAN, "plans/431\n"),
        (PLAN, "12/31"),
        (PLAN, "a/b"),
        (PLAN, "/"),
        (ENVIRONMENT, f"{APP}/ui/td/88/plans/431"),
        (ENVIRONMENT, f"{APP}/ui/td/88/environments/10/plans/431"),
        (RUN, f"{APP}/ui/td/7/dashboards/420"),
        (RUN, f"{APP}/ui/td/test_case_results/50033"),
        (RUN, f"{APP}/ui/td/88/plans/431"),
    ],
)
def test_no_id_is_guessed(kind: Kind, address: str) -> None:
    """The page of another object, two candidates, or no number: the ID has to be given."""
    with pytest.raises(Invalid) as caught:
        identity_in(address, kind)
    assert kind.name in str(caught.value)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (f"{APP}/x", "app.testsigma.com"),
        ("https://Bob:pw@App.Testsigma.com:8443/x#/y", "app.testsigma.com"),
        ("app-eu.testsigma.com/x", "app-eu.testsigma.com"),
        ("//host/x", "host"),
        ("/ui/td/runs/5", ""),
        ("ui/td/runs/5", ""),
    ],
)
def test_the_host_of_an_address(address: str, host: str) -> None:
    """Without user, password and port, in lower case."""
    assert host_in(address) == host
