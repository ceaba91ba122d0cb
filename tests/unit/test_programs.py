"""Which arguments of the entry point are a program with its arguments."""

import pytest

from testsigma_action.runtime.programs import program_of, step_arguments


@pytest.mark.parametrize(
    ("argument", "program"),
    [
        ("sh", "sh"),
        ("/bin/sh", "sh"),
        ("bash", "bash"),
        ("cat", "cat"),
        ("/__a/externals/node20/bin/node", "node"),
        ("./sh", ""),
        ("bin/sh", ""),
        ("python3", ""),
        ("420", ""),
        ("--sh", ""),
        ("", ""),
    ],
)
def test_a_program_is_one_that_ci_systems_start(argument: str, program: str) -> None:
    """It is named alone or by an absolute path; a file of the workspace is none."""
    assert program_of(argument) == program


@pytest.mark.parametrize("command", ["testsigma-action", "/usr/local/bin/testsigma-action"])
def test_the_name_of_the_command_is_no_argument(command: str) -> None:
    """`docker run IMAGE testsigma-action --plan-id 420` is `docker run IMAGE --plan-id 420`."""
    assert step_arguments([command, "--plan-id", "420"], {}) == ["--plan-id", "420"]
    assert step_arguments([command], {}) == []


@pytest.mark.parametrize("arguments", [[], ["--plan-id", "420"], ["420"], ["--wait", "true", "sh"]])
def test_other_arguments_are_those_of_the_step(arguments: list[str]) -> None:
    """Only the first argument can be a program."""
    assert step_arguments(arguments, {}) == arguments
