"""The words of ISO metadata as text of ours: cleaned, in English where there is any, and in other languages. Pure."""

import re
from collections.abc import Iterable, Mapping

from catalogue.html_text import html_to_text
from catalogue.plain import clean_text
from catalogue.vocabularies.languages import language_from
from harvest.normalise.fields import LONG, is_nothing
from harvest.sources.iso_tree import Element, at, code, words_of

#: What templates leave in a field that nobody filled in.
_TEMPLATE = re.compile(r"^(?:--.*--|\[.*\]|<.*>|(?:please )?(?:enter|insert|add|describe here)\b.*)$", re.IGNORECASE)
#: A line that a program broke to lay out its XML, rather than a person to begin a new one.
_WRAPPED = re.compile(r"(?<=\S)[ \t]*\r?\n[ \t]{6,}(?=\S)")


class Words:
    """Reads one record's texts. Multilingual records have each text in several languages, named by its locales."""

    def __init__(self, root: Element) -> None:
        self.language = _language(root)
        self._locales = {
            f"#{locale.get('id')}": language_from(code(locale, "languageCode") or code(locale, "language")) or ""
            for locale in root.iter("PT_Locale")
            if locale.get("id")
        }

    def line(self, element: Element | None, *names: str) -> str:
        """The first text of a path, on one line."""
        return next(iter(self.lines(element, *names)), "")

    def lines(self, element: Element | None, *names: str) -> list[str]:
        """All texts of a path, each on one line and once."""
        found = (clean_text(self._best(one), max_length=LONG) for one in at(element, *names))
        return list(dict.fromkeys(words for words in found if says(words)))

    def prose(self, element: Element | None, *names: str) -> str:
        """The texts of a path as paragraphs, HTML turned into Markdown."""
        return prose(self._best(one) for one in at(element, *names))

    def in_other_languages(self, properties: Mapping[str, Element | None]) -> dict[str, dict[str, str]]:
        """By language, each property's words that are not those shown."""
        found: dict[str, dict[str, str]] = {}
        for name, element in properties.items():
            if element is None:
                continue
            shown = self._best(element)
            for language, words in self._by_language(element).items():
                if words != shown and language != "en":
                    text_of = prose([words]) if name == "description" else clean_text(words, max_length=LONG)
                    found.setdefault(language, {})[name] = text_of
        return found

    def _best(self, element: Element) -> str:
        """English where there is English, else the record's own language, else any."""
        if not any(child.tag == "PT_FreeText" for child in element):
            return words_of(element)
        by_language = self._by_language(element)
        return by_language.get("en") or words_of(element) or next(iter(by_language.values()), "")

    def _by_language(self, element: Element) -> dict[str, str]:
        found = {}
        if self.language and (own := words_of(element)):
            found[self.language] = own
        for localised in element.iter("LocalisedCharacterString"):
            locale = localised.get("locale", "")
            language = self._locales.get(locale) or language_from(locale.removeprefix("#").removeprefix("locale-"))
            if language and localised.text and (words := localised.text.strip()):
                found.setdefault(language, words)
        return found


def says(words: str) -> bool:
    """Whether a text says something, rather than that there is nothing to say or what should be said."""
    return bool(words) and not is_nothing(words) and not (len(words) < 200 and _TEMPLATE.match(words))


def prose(texts: Iterable[str]) -> str:
    """Texts as paragraphs, each once, HTML turned into Markdown."""
    flowing = (_WRAPPED.sub(" ", words) if "\n" in words else words for words in texts)
    paragraphs = (clean_text(html_to_text(words), max_length=LONG, keep_lines=True) for words in flowing)
    return "\n\n".join(dict.fromkeys(words for words in paragraphs if says(words)))


def _language(root: Element) -> str:
    """The language of the metadata itself."""
    return language_from(code(root, "language") or code(root, "defaultLocale", "language")) or ""
