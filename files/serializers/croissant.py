"""A dataset whose files we have looked into as Croissant 1.0: which columns they have, of which types.

Source: https://docs.mlcommons.org/croissant/docs/croissant-spec.html. Reads only what is handed over.
"""

from collections.abc import Iterable
from typing import Any, Final

from catalogue.models import Dataset
from catalogue.text import plain_text, safe_href
from files.models import ResourceFile, Table

_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "recordSet": "cr:recordSet",
    "source": "cr:source",
    "md5": "cr:md5",
    "sha256": "sc:sha256",
}
#: What a column's values were read as → schema.org's type.
_TYPES: Final = {
    "integer": "sc:Integer", "year": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date",
    "datetime": "sc:DateTime",
}  # fmt: skip


def croissant(dataset: Dataset, files: Iterable[ResourceFile], citation: str, site_url: str) -> dict[str, Any]:
    """`files` with their resource and tables; those without a table are left out."""
    known = [(file, tables) for file in files if (tables := list(file.tables.all()))]
    found = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "@id": f"{site_url}/dataset/{dataset.id}",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": dataset.title,
        "description": plain_text(dataset.description),
        "url": site_url + dataset.get_absolute_url(),
        "license": safe_href(dataset.licence.url) if dataset.licence else "",
        "citeAs": citation,
        "datePublished": dataset.issued.isoformat() if dataset.issued else "",
        "dateModified": dataset.modified.isoformat() if dataset.modified else "",
        "version": dataset.version_label,
        "keywords": list(dataset.tags),
        "creator": {"@type": "sc:Organization", "name": dataset.creator or dataset.publisher.title},
        "publisher": {"@type": "sc:Organization", "name": dataset.publisher.title},
        "distribution": [_file_object(file) for file, _ in known],
        "recordSet": [_record_set(file, table) for file, tables in known for table in tables],
    }
    return {name: value for name, value in found.items() if value not in ("", [])}


def _file_object(file: ResourceFile) -> dict[str, Any]:
    resource = file.resource
    found = {
        "@type": "cr:FileObject",
        "@id": str(resource.id),
        "name": resource.title or str(resource.id),
        "description": plain_text(resource.description),
        "contentUrl": safe_href(resource.url),
        "encodingFormat": resource.media_type or file.format or resource.format,
        "contentSize": f"{file.size_bytes} B" if file.size_bytes else "",
        "sha256": file.digest,
    }
    return {name: value for name, value in found.items() if value}


def _record_set(file: ResourceFile, table: Table) -> dict[str, Any]:
    address = f"{file.resource_id}/{table.position}"
    return {
        "@type": "cr:RecordSet",
        "@id": address,
        "name": table.name or file.resource.title or str(table),
        "field": [_field(file, address, column) for column in table.columns],
    }


def _field(file: ResourceFile, address: str, column: dict[str, Any]) -> dict[str, Any]:
    heading = str(column.get("heading") or column["key"])
    return {
        "@type": "cr:Field",
        "@id": f"{address}/{column['key']}",
        "name": heading,
        "dataType": _TYPES.get(str(column.get("type", "")), "sc:Text"),
        "source": {"fileObject": {"@id": str(file.resource_id)}, "extract": {"column": heading}},
    }
