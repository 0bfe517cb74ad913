"""Write the page of a case, as a process of its own.

Run as ``python -m casetrace.page CASE SCENARIO FILE CACHE KEY WORKERS``; see
:func:`casetrace.page.parts.made_apart` for the last three.
"""

import sys
from pathlib import Path

from casetrace.case.load import load
from casetrace.case.project import project
from casetrace.case.write import write_bytes
from casetrace.page.build import Page
from casetrace.page.parts import digests, made_apart

__all__ = []

if __name__ == "__main__":
    name, scenario, file, cache, key, workers = sys.argv[1:]
    files = digests(project(), name)
    case = load(name, scenario)
    parts = made_apart(case, files, Path(cache), key, int(workers))
    write_bytes(Path(file), Page(case, parts).html.encode())
