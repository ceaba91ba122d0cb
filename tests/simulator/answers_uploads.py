"""Answers to the calls about uploads, in the shapes of the published samples."""

from tests.simulator.paging import criteria, matches, value_of
from tests.simulator.plan_body import EPOCH, Body
from tests.simulator.routes import Match
from tests.simulator.rows import spring
from tests.simulator.scenario import Options
from tests.simulator.service import Service
from tests.simulator.uploads import Upload, Version, form_of
from tests.simulator.wire import Request, Response, as_id, json_response

LABS = ("SauceLabs", "Browserstack", "Kobiton", "Lambdatest")
LINK = "https://files.example.com/uploads/app?signature=PLACEHOLDER"


def create(service: Service, request: Request, _match: Match, now: float) -> Response:
    """A new upload."""
    options = service.scenario.options
    return json_response(_upload(service.uploads.create(form_of(request), now, options), now, options))


def update(service: Service, request: Request, match: Match, now: float) -> Response:
    """A new version of an upload."""
    options = service.scenario.options
    return json_response(
        _upload(service.uploads.update(match.number("upload"), form_of(request), now, options), now, options)
    )


def one(service: Service, _request: Request, match: Match, now: float) -> Response:
    """An upload."""
    return json_response(_read(service.uploads.one(match.number("upload")), now, service.scenario.options))


def many(service: Service, request: Request, _match: Match, now: float) -> Response:
    """The uploads that meet the query: a page, a list, or the only one."""
    options = service.scenario.options
    conditions = [] if options.ignore_query else criteria(request.query.get("query", ""))
    listed = [
        each for each in service.uploads.all.values() if now - each.versions[0].came >= options.upload_listed_after
    ]

    def row(upload: Upload) -> Body:
        return _read(upload, now, options)

    found = [each for each in listed if matches({**row(each), "name": each.name}, conditions)]
    if options.upload_lists == "page":
        return json_response(spring(found, row, request, 20))
    if options.upload_lists == "object" and len(found) == 1:
        return json_response(row(found[0]))
    return json_response([row(each) for each in found])


def versions(service: Service, request: Request, _match: Match, now: float) -> Response:
    """The versions of the upload that the query names, as a list."""
    options = service.scenario.options
    upload = service.uploads.one(as_id(value_of(request.query.get("query", ""), "uploadId")))
    listed = [each for each in upload.versions if now - each.came >= options.upload_listed_after]
    return json_response([_version(each, now, options) for each in listed])


def _upload(upload: Upload, now: float, options: Options) -> Body:
    latest = upload.latest
    if now - latest.came < options.upload_listed_after and len(upload.versions) > 1 and now > latest.came:
        latest = upload.versions[-2]
    body: Body = {"id": upload.id, "createdById": 10, "updatedById": 10, "createdDate": EPOCH, "updatedDate": EPOCH}
    # The samples have a blank before the name.
    body |= {"name": f" {upload.name}", "latestVersionId": latest.id, "latestVersion": _version(latest, now, options)}
    return body | {"versions": None, "supportedDeviceType": None, "isFlutter": False}


def _version(version: Version, now: float, options: Options) -> Body:
    stored = version.stored(now, options)
    body: Body = {"id": version.id, "createdById": 10, "updatedById": 10, "createdDate": EPOCH, "updatedDate": EPOCH}
    body |= {"name": version.name, "path": f"46091/uploads/24/{version.id}/{version.file_name}"}
    body |= {"fileName": version.file_name, "uploadType": version.kind}
    body |= {f"testsigma{lab}AppId": None for lab in LABS}
    body |= {"fileSize": version.size, "preSignedURL": LINK if stored else None}
    body |= {"signed": version.signed(now, options), "errorMessage": version.error or None}
    body |= {"status": "FAILED" if version.error else "SUCCESS" if stored else "IN_PROGRESS"}
    body |= {"uploadName": f" {version.upload.name}", "signStatus": _sign_status(version, now, options)}
    return body | {"uploadId": version.upload.id}


def _sign_status(version: Version, now: float, options: Options) -> str:
    if version.kind != "IPA":
        return "NONE"
    if options.signing_fails:
        return "FAILED"
    return "SUCCESS" if version.signed(now, options) else "IN_PROGRESS"


def _read(upload: Upload, now: float, options: Options) -> Body:
    """What is read of an upload later."""
    if options.upload_shape == "versions":
        return _upload(upload, now, options)
    latest = upload.latest
    body: Body = {"id": upload.id, "projectId": upload.project_id, "createdById": 43, "updatedById": 43}
    body |= {"createdDate": EPOCH, "updatedDate": EPOCH, "name": upload.name, "appPath": f"uploads/{upload.id}/app"}
    body |= {"fileName": latest.file_name, "uploadType": latest.kind, "version": None, "testsigmaAppId": None}
    body |= {"platformType": "TestsigmaLab", "isPublic": None, "uploadStatus": "Completed", "comments": None}
    body |= {"message": "Uploaded successfully", "status": 1, "nameFromApp": None, "versionFromApp": None}
    return body | {"fileSize": latest.size, "preSignedURL": LINK, "signed": False}
