"""Rich text of products: what of it is kept, and what it says without its markup. Nothing else stores HTML."""

import html
import re

import nh3

TAGS = {"p", "br", "strong", "em", "b", "i", "u", "s", "ul", "ol", "li", "h2", "h3", "h4", "a", "blockquote", "code",
        "pre", "table", "thead", "tbody", "tr", "th", "td", "hr", "sub", "sup"}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
SCHEMES = {"http", "https", "mailto"}
_TAG_START = re.compile(r"<(?=[/a-zA-Z])")
_MARKUP = re.compile(
    r"</?(?:p|br|strong|em|b|i|u|s|ul|ol|li|h[1-6]|a|div|span|table|blockquote|pre|code)\b", re.IGNORECASE
)


def sanitise(text: str) -> str:
    """Rich text with an allow-list of tags, attributes and schemes; scripts, styles, frames and events are gone."""
    return nh3.clean(text, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow noopener").strip()


def from_plain(text: str) -> str:
    """Plain text as rich text: paragraphs at empty lines, other line ends kept."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    return "".join(f"<p>{html.escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in paragraphs)


def from_either(text: str) -> str:
    """Rich text from a field of an import, which may hold markup or not."""
    return sanitise(text) if _MARKUP.search(text) else from_plain(text)


def plain(text: str) -> str:
    """What rich text says, on one line."""
    if not text:
        return ""
    bare = nh3.clean(_TAG_START.sub(" <", text), tags=set(), attributes={})
    return " ".join(html.unescape(bare).split())
