from files.models.alarm import Alarm
from files.models.queue_place import QueuePlace
from files.models.report import Report
from files.models.resource_file import ResourceFile
from files.models.table import Table

__all__ = ["Alarm", "QueuePlace", "Report", "ResourceFile", "Table"]
