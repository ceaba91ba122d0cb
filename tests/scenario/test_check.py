"""A dry run as a process: on the command line, and as an input on GitHub."""

from tests.scenario.conftest import Bench
from tests.simulator import Fault, scenario


def test_on_the_command_line(bench: Bench) -> None:
    """`check` reads only, says so in its last line, and leaves no file but the outputs."""
    server = bench.serve(scenario("passing"))
    outcome = bench.run(arguments=("check",), server=server, github=False)
    assert (outcome.exit_code, outcome.lines[-1]) == (
        0,
        "CHECKED (exit code 0): The dry run found no problem. Nothing was started.",
    )
    assert {seen.method for seen in server.seen} == {"GET"}
    files = {path.stem for path in outcome.workspace.rglob("*") if path.is_file()}
    assert files == {"testsigma-outputs"}


def test_on_github(bench: Bench) -> None:
    """As an input it sets the outputs, and its summary has the same block as the log, without the address."""
    server = bench.serve(scenario("failing").with_faults(Fault("*", status=401, text="Invalid JWT token", count=None)))
    outcome = bench.run({"INPUT_DRY-RUN": "true"}, server=server)
    assert (outcome.exit_code, outcome.outputs["conclusion"], outcome.outputs["error-code"]) == (
        3,
        "checked",
        "api-key-rejected",
    )
    begin, end = (outcome.log.index(f"===== {word} testsigma-action check") for word in ("BEGIN", "END"))
    assert outcome.log[begin:end] in outcome.summary
    assert "⚠️ Dry run: 1 problem</h2>" in outcome.summary
    assert "#api-key-rejected" in outcome.summary
    (note,) = (line for line in outcome.lines if line.startswith("::error "))
    assert "title=Dry run%3A 1 problem::" in note
    assert "Incorrect" in note or "401" in note
    assert "127.0.0.1" not in outcome.log[begin:]
    assert outcome.state == {}
