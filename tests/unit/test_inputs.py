"""Where inputs come from, what wins, and what is said of those that are wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.vendor_script import FLAGS
from testsigma_action.domain.run import ConfigurationRef
from testsigma_action.inputs.options import DEFINITIONS, Inputs
from testsigma_action.inputs.reading import Reading, read_inputs
from testsigma_action.inputs.unknown import SCRIPT_VARIABLES
from testsigma_action.platforms.variables import PREFIX

KEY = "key-for-tests"
GOOD = {"TESTSIGMA_API_KEY": KEY, "TESTSIGMA_PLAN_ID": "420"}


def read(*arguments: str, **environ: str) -> Reading:
    """What is read of flags and environment besides a good key and plan; `__` in a name is a hyphen."""
    return read_inputs(arguments, GOOD | {name.replace("__", "-"): value for name, value in environ.items()})


def problem(reading: Reading, name: str) -> str:
    """The one problem with an input."""
    [found] = [text for text in reading.problems if text.startswith(f"{name}:")]
    return found


def test_the_defaults() -> None:
    """With a key and a plan alone, everything else has the default of the contract."""
    reading = read()
    assert (reading.problems, reading.warnings) == ((), ())
    inputs = reading.inputs
    assert inputs.api_key.reveal() == KEY
    assert (inputs.plan_id, inputs.on_busy, inputs.wait, inputs.details) == ("420", "fail", True, "failed")
    assert (inputs.timeout, inputs.queue_timeout, inputs.poll_interval) == (timedelta(hours=2), None, None)
    assert (inputs.on_timeout, inputs.on_cancel, inputs.summary) == ("leave", None, "full")
    assert inputs.stops_on_cancel
    assert (inputs.annotations, inputs.compare) == (10, "previous")
    assert (inputs.base_url, inputs.ca_bundle) == ("https://app.testsigma.com", "")


def test_every_source_is_read() -> None:
    """A flag, both forms of GitHub's variable, Drone's, Woodpecker's and our own."""
    for name in ("INPUT_TIMEOUT", "PLUGIN_TIMEOUT", "TESTSIGMA_TIMEOUT"):
        assert read(**{name: "5m"}).inputs.timeout == timedelta(minutes=5)
    for name in (
        "INPUT_QUEUE__TIMEOUT",
        "INPUT_QUEUE_TIMEOUT",
        "PLUGIN_QUEUE__TIMEOUT",
        "PLUGIN_QUEUE_TIMEOUT",
        "TESTSIGMA_QUEUE_TIMEOUT",
    ):
        assert read(**{name: "5m"}).inputs.queue_timeout == timedelta(minutes=5)
    assert read("--queue-timeout", "5m").inputs.queue_timeout == timedelta(minutes=5)
    assert read("--queue-timeout=5m").inputs.queue_timeout == timedelta(minutes=5)


def test_the_first_source_wins() -> None:
    """The order is flag, INPUT_X-Y, INPUT_X_Y, PLUGIN_X-Y, PLUGIN_X_Y, TESTSIGMA_X_Y."""
    sources = {
        "INPUT_BUILD__NUMBER": "hyphen",
        "INPUT_BUILD_NUMBER": "input",
        "PLUGIN_BUILD__NUMBER": "drone",
        "PLUGIN_BUILD_NUMBER": "woodpecker",
        "TESTSIGMA_BUILD_NUMBER": "testsigma",
    }
    assert read("--build-number", "flag", **sources).inputs.build_number == "flag"
    for name, value in tuple(sources.items()):
        assert read(**sources).inputs.build_number == value
        del sources[name]


@pytest.mark.parametrize("empty", ["", " ", "\n\t "])
def test_empty_means_not_given(empty: str) -> None:
    """An empty source is passed over, down to the default."""
    assert read(INPUT_BUILD__NUMBER=empty, TESTSIGMA_BUILD_NUMBER="7").inputs.build_number == "7"
    assert read(INPUT_TIMEOUT=empty).inputs.timeout == timedelta(hours=2)
    assert read(f"--build-number={empty}", PLUGIN_BUILD_NUMBER="7").inputs.build_number == "7"


def test_an_empty_flag_is_not_given() -> None:
    """A flag whose value is empty takes nothing from the flags after it."""
    reading = read("--plan-id", "", "--timeout", "5m")
    assert reading.problems == ()
    assert (reading.inputs.plan_id, reading.inputs.timeout) == ("420", timedelta(minutes=5))


def test_an_empty_argument_is_no_argument() -> None:
    """Pipelines leave empty arguments behind where a variable was empty."""
    assert read("", "--timeout", "5m", "").inputs.timeout == timedelta(minutes=5)


def test_the_indent_of_a_block_means_nothing() -> None:
    """A shell keeps the indent of all lines of a text; the lines stay below each other when it is removed."""
    for indent in ("", "  ", "\t"):
        text = f"\n{indent}a: b\n{indent}c: d\n"
        assert read(INPUT_RUNTIME__DATA=text).inputs.runtime_data == {"a": "b", "c": "d"}
        assert read("--runtime-data", text).inputs.runtime_data == {"a": "b", "c": "d"}


def test_values_are_trimmed() -> None:
    """Blanks and line breaks around a value, the key's included, mean nothing."""
    reading = read(INPUT_API__KEY=f"  {KEY}\n", INPUT_PLAN__ID=" 421 ", INPUT_WAIT="\tFalse\r\n")
    assert reading.problems == ()
    assert (reading.inputs.api_key.reveal(), reading.inputs.plan_id, reading.inputs.wait) == (KEY, "421", False)


def test_all_problems_are_found_at_once() -> None:
    """Every wrong input is named, with what was seen and what is accepted; the others are read."""
    reading = read("--nonsense=1", INPUT_TIMEOUT="soon", INPUT_WAIT="maybe", PLUGIN_DETAILS="some", INPUT_SUMMARY="off")
    assert len(reading.problems) == 4
    assert "--nonsense" in problem(reading, "command line")
    assert "'soon'" in problem(reading, "timeout")
    assert "90s" in problem(reading, "timeout")
    assert "'maybe'" in problem(reading, "wait")
    assert "true or false" in problem(reading, "wait")
    assert "failed, all, none" in problem(reading, "details")
    assert (reading.inputs.summary, reading.inputs.plan_id) == ("off", "420")


def test_a_wrong_input_has_its_default() -> None:
    """Reports are written for bad input too, with defaults where an input is wrong."""
    inputs = read(INPUT_TIMEOUT="soon", INPUT_WAIT="maybe", INPUT_BASE__URL="http://a").inputs
    defaults = Inputs()
    assert (inputs.timeout, inputs.wait, inputs.base_url) == (defaults.timeout, defaults.wait, defaults.base_url)


def test_a_missing_key_is_a_problem() -> None:
    """The advice is that of the CI system, which the inputs do not know."""
    reading = read_inputs((), {"TESTSIGMA_PLAN_ID": "420", "INPUT_API-KEY": ""}, key_advice="Set it there.")
    assert problem(reading, "api-key") == "api-key: not given. Set it there."


def test_a_missing_plan_is_a_problem() -> None:
    """Without a plan there is nothing to run; the variable to set is named, too."""
    assert "TESTSIGMA_PLAN_ID" in problem(read_inputs((), {"TESTSIGMA_API_KEY": KEY}), "plan-id")


def test_what_is_wrong_is_not_missing_as_well() -> None:
    """An input that was given badly is one problem, not two."""
    reading = read_inputs((), {"INPUT_API-KEY": "hush\nhush", "INPUT_PLAN-ID": "a/b"})
    assert len(reading.problems) == 2
    assert "not given" not in " ".join(reading.problems)


def test_a_flag_without_a_value_costs_no_other_input() -> None:
    """What is wrong with one flag is said of that flag; the others were given."""
    reading = read_inputs(("--plan-id", "7", "--timeout"), {"TESTSIGMA_API_KEY": KEY})
    assert "--timeout" in " ".join(reading.problems)
    assert "plan-id" not in " ".join(reading.problems)


@pytest.mark.parametrize("value", ["hush\nhush", "hush hush", "hush\x00", "húsh"])
def test_a_broken_key_is_not_quoted(value: str) -> None:
    """A key with a control character within is an input error without the key."""
    reading = read_inputs((), {"INPUT_API-KEY": value, "INPUT_PLAN-ID": "420"})
    assert "hush" not in repr(reading)
    assert problem(reading, "api-key")
    assert not reading.inputs.api_key


@pytest.mark.parametrize("value", ["hush", "- hush", "a: [hush]", "{a: 'hush", "a: hush\na: hush"])
def test_runtime_data_is_not_quoted(value: str) -> None:
    """Runtime data may hold passwords: what is wrong with it is said without it."""
    reading = read(INPUT_RUNTIME__DATA=value)
    assert "mapping" in problem(reading, "runtime-data")
    assert "hush" not in " ".join(reading.problems)


def test_values_are_shown_without_control_characters() -> None:
    """What is quoted of a value can neither move the cursor nor fill the log."""
    said = problem(read(INPUT_TIMEOUT="\x1b[31m::error::\n" + "x" * 10_000), "timeout")
    assert said.isprintable()
    assert len(said) < 400


@pytest.mark.parametrize(
    "arguments", [("--api-key", "hush"), ("--api-key=hush",), ("--wait", "true", "--api-key=hush")]
)
def test_a_key_on_the_command_line_is_refused(arguments: tuple[str, ...]) -> None:
    """Process lists show flags; the refusal does not repeat the key and names the variable to set instead."""
    reading = read(*arguments)
    assert "TESTSIGMA_API_KEY" in problem(reading, "api-key")
    assert "hush" not in repr(reading)


@pytest.mark.parametrize("flag", [("--api-key", "hush"), ("--api-key=hush",), ("--api-key",)])
def test_a_key_on_the_command_line_costs_no_other_input(flag: tuple[str, ...]) -> None:
    """The other flags are read, and only the key is a problem; a flag that holds it is not quoted."""
    reading = read_inputs(("--timeout", "5m", *flag, "--plan-id", "7"), {})
    assert [text.partition(":")[0] for text in reading.problems] == ["api-key"]
    assert (reading.inputs.plan_id, reading.inputs.timeout) == ("7", timedelta(minutes=5))
    hush = "hush" * 6
    both = read_inputs(("--api-key", hush, "--timeout", hush), {"TESTSIGMA_PLAN_ID": "7"})
    assert "timeout" in " ".join(both.problems)
    assert "hush" not in repr(both)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--apikey", "hush"),
        ("--api_key", "hush"),
        ("--key=hush",),
        ("-k", "hush"),
        ("hush",),
        ("--", "hush"),
        ("--wait", "true", "hush"),
        ("--help=hush",),
        ("--apikey=hush",),
    ],
)
def test_no_value_of_the_command_line_is_quoted(arguments: tuple[str, ...]) -> None:
    """A key under a name that we do not know, or under none, is still a key."""
    reading = read(*arguments)
    assert any(text.startswith("command line:") for text in reading.problems)
    assert "hush" not in " ".join(reading.problems)


# Programs that an image without a shell does not have.
COMMANDS = {
    ("sh", "-c", "if [ -x /bin/bash ]; then\n\texec /bin/bash\nfi\n"): "'sh'",
    ("/bin/sh", "-e", "-c", "testsigma-action --plan-id 431"): "'sh'",
    ("/__a/externals/node20/bin/node", "-e", "setInterval(function(){}, 24 * 60 * 60 * 1000);"): "'node'",
}


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_program_that_the_image_does_not_have(arguments: tuple[str, ...]) -> None:
    """One problem says what was to be started, and which image has it."""
    found = problem(read(*arguments), "command line")
    assert found.startswith(f"command line: {COMMANDS[arguments]} is not an input, and there is no such program here.")
    assert "full image" in found


def test_a_number_without_a_name_is_probably_the_plan() -> None:
    """The message shows what to write, unless the number may be a part of the key."""
    assert problem(read("420"), "command line") == "command line: '420' is not an input; did you mean --plan-id 420?"
    assert "1234567890" not in " ".join(read("1234567890", TESTSIGMA_API_KEY="key-1234567890-key").problems)


def test_other_values_without_a_name_are_one_problem() -> None:
    """Nothing is quoted, and nothing is said about the entry point of an image that may have been cleared."""
    found = problem(read("", "hush", "--hush", "hush"), "command line")
    assert found == "command line: a value without a name is not an input; --help lists them."


def test_a_key_in_a_command_is_refused_too() -> None:
    """The key is shown by process lists, whatever else is wrong with the command line."""
    reading = read("sh", "--api-key", "hush")
    assert problem(reading, "api-key").startswith("api-key: not accepted on the command line")
    assert "hush" not in " ".join(reading.problems)


def test_a_value_after_the_flags_is_no_command() -> None:
    """A flag was understood before it, so the entry point is not the reason."""
    assert "entrypoint" not in problem(read("--wait", "true", "hush"), "command line")


def test_flags_are_not_abbreviated() -> None:
    """`--plan` could be another input tomorrow."""
    reading = read("--time=5m")
    assert "--time" in problem(reading, "command line")
    assert reading.inputs.timeout == timedelta(hours=2)


def test_unknown_variables_are_warnings() -> None:
    """A misspelt input is named once, with the variable that was set and the name that was probably meant."""
    reading = read(INPUT_PLANID="7", PLUGIN_TIME_OUT="5m", INPUT_PLAN__IDS="7")
    assert reading.problems == ()
    assert len(reading.warnings) == 3
    assert any("'planid'" in text and "INPUT_PLANID" in text for text in reading.warnings)
    assert any("'time-out'" in text and text.endswith("did you mean timeout?") for text in reading.warnings)


@pytest.mark.parametrize(
    "name",
    [
        "INPUT_ENTRYPOINT",
        "INPUT_ARGS",
        "TESTSIGMA_OTHER",
        "TESTSIGMA_API_KEY_2",
        "TESTSIGMA_API_KEY_EU",
        "TESTSIGMA_EU_API_KEY",
        "TESTSIGMA_IMAGE",
        "TESTSIGMA_VERSION",
        "TESTSIGMA_URL",
        "TESTSIGMA_PROJECT_ID",
        "TESTSIGMA_TOKEN",
        "TESTSIGMA_RUN_URL",
        "INPUTS",
        "PLUGINS_X",
        "GITHUB_INPUT_X",
    ],
)
def test_variables_of_others_are_silent(name: str) -> None:
    """GitHub's own inputs, and what only looks like ours, are nobody's business."""
    assert read(**{name: "x"}).warnings == ()


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("TESTSIGMA_TIMOUT", "TESTSIGMA_TIMEOUT"),
        ("TESTSIGMA_APIKEY", "TESTSIGMA_API_KEY"),
        ("TESTSIGMA_SUMMARY_TITEL", "TESTSIGMA_SUMMARY_TITLE"),
        ("TESTSIGMA_plan_id", "TESTSIGMA_PLAN_ID"),
        ("TESTSIGMA_QUEUE-TIMEOUT", "TESTSIGMA_QUEUE_TIMEOUT"),
    ],
)
def test_a_misspelt_variable_of_ours_is_a_warning(variable: str, meant: str) -> None:
    """The input that was meant is named, and the value is not shown."""
    warning = f"{variable} is not an input and was ignored; did you mean {meant}?"
    assert read(**{variable: "hush"}).warnings == (warning,)


@pytest.mark.parametrize("name", [definition.name for definition in DEFINITIONS])
def test_variables_with_outputs_are_silent(name: str) -> None:
    """A later step on the same machine has the outputs of an earlier one as variables, with any name."""
    assert read(**{f"{PREFIX}{name.upper().replace('-', '_')}": "x"}).warnings == ()


@pytest.mark.parametrize("long", FLAGS)
def test_flags_of_the_script_of_testsigma(long: str) -> None:
    """They are refused with the input that takes their place; their value is neither quoted nor a second problem."""
    for flag in (long, FLAGS[long]):
        if "help" in long:
            continue
        for arguments in ((flag, "hush"), (f"{flag}=hush",)):
            found = problem(read(*arguments), "command line")
            assert found.startswith(f"command line: {flag} is a flag of Testsigma's script; here it is ")
            assert found.endswith(" (docs/moving-from-the-script.md).")
            assert "hush" not in found


def test_all_flags_of_the_script_at_once() -> None:
    """Each has a line of its own."""
    reading = read("--testplanid=230", "-t", "180", "--apikey", "hush")
    assert [text.split()[2] for text in reading.problems] == ["--testplanid", "-t", "--apikey"]
    assert "here it is the variable TESTSIGMA_API_KEY " in reading.problems[2]


def test_variables_of_the_script_of_testsigma() -> None:
    """They are not inputs; the warning names the variable that takes their place."""
    [warning] = read(TESTSIGMA_TEST_PLAN_ID="230").warnings
    assert warning == (
        "TESTSIGMA_TEST_PLAN_ID is a variable of Testsigma's script and was ignored; here it is TESTSIGMA_PLAN_ID "
        "(docs/moving-from-the-script.md)."
    )
    assert len(read(**dict.fromkeys(SCRIPT_VARIABLES, "x")).warnings) == len(SCRIPT_VARIABLES)


def test_runtime_data_in_the_form_of_the_script() -> None:
    """The form that is accepted is shown, and nothing of the value."""
    found = problem(read("--runtime-data", "hush=hush,password=hush"), "runtime-data")
    assert found.endswith("The form name=value,name=value is that of Testsigma's script; write {name: value}.")
    assert "hush" not in found
    assert "Testsigma's script" not in problem(read("--runtime-data", "[a, b]"), "runtime-data")


def test_an_unknown_variable_without_a_value_is_silent() -> None:
    """An empty value is not given, so there is nothing that could be lost."""
    assert read(INPUT_NONSENSE="").warnings == ()


def test_warnings_show_no_values_and_no_control_characters() -> None:
    """The value of a variable that we do not know may be anything."""
    [warning] = read(**{"INPUT_X\x1b[31m": "hush"}).warnings
    assert warning.isprintable()
    assert "hush" not in warning


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("smoke: eu", ConfigurationRef(name="smoke: eu")),
        ("2", ConfigurationRef(id="2")),
        ("{name: '2'}", ConfigurationRef(name="2")),
        ("{id: 2}", ConfigurationRef(id="2")),
    ],
)
def test_execution_config(value: str, meant: ConfigurationRef) -> None:
    """A name, an ID, or a mapping that says which."""
    assert read(INPUT_EXECUTION__CONFIG=value).inputs.execution_config == meant


def test_mappings() -> None:
    """Runtime data and upload versions are mappings of texts; an empty mapping was given."""
    reading = read(INPUT_RUNTIME__DATA="version: 1.10\nok: yes", INPUT_UPLOAD__VERSIONS='{"7": 8}')
    assert reading.problems == ()
    assert reading.inputs.runtime_data == {"version": "1.10", "ok": "yes"}
    assert reading.inputs.upload_versions == {"7": "8"}
    assert read(INPUT_RUNTIME__DATA="{}").inputs.runtime_data == {}


@pytest.mark.parametrize("name", [definition.name for definition in DEFINITIONS])
def test_every_input_can_be_set_and_every_field_is_an_input(name: str) -> None:
    """A hyphen in the name of an input is an underscore in its field."""
    assert name.replace("-", "_") in Inputs.__dataclass_fields__
    assert len(DEFINITIONS) == len(Inputs.__dataclass_fields__)


def test_nothing_that_is_read_raises() -> None:
    """Any text in any input ends as a problem or a value."""
    for junk in ("\x00", "\udcff", "{" * 2000, "9" * 20, "🙂", "::error::", "%s%n", "null"):
        environ = {f"INPUT_{definition.name.upper()}": junk for definition in DEFINITIONS}
        assert isinstance(read_inputs((), environ), Reading)


def test_a_password_in_the_address_is_not_quoted() -> None:
    """An address with credentials is refused, and what is said of it does not bring them out."""
    reading = read("--base-url", "https://bob:hush@host.example")
    assert "hush" not in " ".join(reading.problems)
    assert "base-url: 'https://***@host.example'" in " ".join(reading.problems)


FOR_A_START = {
    "max-parallel": "5",
    "environment-id": "10",
    "build-number": "7",
    "on-busy": "fail",
    "execution-config": "smoke",
    "runtime-data": "{}",
    "upload-versions": "{}",
    "start-options": "{}",
    "on-job-rerun": "start",
}


def attaching(**environ: str) -> Reading:
    """What is read of these variables besides a good key and a run."""
    given = {name.replace("__", "-"): value for name, value in environ.items()}
    return read_inputs((), {"TESTSIGMA_API_KEY": KEY, "TESTSIGMA_RUN_ID": "900"} | given)


def test_a_run_instead_of_a_plan() -> None:
    """Exactly one of the two is needed; whichever it is, the other is not asked for."""
    assert (attaching().problems, attaching().inputs.run_id) == ((), "900")
    assert "run-id" in problem(read_inputs((), {"TESTSIGMA_API_KEY": KEY}), "plan-id")
    assert "cannot be combined with plan-id" in problem(attaching(INPUT_PLAN__ID="420"), "run-id")


def test_a_wrong_run_is_one_problem() -> None:
    """Who gave a wrong ID of a run is not asked for a plan."""
    assert len(attaching(INPUT_RUN__ID="a b").problems) == 1


@pytest.mark.parametrize("name", FOR_A_START)
def test_what_only_a_start_can_use_is_refused_beside_a_run(name: str) -> None:
    """It would be lost without a word; even a value that is the default was meant."""
    said = problem(attaching(**{f"INPUT_{name.upper()}": FOR_A_START[name]}), "run-id")
    assert said.endswith(f"so nothing is started. Remove {name}.")


def test_all_that_is_refused_beside_a_run_is_named_at_once() -> None:
    """One problem lists every input to leave out."""
    given = {f"INPUT_{name.upper()}": value for name, value in FOR_A_START.items()}
    assert problem(attaching(**given), "run-id").endswith(f"Remove {', '.join(FOR_A_START)}.")


def test_counting_failures_means_waiting() -> None:
    """A step that ends at once cannot stop runs later; `0` asks for nothing, and a run to attach to can be stopped."""
    assert "stop-after-failures" in problem(read(INPUT_WAIT="false", INPUT_STOP__AFTER__FAILURES="1"), "wait")
    assert read(INPUT_WAIT="false", INPUT_STOP__AFTER__FAILURES="0").problems == ()
    assert attaching(**{"INPUT_STOP-AFTER-FAILURES": "3"}).inputs.stop_after_failures == 3


def test_a_second_attempt_needs_the_build_number_of_the_step_and_its_result() -> None:
    """The first attempt says that a build number of the user's own, or no wait, makes it impossible."""
    failed = {"INPUT_ON-JOB-RERUN": "failed"}
    assert read(**failed).inputs.on_job_rerun == "failed"
    said = problem(read(**failed, **{"INPUT_BUILD-NUMBER": "7"}), "build-number")
    assert said.endswith("by the build number that the step makes. Remove build-number.")
    assert "on-job-rerun" in problem(read(**failed, INPUT_WAIT="false"), "wait")
    for fine in ({"INPUT_ON-JOB-RERUN": "start", "INPUT_BUILD-NUMBER": "7"}, {"INPUT_ON-JOB-RERUN": ""}):
        assert read(**fine, INPUT_WAIT="false").problems == ()


def test_the_entry_with_a_build_number_of_its_own_is_named() -> None:
    """Others of the list may have none."""
    plans = {"TESTSIGMA_PLANS": "[{plan-id: 1}, {plan-id: 2, build-number: b}, {plan-id: 3, build-number: c}]"}
    reading = read_inputs((), {"TESTSIGMA_API_KEY": KEY, "TESTSIGMA_ON_JOB_RERUN": "failed", **plans})
    assert problem(reading, "build-number").endswith("Remove build-number (plans, entry 2, 3).")


@pytest.mark.parametrize(
    ("name", "accepted", "refused"),
    [("max-parallel", ("1", "50"), ("0", "51", "all")), ("stop-after-failures", ("0", "100000"), ("-1", "100001"))],
)
def test_numbers_within_bounds(name: str, accepted: tuple[str, ...], refused: tuple[str, ...]) -> None:
    """What is outside the bounds is refused, and the default stays."""
    field = name.replace("-", "_")
    assert [getattr(read(f"--{name}", text).inputs, field) for text in accepted] == [int(text) for text in accepted]
    for text in refused:
        reading = read(f"--{name}", text)
        assert "a whole number from" in problem(reading, name)
        assert getattr(reading.inputs, field) == getattr(Inputs(), field)


def test_attaching_without_waiting_is_refused() -> None:
    """There would be nothing to do; `wait: true` is what happens anyway."""
    assert "cannot be combined with `run-id`" in problem(attaching(INPUT_WAIT="false"), "wait")
    assert attaching(INPUT_WAIT="true").problems == ()


@pytest.mark.parametrize(
    ("environ", "stops"),
    [
        ({"TESTSIGMA_PLAN_ID": "420"}, True),
        ({"TESTSIGMA_PLAN_ID": "420", "INPUT_WAIT": "false"}, False),
        ({"TESTSIGMA_PLAN_ID": "420", "INPUT_ON-CANCEL": "leave"}, False),
        ({"TESTSIGMA_RUN_ID": "900"}, False),
        ({"TESTSIGMA_RUN_ID": "900", "INPUT_ON-CANCEL": "stop"}, True),
    ],
    ids=str,
)
def test_what_is_stopped_on_cancel(environ: dict[str, str], stops: bool) -> None:  # noqa: FBT001 - a case of a table
    """A run that was started and waited for; one that was attached to only where that was asked for."""
    assert read_inputs((), {"TESTSIGMA_API_KEY": KEY} | environ).inputs.stops_on_cancel is stops


@pytest.mark.parametrize(
    ("name", "field", "value", "meant"),
    [
        ("plan-id", "plan_id", "https://app.testsigma.com/ui/td/88/test_plans/431", "431"),
        ("plan-id", "plan_id", "0274", "274"),
        ("environment-id", "environment_id", "https://app.testsigma.com/ui/td/88/environments/10/details", "10"),
        ("environment-id", "environment_id", "0010", "10"),
        ("compare", "compare", "https://app.testsigma.com/ui/td/runs/518", "518"),
        ("compare", "compare", "0518", "518"),
        ("compare", "compare", "false", "off"),
        ("summary", "summary", "false", "off"),
        ("execution-config", "execution_config", "002", ConfigurationRef(id="2")),
        ("upload-versions", "upload_versions", "{07: 08}", {"7": "8"}),
    ],
)
def test_ids_as_people_paste_them(name: str, field: str, value: str, meant: object) -> None:
    """The address of a page is its ID; leading zeros are none of it."""
    reading = read(f"--{name}", value)
    assert (reading.problems, getattr(reading.inputs, field)) == ((), meant)


@pytest.mark.parametrize("value", ["0518", "https://app.testsigma.com/ui/td/runs/518"])
def test_a_run_as_people_paste_it(value: str) -> None:
    """A run is attached to by its ID or by its page."""
    reading = attaching(TESTSIGMA_RUN_ID=value)
    assert (reading.problems, reading.inputs.run_id) == ((), "518")


@pytest.mark.parametrize("name", ["plan-id", "environment-id", "run-id", "compare"])
@pytest.mark.parametrize("value", ["smoke", "000", "https://app.testsigma.com/ui/td/184/cases/filters/881"])
def test_what_is_no_id_starts_nothing(name: str, value: str) -> None:
    """A word (unless it may be a name), a zero and the page of something else are refused, whatever the input."""
    if (name, value) != ("environment-id", "smoke"):
        assert value in problem(read(f"--{name}", value), name)


@pytest.mark.parametrize("value", ["staging", "qa1", "QA / EU", "QA/2", "v1.2", "Größe 2", "10 or 11"])
def test_the_name_of_an_environment(value: str) -> None:
    """What is neither an ID nor an address is a name, also with digits and slashes."""
    reading = read("--environment-id", value)
    assert (reading.problems, reading.inputs.environment_id) == ((), value)


@pytest.mark.parametrize(
    "value", ["app.testsigma.com/ui/td/cases/881", "/ui/td/cases/881", "12345678901234567890", "a\nb", "x" * 251]
)
def test_what_is_no_name_of_an_environment(value: str) -> None:
    """The page of something else, a number that no ID has, several lines, and a text without end."""
    assert "or its name" in problem(read("--environment-id", value), "environment-id") or value.isdecimal()


@pytest.mark.parametrize(
    ("address", "base_url", "told"),
    [
        ("https://github.com/acme/shop/plans/7", "", "not one of Testsigma"),
        ("https://app-eu.testsigma.com/ui/td/plans/7", "", "base-url"),
        ("https://app.testsigma.com/ui/td/plans/7", "https://app-eu.testsigma.com", "base-url"),
        ("https://app.testsigma.com/ui/td/plans/7", "", ""),
        ("https://app-eu.testsigma.com/ui/td/plans/7", "https://app-eu.testsigma.com", ""),
        ("https://qa.example.com/ui/td/plans/7", "https://qa.example.com:8443/base", ""),
        ("https://app.testsigma.com/ui/td/plans/7", "http://127.0.0.1:8080", ""),
        ("/ui/td/plans/7", "", ""),
        ("https://app-eu.testsigma.com/ui/td/plans/7", "http://plain.example.com", "base-url:"),
    ],
)
@pytest.mark.parametrize("name", ["plan-id", "environment-id"])
def test_the_page_is_where_base_url_is(name: str, address: str, base_url: str, told: str) -> None:
    """In another region the same number is another plan."""
    page = address.replace("plans", "environments") if name == "environment-id" else address
    reading = read(f"--{name}", page, INPUT_BASE__URL=base_url)
    assert len(reading.problems) == bool(told)
    assert told in " ".join(reading.problems)


JWT = "eyJhbGciOiJIUzUxMiJ9.eyJmb3IiOiJ0ZXN0cyJ9.bm90LXNpZ25lZA"
HIDDEN = {"api-key", "runtime-data", "start-options"}
SHOWN = [definition.name for definition in DEFINITIONS if definition.name not in HIDDEN]


def hidden(text: str, key: str) -> bool:
    """Whether no eight characters of a key stand in a text."""
    return not any(key[at : at + 8].lower() in text.lower() for at in range(len(key) - 7))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (JWT, f"{JWT[10:30]}\x00"),
        *((key, value) for key in (JWT, KEY) for value in (JWT, f"a/{JWT}/..", f"{JWT} and\nmore", f"x {JWT}")),
    ],
)
def test_a_key_in_the_wrong_input_is_refused_and_not_quoted(key: str, value: str) -> None:
    """Neither the key of this step nor another one, whole or in part, is accepted or quoted in another input."""
    for name in SHOWN:
        reading = read_inputs((f"--{name}", value), GOOD | {"TESTSIGMA_API_KEY": key})
        assert any(text.startswith(f"{name}:") for text in reading.problems)
        assert hidden(repr((reading.problems, reading.warnings)), JWT)
        assert JWT not in repr(reading)


def test_a_key_that_is_broken_is_not_quoted_elsewhere() -> None:
    """A key that cannot be read is a key."""
    broken = "hushhush1234 still5678"
    reading = read_inputs((), {"TESTSIGMA_API_KEY": broken, "TESTSIGMA_PLAN_ID": broken, "INPUT_TIMEOUT": "still5678"})
    assert len(reading.problems) == 3
    assert "hush" not in repr(reading)
    assert "still" not in repr(reading)


def test_a_key_in_a_name_is_not_quoted() -> None:
    """A key where the name of an input belongs, as a variable or as a flag."""
    reading = read_inputs((f"--{JWT}=x", f"--{JWT[:40]}"), {f"INPUT_{JWT}": "x", f"PLUGIN_{JWT.upper()}": "x", **GOOD})
    assert hidden(" ".join((*reading.problems, *reading.warnings)), JWT)
    assert (len(reading.problems), len(reading.warnings)) == (2, 2)
    assert "--apikey" in problem(read("--apikey=x"), "command line")


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("https://bob:hu/sh@host.example", "https://***@host.example"),
        ("https://bob:" + "hush" * 40 + "@host.example", "https://***@host.example"),
        ("bob:hush@host.example", "'***'"),
        ("pass@hush", "'***'"),
        ("https://host.example/a " + "x-y." * 18 + " secret.hush-secret", "…"),
        ("https://host.example/?token=hush", "https://host.example/?***"),
    ],
)
def test_what_is_secret_in_an_address_is_not_quoted(value: str, left: str) -> None:
    """Wherever it ends, and however long it is."""
    said = problem(read("--base-url", value), "base-url")
    assert "hush" not in said
    assert left in said or "looks like" in said


@pytest.mark.parametrize("value", ["$(NAME)", "${NAME}", "${{ vars.NAME }}", "$NAME", "%NAME%"])
def test_a_variable_that_was_not_replaced(value: str) -> None:
    """The name of a variable is no value of any input, not even of those that take any text."""
    for name in SHOWN:
        assert "variable that was not replaced" in problem(read(f"--{name}", value), name)


@pytest.mark.parametrize("value", ["$(Build.StagingDirectory)/x.xml", "out/${NAME}.xml"])
def test_a_variable_within_a_path(value: str) -> None:
    """A folder would be made that has the variable's name."""
    assert "variable that was not replaced" in problem(read("--junit-file", value), "junit-file")


@pytest.mark.parametrize("value", ["100 %", "$5 off", "50% of all", "a $ b", "(x)", "#${", "{name: $smoke}"])
def test_signs_that_are_no_variables(value: str) -> None:
    """A title may have a dollar and a percent sign."""
    assert read("--summary-title", value, "--build-number", value).problems == ()


@pytest.mark.parametrize("key", ["$(TESTSIGMA_API_KEY)", "${HUSH}", '"hush"', "Bearer hush"])
def test_what_is_wrong_with_a_key_is_an_input_error(key: str) -> None:
    """One problem, with the remedy and without the value."""
    [said] = read(TESTSIGMA_API_KEY=key).problems
    assert said.startswith("api-key: its value is not accepted; it must be an API key, and nothing else. ")
    assert "hush" not in said.lower()


@pytest.mark.parametrize(
    ("junit", "results"),
    [
        ("out/x", "out/x"),
        ("out/x", "./out//x"),
        ("out/x", "{root}/out/x"),
        ("{root}/out/../out/x", "out/./x"),
        ("link/x", "out/x"),
        ("test-results/testsigma-420.json", ""),
        ("./test-results/testsigma-420.json", ""),
        ("", "test-results//TEST-testsigma-420.xml"),
        ("", "{root}/test-results/TEST-testsigma-420.xml"),
    ],
)
def test_two_reports_in_one_file(tmp_path: Path, junit: str, results: str) -> None:
    """However the file is spelled, one of the two would be lost; only one is written then."""
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "out")
    environ = {"INPUT_JUNIT-FILE": junit.format(root=tmp_path), "INPUT_RESULTS-FILE": results.format(root=tmp_path)}
    reading = read_inputs((), GOOD | environ, tmp_path)
    assert "same file" in problem(reading, "results-file")
    assert reading.inputs.report_paths["junit-file"]
    assert not reading.inputs.report_paths["results-file"]


def test_every_report_has_its_own_file() -> None:
    """Each of several reports in one file is named; only the first of them is written."""
    reading = read_inputs(("--ctrf-file", "x.json", "--results-file", "./x.json", "--agent-file", "x.json"), GOOD)
    assert "same file as results-file" in problem(reading, "ctrf-file")
    assert "same file as results-file" in problem(reading, "agent-file")
    assert list(reading.inputs.report_paths.values())[1:] == ["./x.json", "", ""]


def test_files_that_nobody_asked_for() -> None:
    """Without their inputs, the files for CTRF and for agents are not written."""
    inputs = read_inputs((), GOOD).inputs
    assert list(inputs.report_paths.values())[2:] == ["", ""]
    inputs = read_inputs(("--ctrf-file", "ctrf/a.json", "--agent-file", "agent/a.md"), GOOD).inputs
    assert list(inputs.report_paths.values())[2:] == ["ctrf/a.json", "agent/a.md"]


@pytest.mark.parametrize(
    ("junit", "results"), [("off", "off"), ("false", "false"), ("out/x", "out/y"), ("out/x", "Out/x"), ("", "")]
)
def test_reports_in_files_of_their_own(tmp_path: Path, junit: str, results: str) -> None:
    """Two reports that are off are in no file."""
    environ = {"INPUT_JUNIT-FILE": junit, "INPUT_RESULTS-FILE": results}
    assert read_inputs((), GOOD | environ, tmp_path).problems == ()


def test_a_place_that_no_file_can_have(tmp_path: Path) -> None:
    """A loop of links and a name that is too long end no step here: writing fails, with its own error."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path in ("loop/x", f"{'x' * 5000}"):
        assert read_inputs((), GOOD | {"INPUT_JUNIT-FILE": path}, tmp_path).problems == ()


@pytest.mark.parametrize("part", ["${{", "$(", "${a", "eyJaaaaa-", "eyJaaaaa.", "abcd.", "@", "a/", "://?", "%a"])
def test_long_texts_are_read_in_time(part: str) -> None:
    """No text as long as a variable can be takes minutes: patterns look at each character a few times at most."""
    assert len(read(INPUT_TIMEOUT=part * (120_000 // len(part))).problems) == 1
