"""Renders a summary as GitHub does, as far as that is public.

The Markdown engine is GitHub's own (cmark-gfm), the style is taken from GitHub's (github-markdown-css), diagrams are
drawn by Mermaid. The filter is the one of html-pipeline, on which GitHub's is built:
https://github.com/gjtorikian/html-pipeline/blob/main/lib/html_pipeline/sanitization_filter.rb
"""

from html import escape
from html.parser import HTMLParser
from typing import Literal

import nh3
from cmarkgfm import cmark

Theme = Literal["light", "dark"]

EXTENSIONS = ["table", "autolink", "strikethrough", "tasklist"]
OPTIONS = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_GITHUB_PRE_LANG | cmark.Options.CMARK_OPT_FOOTNOTES
TAGS = """
    h1 h2 h3 h4 h5 h6 br b i strong em a pre code img tt div ins del sup sub p ol ul table thead tbody tfoot blockquote
    dl dt dd kbd q samp var hr ruby rt rp li tr td th s strike summary details caption figure figcaption abbr bdo cite
    dfn mark small span time wbr
"""
# Of those that every tag may have, the ones that have a use in a summary.
ATTRIBUTES = """
    abbr align alt aria-describedby aria-hidden aria-label aria-labelledby border cellpadding cellspacing color colspan
    datetime dir headers height hspace id label lang name nowrap open rel role rowspan scope size span start summary
    tabindex title type valign value width
"""
KNOWN_TAGS = set(TAGS.split())
KNOWN_ATTRIBUTES = {"*": set(ATTRIBUTES.split()), "a": {"href"}, "img": {"src"}}
SCHEMES = {"http", "https", "mailto"}
# The frame around a summary: https://github.com/sindresorhus/github-markdown-css#usage
STYLE = """
body { box-sizing: border-box; margin: 0; padding: 24px }
@media (max-width: 767px) { body { padding: 16px } }
.diagram svg { max-width: 100% }
"""
DRAW = """
mermaid.initialize({startOnLoad: false, securityLevel: "strict", theme: "%s"});
window.failed = [];
window.drawn = (async () => {
  for (const [number, block] of document.querySelectorAll("pre[lang=mermaid]").entries()) {
    try {
      const { svg } = await mermaid.render(`diagram-${number}`, block.textContent);
      const drawing = document.createElement("div");
      drawing.className = "diagram";
      drawing.innerHTML = svg;
      block.replaceWith(drawing);
    } catch (error) {
      window.failed.push(String(error));
    }
  }
})();
"""


def html(markdown: str) -> str:
    """What the Markdown engine makes of it, before anything is removed."""
    made: str = cmark.markdown_to_html_with_extensions(markdown, options=OPTIONS, extensions=EXTENSIONS)
    return made


def filtered(raw: str) -> str:
    """What the filter leaves of HTML."""
    left: str = nh3.clean(
        raw,
        tags=KNOWN_TAGS,
        attributes=KNOWN_ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=None,
        clean_content_tags={"script", "style"},
    )
    return left


class _Foreign(HTMLParser):
    """Collects what the filter would remove."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Judge a tag and its attributes."""
        if tag not in KNOWN_TAGS:
            self.found.append(f"<{tag}>")
        known = KNOWN_ATTRIBUTES["*"] | KNOWN_ATTRIBUTES.get(tag, set())
        self.found += [f"<{tag} {name}>" for name, _ in attrs if name not in known]
        links = [value or "" for name, value in attrs if name in {"href", "src"}]
        self.found += [f"<{tag} {link}>" for link in links if not link.startswith(("https://", "http://"))]

    def handle_comment(self, data: str) -> None:
        """Judge a comment: nobody sees it, so it may be text that is lost."""
        self.found.append(f"<!--{data}-->")


def foreign(markdown: str) -> list[str]:
    """Tags, attributes and links in it that the filter removes: none of them may ever be ours."""
    parser = _Foreign()
    parser.feed(html(markdown))
    parser.close()
    return parser.found


def page(markdown: str, theme: Theme = "light", title: str = "") -> str:
    """A whole page, to be put beside `node_modules`."""
    drawing = DRAW % ("dark" if theme == "dark" else "default")
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{escape(title)}</title>
<link rel="stylesheet" href="node_modules/github-markdown-css/github-markdown-{theme}.css">
<style>{STYLE}</style>
<body class="markdown-body">
{filtered(html(markdown))}
<script src="node_modules/mermaid/dist/mermaid.min.js"></script>
<script>{drawing}</script>
"""
