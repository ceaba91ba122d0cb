"""How the text of each kind of input is read, and what is refused."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from testsigma_action import values
from testsigma_action.model import ConfigurationRef
from testsigma_action.values import Invalid


def refused(read: Callable[[str], Any], text: str) -> str:
    """What the refusal of a value says."""
    with pytest.raises(Invalid) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize("text", ["420", "0", "012", "a-B_9", "x" * 64])
def test_identities_are_kept_as_they_are(text: str) -> None:
    """An ID is an opaque text: leading zeros and letters stay."""
    assert values.identity(text) == text


@pytest.mark.parametrize("text", ["", ".", "..", "a/b", "4 2", "4%2F2", "42\n", "?", "#", "ä", "x" * 65, "٤٢"])
def test_identities_that_could_change_a_path_are_refused(text: str) -> None:
    """An ID becomes a part of a path, so nothing in it may mean something there."""
    assert "ID" in refused(values.identity, text)


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\x00b", "\x1b[31m", "x" * 251, "\udcff"])
def test_lines_hold_no_control_characters(text: str) -> None:
    """A build number or a title is one printable line of at most 250 characters."""
    refused(values.line, text)
    assert values.line("acme/shop#812.1 ✓") == "acme/shop#812.1 ✓"


def test_a_key_is_hidden() -> None:
    """What is read of a key shows itself only when asked."""
    key = values.key("key-for-tests")
    assert key.reveal() == "key-for-tests"
    assert "key-for-tests" not in repr(key) + str(key) + f"{key}"


@pytest.mark.parametrize("between", ["\n", "\r", " ", "\x00", "\t", "é", "\x7f", "\udcff"])
def test_a_broken_key_is_refused_unquoted(between: str) -> None:
    """A key that could not stand in a header is an input error that does not show it."""
    said = refused(values.key, f"hush{between}still")
    assert "hush" not in said
    assert "still" not in said


@pytest.mark.parametrize(("text", "meant"), [("true", True), ("TRUE", True), ("tRuE", True), ("False", False)])
def test_flags_are_true_or_false_in_any_case(text: str, meant: bool) -> None:  # noqa: FBT001
    """`true` and `false` are all there is."""
    assert values.flag(text) is meant


@pytest.mark.parametrize("text", ["-1", "51", "1.0", "1e1", "", " 1", "+1", "٣", "ten", "9" * 5000])
def test_numbers_are_whole_and_within_bounds(text: str) -> None:
    """A number is plain digits, and neither too small nor too large."""
    assert refused(values.number(0, 50), text) == "a whole number from 0 to 50"
    assert [values.number(0, 50)(fine) for fine in ("0", "7", "050", "50")] == [0, 7, 50, 50]


@pytest.mark.parametrize(("text", "meant"), [("Previous", "previous"), ("OFF", "off"), ("900", "900"), ("a-1", "a-1")])
def test_what_to_compare_with(text: str, meant: str) -> None:
    """Two words in any case, or the ID of a run."""
    assert values.comparison(text) == meant


@pytest.mark.parametrize("text", ["prevoius", "none", "last", "9/0", "", "900 901", "true"])
def test_misspelt_words_are_no_runs(text: str) -> None:
    """What has no digit is no ID of a run, but a word that nobody knows."""
    assert refused(values.comparison, text) == "previous, off, or the ID of a run"


@pytest.mark.parametrize("text", ["yes", "no", "1", "0", "on", "off", "t", "", "truefalse", "null", "wahr"])
def test_other_words_are_no_flags(text: str) -> None:
    """What could be meant either way is refused instead of guessed."""
    assert refused(values.flag, text) == "true or false"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("30m", 1800),
        ("30min", 1800),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1h30m15s", 5415),
        ("1h15s", 3615),
        ("0.2s", 0.2),
        ("90", 90),
        ("0.5", 0.5),
        ("1m0.5s", 60.5),
        ("720h", 720 * 3600),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    """Hours, minutes and seconds in this order, or a bare number of seconds."""
    assert values.duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "0s",
        "0h0m0s",
        "0.0s",
        "-5",
        "-5s",
        "5 m",
        "m",
        "s",
        "",
        "h",
        "1.5h",
        "30m1h",
        "1d",
        "1e3",
        "inf",
        "nan",
        "∞",
        "5M",
        ".5s",
        "5.s",
        "721h",
        "31000000",
        "1h1h",
        "s5",
        "5m5",
        "+5",
        "0x10",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """No time, less than none, more than 30 days, and anything else are refused with what is accepted."""
    assert "90s" in refused(values.duration, text)


@pytest.mark.parametrize("text", ["9" * 20, "9" * 19 + "h", "9" * 19 + "m", "9" * 18 + ".9", "9" * 400])
def test_huge_durations_are_refused_like_others(text: str) -> None:
    """A number that no clock holds is bad input, not a bug of ours."""
    assert "90s" in refused(values.duration, text)


def test_intervals() -> None:
    """`auto`, or a duration of a tenth of a second and more."""
    assert values.interval("auto") is None
    assert values.interval("AUTO") is None
    assert values.interval("0.1s") == timedelta(seconds=0.1)
    for text in ("0.05s", "0", "never", "-1s"):
        assert "auto" in refused(values.interval, text)


def test_words() -> None:
    """One of a few words in any case; the refusal lists them."""
    read = values.word("fail", "wait")
    assert read("WAIT") == "wait"
    assert refused(read, "hope") == "fail or wait"
    assert refused(values.word("a", "b", "c"), "d") == "one of a, b, c"


@pytest.mark.parametrize("text", ["out/report.xml", "/reports/x.xml", "a b.xml", "...xml", "a..b/c"])
def test_output_paths(text: str) -> None:
    """Relative paths stay below the workspace; absolute ones are what somebody asked for."""
    assert values.output_path(text) == text
    assert values.output_path("OFF") == values.OFF


@pytest.mark.parametrize("text", ["../x.xml", "a/../../x", "..", "a/..", "out/", "/", "a\nb", "a\x00b"])
def test_paths_that_leave_the_workspace_are_refused(text: str) -> None:
    """No way up, no folder, no control character."""
    refused(values.output_path, text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("https://app.testsigma.com", "https://app.testsigma.com"),
        ("https://app.testsigma.com/", "https://app.testsigma.com"),
        ("https://tests.example.com:8443/testsigma//", "https://tests.example.com:8443/testsigma"),
        ("HTTPS://app.testsigma.com", "HTTPS://app.testsigma.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_base_urls(text: str, meant: str) -> None:
    """TLS to anywhere, http to loopback; port and path stay, slashes at the end go."""
    assert values.base_url(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "app.testsigma.com",
        "http://app.testsigma.com",
        "ftp://localhost",
        "https://",
        "https:///x",
        "file:///etc/passwd",
        "https://key-for-tests@app.testsigma.com",
        "https://a:b@c",
        "https://a@",
        "https://a/?b=c",
        "https://a/#b",
        "https://a b",
        "https://a\nb",
        "https://a\tb",
        "https://a:99999",
        "https://a:x",
        "https://[::1",
        "//a",
        "",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://2130706433",
        "https://a\\@b",
    ],
)
def test_what_is_no_base_url_is_refused(text: str) -> None:
    """No plain http across a network, no credentials, no query or fragment, no half address."""
    assert "https" in refused(values.base_url, text)


@pytest.mark.parametrize("text", ["https://a?", "https://a/#", "https://a/?", "https://a/x?#"])
def test_an_empty_query_or_fragment_is_one_too(text: str) -> None:
    """Paths are appended to the base URL: after a `?` or `#` they would be no paths."""
    assert "https" in refused(values.base_url, text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("smoke only", ConfigurationRef(name="smoke only")),
        ("smoke: eu", ConfigurationRef(name="smoke: eu")),
        ("a: b: c", ConfigurationRef(name="a: b: c")),
        ("[smoke]", ConfigurationRef(name="[smoke]")),
        ("- smoke", ConfigurationRef(name="- smoke")),
        ("#1", ConfigurationRef(name="#1")),
        ("'quoted'", ConfigurationRef(name="'quoted'")),
        ("true", ConfigurationRef(name="true")),
        ("2", ConfigurationRef(id="2")),
        ("012", ConfigurationRef(id="012")),
        ("2.0", ConfigurationRef(name="2.0")),
        ("-2", ConfigurationRef(name="-2")),
        ("²", ConfigurationRef(name="²")),
        ("{name: smoke only}", ConfigurationRef(name="smoke only")),
        ("{name: 12}", ConfigurationRef(name="12")),
        ("{name: 'smoke: eu'}", ConfigurationRef(name="smoke: eu")),
        ("{id: 2}", ConfigurationRef(id="2")),
        ('{"id": "2"}', ConfigurationRef(id="2")),
        ("id: 2", ConfigurationRef(id="2")),
        ("name: smoke", ConfigurationRef(name="smoke")),
    ],
)
def test_configurations(text: str, meant: ConfigurationRef) -> None:
    """A name stays a name even if YAML sees a mapping in it; digits are an ID; braces are a mapping."""
    assert values.configuration(text) == meant


@pytest.mark.parametrize(
    "text",
    ["{}", "{id: 1, name: a}", "{id: [1]}", "{name: {a: b}}", "{name: ''}", "{Id: 1}", "{other: 1}", "a\nb", "x" * 251],
)
def test_what_names_no_configuration_is_refused(text: str) -> None:
    """One ID or one name, on one line."""
    assert "name" in refused(values.configuration, text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("version: 1.10", {"version": "1.10"}),
        ("a: yes\nb: no", {"a": "yes", "b": "no"}),
        ("a: 012", {"a": "012"}),
        ("a: null\nb: ~\nc:", {"a": "null", "b": "~", "c": ""}),
        ("a: 1e3\nb: 0x1F\nc: 1_000\nd: 12:30:45", {"a": "1e3", "b": "0x1F", "c": "1_000", "d": "12:30:45"}),
        ("a: 2024-01-02", {"a": "2024-01-02"}),
        ("on: off", {"on": "off"}),
        ("1: 2", {"1": "2"}),
        ("url: https://pr-7.example.com/?a=b&c=d#e", {"url": "https://pr-7.example.com/?a=b&c=d#e"}),
        ("data: $|admin_username|", {"data": "$|admin_username|"}),
        ("a: |\n  one\n  two", {"a": "one\ntwo"}),
        ("a: 'it''s'", {"a": "it's"}),
        ('{"a": "b", "n": 1.50, "t": true, "z": null}', {"a": "b", "n": "1.50", "t": "true", "z": "null"}),
        ('{"a":"b","c":"d"}', {"a": "b", "c": "d"}),
        ('{"slash": "a\\/b", "quote": "\\"", "e": "\\u00e9"}', {"slash": "a/b", "quote": '"', "e": "é"}),
        ("a: &x one\nb: *x", {"a": "one", "b": "one"}),
        ("a: !!binary aGVsbG8=", {"a": "aGVsbG8="}),
        ("a: !!python/name:os.system x", {"a": "x"}),
        ("ключ: значение", {"ключ": "значение"}),
        ("{}", {}),
    ],
)
def test_mappings_keep_texts_as_they_were_written(text: str, meant: dict[str, str]) -> None:
    """YAML or JSON in which every value is a text: nothing is read as a number, a date or a truth."""
    assert values.mapping(text) == meant


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
    ],
)
def test_what_is_no_mapping_of_texts_is_refused(text: str) -> None:
    """Lists, nesting, a name that stands twice, aliases to nothing, several documents, and what is no YAML."""
    assert "mapping" in refused(values.mapping, text)


@pytest.mark.parametrize("text", ["[" * 50_000, "{a: " * 20_000, "- " * 20_000, "&a [" * 5_000], ids=len)
def test_deep_nesting_is_refused(text: str) -> None:
    """A text that would exhaust the parser is bad input, not a bug of ours."""
    assert "mapping" in refused(values.mapping, text)


def test_aliases_do_not_multiply() -> None:
    """A few lines of aliases of aliases cost nothing: they are nested, so they are refused."""
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    assert "mapping" in refused(values.mapping, "\n".join(lines))


def test_refusals_of_mappings_do_not_quote() -> None:
    """What the parser says is not passed on, because it quotes the text."""
    assert "hush" not in refused(values.mapping, "a: 'hush")
    assert "hush" not in refused(values.mapping, "hush: [hush]")


def test_json_may_be_indented_with_tabs() -> None:
    """JSON is accepted in any layout that JSON allows."""
    given = {"url": "https://pr-7.example.com", "user": "ada"}
    assert values.mapping(json.dumps(given, indent="\t")) == given


def test_json_of_any_character_is_accepted() -> None:
    """What a JSON writer makes of a character outside the basic plane is sent as that character again."""
    given = json.dumps({"mood": "😀"})
    assert json.loads(json.dumps(values.mapping(given))) == {"mood": "😀"}
