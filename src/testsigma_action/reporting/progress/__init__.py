"""Progress output while the step waits: events of sessions become lines, heartbeats and a progress bar.

`listener` receives events and has the clock; `one_run` and `several_runs` decide what is printed; `tracked` is what
they remember. Pure text: `events` (what happened), `endings` (why runs end), `lines` (progress of a run), `job_rerun`
and `uploads`.
"""
