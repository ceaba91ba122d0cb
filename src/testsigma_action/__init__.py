"""Starts Testsigma test plan runs, waits for them, reports, and ends with a verdict people can trust."""

__version__ = "0.1.0"
