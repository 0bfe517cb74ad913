"""The figures of the exposure."""

from casetrace.questions.exposure.doses_drawn import doses
from casetrace.questions.exposure.igg_drawn import igg

__all__ = ["doses", "igg"]
