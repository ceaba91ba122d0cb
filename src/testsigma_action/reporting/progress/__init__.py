"""What is printed while the step waits: events of one or several sessions become lines, signs of life and a bar.

`listener` takes events and the time; `one_run` and `several_runs` decide what is worth a line; `tracked` is what is
known of a run; `names` tells runs apart. Pure text: `events` (a function an event), `lines` (how far a run is) and
`board` (how far all runs are).
"""

from testsigma_action.reporting.progress.listener import Progress

__all__ = ["Progress"]
