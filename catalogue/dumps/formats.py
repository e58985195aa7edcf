"""Each file of a dump: a writer that takes one entry after the other, and keeps none."""

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from catalogue.rdf.ntriples import NTriplesWriter
from catalogue.rdf.writers import FORMS
from catalogue.serializers import data_json, dcat_us
from catalogue.serializers.dcat.catalogue import catalogue_address, catalogue_node, entry_nodes
from catalogue.serializers.dump import (
    DATASET_COLUMNS,
    RESOURCE_COLUMNS,
    Columns,
    dataset_row,
    dump_record,
    resource_rows,
)
from catalogue.serializers.entries import Entry
from services.compact_json import dumps

#: Fast rather than small: at 6, compressing takes longer than all else together.
_LEVEL: Final = 3


class Sink(Protocol):
    """One file as it grows."""

    def add(self, entry: Entry) -> None: ...

    def close(self) -> None: ...


class _Text:
    """A compressed file of text, written in pieces. The time of its making is left out, so that equal text is equal."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("wb")
        self._packed = gzip.GzipFile(filename="", fileobj=self._raw, mode="wb", compresslevel=_LEVEL, mtime=0)
        self.out = io.TextIOWrapper(self._packed, encoding="utf-8", errors="replace", newline="", write_through=False)

    def close(self) -> None:
        self.out.close()
        self._raw.close()


class JsonLines(_Text):
    def __init__(self, path: Path, site: str) -> None:
        super().__init__(path)
        self._site = site

    def add(self, entry: Entry) -> None:
        self.out.write(dumps(dump_record(entry, self._site)) + "\n")


class _Csv(_Text):
    columns: Columns

    def __init__(self, path: Path, site: str) -> None:
        del site
        super().__init__(path)
        self._csv = csv.writer(self.out)
        self._csv.writerow([name for name, _, _ in self.columns])


class DatasetCsv(_Csv):
    columns = DATASET_COLUMNS

    def add(self, entry: Entry) -> None:
        self._csv.writerow(dataset_row(entry))


class ResourceCsv(_Csv):
    columns = RESOURCE_COLUMNS

    def add(self, entry: Entry) -> None:
        self._csv.writerows(resource_rows(entry.resources))


class Rdf(_Text):
    """The whole catalogue in one form of RDF."""

    form = "ttl"

    def __init__(self, path: Path, site: str) -> None:
        super().__init__(path)
        self._site = site
        self._writer = self._made(site)
        self.out.write(self._writer.start())
        self.out.write(self._writer.node(catalogue_node(site, modified=None)))

    def _made(self, site: str) -> Any:
        del site
        return FORMS[self.form].writer()

    def add(self, entry: Entry) -> None:
        for node in entry_nodes([entry], self._site):
            self.out.write(self._writer.node(node))

    def close(self) -> None:
        self.out.write(self._writer.end())
        super().close()


class Turtle(Rdf):
    form = "ttl"


class RdfXml(Rdf):
    form = "rdf"


class JsonLd(Rdf):
    form = "jsonld"


class NQuads(Rdf):
    def _made(self, site: str) -> Any:
        return NTriplesWriter(catalogue_address(site))


class _Catalogue(_Text):
    """One JSON object with all datasets in a list."""

    head: dict[str, Any]

    def __init__(self, path: Path, site: str) -> None:
        super().__init__(path)
        self._site = site
        self._separator = ""
        self.out.write(dumps(self.head)[:-1] + ',"dataset":[')

    def add(self, entry: Entry) -> None:
        self.out.write(f"{self._separator}\n{dumps(self.described(entry))}")
        self._separator = ","

    def described(self, entry: Entry) -> dict[str, Any]:
        raise NotImplementedError

    def close(self) -> None:
        self.out.write("\n]}\n")
        super().close()


class DataJson(_Catalogue):
    head = data_json.HEAD

    def described(self, entry: Entry) -> dict[str, Any]:
        return data_json.data_json(entry, self._site)


class DcatUs(_Catalogue):
    head = dcat_us.HEAD

    def described(self, entry: Entry) -> dict[str, Any]:
        return dcat_us.dcat_us(entry, self._site)


class DumpFile(NamedTuple):
    """`sink` None: made of the table whose name it has, at the end."""

    name: str
    title: str
    media_type: str
    sink: Callable[[Path, str], Sink] | None


#: In the order in which the page lists them.
FILES: Final[tuple[DumpFile, ...]] = (
    DumpFile("datasets.jsonl.gz", "Datasets with their files, JSON Lines", "application/gzip", JsonLines),
    DumpFile("datasets.csv.gz", "Datasets, CSV", "application/gzip", DatasetCsv),
    DumpFile("resources.csv.gz", "Files and links, CSV", "application/gzip", ResourceCsv),
    DumpFile("datasets.parquet", "Datasets, Parquet", "application/vnd.apache.parquet", None),
    DumpFile("resources.parquet", "Files and links, Parquet", "application/vnd.apache.parquet", None),
    DumpFile("catalog.nq.gz", "DCAT-AP 3, N-Quads", "application/gzip", NQuads),
    DumpFile("catalog.ttl.gz", "DCAT-AP 3, Turtle", "application/gzip", Turtle),
    DumpFile("catalog.rdf.gz", "DCAT-AP 3, RDF/XML", "application/gzip", RdfXml),
    DumpFile("catalog.jsonld.gz", "DCAT-AP 3, JSON-LD", "application/gzip", JsonLd),
    DumpFile("data.json.gz", "DCAT-US 1.1", "application/gzip", DataJson),
    DumpFile("dcat-us-3.json.gz", "DCAT-US 3.0", "application/gzip", DcatUs),
)
