"""The base of the image: the pinned one where its registry can be reached, else a stand-in made from Debian's packages.

The stand-in has the same Debian and Python releases, no bytecode (as the pinned base), and the certificates of this
machine, so that a build works behind a proxy that ends TLS. Differences: its interpreter is /usr/bin/python3, Debian's.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.e2e.engine import Engine, NoEngineError

ROOT = Path(__file__).parents[2]
# Seconds.
PULL = 120.0
BOOTSTRAP = 300.0
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
RECIPE = (
    "mmdebstrap",
    "--quiet",
    "--variant=minbase",
    "--include=python3,python3-pip,python3-venv,ca-certificates",
    f'--customize-hook=test ! -e {CERTIFICATES} || cp {CERTIFICATES} "$1"{CERTIFICATES}',
    '--customize-hook=find "$1"/usr/lib/python3* -name __pycache__ -prune -exec rm -rf {} +',
    "trixie",
)
FINGERPRINT = hashlib.sha256("\n".join(RECIPE).encode()).hexdigest()[:12]
STAND_IN = f"localhost/testsigma-action-base:stand-in-{FINGERPRINT}"


def pinned(dockerfile: str) -> str:
    """The base that a Dockerfile pins."""
    found = re.search(r"^FROM (\S+) AS pinned$", dockerfile, re.MULTILINE)
    if not found:
        raise ValueError("The Dockerfile has no stage named pinned.")
    return found[1]


def choose(engine: Engine) -> str:
    """The base to build on: the one that BASE names, the pinned one, or the stand-in.

    Raises NoEngineError where none of them can be had.
    """
    wanted = os.environ.get("BASE") or pinned((ROOT / "Dockerfile").read_text("utf-8"))
    if engine.has_image(wanted) or _pulled(engine, wanted):
        return wanted
    if os.environ.get("BASE"):
        raise NoEngineError(f"BASE={wanted} cannot be pulled.")
    print(f"{wanted} cannot be pulled: a stand-in takes its place.", file=sys.stderr)
    return _stand_in(engine)


def _pulled(engine: Engine, image: str) -> bool:
    try:
        return engine.run("pull", "--quiet", image, check=False, timeout=PULL).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _stand_in(engine: Engine) -> str:
    if not engine.has_image(STAND_IN):
        environment = f"ENV PIP_CERT={CERTIFICATES}"
        engine.run("import", "--change", environment, str(_archive()), STAND_IN, timeout=BOOTSTRAP)
    return STAND_IN


def _archive() -> Path:
    """The stand-in's files, kept between runs where a folder for caches is kept."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "testsigma-action"
    archive = caches / f"base-{FINGERPRINT}.tar"
    if not archive.exists():
        if not shutil.which(RECIPE[0]):
            raise NoEngineError("The pinned base cannot be pulled, and mmdebstrap is not here to make a stand-in.")
        caches.mkdir(parents=True, exist_ok=True)
        unfinished = archive.with_suffix(".unfinished.tar")
        subprocess.run([*RECIPE, str(unfinished)], check=True, timeout=BOOTSTRAP)
        unfinished.rename(archive)
    return archive
