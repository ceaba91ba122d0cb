"""Timeouts and intervals of the stages of a run. Tests pass shorter ones."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """All in seconds.

    `replication`: how long after its start a run may be unknown or unlisted on some replicas of the service.
    """

    replication: float = 60.0

    # The start: for an unreachable service, for the answer, and for the answer after a signal.
    unreachable: float = 120.0
    start_answer: float = 60.0
    start_answer_after_signal: float = 3.0

    # Searching a run by its build number, with growing intervals: a new run may not be listed yet. `list_answer` limits
    # each list, so that one does not block the other. `search_slack`: time beyond `replication`, if a list fails.
    search_interval: float = 2.0
    longest_search_interval: float = 15.0
    list_answer: float = 3.0
    search_slack: float = 10.0
    shortest_search: float = 5.0

    # Searching the run of an earlier attempt of the CI job.
    earlier_run: float = 30.0

    # Attaching: a 404 is retried for a short time only, since the run must have been started earlier.
    attach_tolerance: float = 5.0
    attach_interval: float = 1.0

    # Reruns: how long to wait for one to begin after a run, after a rerun, and if the consolidated status is not
    # completed.
    rerun: float = 30.0
    next_rerun: float = 10.0
    announced_rerun: float = 120.0
    rerun_interval: float = 2.0

    # Stopping: interval of status checks, and time limit after a timeout.
    stop_interval: float = 0.3
    stop: float = 30.0
    last_look: float = 5.0

    # After a signal (a CI system kills the step after 10 s): in total, for one status check, and reserved for the stop.
    shutdown: float = 6.0
    shutdown_look: float = 2.0
    shutdown_reserve: float = 2.0

    # Results that lag behind the end of their run: total time of reading again, and pauses, which double.
    lag: float = 30.0
    first_lag_pause: float = 1.0
    longest_lag_pause: float = 5.0

    # Collecting results: in total, for one detail, and for one detail if the detail endpoints are failing.
    collect: float = 300.0
    detail: float = 60.0
    short_detail: float = 10.0

    # Results of the run to compare with, the search for that run, and one request of this search.
    baseline: float = 60.0
    previous_run: float = 3.0
    previous_run_answer: float = 2.0

    # All requests for the history of a run together.
    history: float = 10.0

    # Interval between reports about an upload.
    upload_progress: float = 30.0
    # A dry run: in total, and for one call with its retry.
    checkup: float = 300.0
    checkup_call: float = 20.0

    # Minimum interval between lists of cases during a run.
    live_list: float = 30.0

    def search_pauses(self) -> Iterator[float]:
        """The pauses of a search: each is twice as long as the one before it, up to the longest. Never ends."""
        pause = self.search_interval
        while True:
            yield pause
            pause = min(2 * pause, self.longest_search_interval)


# The last request is sent this long before a deadline, so that its answer arrives in time (seconds).
MARGIN = 2.0
