#!/usr/bin/env -S python3 -I -u
"""The entry point of the container. The interpreter is isolated (-I), so the source folder is added to the path."""

import gc
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from testsigma_action.runtime.clock import SystemClock
from testsigma_action.runtime.signals import Signals

if __name__ == "__main__":
    signals = Signals(clock := SystemClock())
    # Before all other imports: from here on, a signal leads to an orderly shutdown.
    signals.install()

    # Imported modules are never garbage: searching them takes a tenth of the time to the start.
    gc.disable()
    from testsigma_action.main import main

    gc.freeze()
    gc.enable()
    exit_code = main(sys.argv[1:], os.environ, signals, clock)
    # At exit the interpreter restores the default handlers: a late signal would replace the exit code.
    signals.ignore()
    sys.exit(exit_code)
