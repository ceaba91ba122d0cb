"""How a mapping is read from YAML or JSON, and what is refused because YAML would change it."""

import json

import pytest

from tests.unit.refusals import refused
from testsigma_action.inputs import mapping_parsers
from testsigma_action.inputs.invalid import Invalid


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("version: 1.10", {"version": "1.10"}),
        ("a: yes\nb: no", {"a": "yes", "b": "no"}),
        ("a: 012", {"a": "012"}),
        ("a: 'null'\nb: \"~\"\nc: ''", {"a": "null", "b": "~", "c": ""}),
        ("a: 1e3\nb: 0x1F\nc: 1_000\nd: 12:30:45", {"a": "1e3", "b": "0x1F", "c": "1_000", "d": "12:30:45"}),
        ("a: 2024-01-02", {"a": "2024-01-02"}),
        ("on: off", {"on": "off"}),
        ("1: 2", {"1": "2"}),
        ("url: https://pr-7.example.com/?a=b&c=d#e", {"url": "https://pr-7.example.com/?a=b&c=d#e"}),
        ("data: $|admin_username|", {"data": "$|admin_username|"}),
        ("a: 'it''s'", {"a": "it's"}),
        ('{"a": "b", "n": 1.50, "t": true, "f": false}', {"a": "b", "n": "1.50", "t": "true", "f": "false"}),
        ('{"a":"b","c":"d"}', {"a": "b", "c": "d"}),
        ('{"slash": "a\\/b", "quote": "\\"", "e": "\\u00e9"}', {"slash": "a/b", "quote": '"', "e": "é"}),
        ("# all of it\na: b\n  # and this\nc: d", {"a": "b", "c": "d"}),
        ("a: 'b' # why", {"a": "b"}),
        ("a: b#c", {"a": "b#c"}),
        ("a: b\tc", {"a": "b\tc"}),
        ("a: 'b\tc'\nd: \"e\tf\"", {"a": "b\tc", "d": "e\tf"}),
        ('{"a": "b\tc"}', {"a": "b\tc"}),
        ("{a: b\tc}", {"a": "b\tc"}),
        ("{\n\ta: b\n}", {"a": "b"}),
        ("a: b \t\r\nc: d\t\r\n", {"a": "b", "c": "d"}),
        ("a: \ue000\nb: c", {"a": "\ue000", "b": "c"}),
        ('a: "one\\ntwo"', {"a": "one\ntwo"}),
        ('a: "\\ud83d\\ude00"', {"a": "😀"}),
        ("a: $|x|\nb: x&y!z*|>%@`\nc: -5\nd: ?x", {"a": "$|x|", "b": "x&y!z*|>%@`", "c": "-5", "d": "?x"}),
        ('"<<": x', {"<<": "x"}),
        ("a: b\xa0\nc: \u3000d", {"a": "b\xa0", "c": "\u3000d"}),
        ("---\na: b", {"a": "b"}),
        ("ключ: значение", {"ключ": "значение"}),
        ("{}", {}),
    ],
)
def test_mappings_keep_texts_as_they_were_written(text: str, meant: dict[str, str]) -> None:
    """YAML or JSON in which every value is a text: nothing is read as a number, a date or a truth."""
    assert mapping_parsers.mapping(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "just text",
        "- a\n- b",
        "a: [1, 2]",
        "a: {b: c}",
        "a: 1\na: 2",
        '{"a": "1", "a": "2"}',
        "{[x]: y}",
        "? {a: b}\n: c",
        "a: b: c",
        "'': x",
        "{",
        "a: 'x",
        "a: &x {b: *x}",
        "a: b\n---\nc: d",
        "<<: {a: b}",
        "!!set {a, b: [c]}",
        "*x",
        "\x00",
        "",
        "'<<': {a: b}",
        "%YAML 1.1\n---\na: b",
        "!!map {a: b}",
        "&x {a: b}",
        "? a",
        '{"a": {}}',
        '{"a": ["b"]}',
        'a: "\\Uffffffff"',
        "\ufeff{",
    ],
)
def test_what_is_no_mapping_of_texts_is_refused(text: str) -> None:
    """Lists, nesting, a name that stands twice, aliases to nothing, several documents, and what is no YAML."""
    assert "mapping" in refused(mapping_parsers.mapping, text)


@pytest.mark.parametrize("text", ["[" * 50_000, "{a: " * 20_000, "- " * 20_000, "&a [" * 5_000], ids=len)
def test_deep_nesting_is_refused(text: str) -> None:
    """A text that would exhaust the parser is bad input, not a bug of ours."""
    assert "mapping" in refused(mapping_parsers.mapping, text)


def test_aliases_do_not_multiply() -> None:
    """A few lines of aliases of aliases cost nothing: they are nested, so they are refused."""
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    assert "mapping" in refused(mapping_parsers.mapping, "\n".join(lines))


def test_refusals_of_mappings_do_not_quote() -> None:
    """What the parser says is not passed on, because it quotes the text."""
    assert "hush" not in refused(mapping_parsers.mapping, "a: 'hush")
    assert "hush" not in refused(mapping_parsers.mapping, "hush: [hush]")


def test_json_may_be_indented_with_tabs() -> None:
    """JSON is accepted in any layout that JSON allows."""
    given = {"url": "https://pr-7.example.com", "user": "ada"}
    assert mapping_parsers.mapping(json.dumps(given, indent="\t")) == given


def test_json_of_any_character_is_accepted() -> None:
    """What a JSON writer makes of a character outside the basic plane is sent as that character again."""
    given = json.dumps({"mood": "😀"})
    assert json.loads(json.dumps(mapping_parsers.mapping(given))) == {"mood": "😀"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("hush #hush", "' #'"),
        ("hush\t#hush", "' #'"),
        ("#hush", "' #'"),
        ("\t#hush", "' #'"),
        ("\thush", "tab"),
        ("&hush hush", "marks"),
        ("!hush hush", "marks"),
        ("!hush", "marks"),
        ("*hush", "marks"),
        ("|\n  hush", "| and >"),
        (">\n  hush", "| and >"),
        ("|hush", "cannot be read"),
        ("> hush", "cannot be read"),
        ("%hush", "cannot be read"),
        ("@hush", "cannot be read"),
        ("`hush", "cannot be read"),
        ("hush: hush", "cannot be read"),
        ("'hush", "cannot be read"),
        ("'hush'hush", "cannot be read"),
        ('"hush\\q"', "cannot be read"),
        ("", "no value"),
        ("null", "no value"),
        ("~", "no value"),
        ("hush\n hush", "next line"),
        ("hush\x85", "rare line break"),
        ("hush \u2028", "rare line break"),
        ('"hush\n hush"', "next line"),
        ("[hush]", "one text"),
        ("{hush}", "one text"),
        ("hush\n7: hush\n7: hush", "before"),
    ],
)
def test_a_value_that_yaml_would_change_is_refused(value: str, told: str) -> None:
    """The line and the remedy are told, the value and the name are not: either may be a part of a secret."""
    with pytest.raises(Invalid) as caught:
        mapping_parsers.mapping(f"url: 'x'\n# about\nhushed: {value}\n")
    said = caught.value.remedy
    assert told in said
    assert said.startswith("Line 5" if told == "before" else "Line 3")
    assert told == "before" or "quotes" in said
    assert "hush" not in said


def test_json_says_which_entry() -> None:
    """JSON has its entries counted; null is what an unset secret is in GitHub's toJSON."""
    for text, told in (('{"a": "b", "c": null}', "Entry 2: null"), ('{"a": "b", "a": "c"}', "Entry 2: this name")):
        with pytest.raises(Invalid) as caught:
            mapping_parsers.mapping(text)
        assert caught.value.remedy.startswith(told)


def test_a_merge_key_is_told() -> None:
    """`<<` without quotes merges mappings in YAML; nothing is merged here."""
    with pytest.raises(Invalid) as caught:
        mapping_parsers.mapping("a: b\n<<: c")
    assert caught.value.remedy.startswith("Line 2: merge keys")
