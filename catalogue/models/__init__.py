from catalogue.models.batch import Batch, BatchItem, InventoryFile
from catalogue.models.change import Change
from catalogue.models.dataset import Dataset
from catalogue.models.dataset_name import DatasetName
from catalogue.models.landing_check import LandingCheck
from catalogue.models.licence import Licence
from catalogue.models.link_check import LinkCheck
from catalogue.models.past_identifier import PastIdentifier
from catalogue.models.proposal import Proposal, ProposalEdition
from catalogue.models.quality_report import QualityReport
from catalogue.models.quality_rollup import QualityDay, QualityRollup, QualitySnapshot
from catalogue.models.resource import Resource
from catalogue.models.revision import Revision
from catalogue.models.standing import Standing
from catalogue.models.topic import Topic
from catalogue.models.uploaded_file import UploadedFile
from catalogue.models.webhook import Webhook, WebhookDelivery
from catalogue.models.workflow_note import WorkflowNote

__all__ = [
    "Batch",
    "BatchItem",
    "Change",
    "Dataset",
    "DatasetName",
    "InventoryFile",
    "LandingCheck",
    "Licence",
    "LinkCheck",
    "PastIdentifier",
    "Proposal",
    "ProposalEdition",
    "QualityDay",
    "QualityReport",
    "QualityRollup",
    "QualitySnapshot",
    "Resource",
    "Revision",
    "Standing",
    "Topic",
    "UploadedFile",
    "Webhook",
    "WebhookDelivery",
    "WorkflowNote",
]
