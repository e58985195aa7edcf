"""Sources, their runs and likely duplicates, for the administrators of a publisher and for operators."""

from harvest.admin.duplicates import LikelyDuplicateAdmin
from harvest.admin.runs import RunAdmin
from harvest.admin.sources import SourceAdmin

__all__ = ["LikelyDuplicateAdmin", "RunAdmin", "SourceAdmin"]
