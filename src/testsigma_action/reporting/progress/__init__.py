"""Progress output while the step waits: events of sessions become lines, heartbeats and a progress bar.

`listener` receives events and has the clock; `one_run` and `several_runs` decide what is printed; `tracked` is what
they remember; `names` has the names of runs. Pure text: `events` (what happened) and `lines` (progress of a run).
"""

from testsigma_action.reporting.progress.listener import Progress

__all__ = ["Progress"]
