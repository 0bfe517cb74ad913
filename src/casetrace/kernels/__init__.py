"""Warm kernels: Jupyter kernels forked from a process that has imported what they need.

Nothing here knows of the rest of the package: it can be lifted into one of its own.
"""
