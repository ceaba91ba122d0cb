'''A whole step in one process on one virtual clock: hours in milliseconds, and the same every time.

`main.main` runs with its real Signals, Client, Transport, requests, urllib3 and http.client against the simulator; only
the socket and the clock are ours. Time passes when everybody waits, and then at once (`clock.py`); requests travel
over connections without sockets (`net.py`), and the deliveries of faults, delays included, take virtual time.

    def test_something(tmp_path: Path) -> None:
        """A rule."""
        world = World(scenario("failing"), tmp_path, {"TESTSIGMA_TIMEOUT": "2h"})
        outcome = world.run()
        assert outcome.exit_code == 1
        assert outcome.duration < 60                # virtual seconds
        assert outcome.calls.count("start") == 1    # what the service saw; `outcome.seen` has all of each request
        outcome.log, outcome.lines, outcome.outputs, outcome.state, outcome.summary, outcome.junit, outcome.results
        outcome.everything, outcome.workspace, outcome.commands, outcome.killed, outcome.signalled
    outcome.exchanges                           # requests with their answers, and when these had arrived
        world.simulator.runs()                      # the truth: {run ID: Run}

The environment is that of GitHub with the access data of the scenario and its first plan; whatever is given comes on
top, under any name (`TESTSIGMA_DETAILS`, `INPUT_ON-CANCEL`, `RUNNER_DEBUG`). `github=False` is the plain console.

Faults are those of the simulator (tests.simulator, `Fault`), in virtual time: `Fault("status", delay=20.0)`,
`Fault("*", status=503, begin=600.0, end=1800.0, count=None)`. Where there is no connection at all, it is a `Cut`:

    World(found, tmp_path, cuts=[Cut("refused", Fault("start", count=3)), Cut("unresolved", Fault("*", begin=60.0,
        end=90.0, count=None))])                    # also: silent (the connect times out), untrusted (certificate)

Signals come at an instant, on a request, or amid the step's work; the second one of a kind ends the step at once:

    World(found, tmp_path, signals=[Signal(SIGINT, 30.0), Signal(SIGTERM, 37.5)])
    Signal(SIGTERM, call="start")                   # when the start has reached the service, before its answer
    Signal(SIGTERM, call="status", count=3, after=0.5)
    Signal(SIGTERM, look=40)                        # at the step's 40th look at the clock
    Signal(SIGTERM, said="Attached to run")         # when the step prints this
    Signal(SIGKILL, 30.0)                           # no way out at all; exit code 137, `outcome.killed`

The post stage comes after `run()`, with the state that the main stage left: `world.post(later=2.0)`.

More: `world.at(60.0, lambda simulator: simulator.release())` has something happen, `jumps=[(5.0, -3600.0)]` sets the
wall clock of the step's machine, `travel` is how long a request and an answer are on their way (seconds each), `seed`
decides on jitter and on whose turn it is where several threads could go on.

A step takes about half a millisecond for each request. A poll-interval of 0.1 s over hours is slow here, too.
A test of which everybody waits for something that never happens, or that looks at the clock in a busy loop, ends with
`Stuck`. What asyncio would only log (an exception that nobody retrieves) ends it with `Unhandled`.
'''

from tests.simulation.clock import Stuck, Unhandled, VirtualClock
from tests.simulation.net import Cut, Exchange, Net
from tests.simulation.world import Outcome, Signal, World

__all__ = ["Cut", "Exchange", "Net", "Outcome", "Signal", "Stuck", "Unhandled", "VirtualClock", "World"]
