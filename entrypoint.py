#!/usr/bin/env -S python3 -I -u
"""Where the container starts. The interpreter runs isolated, so the path to the code is added here."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from testsigma_action.runtime.calls import Calls
from testsigma_action.runtime.clock import SystemClock

if __name__ == "__main__":
    calls = Calls(clock := SystemClock())
    # Before anything else is imported: from here on a signal ends the step in order.
    calls.install_handlers()

    from testsigma_action.main import main

    exit_code = main(sys.argv[1:], os.environ, calls, clock)
    # The interpreter puts the handlers of the system back before it is gone.
    calls.ignore_signals()
    sys.exit(exit_code)
