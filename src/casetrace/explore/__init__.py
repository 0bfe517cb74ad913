"""A case in JupyterLab: a view, the controls that change it, and copies of the notebooks."""

from casetrace.explore.controls import explore
from casetrace.explore.view import View

__all__ = ["View", "explore"]
