"""The floor for the JUnit writer: the same document, written with `xml.etree` alone from finished strings."""

import xml.etree.ElementTree as ET
from pathlib import Path


def read(path: Path) -> ET.Element:
    """The elements of a document that we wrote."""
    return ET.parse(path).getroot()  # noqa: S314 - our own


def write(source: ET.Element, path: Path) -> None:
    """Copy all elements with their attributes and text, and write them."""
    ET.ElementTree(_copy(source)).write(path, encoding="utf-8", xml_declaration=True)


def _copy(source: ET.Element) -> ET.Element:
    root = ET.Element(source.tag, dict(source.attrib))
    _fill(root, source)
    for suite in source:
        parent = _add(root, suite)
        for case in suite:
            element = _add(parent, case)
            for outcome in case:
                _add(element, outcome)
    return root


def _add(parent: ET.Element, source: ET.Element) -> ET.Element:
    element = ET.SubElement(parent, source.tag, dict(source.attrib))
    _fill(element, source)
    return element


def _fill(element: ET.Element, source: ET.Element) -> None:
    element.text, element.tail = source.text, source.tail
