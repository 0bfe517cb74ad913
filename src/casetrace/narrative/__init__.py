"""The narrative: templates without digits, values in, traced text out."""

from casetrace.narrative.story import Narrative, narrate, opening

__all__ = ["Narrative", "narrate", "opening"]
