#!/usr/bin/env -S python3 -I -u
"""The entry point of the post stage. GitHub starts this file directly, so it must be executable."""

import signal

# Signals wait until their handlers are installed: they would interrupt the imports, and PID 1 would never get them.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from testsigma_action.cli import run_post_stage

if __name__ == "__main__":
    run_post_stage()
