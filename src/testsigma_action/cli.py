"""The commands: the step and its post stage, as processes.

The signal handlers are installed before all other imports: from then on, a signal leads to an orderly shutdown.
"""

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from testsigma_action.runtime.clock import Clock
from testsigma_action.runtime.programs import step_arguments
from testsigma_action.runtime.signals import Signals


def run_step() -> NoReturn:
    """The command `testsigma-action`: runs the step with the arguments and the environment of this process.

    Another program may take its place, so no handler is installed before its arguments are known.
    """
    _run(step_arguments(sys.argv[1:], os.environ))


def run_post_stage() -> NoReturn:
    """Runs the post stage with the environment of this process."""
    _run((), post_stage=True)


def collect_garbage_rarely() -> None:
    """Search for garbage less often, and never in what exists by now: results are many objects, nearly all in use."""
    gc.freeze()
    gc.set_threshold(50_000)


def _run(arguments: Sequence[str], *, post_stage: bool = False) -> NoReturn:
    signals = Signals(clock := Clock())
    signals.install()
    try:
        # Imported modules are never garbage: searching them takes a tenth of the time to the start.
        gc.disable()
        from testsigma_action.command import Command

        if post_stage:
            from testsigma_action.post import main
        else:
            from testsigma_action.main import main
        collect_garbage_rarely()
        gc.enable()
        exit_code = main(Command(arguments, os.environ, signals, clock))
    except Exception as error:  # noqa: BLE001 - the interpreter would end with 1, which says that tests failed
        from testsigma_action.errors import ExitCode
        from testsigma_action.platforms.log import Log
        from testsigma_action.reporting import console

        # A bug outside the step itself: there are no reports.
        exit_code, log = ExitCode.BUG, Log()
        log.say(console.traceback(error))
        log.close()
    # At exit the interpreter restores the default handlers: a late signal would replace the exit code.
    signals.ignore()
    sys.exit(exit_code)
