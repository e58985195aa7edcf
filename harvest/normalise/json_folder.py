"""Records of a folder of JSON files, each by the vocabulary that it is written in. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from harvest.normalise.base import Normalised, Normaliser
from harvest.normalise.ckan import CkanNormaliser
from harvest.normalise.data_json import DataJsonNormaliser
from harvest.normalise.schema_org import SchemaOrgNormaliser
from harvest.raw_record import plain_key
from harvest.sources.ckan_record import why_no_dataset
from harvest.sources.schema_org_page import is_dataset


class JsonFolderNormaliser:
    def __init__(self) -> None:
        self._schema_org, self._ckan, self._dcat_us = SchemaOrgNormaliser(), CkanNormaliser(), DataJsonNormaliser()
        #: Whichever of them understands more than before, every record is read anew.
        self.version = self._schema_org.version + self._ckan.version + self._dcat_us.version

    def __call__(self, body: Mapping[str, Any], *, publisher_id: UUID) -> Normalised:
        return self._of(body)(body, publisher_id=publisher_id)

    def _of(self, body: Mapping[str, Any]) -> Normaliser:
        if is_dataset(body) and "name" in {plain_key(key) for key in body}:
            return self._schema_org
        return self._dcat_us if why_no_dataset(body) else self._ckan
