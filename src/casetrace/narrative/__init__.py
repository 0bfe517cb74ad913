"""The narrative: templates without digits, values in, traced text out."""

from casetrace.narrative.story import Narrative, narrate

__all__ = ["Narrative", "narrate"]
