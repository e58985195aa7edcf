from harvest.models.problem import Problem
from harvest.models.record import Record
from harvest.models.run import Run
from harvest.models.source import Source

__all__ = ["Problem", "Record", "Run", "Source"]
