"""Copies images between registries, engines and folders, with skopeo."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

# Seconds.
COPY = 600.0


class TagTakenError(Exception):
    """A tag of the registry names another image. A tag is never moved."""


class CopyError(Exception):
    """A copy failed; the message has what skopeo says."""


def skopeo(*arguments: str, environ: Mapping[str, str] | None = None) -> bytes:
    """Run skopeo; what it prints comes back. Raises CopyError."""
    program = shutil.which("skopeo")
    if not program:
        raise CopyError("skopeo is not installed.")
    environ = os.environ if environ is None else environ
    # It does not read the variable by which Podman finds its settings of registries.
    settings = environ.get("CONTAINERS_REGISTRIES_CONF")
    options = [f"--registries-conf={settings}"] if settings else []
    # Without a policy of the machine, everything would be refused. What is copied is checked by its digest.
    command = [program, "--insecure-policy", *options, *arguments]
    done = subprocess.run(command, env=dict(environ), check=False, capture_output=True, timeout=COPY)
    if done.returncode:
        raise CopyError(f"{' '.join(command)}: {done.stderr.decode()}")
    return done.stdout


def push(folder: Path, digest: str, target: str, environ: Mapping[str, str] | None = None) -> None:
    """Copy an OCI layout with all architectures to a tag of a registry; raises TagTakenError and CopyError.

    Doing it again changes nothing.
    """
    there = _digest(target, environ)
    if there not in {None, digest}:
        raise TagTakenError(f"{target} is {there} already, so it cannot become {digest}. Release another version.")
    skopeo("copy", "--all", "--preserve-digests", "--quiet", f"oci:{folder}", f"docker://{target}", environ=environ)
    if (pushed := _digest(target, environ)) != digest:
        raise CopyError(f"The registry has {pushed}, not {digest}.")


def _digest(target: str, environ: Mapping[str, str] | None) -> str | None:
    """Digest of what a tag names; None if there is nothing, or no answer, in which case a push fails too."""
    try:
        manifest = skopeo("inspect", "--raw", f"docker://{target}", environ=environ)
    except CopyError:
        return None
    return f"sha256:{hashlib.sha256(manifest).hexdigest()}"
