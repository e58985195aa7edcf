"""One module for each foreign vocabulary, and the table that finds it: record → `DatasetDraft`."""

from collections.abc import Mapping

from harvest.enums import SourceKind
from harvest.normalise.base import Normaliser
from harvest.normalise.ckan import CkanNormaliser
from harvest.normalise.csv_list import CsvNormaliser
from harvest.normalise.data_json import DataJsonNormaliser
from harvest.normalise.dcat import DcatNormaliser
from harvest.normalise.iso import IsoNormaliser
from harvest.normalise.json_folder import JsonFolderNormaliser
from harvest.normalise.schema_org import SchemaOrgNormaliser

NORMALISERS: Mapping[SourceKind, Normaliser] = {
    SourceKind.CKAN: CkanNormaliser(),
    SourceKind.DATA_JSON: DataJsonNormaliser(),
    SourceKind.DCAT: DcatNormaliser(),
    SourceKind.ISO: IsoNormaliser(),
    SourceKind.CSW: IsoNormaliser(),
    SourceKind.WAF: IsoNormaliser(),
    SourceKind.CSV: CsvNormaliser(),
    SourceKind.SITEMAP: SchemaOrgNormaliser(),
    SourceKind.JSON_FOLDER: JsonFolderNormaliser(),
}
