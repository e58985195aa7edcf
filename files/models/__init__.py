from files.models.alarm import Alarm
from files.models.report import Report
from files.models.resource_file import ResourceFile
from files.models.table import Table

__all__ = ["Alarm", "Report", "ResourceFile", "Table"]
