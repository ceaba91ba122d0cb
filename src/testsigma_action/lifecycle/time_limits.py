"""How long the stages of a run wait, and how often they ask. Tests pass shorter limits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """All in seconds.

    `replication`: the service may not know a run, or not list it, for this long after its start: its copies need time.
    """

    replication: float = 60.0

    # The start: at a service that is not reachable, for the answer, and for the answer after a signal.
    unreachable: float = 120.0
    start_answer: float = 60.0
    start_answer_after_signal: float = 3.0

    # Looking for a run by its build number: soon again at first, since a new run may not be listed yet. One list must
    # not keep us from the other (`list_answer`). `search_slack`: beyond `replication`, for a list that cannot be read.
    search_interval: float = 2.0
    longest_search_interval: float = 15.0
    list_answer: float = 3.0
    search_slack: float = 10.0
    shortest_search: float = 5.0

    # Attaching: an unknown ID is tried again for a short time only, since whoever attaches was told the ID before.
    attach_tolerance: float = 5.0
    attach_interval: float = 1.0

    # Reruns: how long one is expected after the end of a run, after the end of a rerun, and where the service says that
    # the whole goes on.
    rerun: float = 30.0
    next_rerun: float = 10.0
    announced_rerun: float = 120.0
    rerun_interval: float = 2.0

    # Stopping: how often the end is checked, and for how long after a timeout.
    stop_interval: float = 0.3
    stop: float = 30.0
    last_look: float = 5.0

    # After a signal, counted from it (a platform kills the step after 10 s): everything, of which for one look, and
    # what is kept for the stop itself.
    shutdown: float = 6.0
    shutdown_look: float = 2.0
    shutdown_reserve: float = 2.0

    # Results that lag behind the end of their run: read again for this long, with pauses that double.
    lag: float = 30.0
    first_lag_pause: float = 1.0
    longest_lag_pause: float = 5.0

    # Collecting results in all, one optional detail, and one detail once the detailed calls are out of order.
    collect: float = 300.0
    detail: float = 60.0
    hurried_detail: float = 10.0

    # Results of the run to compare with, the search for that run, and one request of this search.
    baseline: float = 60.0
    previous_run: float = 3.0
    previous_run_answer: float = 2.0

    # Lists of cases of a run that goes on: how often at most.
    live_list: float = 30.0


# The last request before a deadline begins this long before it, so that its answer is there in time (seconds).
MARGIN = 2.0
