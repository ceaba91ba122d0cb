"""Clocks, signal handlers, threads and the event loop.

Nothing here depends on Testsigma.
"""
