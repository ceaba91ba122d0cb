"""A CI system starts a program in the image whose entry point is the step."""

import signal
from collections.abc import Iterator

import pytest

from tests.scenario.conftest import Bench
from tests.simulator import scenario

# Not on GitHub.
ELSEWHERE = {"GITHUB_ACTIONS": ""}


def test_a_shell_takes_the_place_of_the_step(bench: Bench) -> None:
    """It gets its arguments and the environment, and its exit code is that of the container. Nothing is started."""
    server = bench.serve(scenario("passing"))
    outcome = bench.run(
        ELSEWHERE, server=server, arguments=("sh", "-c", 'echo "plan $TESTSIGMA_PLAN_ID, $0"; exit 7', "a b")
    )
    assert (outcome.exit_code, outcome.lines) == (7, ["plan 420, a b"])
    assert server.calls == []


def test_a_shell_ends_as_usual_when_its_reader_is_gone(bench: Bench) -> None:
    """Python ignores SIGPIPE; a shell that inherited that would print errors instead of ending."""
    outcome = bench.run(ELSEWHERE, arguments=("/bin/sh", "-c", "kill -PIPE $$; echo ignored"))
    assert (outcome.exit_code, outcome.lines) == (-13, [])


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """A shell ignores SIGINT for its jobs in the background, and all that these start would ignore it, too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
def test_a_shell_gets_its_signals(bench: Bench, name: str) -> None:
    """The step holds signals back while it begins; a shell that inherited that could not be stopped."""
    outcome = bench.run(ELSEWHERE, arguments=("/bin/sh", "-c", f"kill -{name} $$; echo ignored"))
    assert (outcome.exit_code, outcome.lines) == (-signal.Signals[f"SIG{name}"], [])


def test_a_program_that_is_not_there(bench: Bench) -> None:
    """As in the image without a shell: bad input that names the program."""
    outcome = bench.run({**ELSEWHERE, "PATH": "/nonexistent"}, arguments=("sh", "-c", "exit 0"))
    assert outcome.exit_code == 2
    assert "'sh' is not an input, and there is no such program here" in outcome.log


def test_the_command_before_its_flags(bench: Bench) -> None:
    """The name of the command as the first argument of the image is no input."""
    server = bench.serve(scenario("failing"))
    assert bench.run(server=server, arguments=("testsigma-action", "--wait", "false")).exit_code == 0
    assert server.calls.count("start") == 1


def test_no_program_on_github(bench: Bench) -> None:
    """There the arguments are those of the action (`with: args`): a shell that ends well is no green step."""
    outcome = bench.run({"GITHUB_ACTIONS": "true"}, arguments=("sh", "-c", "exit 0"))
    assert outcome.exit_code == 2
