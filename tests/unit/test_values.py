"""How the text of each kind of input is read, and what is refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.unit.refusals import refused
from testsigma_action.domain.run import ConfigurationRef
from testsigma_action.inputs import mapping_parsers, parsers
from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.pages import ENVIRONMENT, PLAN, RUN


@pytest.mark.parametrize(
    ("text", "meant"),
    [("420", "420"), ("0274", "274"), ("00100", "100"), ("a-B_9", "a-B_9"), ("0x1F", "0x1F"), ("9" * 19, "9" * 19)],
)
def test_an_id_is_one_text_everywhere(text: str, meant: str) -> None:
    """A number without leading zeros: with them it would be another text where it is compared, and the same number."""
    assert parsers.identity(text) == meant


@pytest.mark.parametrize("text", ["0", "000", "smoke", "plan", "-", "_", "-3", "x" * 19, "9" * 20])
def test_words_zeros_and_negative_numbers_are_no_ids(text: str) -> None:
    """A name in the place of an ID is refused before anything is started."""
    assert "ID" in refused(parsers.identity, text)


@pytest.mark.parametrize("reader", [parsers.identity_of(kind) for kind in (PLAN, ENVIRONMENT, RUN)])
def test_an_id_alone_needs_no_address(reader: Callable[[str], str]) -> None:
    """What takes an address takes the ID, too, and refuses a word."""
    assert reader("0431") == "431"
    refused(reader, "smoke")


@pytest.mark.parametrize("text", ["", ".", "..", "a/b", "4 2", "4%2F2", "42\n", "?", "#", "ä", "x" * 65, "٤٢"])
def test_identities_that_could_change_a_path_are_refused(text: str) -> None:
    """An ID becomes a part of a path, so nothing in it may mean something there."""
    assert "ID" in refused(parsers.identity, text)


@pytest.mark.parametrize(
    "text",
    ["a\nb", "a\rb", "a\x00b", "\x1b[31m", "x" * 251, "\udcff", "a\x85b", "a\u2028b", "a\u2029b", "a\tb", "\x7f"],
)
def test_lines_hold_no_control_characters(text: str) -> None:
    """A build number or a title is one printable line of at most 250 characters."""
    refused(parsers.line, text)
    assert parsers.line("acme/shop#812.1 ✓") == "acme/shop#812.1 ✓"


@pytest.mark.parametrize(
    "text",
    [
        "回帰\u3000テスト",
        "Tests\xa0nuit",
        "\u202fx",
        "👩\u200d💻 shop",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "ไทย",
        "a\u200bb",
        "a\xadb",
    ],
)
@pytest.mark.parametrize(
    "read",
    [parsers.line, parsers.path, lambda text: mapping_parsers.configuration(text).name],
    ids=["line", "path", "name"],
)
def test_names_in_any_script(read: Callable[[str], str], text: str) -> None:
    """Blanks of all scripts, and the joiners that emoji and Persian are written with, are text."""
    assert read(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("$(TESTSIGMA_API_KEY)", "Azure"),
        ("$(Secrets.Key)", "Azure"),
        ("${HUSH}", "docker run -e TESTSIGMA_API_KEY"),
        ("$HUSH", "docker run -e TESTSIGMA_API_KEY"),
        ("$env:HUSH", "docker run -e TESTSIGMA_API_KEY"),
        ("${{ secrets.HUSH }}", "GitHub"),
        ("%HUSH%", "cmd.exe"),
        ('"hush"', "quotes"),
        ("'hush'", "quotes"),
        ("Bearer hush", "Bearer"),
        ("authorization: bearer hush", "Bearer"),
    ],
)
def test_what_is_wrong_with_a_key_is_told(text: str, told: str) -> None:
    """The name of a variable, quotes or a scheme is no key: the remedy names what the CI system does with secrets."""
    with pytest.raises(Invalid) as caught:
        parsers.key(text)
    assert told in caught.value.remedy
    assert "hush" not in caught.value.remedy.lower()


def test_a_key_is_hidden() -> None:
    """What is read of a key shows itself only when asked."""
    key = parsers.key("key-for-tests")
    assert key.reveal() == "key-for-tests"
    assert "key-for-tests" not in repr(key) + str(key) + f"{key}"


@pytest.mark.parametrize("between", ["\n", "\r", " ", "\x00", "\t", "é", "\x7f", "\udcff"])
def test_a_broken_key_is_refused_unquoted(between: str) -> None:
    """A key that could not stand in a header is an input error that does not show it."""
    said = refused(parsers.key, f"hush{between}still")
    assert "hush" not in said
    assert "still" not in said


@pytest.mark.parametrize(("text", "meant"), [("true", True), ("TRUE", True), ("tRuE", True), ("False", False)])
def test_flags_are_true_or_false_in_any_case(text: str, meant: bool) -> None:  # noqa: FBT001
    """`true` and `false` are all there is."""
    assert parsers.flag(text) is meant


@pytest.mark.parametrize("text", ["-1", "51", "1.0", "1e1", "", " 1", "+1", "٣", "ten", "9" * 5000])
def test_numbers_are_whole_and_within_bounds(text: str) -> None:
    """A number is plain digits, and neither too small nor too large."""
    assert refused(parsers.number(0, 50), text) == "a whole number from 0 to 50"
    assert [parsers.number(0, 50)(fine) for fine in ("0", "7", "050", "50")] == [0, 7, 50, 50]


@pytest.mark.parametrize(
    ("text", "meant"),
    [("Previous", "previous"), ("OFF", "off"), ("False", "off"), ("0900", "900"), ("/ui/td/runs/900", "900")],
)
def test_what_to_compare_with(text: str, meant: str) -> None:
    """Two words in any case, or the ID of a run; a reader of YAML 1.1 makes `false` of `off`."""
    assert parsers.comparison(text) == meant


@pytest.mark.parametrize("text", ["prevoius", "none", "last", "9/0", "", "900 901", "true", "0", "/ui/td/7/plans/431"])
def test_misspelt_words_are_no_runs(text: str) -> None:
    """What has no digit is no ID of a run, but a word that nobody knows."""
    assert "previous, off, or the ID of a run" in refused(parsers.comparison, text)


@pytest.mark.parametrize("text", ["yes", "no", "1", "0", "on", "off", "t", "", "truefalse", "null", "wahr"])
def test_other_words_are_no_flags(text: str) -> None:
    """What could be meant either way is refused instead of guessed."""
    assert refused(parsers.flag, text) == "true or false"


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
        ("0.1s", 0.1),
        ("1m0.5s", 60.5),
        ("720h", 720 * 3600),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    """Hours, minutes and seconds in this order, or a bare number of seconds."""
    assert parsers.duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "0s",
        "0h0m0s",
        "0.0s",
        "0.09",
        "0.05s",
        "٣s",
        "٣٠",
        "\uff11h",
        "1.\u0665s",
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
    assert "90s" in refused(parsers.duration, text)


@pytest.mark.parametrize("text", ["9" * 20, "9" * 19 + "h", "9" * 19 + "m", "9" * 18 + ".9", "9" * 400])
def test_huge_durations_are_refused_like_others(text: str) -> None:
    """A number that no clock holds is bad input, not a bug of ours."""
    assert "90s" in refused(parsers.duration, text)


def test_intervals() -> None:
    """`auto`, or a duration of a tenth of a second and more."""
    assert parsers.interval("auto") is None
    assert parsers.interval("AUTO") is None
    assert parsers.interval("0.1s") == timedelta(seconds=0.1)
    for text in ("0.05s", "0", "never", "-1s"):
        assert "auto" in refused(parsers.interval, text)


def test_words() -> None:
    """One of a few words in any case; the refusal lists them."""
    read = parsers.word("fail", "wait")
    assert read("WAIT") == "wait"
    assert refused(read, "hope") == "fail or wait"
    assert refused(parsers.word("a", "b", "c"), "d") == "one of a, b, c"


@pytest.mark.parametrize("text", ["off", "OFF", "false", "False"])
def test_off_arrives_as_false(text: str) -> None:
    """A reader of YAML 1.1 makes `false` of an `off` without quotes: both turn a report off, and nothing else."""
    assert parsers.output_path(text) == parsers.OFF
    assert parsers.comparison(text) == parsers.OFF
    assert parsers.word("full", "failed", "off")(text) == parsers.OFF
    refused(parsers.word("stop", "leave"), text)


@pytest.mark.parametrize("text", ["out/report.xml", "/reports/x.xml", "a b.xml", "...xml", "a..b/c"])
def test_output_paths(text: str) -> None:
    """Relative paths stay below the workspace; absolute ones are what somebody asked for."""
    assert parsers.output_path(text) == text
    assert parsers.output_path("OFF") == parsers.OFF


@pytest.mark.parametrize("text", ["../x.xml", "a/../../x", "..", "a/..", "out/", "/", "a\nb", "a\x00b"])
def test_paths_that_leave_the_workspace_are_refused(text: str) -> None:
    """No way up, no folder, no control character."""
    refused(parsers.output_path, text)


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
    assert parsers.base_url(text) == meant


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
        "http://127.999.1.1",
        "http://2130706433",
        "https://a\\@b",
    ],
)
def test_what_is_no_base_url_is_refused(text: str) -> None:
    """No plain http across a network, no credentials, no query or fragment, no half address."""
    assert "https" in refused(parsers.base_url, text)


@pytest.mark.parametrize("text", ["app.testsigma.com", "localhost:8080", "//a", "app.testsigma.com/ui/td"])
def test_a_base_url_without_its_scheme(text: str) -> None:
    """The message says that the scheme is missing, and only then."""
    with pytest.raises(Invalid) as caught:
        parsers.base_url(text)
    assert caught.value.remedy == "https:// is missing at its beginning."
    with pytest.raises(Invalid) as caught:
        parsers.base_url("ftp://a")
    assert not caught.value.remedy


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("https://app.testsigma.com/api/v1/execution_results", "Write https://app.testsigma.com."),
        ("https://app-eu.testsigma.com/api/v2", "Write https://app-eu.testsigma.com."),
        ("https://app.testsigma.com/api/", "Write https://app.testsigma.com."),
        ("https://app.testsigma.com/ui/td/7/plans/431", "Write https://app.testsigma.com."),
        ("http://127.0.0.1:8080/ui", "Write http://127.0.0.1:8080."),
        ("https://tests.example.com/testsigma/api/v1", "Leave out /api and what follows it."),
        ("https://tests.example.com/testsigma/ui/td", "Leave out /ui and what follows it."),
    ],
)
def test_a_base_url_with_the_path_of_the_api_or_a_page(text: str, remedy: str) -> None:
    """The right address is shown. A path that is not Testsigma's may be private, and is not."""
    with pytest.raises(Invalid) as caught:
        parsers.base_url(text)
    assert caught.value.remedy == remedy


@pytest.mark.parametrize(
    "text", ["https://a/api/testsigma", "https://a/apis", "https://a/build/ui-tests", "https://a/v1"]
)
def test_an_installation_may_have_a_path_of_its_own(text: str) -> None:
    """Only the endings of Testsigma's own addresses are refused."""
    assert parsers.base_url(text) == text


@pytest.mark.parametrize("text", ["https://a?", "https://a/#", "https://a/?", "https://a/x?#"])
def test_an_empty_query_or_fragment_is_one_too(text: str) -> None:
    """Paths are appended to the base URL: after a `?` or `#` they would be no paths."""
    assert "https" in refused(parsers.base_url, text)


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
        ("012", ConfigurationRef(id="12")),
        ("2.0", ConfigurationRef(name="2.0")),
        ("-2", ConfigurationRef(name="-2")),
        ("²", ConfigurationRef(name="²")),
        ("{name: smoke only}", ConfigurationRef(name="smoke only")),
        ("{name: 12}", ConfigurationRef(name="12")),
        ("{name: 'smoke: eu'}", ConfigurationRef(name="smoke: eu")),
        ("{id: 2}", ConfigurationRef(id="2")),
        ("{id: 002}", ConfigurationRef(id="2")),
        ("id: 002", ConfigurationRef(id="2")),
        ("smoke # eu", ConfigurationRef(name="smoke # eu")),
        ("& smoke", ConfigurationRef(name="& smoke")),
        ("*", ConfigurationRef(name="*")),
        ('{"id": "2"}', ConfigurationRef(id="2")),
        ("id: 2", ConfigurationRef(id="2")),
        ("name: smoke", ConfigurationRef(name="smoke")),
    ],
)
def test_configurations(text: str, meant: ConfigurationRef) -> None:
    """A name stays a name even if YAML sees a mapping in it; digits are an ID; braces are a mapping."""
    assert mapping_parsers.configuration(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "{id: 1, name: a}",
        "{id: [1]}",
        "{name: {a: b}}",
        "{name: ''}",
        "{Id: 1}",
        "{other: 1}",
        "a\nb",
        "x" * 251,
        "{id: smoke}",
        "{id: 0}",
        "000",
        "name: smoke # eu",
        "name:",
        "{name: 'a\u2028b'}",
    ],
)
def test_what_names_no_configuration_is_refused(text: str) -> None:
    """One ID or one name, on one line."""
    assert "name" in refused(mapping_parsers.configuration, text)


@pytest.mark.parametrize("text", ["$(DATA)", "${DATA}", "%DATA%", "$DATA"])
def test_a_mapping_that_is_a_variable(text: str) -> None:
    """A variable that was not replaced is told as one."""
    with pytest.raises(Invalid) as caught:
        mapping_parsers.mapping(text)
    assert "variable" in caught.value.remedy


@pytest.mark.parametrize("text", ["a: $(x)", '{"a":"${x}"}', "data: $|admin_username|"])
def test_variables_within_values_are_the_users(text: str) -> None:
    """Values of runtime data may look like variables: Testsigma has its own."""
    assert mapping_parsers.mapping(text)


def test_upload_versions_are_ids() -> None:
    """Devices and versions are IDs on both sides, so a name, or one device twice, is refused."""
    assert mapping_parsers.upload_versions("031: 068\n32: 69") == {"31": "68", "32": "69"}
    for text in ("31: newest", "pixel: 68", "7: 1\n07: 2", "31: 0", "just text", "31:", "7: 8 # c"):
        assert "device" in refused(mapping_parsers.upload_versions, text)
