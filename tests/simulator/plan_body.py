"""The body of a plan, as it is nested in the status of a run."""

from tests.simulator.content import Plan

Body = dict[str, object]
EPOCH = 1_633_510_913_000


def plan_object(plan: Plan, last_run_id: int) -> Body:
    """The plan as it is nested in a run's status."""
    return {
        "id": plan.id,
        "applicationVersionId": 39,
        "name": plan.name,
        "description": None,
        "mailList": None,
        "elementTimeOut": 30,
        "pageTimeOut": 30,
        "environmentId": None,
        "screenshot": "FAILED_STEPS",
        "recoveryAction": "Run_Next_Testcase",
        "onAbortedAction": "Reuse_Session",
        "onSuitePreRequisiteFail": "Abort",
        "onStepPreRequisiteFail": "Run_Next_Testcase",
        "reRunType": plan.rerun_type,
        "executionLabType": "TestsigmaLab",
        "executionType": "CROSS_BROWSER",
        "isManual": False,
        "lastRunId": last_run_id,
        "applicationVersion": _application_version(),
        "lastRun": None,
        "slack": {"enabled": None, "channel": None, "user_name": None},
        "createdDate": EPOCH,
        "updatedDate": EPOCH,
        "createdById": 9,
        "updatedById": 9,
        "matchBrowserVersion": False,
        "visualTestingEnabled": False,
        "notificationStatusList": [],
        "msTeamsConnectorNotificationEnabled": False,
        "googleChatConnectorNotificationEnabled": False,
        "environments": [],
        "retrySessionCreation": False,
        "retrySessionCreationTimeout": None,
        "onTestCasePreRequisiteFail": "Abort",
    }


def _application_version() -> Body:
    audit: Body = {"createdById": 9, "createdDate": EPOCH}
    project: Body = {"id": 11, "name": "Shop", "description": "", "customFields": "{}", "projectType": "WebApplication"}
    application: Body = {"id": 25, "name": "Shop_Web", "projectId": 11, "applicationType": "WebApplication"}
    application |= {"project": project | {"isDemo": True}, **audit}
    return {"id": 39, "applicationId": 25, "versionName": "Default Version", "application": application, **audit}
