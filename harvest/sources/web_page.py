"""What to say of a web page that came where records were expected: often an error page with status 200. Pure."""

import html
import re

_TITLE = re.compile(r"<title[^>]*>(.{1,200}?)</title", re.I | re.S)


def web_page(start: str) -> str:
    """“a web page”, with its title where its first characters hold one: it mostly says what is the matter."""
    found = _TITLE.search(start)
    title = " ".join(html.unescape(found[1]).split()) if found else ""
    return f"a web page (“{title}”)" if title else "a web page"
