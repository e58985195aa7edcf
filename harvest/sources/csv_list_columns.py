"""Which column is which: the documented names of an inventory's columns, and what else people call them. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Columns of a dataset → their other names, best first. `docs/csv-inventory.md` tells what goes into each.
DATASET_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": (
        "dataset title", "title of dataset", "dataset name", "name of dataset", "data set name", "data set title",
        "name", "label", "dataset", "data set",
    ),
    "identifier": (
        "dataset identifier", "dataset id", "unique identifier", "unique id", "inventory number",
        "reference number", "dataset reference", "reference", "ref", "guid", "uuid", "id", "package name",
        "dataset",
    ),
    "alternative_title": ("alternative titles", "alternative name", "other title", "alias", "aliases", "short title"),
    "title_cy": ("title welsh", "welsh title", "teitl"),
    "description": ("dataset description", "abstract", "notes", "summary", "details", "text"),
    "description_cy": ("description welsh", "welsh description", "disgrifiad"),
    "publisher": (
        "publisher name", "publishing organisation", "organisation", "organization", "organisation name",
        "organization name", "owner", "data owner", "provider", "department", "publishing body", "data provider",
        "responsible organisation",
    ),
    "creator": ("author", "originator", "created by"),
    "topic": ("topics", "theme", "themes", "category", "categories", "primary theme", "theme primary"),
    "tags": ("keywords", "keyword", "tag", "original tags", "manual tags", "subject", "subjects"),
    "licence": (
        "license", "licence name", "license name", "licence title", "licence url", "license url", "licence id",
        "license id", "data licence",
    ),
    "access": ("access level", "access rights", "accessibility", "public access level"),
    "access_reason": (
        "reason", "reason not open", "reason for restriction", "restriction", "restrictions",
        "access level comment", "reason for not publishing", "exemption",
    ),
    "rights": ("rights statement", "usage rights"),
    "planned_release": (
        "date to be published", "planned release date", "release notes", "publish date", "planned publication date",
        "expected publication date",
    ),
    "classification": ("security classification", "protective marking"),
    "personal_data": ("contains personal data", "personal information", "personal data held"),
    "held_in": ("held where", "system", "system name", "where held", "source system", "storage location"),
    "information_asset_owner": ("iao", "asset owner"),
    "data_steward": ("steward",),
    "data_custodian": ("custodian",),
    "retention": ("retention period", "retention schedule"),
    "frequency": (
        "update frequency", "frequency of update", "accrual periodicity", "periodicity", "how often updated",
        "publication frequency",
    ),
    "issued": (
        "date issued", "date published", "published", "publication date", "release date", "date released",
        "date created", "date added", "created", "first published", "date of publication", "issue date",
    ),
    "modified": (
        "date modified", "last modified", "date updated", "last updated", "last update", "updated on",
        "update date", "modification date", "updated",
    ),
    "period_start": (
        "temporal start", "start date", "dataset start date", "period from", "coverage start", "date from",
        "temporal coverage from",
    ),
    "period_end": (
        "temporal end", "end date", "dataset end date", "period to", "coverage end", "date to",
        "temporal coverage to",
    ),
    "period": ("temporal coverage", "temporal", "time period", "period covered", "date range", "coverage period"),
    "places": (
        "place", "geographic coverage", "geographical coverage", "spatial coverage", "coverage", "area",
        "area served", "location", "spatial", "geography",
    ),
    "box": ("bounding box", "bbox", "extent", "spatial extent"),
    "languages": ("language", "data language"),
    "version": ("version label", "dataset version"),
    "version_notes": ("release note", "change notes"),
    "provenance": ("lineage", "how it was made", "methodology"),
    "conforms_to": ("standard", "standards", "schema", "schemas"),
    "related": ("related resource", "related resources", "related links", "related datasets", "see also", "relation"),
    "landing_page": (
        "page url", "web page", "webpage", "website", "homepage", "dataset url", "dataset page", "information",
        "dataset landing page", "page", "url",
    ),
    "contact_name": (
        "contact", "contact point contact name", "contact point name", "maintainer",
        "contact person", "maintainer name",
    ),
    "contact_email": (
        "email", "e mail", "contact e mail", "contact email address", "contact point email", "maintainer email",
        "contact point", "email address", "author e mail address", "author email",
    ),
    "contact_phone": ("phone", "telephone", "contact telephone", "contact point telephone", "contact number"),
    "contact_url": ("contact page", "contact form", "contact point url"),
    "foi_name": ("foi contact name", "foi contact"),
    "foi_email": ("foi contact email",),
    "foi_phone": ("foi contact phone", "foi telephone"),
    "foi_url": ("foi contact page", "foi page", "foi web"),
    "kind": ("entry type", "resource type", "dataset type", "type of entry", "type"),
    "service_type": ("api type",),
    "service_status": ("api status",),
    "endpoint_url": ("endpoint", "api url", "api endpoint", "service url"),
    "endpoint_description": ("api documentation", "endpoint documentation"),
    "serves": ("serves data", "serves dataset", "serves datasets"),
}  # fmt: skip

#: Columns of a file or link, of which a row may have several: `url_1`, `url_2` …
RESOURCE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "url": (
        "resource url", "asset url", "file url", "download url", "download", "access url", "data url",
        "distribution access service", "distribution download url", "distribution access url", "distribution url",
        "data link", "link to data", "data file", "weblink", "web link", "dataset link", "link", "url",
    ),
    "resource_title": (
        "resource name", "file name", "download title", "distribution title", "link title", "url title",
        "asset name",
    ),
    "resource_description": ("file description", "download description", "distribution description"),
    "resource_format": (
        "format", "file type", "file format", "download file format", "download format", "distribution format",
        "url format", "data format",
    ),
    "resource_media_type": ("media type", "mime type", "distribution media type"),
    "resource_size": ("file size", "size", "distribution byte size", "byte size"),
    "resource_size_unit": ("file size unit", "size unit"),
    "resource_issued": ("distribution issued", "file issued"),
    "resource_modified": ("distribution modified", "file modified", "file last modified"),
    "resource_id": ("distribution identifier", "file id", "resource identifier"),
    "resource_licence": ("distribution licence", "distribution license", "resource license"),
}  # fmt: skip

#: Columns that hold addresses beside the data itself → what leads there.
LINK_COLUMNS: Mapping[str, str] = {
    "documentation": "document", "documentation url": "document", "metadata url": "document", "html": "document",
    "guidance": "document", "data dictionary": "document", "document url": "document",
    "map server": "api", "feature server": "api", "image server": "api", "wms": "api", "wfs": "api",
}  # fmt: skip

#: Names that several columns may have together.
_SEVERAL = frozenset({"tags", "places"})

_ALL = {**RESOURCE_COLUMNS, **DATASET_COLUMNS}
#: Names and spellings in the order in which they are looked for: what is documented, then the others.
_WANTED = [(name, name.replace("_", " ")) for name in _ALL if name != "url"] + [
    (name, spelling) for name, spellings in _ALL.items() for spelling in spellings
]
#: A table that calls its titles only names must say more of what it lists: lists of people and shops have names too.
_WEAK_TITLES = frozenset({"name", "label", "dataset", "data set"})
_TELLING = frozenset(
    {"description", "url", "licence", "tags", "topic", "landing_page", "resource_format", "frequency", "access"}
)
_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_NUMBER = re.compile(r" (\d{1,3})(?= |$)")


def column_key(header: str) -> str:
    """A column's name without case, marks and brackets: 'Contact: e-mail (needed) *' → 'contact e mail'."""
    text = _WORD_BREAK.sub(" ", _BRACKETS.sub(" ", header[:300]))
    return _NOT_WORDS.sub(" ", text.casefold()).strip()


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of a table is. `name` "" for one that we have no place for; `number` tells `url_2` from `url_1`."""

    header: str
    name: str = ""
    number: int = 0
    link: str = ""


def columns_of(headers: Sequence[str]) -> list[Column]:
    """What each column is: the documented names first, then the best of the other names, each name once.

    Of several addresses in a row, the one that is said to be the download's leads to the data: `url` is then a page.
    """
    keys = [column_key(header) for header in headers]
    plain = [_without_number(key) for key in keys]
    found: dict[int, Column] = {}
    taken: set[tuple[str, int]] = set()
    for name, spelling in _WANTED:
        for place, (key, number) in enumerate(plain):
            is_one = key == spelling or (name == "places" and key.startswith("geographic coverage "))
            if is_one and place not in found and ((name, number) not in taken or name in _SEVERAL):
                taken.add((name, number))
                found[place] = Column(headers[place].strip(), name, number)
    for place, key in enumerate(keys):
        if place not in found:
            found[place] = Column(headers[place].strip() or f"column {place + 1}", link=LINK_COLUMNS.get(key, ""))
    return [found[place] for place in range(len(headers))]


def known_columns(cells: Sequence[str]) -> int:
    """How many of these texts name a column that we know; 0 where they are no header of an inventory."""
    columns = columns_of(cells)
    names = {column.name for column in columns}
    title = next((column for column in columns if column.name == "title"), None)
    if title is None and "alternative_title" not in names:
        return 0
    if title and column_key(title.header) in _WEAK_TITLES and len(names & _TELLING) < 2:
        return 0
    return sum(bool(column.name or column.link) for column in columns)


def _without_number(key: str) -> tuple[str, int]:
    """'resource 2 url' and 'url 2' → ('url', 2)."""
    number = _NUMBER.search(key)
    if not number:
        return key, 0
    bare = _NUMBER.sub("", key, count=1)
    if bare in ("resource", "link", "file", "distribution"):
        return "url", int(number[1])
    return bare, int(number[1])
