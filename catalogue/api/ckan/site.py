"""Actions about the site itself."""

from typing import Any, Final

from django.conf import settings

from catalogue.api.ckan.arguments import Arguments
from catalogue.models import Licence
from catalogue.serializers.ckan_bodies import licence_dict
from catalogue.vocabularies.licences import LICENCES

#: The version of CKAN whose reading side this is. Clients take it apart to know how to ask: digits and dots only.
CKAN_VERSION: Final = "2.11.5"


def license_list(arguments: Arguments) -> list[dict[str, Any]]:
    """Licences that a dataset may have."""
    return [
        licence_dict(
            licence,
            family=LICENCES[licence.code].family if licence.code in LICENCES else "",
            od_conformance=LICENCES[licence.code].od_conformance
            if licence.code in LICENCES
            else "approved"
            if licence.is_open
            else "",
        )
        for licence in Licence.objects.all()
    ]


def status_show(arguments: Arguments) -> dict[str, Any]:
    """What this site is and which version of CKAN's API it speaks."""
    return {
        "site_title": "Domesday",
        "site_description": "What data government holds, where it is, how good it is and how to get it.",
        "site_url": settings.SITE_URL,
        "ckan_version": CKAN_VERSION,
        "error_emails_to": None,
        "locale_default": "en_GB",
        "extensions": [],
    }


def site_read(arguments: Arguments) -> bool:
    """Whether you may read this site. Everybody may."""
    return True
