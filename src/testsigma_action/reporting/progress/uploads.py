"""The lines about uploads, before any run is started. File names are text of the user, errors are untrusted."""

from datetime import timedelta
from pathlib import PurePath

from testsigma_action.domain import upload_events
from testsigma_action.domain.words import in_megabytes
from testsigma_action.reporting.progress.lines import stamp
from testsigma_action.text import NAME, log_text


def about(event: upload_events.UploadEvent, elapsed: timedelta) -> list[str]:
    """The lines for an event."""
    match event:
        case upload_events.UploadBegan(spec, size):
            # The name of the file, if the text of the input is a pattern.
            name = PurePath(spec.path).name
            matched = "" if PurePath(spec.file).name == name else f"{log_text(name, NAME)}, "
            return [f"Uploading {_file(spec.file)} ({matched}{in_megabytes(size)}) as {_target(spec)}."]
        case upload_events.UploadProgress(spec, sent, size):
            share = f"{in_megabytes(sent)} of {in_megabytes(size)}"
            done = "sent, waiting for the answer" if sent == size else "sent"
            return [f"{stamp(elapsed)} {_file(spec.file)}: {share} {done}"]
        case upload_events.UploadAnswerLost(spec, reason):
            return [f"{log_text(reason)} Looking for version {log_text(spec.version)} of it, for up to a minute."]
        case upload_events.UploadPending(spec, version):
            done = "stored" if version.stored is not upload_events.Stored.DONE else "signed"
            return [f"Waiting until Testsigma has {done} {_file(spec.file)} (version ID {log_text(version.id)})."]
        case upload_events.UploadDone(uploaded, adopted):
            found = "The answer to the upload was lost, and the version was found. " if adopted else ""
            devices = f", for devices {', '.join(map(log_text, uploaded.devices))}" if uploaded.devices else ""
            return [f"{found}Uploaded {_file(uploaded.file)}: version ID {log_text(uploaded.version_id)}{devices}"]


def _file(name: str) -> str:
    return f"'{log_text(name, NAME)}'"


def _target(spec: upload_events.UploadSpec) -> str:
    upload = f"upload {log_text(spec.upload_id)}" if spec.upload_id else f"the new upload '{log_text(spec.name, NAME)}'"
    return f"version {log_text(spec.version)} of {upload}"
