#!/usr/bin/env -S python3 -I -u
"""Where the container of the post stage starts; GitHub names a file here, so it must be executable by itself."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from testsigma_action.runtime.calls import Calls
from testsigma_action.runtime.clock import SystemClock

if __name__ == "__main__":
    calls = Calls(clock := SystemClock())
    # Before anything else is imported, as in the main stage.
    calls.install_handlers()

    from testsigma_action.post import main

    exit_code = main(os.environ, calls, clock)
    calls.ignore_signals()
    sys.exit(exit_code)
