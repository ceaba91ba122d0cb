"""The list of all packages in an image (SBOM), as an SPDX 2.3 document, from what the image says of itself. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.parser import Parser
from typing import Any
from urllib.parse import quote

DEBIAN = "var/lib/dpkg/status"
PYTHON = re.compile(r".*/(?:site|dist)-packages/[^/]+\.dist-info/METADATA")
IMAGE = "SPDXRef-Image"
UNKNOWN = "NOASSERTION"


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """One package: its kind in a package URL (pypi, deb/debian), name and version."""

    kind: str
    name: str
    version: str

    @property
    def url(self) -> str:
        """Its package URL."""
        return f"pkg:{self.kind}/{quote(self.name)}@{quote(self.version, safe='')}"


def is_metadata(path: str) -> bool:
    """Whether a file of the image says what is installed."""
    return path == DEBIAN or PYTHON.fullmatch(path) is not None


def installed(files: Mapping[str, bytes], environment: Iterable[str]) -> Sequence[Package]:
    """The packages that the metadata of an image names, and the interpreter if the base was built around one."""
    texts = {path: data.decode("utf-8") for path, data in files.items()}
    found = [_python(text) for path, text in texts.items() if path != DEBIAN]
    found += [each for stanza in texts.get(DEBIAN, "").split("\n\n") if (each := _debian(stanza))]
    variables = dict(each.partition("=")[::2] for each in environment)
    if version := variables.get("PYTHON_VERSION"):
        found.append(Package("generic", "python", version))
    return sorted(set(found))


def document(packages: Sequence[Package], name: str, digest: str, created: str) -> dict[str, Any]:
    """The SPDX document about an image with this name and digest; the time is like 2026-01-31T00:00:00Z."""
    numbered = {f"SPDXRef-Package-{number}": each for number, each in enumerate(packages, 1)}
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{quote(name)}-{digest.partition(':')[2]}",
        "creationInfo": {"created": created, "creators": ["Tool: testsigma-action-tools-release"]},
        "packages": [_image(name, digest), *(_entry(key, each) for key, each in numbered.items())],
        "relationships": [
            _relationship("SPDXRef-DOCUMENT", "DESCRIBES", IMAGE),
            *(_relationship(IMAGE, "CONTAINS", key) for key in numbered),
        ],
    }


def _python(metadata: str) -> Package:
    fields = Parser().parsestr(metadata, headersonly=True)
    return Package("pypi", re.sub(r"[-_.]+", "-", fields["Name"]).lower(), fields["Version"])


def _debian(stanza: str) -> Package | None:
    fields = Parser().parsestr(stanza.strip(), headersonly=True)
    if fields["Status"] != "install ok installed":
        return None
    return Package("deb/debian", fields["Package"], fields["Version"])


def _image(name: str, digest: str) -> dict[str, Any]:
    return {
        "SPDXID": IMAGE,
        "name": name,
        "versionInfo": digest,
        "primaryPackagePurpose": "CONTAINER",
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest.partition(":")[2]}],
        "downloadLocation": UNKNOWN,
        "filesAnalyzed": False,
    }


def _entry(key: str, package: Package) -> dict[str, Any]:
    locator = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": package.url}
    return {
        "SPDXID": key,
        "name": package.name,
        "versionInfo": package.version,
        "downloadLocation": UNKNOWN,
        "filesAnalyzed": False,
        "externalRefs": [locator],
    }


def _relationship(source: str, kind: str, target: str) -> dict[str, str]:
    return {"spdxElementId": source, "relationshipType": kind, "relatedSpdxElement": target}
