"""HTML in harvested descriptions → text that reads the same: paragraphs, lists and links as Markdown, nothing else."""

import re
from html.parser import HTMLParser

import nh3

#: A description longer than this is cut before it is parsed: no honest one is, and a hostile one must not cost time.
MAX_HTML = 150_000

_BLOCKS = {
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "p", "pre", "section", "table", "tbody", "thead",
}  # fmt: skip
_INLINE = {
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark", "q", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var",
}  # fmt: skip
_KNOWN = _BLOCKS | _INLINE | {"ol", "ul", "li", "tr", "td", "th"}
#: Elements whose content is no text for readers.
_DROPPED = {
    "embed", "form", "head", "iframe", "math", "noscript", "object", "script", "style", "svg", "template", "title",
}  # fmt: skip
_FORGOTTEN = {"base", "body", "button", "html", "input", "label", "link", "meta", "option", "select", "textarea"}
#: Elements that the next of their kind ends, or that hold nothing: they do not nest.
_FLAT = {"br", "dd", "dt", "hr", "img", "input", "li", "link", "meta", "option", "p", "td", "th", "tr"}

_TAG_NAMES = "|".join(sorted(_KNOWN | _DROPPED | _FORGOTTEN, key=len, reverse=True))
_OPENS_TAG = rf"/?(?:{_TAG_NAMES})\b|!--|!doctype|/?\w+:\w"
_TAG = re.compile(f"<(?={_OPENS_TAG})", re.IGNORECASE)
_NO_TAG = re.compile(f"<(?!{_OPENS_TAG})", re.IGNORECASE)
_NESTING = re.compile(r"<(/?)(" + "|".join(sorted(_KNOWN - _FLAT, key=len, reverse=True)) + r")\b", re.IGNORECASE)
#: Deeper than any editor nests. Parsers take quadratic time on depth, so such input is only stripped.
_MAX_DEPTH = 200
_ANY_TAG = re.compile(r"<[^<>]{0,1000}>")
#: Text may speak of a script; it must not look like one to whoever forgets to escape it.
_ALIVE = re.compile(r"<(?=/?(?:embed|iframe|math|object|script|style|svg)\b)", re.IGNORECASE)
_BLOCK_TAG = re.compile(r"<(?:p|div|br|ul|ol|li|table|tr|h[1-6]|blockquote|dl|section|article)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_ESCAPED_TAG = re.compile(r"&lt;/?(?:p|div|br|ul|ol|li|a|span|strong|b|em|table|font|h[1-6])\b", re.IGNORECASE)


def html_to_text(html: object, *, links: bool = True) -> str:
    """Markdown of what an HTML fragment says; plain text comes back as it was, but for entities.

    Keeps paragraphs, lists, headings and, with `links`, web and mail links. Scripts, styles, forms and images go. HTML
    that was escaped once too often is read as HTML. A '<' that opens no tag stays.
    """
    if not isinstance(html, str) or not html:
        return ""
    text = html[:MAX_HTML].replace("\x00", "")
    if not _TAG.search(text) and not _ENTITY.search(text):
        return text
    if _ESCAPED_TAG.search(text) and not _BLOCK_TAG.search(text):
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    if _is_too_deep(text):
        return _ANY_TAG.sub(" ", text).replace("<", "< ")
    reader = _Reader(links=links, keep_lines=not _BLOCK_TAG.search(text))
    reader.feed(_well_formed(text))
    reader.close()
    return _ALIVE.sub("< ", reader.text())


def _is_too_deep(text: str) -> bool:
    if text.count("<") <= _MAX_DEPTH:
        return False
    depth = 0
    for tag in _NESTING.finditer(text):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _MAX_DEPTH:
            return True
    return False


#: A real HTML parser: what leaves it is balanced, without scripts, handlers and strange addresses.
_CLEANER = nh3.Cleaner(
    tags=set(_KNOWN),
    clean_content_tags=_DROPPED,
    attributes={"a": {"href"}, "img": {"alt"}},
    url_schemes={"http", "https", "ftp", "mailto"},
    link_rel=None,
)


def _well_formed(text: str) -> str:
    """The fragment as balanced, harmless HTML; a '<' that only looks like a tag's is text."""
    return _CLEANER.clean(_NO_TAG.sub("&lt;", text).encode("utf-8", "replace").decode())


class _Reader(HTMLParser):
    """Writes Markdown while it reads well-formed HTML."""

    def __init__(self, *, links: bool, keep_lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._links, self._keep_lines = links, keep_lines
        self._out: list[str] = []
        self._lists: list[int | None] = []  # None in a bulleted list, the last number in a numbered one
        self._href = ""
        self._label_from = 0
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._out.append("\n")
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
            self._out.append("\n\n" if len(self._lists) == 1 else "")
        elif tag == "li":
            self._start_item()
        elif tag == "tr":
            self._cells = 0
            self._out.append("\n")
        elif tag in ("td", "th"):
            self._out.append(" | " if self._cells else "")
            self._cells += 1
        elif tag == "a":
            self._href, self._label_from = dict(attrs).get("href") or "", len(self._out)
        elif tag == "img":
            self._out.append(dict(attrs).get("alt") or "")
        elif tag in _BLOCKS:
            self._break()
            if tag[0] == "h" and tag[1:].isdigit():
                self._out.append("### ")

    def _start_item(self) -> None:
        if not self._lists:
            self._lists.append(None)
        number = self._lists[-1]
        mark = "- "
        if number is not None:
            self._lists[-1] = number + 1
            mark = f"{number + 1}. "
        self._out.append("\n" + "  " * min(len(self._lists) - 1, 6) + mark)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            if self._lists:
                self._lists.pop()
            self._out.append("" if self._lists else "\n\n")
        elif tag == "a":
            self._end_link()
        elif tag in _BLOCKS:
            self._break()

    def _break(self) -> None:
        """A paragraph's end; inside a list item only a line's, so that the item stays one."""
        if not self._lists:
            self._out.append("\n\n")
        elif self._out and self._out[-1].strip() and not self._out[-1].endswith((". ", "- ")):
            self._out.append("\n" + "  " * len(self._lists))

    def _end_link(self) -> None:
        href, self._href = self._href.strip(), ""
        written = "".join(self._out[self._label_from :])
        label = " ".join(written.split())
        if not href or not self._links or not href.lower().startswith(("http://", "https://", "ftp://", "mailto:")):
            return
        shown = href.removeprefix("mailto:")
        if not label or label in (href, shown) or href.rstrip("/").endswith("//" + label.rstrip("/")):
            self._out[self._label_from :] = [shown]
        else:
            target = (
                href.replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
            )
            self._out[self._label_from :] = [f"[{label.replace('[', '(').replace(']', ')')}]({target})"]
            if written.endswith(" "):
                self._out.append(" ")

    def handle_data(self, data: str) -> None:
        if self._keep_lines:
            self._out.append(data)
        else:
            text = re.sub(r"\s+", " ", data)
            blank = not self._out or self._out[-1].endswith(("\n", " "))
            self._out.append(text.lstrip() if blank else text)

    def text(self) -> str:
        lines = (line.rstrip() for line in "".join(self._out).replace("\xa0", " ").split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
