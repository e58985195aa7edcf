from harvest.models.likely_duplicate import LikelyDuplicate
from harvest.models.problem import Problem
from harvest.models.problem_count import ProblemCount
from harvest.models.record import Record
from harvest.models.run import Run
from harvest.models.source import Source

__all__ = ["LikelyDuplicate", "Problem", "ProblemCount", "Record", "Run", "Source"]
