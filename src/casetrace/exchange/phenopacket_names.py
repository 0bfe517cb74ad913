"""Terms of Phenopackets that the reader and the writer share, where no terminology has them."""

from __future__ import annotations

import re

__all__ = ["AGE", "ENDS", "OFTEN"]

#: Assay of the age: LOINC, https://loinc.org/30525-0.
AGE = {"id": "LOINC:30525-0", "label": "Age"}
#: Ends of a number with bounds, each with which it is, whether it is possible itself, and "about".
ENDS = {
    "minimum": ("low", True, False),
    "maximum": ("high", True, False),
    "minimum, not itself possible": ("low", False, False),
    "maximum, not itself possible": ("high", False, False),
    "about": ("both", True, True),
    "about, minimum": ("low", True, True),
    "about, maximum": ("high", True, True),
}

#: How the schedule of courses is told in words.
OFTEN = re.compile(
    r"(?:(?P<courses>.+?) times|repeated)(?:, every (?P<interval>.+?) (?P<interval_unit>\S+?))?"
    r"(?:, (?:in all, over|a day, on) (?P<days_per_course>.+?) days)?"
)
