"""The narrative: a story by its author, values in, traced text out; and the record behind it."""

from casetrace.narrative.told import Narrative, narrate, opening, others

__all__ = ["Narrative", "narrate", "opening", "others"]
