"""Every form that one entry can be had in, by the ending of its address: `/dataset/<uuid>.ttl`."""

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from catalogue.models import QualityReport
from catalogue.rdf.writers import FORMS as RDF_FORMS
from catalogue.rdf.writers import written
from catalogue.serializers.citation import bibtex, datacite, ris
from catalogue.serializers.dcat.dataset import dataset_address, dataset_nodes
from catalogue.serializers.dcat.quality import report_measurements
from catalogue.serializers.dcat_us import dcat_us
from catalogue.serializers.entries import Entry
from catalogue.serializers.uk_exchange import uk_exchange

#: Gives the text of an entry; `report` is its quality report, if it has one.
Render = Callable[[Entry, QualityReport | None, str], str]


class DatasetForm(NamedTuple):
    """`group`: what the entry's page lists it under; `other_types`: media types that ask for it too."""

    media_type: str
    title: str
    group: str
    render: Render
    other_types: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        is_text = self.media_type.startswith("text/") or not self.media_type.endswith(("json", "xml"))
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type


def _rdf(ending: str) -> Render:
    def render(entry: Entry, report: QualityReport | None, site: str) -> str:
        nodes = dataset_nodes(entry, site)
        if report:
            nodes += report_measurements(report, dataset_address(entry.dataset, site), site)
        return "".join(written(nodes, ending))

    return render


def _json(make: Callable[[Entry, str], dict[str, Any]]) -> Render:
    def render(entry: Entry, report: QualityReport | None, site: str) -> str:
        del report
        return json.dumps(make(entry, site), ensure_ascii=False, indent=2) + "\n"

    return render


def _text(make: Callable[[Entry, str], str]) -> Render:
    def render(entry: Entry, report: QualityReport | None, site: str) -> str:
        del report
        return make(entry, site)

    return render


DATASET_FORMS: Final[dict[str, DatasetForm]] = {
    **{
        ending: DatasetForm(form.media_type, form.title, "data", _rdf(ending), form.other_types)
        for ending, form in RDF_FORMS.items()
    },
    "uk.json": DatasetForm("application/json", "UK metadata exchange model", "data", _json(uk_exchange)),
    "dcat-us.json": DatasetForm("application/json", "DCAT-US 3.0", "data", _json(dcat_us)),
    "bib": DatasetForm("application/x-bibtex", "BibTeX", "citation", _text(bibtex)),
    "ris": DatasetForm("application/x-research-info-systems", "RIS", "citation", _text(ris)),
    "datacite.json": DatasetForm("application/vnd.datacite.datacite+json", "DataCite", "citation", _json(datacite)),
}
