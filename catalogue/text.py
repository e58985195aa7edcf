"""Text that publishers wrote, made safe to show: Markdown or HTML in, sanitised HTML or plain text out.

Pure, and never fails: every string is an answer. Harvested text is hostile until it has passed through here.
"""

import html
import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

#: Characters of one text that are shown. Real descriptions end far below; the bound is what keeps hostile ones cheap.
MAX_LENGTH = 30_000

#: Schemes a link in a description, or a link of a dataset, may have.
LINK_SCHEMES = frozenset({"http", "https", "ftp"})

_BLOCK_TAGS = {"p", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre"}
_TABLE_TAGS = {"table", "caption", "thead", "tbody", "tr", "th", "td"}
_HEADING_TAGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_INLINE_TAGS = {"a", "abbr", "b", "strong", "i", "em", "del", "s", "code", "sub", "sup"}

_cleaner = nh3.Cleaner(
    tags=_BLOCK_TAGS | _TABLE_TAGS | _HEADING_TAGS | _INLINE_TAGS,
    clean_content_tags={"script", "style", "template", "noscript", "iframe", "object", "textarea", "select", "title"},
    attributes={"a": {"href", "title"}, "abbr": {"title"}, "ol": {"start"}, "td": {"colspan"}, "th": {"colspan"}},
    set_tag_attribute_values={"a": {"class": "govuk-link"}},
    url_schemes=set(LINK_SCHEMES | {"mailto"}),
    url_relative="deny",  # it was relative to the publisher's site, and would lead somewhere on ours
    link_rel="nofollow noopener",
)

_bare_url = re.compile(r"(?:https?|ftp)://[^\s<>\"]+")
_heading_tag = re.compile(r"<(/?)h([1-6])>")
_block_end = re.compile(r"<(?:br|hr|/p|/li|/d[td]|/h[1-6]|/t[dhr]|/blockquote|/pre|/caption)>")
_white_space = re.compile(r"\s+")


@lru_cache(maxsize=256)  # a page needs each text several times: shown, as an excerpt, as plain words
def markdown_to_html(text: str | None) -> str:
    """Sanitised HTML of a description in Markdown, HTML or plain text. Safe to put into a page as it is.

    Line ends are kept, bare addresses become links, and headings move two levels down to stand under the page's own.
    """
    if not text:
        return ""
    cleaned = _cleaner.clean(_markdown.render(text[:MAX_LENGTH]))
    return _heading_tag.sub(lambda tag: f"<{tag[1]}h{min(int(tag[2]) + 2, 6)}>", cleaned).strip()


def plain_text(text: str | None) -> str:
    """The words alone of a description in Markdown or HTML, on one line."""
    spaced = _block_end.sub(lambda tag: f"{tag[0]} ", markdown_to_html(text))
    return _white_space.sub(" ", html.unescape(nh3.clean(spaced, tags=set()))).strip()


def excerpt(text: str | None, length: int = 200) -> str:
    """At most `length` characters of the plain text, cut between words, with an ellipsis where it was cut."""
    # Mark-up takes room too, but an excerpt need not read the whole of a long description.
    words = plain_text((text or "")[: length * 10])
    if len(words) <= length:
        return words
    cut = words[: length - 1]
    if " " in cut and words[length - 1] != " ":
        cut = cut.rpartition(" ")[0]
    return cut.rstrip(" ,;:.–-") + "…"


def safe_href(url: str | None) -> str:
    """The address if a link may lead to it, else an empty string: `javascript:` and its like never reach a page."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return ""
    return parts.geturl() if parts.scheme in LINK_SCHEMES and parts.netloc else ""


def host_of(url: str | None) -> str:
    """The host that an address names, without `www.`; empty when it names none."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def file_name(url: str | None) -> str:
    """The last part of an address's path, as people would name the file; its host where the path is empty."""
    try:
        path = unquote(urlsplit(url or "").path)
    except ValueError:
        return ""
    return path.rstrip("/").rpartition("/")[2][:100] or host_of(url)


def _link_bare_urls(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "inline" and block.children and "://" in block.content:
            block.children = _with_links(block.children)


def _with_links(tokens: list[Token]) -> list[Token]:
    linked: list[Token] = []
    inside_link = 0
    for token in tokens:
        if token.type == "link_open" or (token.type == "html_inline" and token.content.lower().startswith("<a")):
            inside_link += 1
        elif token.type == "link_close" or (token.type == "html_inline" and token.content.lower().startswith("</a")):
            inside_link -= 1
        if token.type == "text" and inside_link <= 0 and "://" in token.content:
            linked.extend(_split_at_urls(token.content))
        else:
            linked.append(token)
    return linked


def _split_at_urls(content: str) -> list[Token]:
    tokens: list[Token] = []
    end = 0
    for match in _bare_url.finditer(content):
        url = match[0].rstrip(".,;:!?'*")
        if url.endswith(")") and "(" not in url:
            url = url.rstrip(").,;:!?'")
        tokens.append(Token("text", "", 0, content=content[end : match.start()]))
        tokens.append(Token("link_open", "a", 1, attrs={"href": url}))
        tokens.append(Token("text", "", 0, content=url))
        tokens.append(Token("link_close", "a", -1))
        end = match.start() + len(url)
    tokens.append(Token("text", "", 0, content=content[end:]))
    return tokens


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "breaks": True})
    # Indented text in a description is a paragraph that somebody indented, not a program.
    parser.enable(["table", "strikethrough"]).disable(["code", "image"])
    parser.core.ruler.push("link_bare_urls", _link_bare_urls)
    return parser


_markdown = _parser()
