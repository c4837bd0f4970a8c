"""Researchers' Markdown as safe HTML: no raw HTML passes, and what is made is sanitised once more."""

from functools import cache, lru_cache
from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TEXT: Final = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h2",
    "h3",
    "h4",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "ul",
}
TABLES: Final = {"table", "tbody", "td", "th", "thead", "tr"}
ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}}


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=64)
def rendered(text: str) -> SafeString:
    """`text` as HTML that can stand in any page; empty for empty.

    The highest of its headings becomes an h2, since the page has its own first heading. Links open only http, https and
    mailto, and carry `rel="noopener noreferrer"`.
    """
    parser = _parser()
    tokens = parser.parse(text)
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1:]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1:]) - highest + 2, 4)}"
    html = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        html,
        tags=TEXT | TABLES,
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
    )
    return mark_safe(clean.strip())  # noqa: S308  # sanitised in the line above
