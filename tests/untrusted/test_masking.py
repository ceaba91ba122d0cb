"""A secret that the runner masks in a text is still masked in everything that we show of this text.

Texts of the service quote passwords at times. The runner masks them where they stand as they are, so no escaping, no
cutting and no tidying up of ours may change a word. Every text of a report has the secret here, at every sink.
"""

import string
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.untrusted import masker
from tests.untrusted.test_reports import AGENT, CTRF, hostile, publish
from testsigma_action.domain.run import Result

HEAD, TAIL = "KxtvRmQz", "WpLdNyHc"
SHAPES = {
    "start": "{0}KxtvRmQzWpLdNyHc",
    "middle": "KxtvRmQz{0}WpLdNyHc",
    "end": "KxtvRmQzWpLdNyHc{0}",
    "doubled": "KxtvRmQz{0}{0}WpLdNyHc",
}
PUNCTUATED = [shape.format(mark) for mark in string.punctuation for shape in SHAPES.values()]
OTHERS = [
    # Text is cut at blanks, so a secret that has some may lose its end; its words are short here.
    "Kxtv  RmQz",
    "Kxtv\tRmQz",
    "Kxtv\u00a0RmQz",
    f"{HEAD}:x:{TAIL}",
    f"{HEAD}www.{TAIL}",
    f"::{HEAD}::{TAIL}",
    f"---{HEAD}{TAIL}",
    f"1. {HEAD}{TAIL}",
    f"user:{HEAD}@{TAIL}.example/?a=b&c=%20'x'",
    f"{HEAD}&lt;{TAIL}&#33;",
    f"{HEAD}end-end{TAIL}",
    f"{HEAD}..//{TAIL}",
    f"{HEAD}Größe{TAIL}",
    f"@{HEAD}@{TAIL}:",
    f"-----BEGIN {HEAD}-----\n  {HEAD}+/{TAIL}==\n-----END {TAIL}-----",
]
SECRETS = [*PUNCTUATED, *OTHERS]
TEXTS = ("{0}", "Typed '{0}' into \"password\"", "x\n\n{0}\ny", "https://shop.example/?p={0}")
# Where texts are cut: names, titles of annotations, messages, steps, reasons, labels of charts.
LIMITS = (22, 24, 60, 100, 200, 255, 300, 500, 1000, 2000, 4096, 6000)


def leaks(text: str, folder: Path, *secrets: str) -> dict[str, list[str]]:
    """What can be read of secrets in the log, on GitHub and elsewhere, and in both kinds of summary."""
    report = hostile(text, list(Result).index(Result.FAILED))
    log = publish(report, folder, github=True)
    found = {"log": masker.leaked(masker.log_seen(log, *secrets), *secrets)}
    pages = (folder / "GITHUB_STEP_SUMMARY").read_text("utf-8")
    found["summary"] = masker.leaked(masker.page_seen(pages, *secrets), *secrets)
    # Files that a later step may print.
    for name in (CTRF, AGENT):
        found[name] = masker.leaked(masker.masked((folder / name).read_text("utf-8"), *secrets), *secrets)
    return {sink: parts for sink, parts in found.items() if parts}


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_stays_masked(secret: str, tmp_path: Path) -> None:
    """Every punctuation character, blanks, references and lines: in names, messages, steps, titles and inputs."""
    number = SECRETS.index(secret)
    text = TEXTS[(number + number // len(TEXTS)) % len(TEXTS)]
    assert leaks(text.format(secret), tmp_path, secret) == {}, text


@pytest.mark.parametrize("inside", [0, 1, 7, 12, 16])
@pytest.mark.parametrize("limit", LIMITS)
def test_no_secret_is_cut_in_two(limit: int, inside: int, tmp_path: Path) -> None:
    """A word is shown whole or not at all: of its first part the runner knows nothing."""
    secret = f"{HEAD}{TAIL}"
    filler = ("words " * limit)[: limit - inside - 1]
    assert leaks(f"{filler} {secret} more {'words ' * 10}", tmp_path, secret) == {}


@pytest.mark.parametrize("length", [300, 1500, 8000])
def test_a_secret_longer_than_the_room(length: int, tmp_path: Path) -> None:
    """A token that is longer than what may be shown is not shown at all."""
    secret = "".join(chr(ord("A") + (number * number + number // 7) % 26) for number in range(length))
    assert leaks(f"Token {secret}", tmp_path, secret) == {}


@pytest.mark.parametrize("secret", [f"{HEAD}!{TAIL}", f"{HEAD}\"<&>{TAIL}'", f"{HEAD}/{TAIL}="])
def test_the_model_masks_what_the_runner_masks(secret: str) -> None:
    """As it stands, in XML, in URLs and in JSON; and no other form: a numeric reference is shown."""
    xml = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    for shown in (secret, xml.replace("'", "&apos;"), quote(secret, safe="")):
        assert masker.masked(f"a {shown} b", secret) == "a *** b"
    numeric = "".join(f"&#{ord(each)};" for each in secret)
    assert masker.leaked(masker.page_seen(numeric, secret), secret) != []
