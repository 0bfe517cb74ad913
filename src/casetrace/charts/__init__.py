"""One function per figure."""

from casetrace.charts.course import course
from casetrace.charts.figure import Figure
from casetrace.charts.style import FULL, SINGLE

__all__ = ["FULL", "SINGLE", "Figure", "course"]
