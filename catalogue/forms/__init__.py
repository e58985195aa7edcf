from catalogue.forms.dataset import DatasetForm, allowed_publishers
from catalogue.forms.files import ResourceForm, resource_drafts

__all__ = ["DatasetForm", "ResourceForm", "allowed_publishers", "resource_drafts"]
