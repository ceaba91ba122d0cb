"""The newest section of CHANGELOG.md: what is released, when, and the notes. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

UNRELEASED = "Unreleased"
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
RELEASED = re.compile(r"(\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})")
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest section. Without a version it is not released."""

    version: str | None
    time: int
    notes: str

    @property
    def revision(self) -> str:
        """The tag of the release. The image cannot name its commit, which has the digest of the image."""
        return f"v{self.version}" if self.version else "unknown"


def newest(text: str) -> Newest:
    """Read a changelog; raises ValueError. The time is in seconds since 1970: midnight (UTC) of the release, or 0."""
    headings = list(HEADING.finditer(text))
    if not headings:
        raise ValueError("CHANGELOG.md has no section.")
    end = headings[1].start() if len(headings) > 1 else len(text)
    notes = text[headings[0].end() : end].strip()
    if headings[0][1] == UNRELEASED:
        return Newest(None, 0, notes)
    release = RELEASED.fullmatch(headings[0][1])
    if not release:
        raise ValueError(f"CHANGELOG.md: {headings[0][1]!r} is not like '1.2.3 - 2026-01-31'.")
    return Newest(release[1], int(datetime.strptime(release[2], "%Y-%m-%d").replace(tzinfo=UTC).timestamp()), notes)


def released(text: str, version: str, day: str) -> str:
    """The changelog with a version and a day (2026-01-31) for what was not released; raises ValueError."""
    if not VERSION.fullmatch(version):
        raise ValueError(f"{version!r} is no version like 1.2.3.")
    if newest(text).version or not newest(text).notes:
        raise ValueError(f"CHANGELOG.md has nothing under '## {UNRELEASED}', so there is nothing to release.")
    return text.replace(f"## {UNRELEASED}", f"## {version} - {day}", 1)
