"""A dataset as references cite it: BibTeX, RIS, and DataCite's JSON, from which a DOI can be registered.

Sources: BibTeX's @misc with BibLaTeX's fields; RIS (TY DATA); DataCite Metadata Schema 4.5.
"""

import re
from typing import Any, Final

from catalogue.contacts import contact_of
from catalogue.models import Dataset
from catalogue.serializers.entries import Entry
from catalogue.text import plain_text

_DOI: Final = re.compile(r"(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
#: Braces have names of their own, for BibTeX counts those that are written.
_TEX: Final = str.maketrans(
    {character: f"\\{character}" for character in "%&#$_"}
    | {"\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)


def doi_of(dataset: Dataset) -> str:
    """The first of its identifiers that is a DOI, without what stands before the 10."""
    return next((found[1] for text in dataset.identifiers if (found := _DOI.fullmatch(text))), "")


def _year(dataset: Dataset) -> int:
    return (dataset.issued or dataset.modified or dataset.source_created_at or dataset.created_at).year


def _author(dataset: Dataset) -> str:
    return dataset.creator or dataset.publisher.title


def _tex(text: str) -> str:
    """On one line: an empty one would end a paragraph."""
    return " ".join(text.split()).translate(_TEX)


def bibtex(entry: Entry, site: str) -> str:
    dataset = entry.dataset
    fields = {
        "author": f"{{{_tex(_author(dataset))}}}",  # braces keep a body's name in one piece
        "title": f"{{{_tex(dataset.title)}}}",
        "publisher": _tex(dataset.publisher.title),
        "year": str(_year(dataset)),
        "version": _tex(dataset.version_label),
        # Taken as it is written, but for what would end the field
        "doi": doi_of(dataset).replace("{", "%7B").replace("}", "%7D"),
        "url": f"{site}/dataset/{dataset.id}",
        "type": "Dataset",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{dataset.name},\n{lines}\n}}\n"


def ris(entry: Entry, site: str) -> str:
    dataset = entry.dataset
    issued = dataset.issued
    lines = [
        ("TY", "DATA"),
        ("AU", _author(dataset)),
        ("TI", dataset.title),
        ("PB", dataset.publisher.title),
        ("PY", str(_year(dataset))),
        ("DA", issued.strftime("%Y/%m/%d") if issued else ""),
        ("ET", dataset.version_label),
        ("AB", plain_text(dataset.description)[:5000]),
        *(("KW", tag) for tag in dataset.tags),
        ("LA", ", ".join(dataset.languages)),
        ("DO", doi_of(dataset)),
        ("UR", f"{site}/dataset/{dataset.id}"),
    ]
    return "".join(f"{tag}  - {' '.join(text.split())}\r\n" for tag, text in lines if text) + "ER  - \r\n"


def datacite(entry: Entry, site: str) -> dict[str, Any]:
    """The attributes of a DOI as DataCite registers them; `doi` only where the dataset has one."""
    dataset = entry.dataset
    days = {
        "Issued": dataset.issued,
        "Updated": dataset.modified,
        "Created": dataset.source_created_at and dataset.source_created_at.date(),
    }
    dates = [{"date": day.isoformat(), "dateType": kind} for kind, day in days.items() if day]
    if dataset.temporal_start or dataset.temporal_end:
        ends = (dataset.temporal_start, dataset.temporal_end)
        dates.append({"date": "/".join(day.isoformat() if day else "" for day in ends), "dateType": "Coverage"})
    contact = contact_of(dataset)
    found: dict[str, Any] = {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "url": f"{site}/dataset/{dataset.id}",
        "doi": doi_of(dataset),
        "identifiers": [
            {"identifier": text, "identifierType": "Other"} for text in (str(dataset.id), *dataset.identifiers)
        ],
        "creators": [{"name": _author(dataset), "nameType": "Organizational"}],
        "titles": [
            {"title": dataset.title},
            *({"title": text, "titleType": "AlternativeTitle"} for text in dataset.alternative_titles),
        ],
        "publisher": {"name": dataset.publisher.title},
        "publicationYear": _year(dataset),
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": dataset.get_kind_display()},
        "subjects": [{"subject": tag} for tag in dataset.tags],
        "contributors": [{"name": contact.name, "contributorType": "ContactPerson"}]
        if contact and contact.name
        else [],
        "dates": dates,
        "language": dataset.languages[0] if dataset.languages else "",
        "version": dataset.version_label,
        "rightsList": [{"rights": dataset.licence.title, "rightsUri": dataset.licence.url}] if dataset.licence else [],
        "descriptions": [{"description": dataset.description, "descriptionType": "Abstract"}]
        if dataset.description
        else [],
        "formats": sorted({one["format"] for one in entry.resources if one["format"]}),
        "geoLocations": _places(dataset),
    }
    return {name: value for name, value in found.items() if value not in ("", [], None)}


def _places(dataset: Dataset) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = [{"geoLocationPlace": place} for place in dataset.places]
    if box := dataset.box:
        sides = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
        places.append({"geoLocationBox": dict(zip(sides, box.sides.values(), strict=True))})
    return places
