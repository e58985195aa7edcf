"""A CKAN package or resource that somebody sends to be stored, as a draft: read as a harvest reads it. Pure.

`catalogue.api.ckan` finds this module by the setting CKAN_PACKAGES: the catalogue doesn't know that it is harvested.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalogue.drafts import DatasetDraft, ResourceDraft
from harvest.findings import Finding
from harvest.normalise.ckan import CkanNormaliser
from harvest.normalise.ckan_package import Package
from harvest.normalise.ckan_resources import resources_of

_read = CkanNormaliser()


def dataset_draft(body: Mapping[str, Any], *, publisher_id: UUID) -> DatasetDraft:
    """What a package says. Resources bear the package's ids as `source_id`."""
    return _read(body, publisher_id=publisher_id).draft


def resource_draft(body: Mapping[str, Any]) -> ResourceDraft:
    """What a resource by itself says."""
    findings: list[Finding] = []
    found = resources_of(Package({"resources": [{**body, "state": "active"}]}, {}, findings), findings)
    return found[0] if found else ResourceDraft(url="")
