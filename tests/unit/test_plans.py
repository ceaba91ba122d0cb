"""The input `plans`: a list of runs, or the path of a file with it."""

import json
import os
from pathlib import Path

import pytest

from testsigma_action.domain.run import ConfigurationRef, RunSpec
from testsigma_action.inputs.documents import Kind
from testsigma_action.inputs.keys import ENTRY_KEYS
from testsigma_action.inputs.reading import Reading, read_inputs

KEY = "key-for-tests"
JWT = "eyJhbGciOiJIUzUxMiJ9.eyJmb3IiOiJ0ZXN0cyJ9.bm90LXNpZ25lZA"


def read(plans: str, root: Path = Path(), **environ: str) -> Reading:
    """What is read of a list (or a path) and of these variables; `__` in a name is a hyphen."""
    given = {name.replace("__", "-"): value for name, value in environ.items()}
    return read_inputs((), {"TESTSIGMA_API_KEY": KEY, "TESTSIGMA_PLANS": plans} | given, root)


def accepted(reading: Reading) -> tuple[RunSpec, ...]:
    """The runs of a list without a problem."""
    assert reading.problems == ()
    assert reading.inputs.runs == reading.inputs.plans
    return reading.inputs.plans


def refused(reading: Reading) -> str:
    """The one problem with a list, which starts nothing."""
    assert reading.inputs.runs == ()
    assert reading.inputs.plans == ()
    [problem] = reading.problems
    assert problem.isprintable()
    return problem


ALL_KEYS = """
# Every night
- plan-id: 0431
  name: mobile
  environment-id: https://app.testsigma.com/ui/td/88/environments/10
  build-number: 1.10
  execution-config: {name: smoke only}
  runtime-data:
    url: https://pr-7.example.com/#x
    on: yes
  upload-versions: {031: 068}

- plan-id: https://app.testsigma.com/ui/td/88/test_plans/432
"""


def test_every_key_of_an_entry() -> None:
    """Each value is read as in the input of the same name: scalars are texts as they are written."""
    first, second = accepted(read(ALL_KEYS))
    assert first == RunSpec(
        plan_id="431",
        name="mobile",
        environment_id="10",
        build_number="1.10",
        configuration=ConfigurationRef(name="smoke only"),
        runtime_data={"url": "https://pr-7.example.com/#x", "on": "yes"},
        upload_versions={"31": "68"},
    )
    assert second == RunSpec(plan_id="432")
    assert all(f" {definition.name}:" in ALL_KEYS for definition in ENTRY_KEYS)


@pytest.mark.parametrize(
    "text",
    [
        "- plan-id: 1\n- plan-id: 2",
        "    - plan-id: 1\n    - plan-id: 2",
        "[{plan-id: 1}, {plan-id: '2'}]",
        '[{"plan-id": 1}, {"plan-id": "2"}]',
        '[\n\t{"plan-id": 1},\n\t{"plan-id": "2"}\n]',
        "---\n- {plan-id: 1}\n- plan-id: '2' # why\n",
        "-\n  plan-id: 1\n-\n  plan-id: 2\r\n",
    ],
)
def test_lists_in_yaml_and_json(text: str) -> None:
    """A block, a list in brackets, JSON (which Woodpecker makes of a list), indented or not; in this order."""
    assert accepted(read(text)) == (RunSpec("1"), RunSpec("2"))


def test_a_list_with_one_entry() -> None:
    """One entry on one line is a list, too."""
    assert accepted(read("- plan-id: 1")) == (RunSpec("1"),)


def test_inputs_are_the_defaults() -> None:
    """An entry wins over the input; runtime data is merged name by name."""
    first, second = accepted(
        read(
            "- plan-id: 1\n- plan-id: 2\n  environment-id: 11\n  build-number: '8'\n  execution-config: full\n"
            "  runtime-data: {b: entry, c: entry}\n  upload-versions: {9: 1}",
            INPUT_ENVIRONMENT__ID="10",
            INPUT_BUILD__NUMBER="7",
            INPUT_EXECUTION__CONFIG="smoke",
            INPUT_RUNTIME__DATA="a: input\nb: input",
            INPUT_UPLOAD__VERSIONS="{7: 8}",
        )
    )
    smoke, full = ConfigurationRef(name="smoke"), ConfigurationRef(name="full")
    assert first == RunSpec(
        "1", "10", "7", configuration=smoke, runtime_data={"a": "input", "b": "input"}, upload_versions={"7": "8"}
    )
    assert second == RunSpec(
        "2",
        "11",
        "8",
        configuration=full,
        runtime_data={"a": "input", "b": "entry", "c": "entry"},
        upload_versions={"9": "1"},
    )


def test_an_empty_value_is_not_given() -> None:
    """An expression that is empty leaves the default, as it does in an input."""
    text = "- plan-id: 1\n  environment-id:\n  name: ''\n  build-number: ' '\n  runtime-data: {}"
    assert accepted(read(text, INPUT_ENVIRONMENT__ID="10")) == (RunSpec("1", environment_id="10"),)


def test_the_same_plan_several_times() -> None:
    """One plan in several environments is what the list is for."""
    assert len(accepted(read("- plan-id: 1\n- plan-id: 1\n- {plan-id: 1, environment-id: 2}"))) == 3


def test_the_files_of_several_plans() -> None:
    """Without a single plan the default files have no ID in their names, also if a plan or run is given by mistake."""
    for text in ("- plan-id: 1", "- plan-id: x", "plan-id: 1"):
        for mistake in ("INPUT_COMPARE", "INPUT_PLAN-ID", "INPUT_RUN-ID"):
            inputs = read_inputs((), {"TESTSIGMA_PLANS": text, mistake: "421"}).inputs
            assert inputs.report_paths["junit-file"] == "test-results/TEST-testsigma.xml"
            assert inputs.report_paths["results-file"] == "test-results/testsigma.json"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("environment-id: 0, plan-id: 5, name: mobile", "(mobile), environment-id: '0' is not accepted"),
        ("environment-id: 0, plan-id: 5", "(plan 5), environment-id: '0' is not accepted"),
        ("plan-id: smoke", ", plan-id: 'smoke' is not accepted"),
        ("name: mobile", "(mobile), plan-id: required"),
        ("plan-id: ''", ", plan-id: required"),
        ("plan-id: {}", ", plan-id: its value is not accepted. Line 3: the value must be one text"),
        ("plan-id: ' '", ", plan-id: required"),
        ("plan-id: 000", ", plan-id: '000' is not accepted"),
        ("plan-id: null", ", plan-id: its value is not accepted. Line 3: a name has no value"),
        ("plan-id: [5]", ", plan-id: its value is not accepted. Line 3: the value must be one text"),
        ("plan-id: 5, plan-id: 6", ", plan-id: its value is not accepted. Line 3: this name was given before"),
        ("plan-id: 5, environment-id: 6, environment-id: ''", "(plan 5), environment-id: its value is not accepted."),
        ("plan-id: 5, environment-id: '', environment-id: 6", "Line 3: this name was given before"),
        ("plan-id: 5, plan_id: 6", ": 'plan_id' is not a key of an entry; did you mean plan-id?"),
        ("plan-id: 5, enviroment: 6", "(plan 5): 'enviroment' is not a key of an entry; did you mean environment-id?"),
        ("plan-id: 5, timeout: 5m", "(plan 5): 'timeout' is not a key of an entry; it is an input"),
        ("plan-id: 5, x: ''", "(plan 5): 'x' is not a key of an entry; the keys are plan-id, name"),
        ("plan-id: 5, [a]: b", "(plan 5): Line 3: the value must be one text"),
        ("plan-id: 5, <<: b", "(plan 5): Line 3: merge keys"),
        ("plan-id: 5, build-number: 'a\\nb'", ""),
        ("plan-id: 5, name: {a: b}", "(plan 5), name: its value is not accepted. Line 3: the value must be one text"),
        ("plan-id: 5, name: &x mobile", "(plan 5), name: its value is not accepted. Line 3: &, * and !"),
        ("plan-id: 5, name: '\u200b'", "(plan 5), name: "),
        (f"plan-id: 5, name: {'x' * 101}", "(plan 5), name: "),
        ("plan-id: 5, upload-versions: {a: b}", "(plan 5), upload-versions: '{a: b}' is not accepted"),
        ("plan-id: 5, execution-config: {other: b}", "(plan 5), execution-config: '{other: b}' is not accepted"),
        ("plan-id: https://github.com/plans/5", ", plan-id: the address is not one of Testsigma"),
        ("plan-id: 5, environment-id: https://app-eu.testsigma.com/environments/5", "environment-id: the page is on"),
        ("plan-id: $(PLAN)", ", plan-id: '$(PLAN)' contains a variable"),
        ("plan-id: 5, name: '${{ vars.X }}'", "(plan 5), name: '${{ vars.X }}' contains a variable"),
    ],
)
def test_a_problem_names_the_entry_and_the_key(entry: str, told: str) -> None:
    """By its position, and by its name or plan where it has one; an error anywhere starts nothing."""
    if not told:
        assert accepted(read(f"- plan-id: 7\n\n- {{{entry}}}"))[1].build_number == "a\\nb"
        return
    problem = refused(read(f"- plan-id: 7\n\n- {{{entry}}}"))
    assert problem.startswith("plans, entry 2")
    assert told in problem


NO_MAPPING = "the entry is not a mapping; write it like {plan-id: 431}, with a space after each colon."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[421,420]", NO_MAPPING),
        ("- 421", NO_MAPPING),
        ("['421']", NO_MAPPING),
        ('["421"]', NO_MAPPING),
        ("- plan-id:421", NO_MAPPING),
        ("[plan-id:421]", NO_MAPPING),
        (
            "- plan-id:421\n  name:x",
            "Line 1: the value continues in the next line; check the indentation, and that a space",
        ),
        ("- {plan-id:421}", "'plan-id:' is not a key of an entry; did you mean plan-id, with a space after the colon?"),
        ("- {plan_id:421}", "'plan_id:' is not a key of an entry; did you mean plan-id, with a space after the colon?"),
        ("- hush", NO_MAPPING),
        ("- [hush]", NO_MAPPING),
        ("- runtime-data:hush", NO_MAPPING),
        ("- 'runtime-data: hush'", NO_MAPPING),
        ("- {runtime-data:hush}", "'runtime-data:' is not a key of an entry; did you mean runtime-data, with a space"),
        ("- {runtime_data:hush}", "'runtime_data:' is not a key of an entry; did you mean runtime-data, with a space"),
        ("- &x {plan-id: 1}", "Line 1: &, * and ! at the beginning are marks of YAML"),
        ("- !x {plan-id: 1}", "Line 1: &, * and ! at the beginning are marks of YAML"),
        ("- *x", "Line 1: &, * and ! at the beginning are marks of YAML"),
    ],
)
def test_what_is_wrong_with_an_entry(text: str, told: str) -> None:
    """The message says what is missing; a text that may be runtime data is not shown."""
    problems = read(text).problems
    assert problems[0].startswith(f"plans, entry 1: {told}")
    assert "hush" not in " ".join(problems)


@pytest.mark.parametrize("entry", ["5", "[plan-id, 5]", "&x {plan-id: 5}", "!x {plan-id: 5}", "'plan-id: 5'", "", "*x"])
def test_an_entry_is_a_mapping(entry: str) -> None:
    """What is none is refused, and the entries after it are read."""
    reading = read(f"- {entry}\n- plan-id: a b")
    assert [problem.partition(":")[0] for problem in reading.problems] == ["plans, entry 1", "plans, entry 2, plan-id"]


def test_all_problems_are_found_at_once() -> None:
    """Every wrong key of every entry has its problem, beside those of the other inputs."""
    text = "- plan-id: a\n  name: |\n    x\n- plan-id: 2\n  runtime-data:\n    a: [b]\n  environment-id: 0\n- 7"
    places = [problem.partition(":")[0] for problem in read(text, INPUT_TIMEOUT="soon").problems]
    assert places == [
        "timeout",
        "plans, entry 1, plan-id",
        "plans, entry 1, name",
        "plans, entry 2 (plan 2), runtime-data",
        "plans, entry 2 (plan 2), environment-id",
        "plans, entry 3",
    ]


def test_json_is_checked_like_yaml() -> None:
    """An entry that is none, null, a list, a name that stands twice, in JSON."""
    text = '[7, {"plan-id": null}, {"plan-id": [1]}, {"plan-id": 1, "plan-id": 2}, {"plan-id": 3, "runtime-data": [1]}]'
    places = [problem.partition(":")[0] for problem in read(text).problems]
    assert places == [
        "plans, entry 1",
        "plans, entry 2, plan-id",
        "plans, entry 3, plan-id",
        "plans, entry 4 (plan 1), plan-id",
        "plans, entry 5 (plan 3), runtime-data",
    ]
    given = json.dumps([{"plan-id": "5", "runtime-data": {"mood": "😀\n", "n": 1.5, "t": True}}])
    assert accepted(read(given))[0].runtime_data == {"mood": "😀\n", "n": "1.5", "t": "true"}


@pytest.mark.parametrize("name", ["mobile", "mo\u200bbile", " mobile ", "\uff4dobile"])
def test_a_name_that_is_given_twice(name: str) -> None:
    """Reports tell runs apart by their names, as they are shown."""
    problem = refused(read(f"- {{plan-id: 1, name: mobile}}\n- plan-id: 2\n- {{plan-id: 1, name: '{name}'}}"))
    assert problem.startswith("plans, entry 3, name: entry 1 has the same name")


@pytest.mark.parametrize("own", [True, False])
def test_two_runs_that_could_not_be_told_apart(own: bool) -> None:  # noqa: FBT001
    """A run is identified by its plan and its build number, so the same pair may not be given twice."""
    number = ", build-number: 7" if own else ""
    text = f"[{{plan-id: 1{number}}}, {{plan-id: 2{number}}}, {{plan-id: 01{number}}}]"
    problem = refused(read(text, INPUT_BUILD__NUMBER="" if own else "7"))
    assert problem.startswith("plans, entry 3 (plan 1), build-number: entry 1 runs the same plan")


def test_the_length_of_the_list() -> None:
    """At least one entry, at most 200."""
    assert refused(read("[]")) == "plans: the list is empty, so there is nothing to run."
    assert len(accepted(read("- plan-id: 1\n" * 200))) == 200
    too_many = "plans: the list has more than 200 entries. Split it into several steps."
    assert refused(read("- plan-id: 1\n" * 201)) == too_many
    assert refused(read(json.dumps([{"plan-id": 1}] * 201))) == too_many


@pytest.mark.parametrize("entry", ["- plan-id: 1\n", "- 1\n", "- [1, 2]\n"])
def test_parsing_stops_after_the_longest_list(entry: str) -> None:
    """What follows is not parsed, so an error there is not found, and a long list costs no more than a short one."""
    assert "more than 200 entries" in refused(read(entry * 202 + "@"))


@pytest.mark.parametrize(
    "text",
    [
        "plan-id: 431",
        "plan-id: 431\nname: x",
        "{}",
        "[",
        "- a: 'x",
        "- plan-id: 1\n---\n- plan-id: 2",
        "%YAML 1.1\n---\n- a: b",
        "!x\n- a: b",
        "- [" * 5000,
        "[" * 50_000,
        "a\nb",
        "- \x00",
        "- plan-id: 1\n# " + "x" * 300_000,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_list(text: str) -> None:
    """Nothing of it is quoted, because it may hold runtime data."""
    problem = refused(read(text))
    assert problem.startswith("plans: its value is not accepted; it must be a YAML or JSON list of runs")
    assert "xxx" not in problem


def test_runtime_data_is_never_shown() -> None:
    """Neither in a problem nor in a repr, wherever it stands in the list."""
    texts = [
        "- plan-id: 1\n  runtime-data: {hush: [hush]}",
        "- plan-id: 1\n  runtime-data: hush",
        "- plan-id: 1\n  runtime-data: {hush: hush",
        "- plan-id: 1\n  runtime-data: {hush: hush}",
        "- plan-id: x\n  runtime-data: {hush: hush, hush: hush}",
        '[{"plan-id": 1, "runtime-data": {"hush": {"hush": 1}}}]',
    ]
    for text in texts:
        assert "hush" not in repr(read(text, INPUT_RUNTIME__DATA="{hushed: hush}"))


@pytest.mark.parametrize("name", [key.name for key in ENTRY_KEYS if key.name != "runtime-data"])
@pytest.mark.parametrize("value", [JWT, f"{{{JWT}: 1}}", f"x{KEY}x"])
def test_a_key_in_an_entry_is_refused_and_not_quoted(name: str, value: str) -> None:
    """An API key is neither used nor shown, also not as a name of a key or as the path of a file."""
    for text in (f"[{{{name}: '{value}'}}]", f"- {name}: {value}", f"- {value}: 1", value):
        reading = read(text, TESTSIGMA_API_KEY=KEY * 2)
        assert reading.problems
        assert JWT[10:30] not in repr(reading)
        assert KEY not in " ".join(reading.problems)


@pytest.mark.parametrize("text", ["421,420", "421", ",", "ci/plans.yml"])
def test_neither_a_list_nor_a_file(text: str, tmp_path: Path) -> None:
    """The message has an example of a list, and says where a path starts."""
    problem = refused(read(text, tmp_path))
    assert problem.startswith(f"plans: '{text}' is neither a list nor an existing file; it must be a YAML or JSON list")
    assert "like [{plan-id: 431}], or the path of a file with one. A relative path starts at the workspace" in problem


def test_a_file_that_is_named_like_an_id(tmp_path: Path) -> None:
    """It is read, if it exists."""
    (tmp_path / "421").write_text("- plan-id: 1")
    assert accepted(read("421", tmp_path)) == (RunSpec("1"),)


def test_exactly_one_of_three() -> None:
    """A plan, a list or a run."""
    assert "cannot be combined with plan-id" in " ".join(read("- plan-id: 1", TESTSIGMA_PLAN_ID="2").problems)
    assert "cannot be combined with plans" in " ".join(read("- plan-id: 1", TESTSIGMA_RUN_ID="2").problems)
    both = " ".join(read("- plan-id: 1", TESTSIGMA_RUN_ID="2", TESTSIGMA_PLAN_ID="3").problems)
    assert "cannot be combined with plan-id and plans" in both
    [missing] = read("").problems
    assert missing.startswith("plan-id: not given")
    assert "plans" in missing


# Comments


@pytest.mark.parametrize(
    "text",
    [
        "- plan-id: 431 # smoke\n  environment-id: 10 # staging\n  upload-versions:\n    31: 68 # phone\n",
        "- plan-id: 431 #smoke\n  environment-id: 10   #staging\n  upload-versions: {31: 68} # phone\n",
        (
            "[ # all\n  {plan-id: 431, # smoke\n"
            "   environment-id: 10 # staging\n   , upload-versions: {31: 68 # phone\n  }}\n]"
        ),
        (
            "# all\n- # smoke\n  plan-id: 431\n  # staging\n"
            "  environment-id:\n    10 # ten\n  upload-versions: # phone\n    31: 68\n#"
        ),
        "- plan-id: '431' # smoke\n  environment-id: \"10\" # staging\n  upload-versions: {31: 68}\n  name: # none\n",
    ],
)
def test_comments_in_a_list(text: str, tmp_path: Path) -> None:
    """A comment is accepted on a line of its own and after an ID, in an input and in a file."""
    (tmp_path / "plans.yml").write_text(text)
    meant = (RunSpec("431", environment_id="10", upload_versions={"31": "68"}),)
    assert accepted(read(text)) == meant
    assert accepted(read("plans.yml", tmp_path)) == meant


def test_a_name_of_an_environment_is_not_cut_off() -> None:
    """A ` #` may be a part of a name, so what looks like a comment behind it is refused, unless a space follows."""
    assert "' #' begins a comment" in refused(read("- plan-id: 1\n  environment-id: QA #2"))
    for text in ("'QA #2'", '"QA #2" # the second'):
        assert accepted(read(f"- plan-id: 1\n  environment-id: {text}")) == (RunSpec("1", environment_name="QA #2"),)


FREE_TEXTS = ["name: {}", "build-number: {}", "execution-config: {}", "execution-config: {{name: {}\n  }}"]


@pytest.mark.parametrize("key", FREE_TEXTS)
def test_a_comment_after_a_free_text(key: str) -> None:
    """A comment has a blank after its mark; `smoke #2` may be a name, so it needs quotes."""
    [commented] = accepted(read(f"- plan-id: 1\n  {key.format('smoke # nightly')}"))
    assert commented == accepted(read(f"- plan-id: 1\n  {key.format('smoke')}"))[0]
    assert accepted(read(f"- plan-id: 1\n  {key.format(chr(39) + 'smoke #2' + chr(39))}")) != (commented,)
    problem = refused(read(f"- plan-id: 1\n  {key.format('smoke #2')}"))
    assert "Line 2: ' #' begins a comment" in problem
    assert problem.endswith("Put the value in double quotes, or put a space after #.")
    assert "secret" not in problem


@pytest.mark.parametrize(
    "value", ["{a: hush # hush\n  }", "{a: hush #hush\n  }", "\n    a: hush # hush", "hush # hush"]
)
def test_a_comment_after_runtime_data_is_refused(value: str) -> None:
    """It may be a part of a secret that would be cut off."""
    problem = refused(read(f"- plan-id: 1\n  runtime-data: {value}"))
    assert "' #' begins a comment" in problem
    assert "A comment needs a line of its own" in problem
    assert "toJSON(secrets.NAME)" in problem
    assert "hush" not in problem


def test_only_runtime_data_is_secret() -> None:
    """Every other key of an entry has its kind, which decides about comments."""
    assert {key.name for key in ENTRY_KEYS if key.kind is Kind.SECRET} == {"runtime-data"}


@pytest.mark.parametrize("value", ["#10", "10\t# ten", "10\t#ten"])
def test_what_is_no_clear_comment_after_an_id(value: str) -> None:
    """An ID that would be ignored, and a tab before the mark, which the parser takes for a part of the value."""
    problem = refused(read(f"- plan-id: 1\n  environment-id: {value}"))
    assert problem.startswith("plans, entry 1 (plan 1), environment-id: its value is not accepted. Line 2: ")
    assert ("a tab stands before '#'" if "\t" in value else "' #' begins a comment") in problem
    assert "secret" not in problem


# What YAML cannot read


CANNOT = "Line {} cannot be read: "
INDENT = "check the indentation, and that a space follows each colon"
TABS = "a tab cannot be used for indentation; use spaces."


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("- plan-id: 1\n name: x", 2, INDENT),
        ("- plan-id: 1\n   name: x", 2, INDENT),
        ("- plan-id: 1\n  name: x\nplan-id: 2", 3, INDENT),
        ("- plan-id: 1\n  - plan-id: 2", 2, INDENT),
        ("- plan-id: 1\n - plan-id: 2", 2, INDENT),
        ("- plan-id: 1\n  runtime-data: {a: b}\n - plan-id: 2", 3, INDENT),
        ("- plan-id:1\n  name: x", 2, INDENT),
        ("- name: x\n  plan-id:1\n  environment-id: 3", 2, INDENT),
        ("- name: a: b", 1, "A text that contains ': ' needs double quotes."),
        ("- plan-id: 1\n\tname: x", 2, TABS),
        ("- plan-id: 1\n  \tname: x", 2, TABS),
        ("- plan-id: 1\n-\tplan-id: 2", 2, TABS),
        ("-\tplan-id: 1", 1, TABS),
        ("- name: 'x\n- plan-id: 2", 1, "a text in quotes does not end, or has an unknown escape"),
        ('- name: "x\\q"', 1, "a text in quotes does not end, or has an unknown escape"),
        ("- plan-id: 1\n  name: @x", 2, "a text that begins with @, `, %, | or > needs double quotes."),
        ("- plan-id: 1\n  name: |x", 2, "a text that begins with @, `, %, | or > needs double quotes."),
        ("- {plan-id: 1\n- plan-id: 2", 2, "a comma or a bracket is missing."),
        ("[{plan-id: 1} {plan-id: 2}]", 1, "a comma or a bracket is missing."),
        ("- plan-id: 1\n  name: 'x\u2028\u2028\n  a'\n  build-number: @", 4, "a text that begins with @"),
        ("- plan-id: 1\n  name: \x01", 2, "it contains a character that YAML does not accept."),
    ],
)
def test_what_yaml_cannot_read_is_told(text: str, line: int, told: str) -> None:
    """The line and what is wrong with it, and nothing about secrets."""
    problem = refused(read(text))
    assert CANNOT.format(line) in problem
    assert told in problem
    assert "secret" not in problem


@pytest.mark.parametrize("value", ["hush: hush", "@hush", "'hush", "{a: @hush}", "\n    a: hush: hush", "\n\ta: hush"])
def test_what_yaml_cannot_read_in_runtime_data(value: str) -> None:
    """It is told, too, and how a secret is written."""
    problem = refused(read(f"- plan-id: 1\n  runtime-data: {value}"))
    assert f"Line {3 if value.startswith(chr(10)) else 2} cannot be read: " in problem
    assert "toJSON(secrets.NAME)" in problem
    assert "hush" not in problem


def test_a_text_on_two_lines() -> None:
    """A missing blank after a colon makes one value of two lines."""
    problem = refused(read("- plan-id: 1\n  name: x\n    environment-id:10"))
    assert "Line 2: the value continues in the next line; check the indentation" in problem
    assert "secret" not in problem


# Files


def test_a_list_in_a_file(tmp_path: Path) -> None:
    """A text on one line that looks like no list is a path, which starts at the workspace; a file may be linked."""
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "plans.yml").write_bytes(b"\xef\xbb\xbf\n- plan-id: 1\r\n  name: n\xc3\xa4chtlich\r\n")
    (tmp_path / "link").symlink_to("ci/plans.yml")
    for path in ("ci/plans.yml", "./ci/../ci/plans.yml", str(tmp_path / "ci/plans.yml"), "link"):
        assert accepted(read(path, tmp_path)) == (RunSpec("1", name="nächtlich"),)


def test_a_problem_in_a_file(tmp_path: Path) -> None:
    """Entries are named as those of a list; a file that has none is named by its path, with the line of the file."""
    (tmp_path / "a.yml").write_text("- plan-id: x")
    (tmp_path / "b.yml").write_text("\n\n- plan-id: 'hush\n")
    (tmp_path / "c.yml").write_text("plan-id: 7")
    assert refused(read("a.yml", tmp_path)).startswith("plans, entry 1, plan-id: 'x' is not accepted")
    problem = refused(read("b.yml", tmp_path))
    assert problem.startswith("plans: the file 'b.yml' is not accepted. Line 3 cannot be read: ")
    assert problem.endswith("It must hold a YAML or JSON list of runs, like [{plan-id: 431}].")
    assert "hush" not in problem
    assert "'c.yml' is not accepted" in refused(read("c.yml", tmp_path))


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    """A file that is missing, no file, too large, not text or outside of the workspace is an input error."""
    root = tmp_path / "workspace"
    root.mkdir()
    (tmp_path / "outside.yml").write_text("- plan-id: 1")
    (root / "link.yml").symlink_to("../outside.yml")
    (root / "loop").symlink_to("loop")
    (root / "large").write_bytes(b"#" * (256 * 1024) + b"\n")
    (root / "binary").write_bytes(b"- plan-id: \xff")
    (root / "utf-16").write_text("- plan-id: 1", "utf-16")
    os.mkfifo(root / "pipe")
    told = {
        "missing.yml": "is neither a list nor an existing file",
        "link.yml": "leads out of the workspace",
        "../outside.yml": "leads out of the workspace",
        ".": "leads out of the workspace",
        "loop": "cannot be read",
        "large": "has more than 256 KB",
        "binary": "is not UTF-8 text",
        "utf-16": "is not UTF-8 text",
        "pipe": "is not a regular file",
        "/dev/zero": "is not a regular file",
        str(root): "is not a regular file",
        "x" * 300: "cannot be read (File name too long)",
        "pipe/x": "cannot be read (Not a directory)",
    }
    for path, reason in told.items():
        assert reason in refused(read(path, root)), path


def test_a_path_that_is_a_variable() -> None:
    """A path is checked like every other text that is shown."""
    assert "'$PLANS' contains a variable that was not replaced" in refused(read("$PLANS"))
    assert "'a/' is not accepted" in refused(read("a/"))
