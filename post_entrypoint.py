#!/usr/bin/env -S python3 -I -u
"""The entry point of the post stage. GitHub starts this file directly, so it must be executable."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from testsigma_action.runtime.clock import SystemClock
from testsigma_action.runtime.signals import Signals

if __name__ == "__main__":
    signals = Signals(clock := SystemClock())
    # Before all other imports, as in the main stage.
    signals.install()

    from testsigma_action.post import main

    exit_code = main(os.environ, signals, clock)
    signals.ignore()
    sys.exit(exit_code)
