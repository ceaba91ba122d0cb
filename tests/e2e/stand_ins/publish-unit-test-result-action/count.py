"""Prints how many cases the JUnit files have, and how many of them failed."""

import sys
from glob import glob
from xml.etree import ElementTree as ET

files = sorted(glob(sys.argv[1], recursive=True))  # noqa: PTH207 - a pattern, as the action reads it
suites = [suite for path in files for suite in ET.parse(path).getroot().iter("testsuite")]
cases = sum(len(suite.findall("testcase")) for suite in suites)
print(f"cases={cases} cases, {sum(len(suite.findall('testcase/failure')) for suite in suites)} failed")
