"""What the notebooks need, imported and used once: a build's kernels are forked after this."""

import scipy.special
import typst
from matplotlib.figure import Figure

import casetrace.case.frames
import casetrace.case.notebook
import casetrace.document
import casetrace.explore
import casetrace.page
import casetrace.questions.answers
from casetrace.display.style import styled

__all__ = []

with styled(7):
    _figure = Figure(figsize=(1, 1))
    _figure.subplots().set_title("warm")
    _figure.draw_without_rendering()

_USED = (casetrace, scipy, typst)
