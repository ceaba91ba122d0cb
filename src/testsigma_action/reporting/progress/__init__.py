"""Progress output while the step waits: events of sessions become lines, heartbeats and a progress bar.

`listener` receives events and has the clock; `one_run` and `several_runs` decide what is printed; `tracked` is the
state of a run; `names` has the names of runs. Pure text: `events` (one function for each event), `lines` (progress of a
run) and `board` (progress of all runs).
"""

from testsigma_action.reporting.progress.listener import Progress

__all__ = ["Progress"]
