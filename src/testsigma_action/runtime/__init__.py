"""Time, signals and blocking calls: what the event loop needs from the operating system.

Threads, signal handlers and clocks belong here. Nothing here knows Testsigma.
"""
