"""One module for each foreign way of giving records, and the table that finds it."""

from collections.abc import Mapping

from harvest.enums import SourceKind
from harvest.sources.base import SourceAdapter
from harvest.sources.ckan import CkanAdapter
from harvest.sources.csv_list import CsvAdapter
from harvest.sources.csw import CswAdapter
from harvest.sources.data_json import DataJsonAdapter
from harvest.sources.dcat import DcatAdapter
from harvest.sources.iso import IsoAdapter
from harvest.sources.json_folder import JsonFolderAdapter
from harvest.sources.sitemap import SitemapAdapter
from harvest.sources.waf import WafAdapter

ADAPTERS: Mapping[SourceKind, SourceAdapter] = {
    SourceKind.CKAN: CkanAdapter(),
    SourceKind.DATA_JSON: DataJsonAdapter(),
    SourceKind.DCAT: DcatAdapter(),
    SourceKind.ISO: IsoAdapter(),
    SourceKind.CSW: CswAdapter(),
    SourceKind.WAF: WafAdapter(),
    SourceKind.CSV: CsvAdapter(),
    SourceKind.SITEMAP: SitemapAdapter(),
    SourceKind.JSON_FOLDER: JsonFolderAdapter(),
}
