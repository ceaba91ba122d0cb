"""Active parts of a rendered summary: tags, attributes, link targets, mentions.

The page is made by GitHub's own Markdown engine.
"""

import re
from html.parser import HTMLParser

from cmarkgfm import cmark

TAGS = frozenset(
    {"h1", "h2", "h3", "h4", "p", "br", "hr", "b", "strong", "em", "i", "code", "pre", "div", "span", "blockquote", "a"}
    | {
        "details",
        "summary",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "ul",
        "ol",
        "li",
        "sub",
        "sup",
        "kbd",
        "dl",
        "dt",
        "dd",
    }
)
ATTRIBUTES = frozenset(
    {"align", "href", "lang", "open", "colspan", "rowspan", "start", "dir", "nowrap", "width", "role", "aria-label"}
)
LINK = re.compile(r"(?:https://|http://(?:127\.0\.0\.1|localhost)[:/]|#)[!-~]*")
MENTION = re.compile(r"(?<![\w`])@[A-Za-z0-9]|(?<!\w):[\w+-]{1,50}:")
CHART = re.compile(r"^\s*(?:click|href|call)\b|<|javascript:|https?:", re.MULTILINE)
_QUIET = frozenset({"code", "pre", "a"})


def rendered(markdown: str) -> str:
    """The page as HTML."""
    options = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_GITHUB_PRE_LANG
    extensions = ["table", "autolink", "strikethrough", "tasklist"]
    page: str = cmark.markdown_to_html_with_extensions(markdown, options=options, extensions=extensions)
    return page


class _Page(HTMLParser):
    """Notes what is no plain text, and text that GitHub makes active afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag or an attribute that is not ours, and a link to elsewhere."""
        if tag not in TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES or (name == "href" and not LINK.fullmatch(value or "")):
                self.found.append(f"<{tag} {name}={value!r}>")
            if name == "href" and "evil.example" in (value or ""):
                self.found.append(f"<{tag} {name}={value!r}>")
        if tag not in {"br", "hr", "img", "input"}:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that needs no end."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Note a tag that nothing opened."""
        if not self._open or self._open.pop() != tag:
            self.found.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Note a mention or the name of an emoji in running text, and what a chart can do besides being drawn."""
        if "pre" in self._open:
            self.found += [f"chart: {match[0]}" for match in CHART.finditer(data)]
        if not _QUIET & set(self._open):
            self.found += [f"{match[0]}..." for match in MENTION.finditer(data)]

    def handle_comment(self, data: str) -> None:
        """Note a comment."""
        self.found.append(f"<!--{data[:20]}")

    def handle_decl(self, decl: str) -> None:
        """Note a declaration."""
        self.found.append(f"<!{decl[:20]}")

    def handle_pi(self, data: str) -> None:
        """Note an instruction."""
        self.found.append(f"<?{data[:20]}")


def active(markdown: str) -> list[str]:
    """All that is active on a page and not ours; what stays open at its end, too."""
    page = _Page()
    page.feed(rendered(markdown))
    page.close()
    return [*page.found, *(f"<{tag}> is open" for tag in page._open)]


class _Structure(HTMLParser):
    """Notes which tags there are, apart from line breaks, paragraphs and code, whose number depends on the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as inherited
        """Note a tag."""
        if tag not in {"br", "p", "code"}:
            self.tags.append(tag)


def structure(markdown: str) -> list[str]:
    """The tags of a page in their order."""
    page = _Structure()
    page.feed(rendered(markdown))
    page.close()
    return page.tags
