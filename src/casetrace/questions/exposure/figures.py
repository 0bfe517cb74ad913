"""The figures of the exposure."""

from casetrace.questions.exposure.doses_drawn import exposure
from casetrace.questions.exposure.igg_drawn import igg

__all__ = ["exposure", "igg"]
