"""An entry as a DCAT-US 1.1 record, written with its publisher's habits."""

import html
import json
import random
import uuid
from datetime import date, timedelta
from typing import Any

from harvest.demo.entries import DemoEntry
from harvest.demo.links import BASE_PLACEHOLDER, SERVICE_FORMATS, DemoFile
from harvest.demo.periods import AS_OF
from harvest.demo.profiles import Profile
from harvest.demo.publishers import demo_publishers

Record = dict[str, Any]

#: Format → media type, plain label, ways that people write it, and a media type that is often given wrongly.
FORMAT_NAMES: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "csv": ("text/csv", "CSV", ("csv file", "Comma Separated Values", "CSV (UTF-8)"), "application/vnd.ms-excel"),
    "json": ("application/json", "JSON", ("json file", "JavaScript"), "text/plain"),
    "geojson": ("application/geo+json", "GeoJSON", ("Geo JSON", "geojson (WGS84)"), "application/json"),
    "kml": ("application/vnd.google-earth.kml+xml", "KML", ("Google Earth", "kml file"), "text/xml"),
    "xml": ("application/xml", "XML", ("xml file",), "text/html"),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "XLSX",
        ("Excel", "MS Excel", "spreadsheet"),
        "application/octet-stream",
    ),
    "pdf": ("application/pdf", "PDF", ("Adobe PDF", "Acrobat"), "application/octet-stream"),
    "html": ("text/html", "HTML", ("web page", "webpage"), "text/csv"),
    "zip": ("application/zip", "ZIP", ("CSV (zip)", "zipped csv"), "application/octet-stream"),
    "wms": ("application/vnd.ogc.wms_xml", "WMS", ("OGC WMS", "web map service"), "text/html"),
    "api": ("application/json", "API", ("REST API", "web service"), "text/html"),
}

EU_THEMES = {
    "Business and economy": "ECON",
    "Crime and justice": "JUST",
    "Defence": "GOVE",
    "Digital service performance": "TECH",
    "Education": "EDUC",
    "Environment": "ENVI",
    "Government": "GOVE",
    "Government reference data": "GOVE",
    "Government spending": "GOVE",
    "Health": "HEAL",
    "Mapping": "REGI",
    "Society": "SOCI",
    "Towns and cities": "REGI",
    "Transport": "TRAN",
}
LOOSE_THEMES = {
    "Business and economy": "economy",
    "Crime and justice": "Community Safety",
    "Environment": "environment & waste",
    "Education": "Schools and learning",
    "Government": "Council and democracy",
    "Government spending": "Transparency",
    "Health": "health & wellbeing",
    "Mapping": "maps",
    "Society": "People and communities",
    "Towns and cities": "Planning and housing",
    "Transport": "transport and streets",
}
WORDY_FREQUENCIES = {"R/P1Y": "annual", "R/P1M": "monthly", "R/P3M": "quarterly", "R/P1W": "weekly", "R/P1D": "daily"}


def record_of(entry: DemoEntry, files: tuple[DemoFile, ...], profile: Profile) -> Record:
    """Return the entry's record; addresses on the demo server begin with `BASE_PLACEHOLDER`."""
    rng = random.Random(f"{entry.seed}/metadata")
    landing_page = f"{BASE_PLACEHOLDER}/{entry.publisher.slug}/datasets/{entry.name}"
    modified = _modified(entry, profile, rng)
    record: Record = {
        "@type": "dcat:Dataset",
        "identifier": _identifier(entry, profile),
        "title": entry.title,
        "description": _description(entry, profile, rng, landing_page),
        "keyword": _keywords(entry, profile, rng),
        "modified": _written_date(modified, rng.choice(profile.date_styles)),
        "issued": _issued(entry, modified).isoformat() if rng.random() < profile.period_share else None,
        "publisher": _publisher(entry),
        "contactPoint": _contact(entry) if rng.random() < profile.contact_share else None,
        "accessLevel": entry.family.access,
        "rights": entry.family.restriction,
        "license": rng.choice(profile.licences) if files else None,
        "theme": _themes(entry.family.topic, rng.choice(profile.theme_styles)),
        "spatial": _spatial(entry, rng.choice(profile.spatial_styles)),
        "temporal": _temporal(entry) if rng.random() < profile.period_share else None,
        "accrualPeriodicity": _frequency(entry, profile, rng),
        "language": list(entry.languages),
        "landingPage": landing_page if profile.has_landing_pages else None,
        "distribution": [_distribution(file, profile, rng) for file in files] or None,
    }
    return {field: value for field, value in record.items() if value not in (None, "", [])}


def _identifier(entry: DemoEntry, profile: Profile) -> str:
    # Never the server's own address: an entry must keep its identifier when the server moves to another port.
    domain = entry.publisher.contact_email.partition("@")[2]
    if profile.identifier_style == "url":
        return f"https://data.{domain}/id/dataset/{entry.name}"
    if profile.identifier_style == "uuid":
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://{domain}/{entry.name}"))
    return str(1000 + entry.order * 7) if profile.identifier_style == "number" else entry.name


def _description(entry: DemoEntry, profile: Profile, rng: random.Random, landing_page: str) -> str:
    if rng.random() < profile.short_description_share:
        return rng.choice((f"{entry.title.strip()}.", f"{entry.family.keywords[0].capitalize()} data.", entry.opening))
    if rng.random() < profile.html_share:
        items = "".join(f"<li>{html.escape(detail, quote=False)}</li>" for detail in entry.details)
        return (
            f"<p>{html.escape(entry.opening, quote=False)}</p>\n<ul>{items}</ul>\n"
            f'<p>More on <a href="{landing_page}">our own page</a>&nbsp;about this data.</p>'
        )
    first, second = entry.details[:2], entry.details[2:]
    return "\n\n".join(filter(None, (" ".join((entry.opening, *first)), " ".join(second))))


def _keywords(entry: DemoEntry, profile: Profile, rng: random.Random) -> list[str]:
    if rng.random() >= profile.keyword_share:
        return []
    keywords = list(entry.family.keywords)
    return [*keywords, entry.area] if entry.area else keywords


def _modified(entry: DemoEntry, profile: Profile, rng: random.Random) -> date:
    if entry.is_revised:
        return date(2026, 11, 14)
    if entry.period.end < AS_OF:
        days_since = (AS_OF - entry.period.end).days
        return entry.period.end + timedelta(days=rng.randint(min(20, days_since), min(120, days_since)))
    low, high = (min(months, AS_OF.month - 2) for months in profile.months_behind)
    return AS_OF - timedelta(days=rng.randint(low * 30 + 1, high * 30 + 1))


def _issued(entry: DemoEntry, modified: date) -> date:
    if entry.period.end < AS_OF:
        return min(entry.period.end + timedelta(days=18), modified)
    return modified - timedelta(days=400 + 7 * entry.order)


def _written_date(day: date, style: str) -> str | None:
    return {
        "iso": day.isoformat(),
        "datetime": f"{day.isoformat()}T09:30:00Z",
        "slashed": f"{day:%Y/%m/%d}",
        "british": f"{day:%d/%m/%Y}",
        "vague": f"{day:%B %Y}",
    }.get(style)


def _publisher(entry: DemoEntry) -> Record:
    titles = {publisher.slug: publisher.title for publisher in demo_publishers()}
    publisher: Record = {"@type": "org:Organization", "name": entry.publisher.title}
    if entry.publisher.parent_slug:
        publisher["subOrganizationOf"] = {
            "@type": "org:Organization",
            "name": titles[entry.publisher.parent_slug],
        }
    return publisher


def _contact(entry: DemoEntry) -> Record:
    return {
        "@type": "vcard:Contact",
        "fn": entry.publisher.contact_name,
        "hasEmail": f"mailto:{entry.publisher.contact_email}",
    }


def _themes(topic: str, style: str) -> list[str]:
    if style == "eu":
        return [f"http://publications.europa.eu/resource/authority/data-theme/{EU_THEMES[topic]}"]
    if style == "loose":
        return [LOOSE_THEMES.get(topic, topic.lower())]
    return [] if style == "missing" else [topic]


def _spatial(entry: DemoEntry, style: str) -> str | None:
    west, south, east, north = entry.place.bbox
    if style == "bbox":
        return entry.place.bbox_text
    if style == "geojson":
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return json.dumps({"type": "Polygon", "coordinates": [ring]})
    return entry.place.name if style == "name" else None


def _temporal(entry: DemoEntry) -> str:
    return f"{entry.period.start.isoformat()}/{entry.period.end.isoformat()}"


def _frequency(entry: DemoEntry, profile: Profile, rng: random.Random) -> str | None:
    if rng.random() >= profile.frequency_share:
        return None
    frequency = entry.family.frequency
    return (
        frequency
        if profile.frequency_share == 1
        else rng.choice((frequency, WORDY_FREQUENCIES.get(frequency, frequency)))
    )


def _distribution(file: DemoFile, profile: Profile, rng: random.Random) -> Record:
    media_type, label, loose, wrong = FORMAT_NAMES[file.format]
    style = rng.choice(profile.format_styles)
    title = f"{file.part_label or file.entry.title.strip()} ({label})"
    distribution: Record = {
        "@type": "dcat:Distribution",
        "title": title if profile.describes_files or file.part_label else None,
        "description": f"{file.rows} rows" if profile.describes_files and file.format in ("csv", "xlsx") else None,
        "accessURL" if file.format in SERVICE_FORMATS else "downloadURL": file.url,
        "mediaType": {"iana": media_type, "wrong": wrong}.get(style),
        "format": {
            "iana": label,
            "upper": label,
            "dotted": f".{file.format}",
            "loose": rng.choice(loose),
        }.get(style),
    }
    return {field: value for field, value in distribution.items() if value is not None}
