"""Checks for a key in the wrong input, and for variables that were not replaced by their values. Pure."""

import re
from dataclasses import dataclass

from testsigma_action.secret import Secret
from testsigma_action.text import cut

LONGEST_QUOTE = 100
# A message does not show a value that has this many characters of the key in a row.
SHORTEST_TRACE = 8
# An input whose value is shown later is refused if it has this many, which cannot be a coincidence.
SHORTEST_PART = 20
KEY_LIKE = re.compile(r"eyJ[\w-]{5,}|[\w+=-]{20,}|(?<![\w./-])[\w-]{4,}\.[\w-]{4,}\.[\w-]{4,}(?![\w./-])")
# Three parts in base64, the first of which begins with `{"`. No name and no path looks like that.
JWT = re.compile(r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]+\.[\w-]*")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/+", re.IGNORECASE)
NOT_SHOWN = "not shown, since it looks like an API key"


@dataclass(frozen=True, slots=True)
class Reference:
    """How a CI system or a shell writes a variable, and what to do if it was not replaced: a variable, or a secret."""

    pattern: re.Pattern[str]
    remedy: str
    secret_remedy: str


REFERENCES = (
    Reference(
        re.compile(r"\$\{\{[^{}]*\}\}"),
        "GitHub replaces ${{ ... }} in workflow files only; other CI systems have their own variables.",
        "GitHub replaces it in workflow files only (api-key: ${{ secrets.TESTSIGMA_API_KEY }}). "
        "Elsewhere set TESTSIGMA_API_KEY from a secret of your CI system.",
    ),
    Reference(
        re.compile(r"\$\([\w.-]+\)"),
        "Azure Pipelines leaves $(NAME) as it is when no variable has that name: define it, or correct the name.",
        "Azure Pipelines leaves $(NAME) as it is when no variable has that name: define the secret variable, and map "
        "it for this step (env: TESTSIGMA_API_KEY: $(TESTSIGMA_API_KEY)).",
    ),
    Reference(
        re.compile(r"\$\{[\w.:-]+\}|^\$(env:)?[A-Za-z_]\w*$"),
        "Check that the variable is defined, and that the place where it is written is one where your shell or CI "
        "system replaces variables (single quotes prevent it).",
        "Define TESTSIGMA_API_KEY as a secret variable of your CI system (GitLab: Settings > CI/CD > Variables), and "
        "pass it on by its name alone: docker run -e TESTSIGMA_API_KEY.",
    ),
    Reference(
        re.compile(r"^%\w+%$"),
        "Only cmd.exe replaces %NAME%: check that the variable is defined there.",
        "Only cmd.exe replaces %NAME%: pass the variable on by its name alone (docker run -e TESTSIGMA_API_KEY).",
    ),
)


def reference(text: str) -> Reference | None:
    """The kind of variable that a text contains; None if it contains none."""
    return next((each for each in REFERENCES if each.pattern.search(text)), None)


def wrapping(key: str) -> str:
    """What to do if a key is a variable, or has quotes or a scheme around it; else empty."""
    if found := reference(key):
        return f"The value is the name of a variable, not a key. {found.secret_remedy}"
    if key[:1] in {"'", '"', "`"}:
        return (
            "Remove the quotes around the key: they are part of the value where a CI system stores secrets, "
            "or where docker reads an --env-file."
        )
    if re.match(r"(authorization:\s*)?bearer\b", key, re.IGNORECASE):
        return "Give the key alone, without 'Bearer': set TESTSIGMA_API_KEY, or the input api-key, to the key."
    return ""


def looks_like_key(text: str, key: Secret) -> bool:
    """Whether a text may contain this API key or another one, or a part of it."""
    return bool(KEY_LIKE.search(text)) or shares(text, key, SHORTEST_TRACE)


def holds_key(text: str, key: Secret) -> bool:
    """Whether a text certainly contains this key, a long part of it, or another key."""
    return bool(JWT.search(text)) or shares(text, key, SHORTEST_PART)


def shares(text: str, key: Secret, length: int) -> bool:
    """Whether a text contains the key in any encoding, or `length` characters of it in a row, in any case."""
    value, folded = key.reveal().lower(), text.lower()
    parts = (value[at : at + length] for at in range(len(value) - length + 1))
    return key.hidden_in(text) != text or any(part in folded for part in parts)


def visible(text: str) -> str:
    """The text without control characters, and without what may be a password or a token in a URL.

    Everything before an `@` is hidden: it may contain a password, and runners mask only whole secrets.
    """
    before, at, after = text.rpartition("@")
    if at:
        scheme = SCHEME.match(before)
        text = f"{scheme[0]}***@{after}" if scheme else "***"
    if "://" in text and "?" in text:
        text = f"{text.partition('?')[0]}?***"
    return "".join(character if character.isprintable() else "?" for character in cut(text, LONGEST_QUOTE))


def quoted(text: str, key: Secret) -> str:
    """The text in quotes, or a remark that it is not shown."""
    return f"(a text that is {NOT_SHOWN})" if looks_like_key(text, key) else f"'{visible(text)}'"
