"""One module for each foreign way of giving records, and the table that finds it."""

from collections.abc import Mapping

from harvest.enums import SourceKind
from harvest.sources.base import SourceAdapter
from harvest.sources.ckan import CkanAdapter
from harvest.sources.data_json import DataJsonAdapter

ADAPTERS: Mapping[SourceKind, SourceAdapter] = {
    SourceKind.CKAN: CkanAdapter(),
    SourceKind.DATA_JSON: DataJsonAdapter(),
}
