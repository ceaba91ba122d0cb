"""Failed uploads: the errors, each of which ends the step before anything is started. Pure."""

from datetime import timedelta
from http import HTTPStatus

from testsigma_action.domain.upload_events import Stored, UploadSpec, UploadVersion
from testsigma_action.domain.words import in_megabytes, in_words
from testsigma_action.errors import ApiError, ErrorCode, Transient, UploadError
from testsigma_action.text import cut

NOTHING = "Nothing was started."
LONGEST_ERROR = 500
AGAIN_HINT = "Run this step again. If that fails, too, check the network between this machine and Testsigma."
SLOW_HINT = "Raise upload-timeout, or check the network between this machine and Testsigma."
LATE_HINT = "Raise upload-timeout, or look in Testsigma what became of this version."
STORAGE_HINT = "Read the message of the service above. Its limits for the size of a file are in docs/inputs.md."
UNCERTAIN_HINT = (
    "Look in Testsigma whether this version exists. Then run this step again: it uploads the file once more, as "
    "another version."
)


def is_too_large(error: ApiError) -> bool:
    """Whether the file is larger than the service accepts, or a gateway before it, which then passes nothing on."""
    return error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def refused(error: ApiError) -> UploadError:
    """Nothing was stored."""
    message = f"{error.message} {NOTHING}"
    if is_too_large(error) or (isinstance(error, Transient) and error.said):
        return UploadError(message, code=ErrorCode.UPLOAD_FAILED, hint=STORAGE_HINT)
    code = ErrorCode.UPLOAD_FAILED if error.code is ErrorCode.API_REFUSED else error.code
    return UploadError(message, code=code, hint=error.hint)


def cut_off(error: ApiError, sent: int, size: int, *, late: bool) -> UploadError:
    """The connection ended before all of the file was sent, so the service cannot have stored it."""
    message = f"{error.message} {in_megabytes(sent)} of {in_megabytes(size)} were sent. {NOTHING}"
    return UploadError(message, code=ErrorCode.UPLOAD_FAILED, hint=SLOW_HINT if late else AGAIN_HINT)


def uncertain(error: ApiError, spec: UploadSpec) -> UploadError:
    """It is unknown whether the file was stored."""
    message = f"{error.message} Version '{spec.version}' of it may have been stored. {NOTHING}"
    return UploadError(message, code=ErrorCode.UPLOAD_UNCERTAIN, hint=UNCERTAIN_HINT)


def not_stored(version: UploadVersion, spec: UploadSpec) -> UploadError:
    """The service answered, and could not store or sign the file."""
    done = "store" if version.stored is Stored.FAILED else "sign"
    said = f", saying '{cut(version.error, LONGEST_ERROR)}'" if version.error else ""
    message = f"Testsigma could not {done} '{spec.file}' (version ID {version.id}){said}. {NOTHING}"
    return UploadError(message, code=ErrorCode.UPLOAD_FAILED, hint=STORAGE_HINT)


def not_in_time(version: UploadVersion, spec: UploadSpec, limit: timedelta) -> UploadError:
    """The service has the file, and did not store or sign it in time."""
    done = "stored" if version.stored is not Stored.DONE else "signed"
    message = f"Testsigma has not {done} '{spec.file}' (version ID {version.id}) within {in_words(limit)}. {NOTHING}"
    return UploadError(message, code=ErrorCode.UPLOAD_FAILED, hint=LATE_HINT)
