"""Write the page of a case, as a process of its own.

Run as ``python -m casetrace.page CASE SCENARIO FILE WORKERS``.
"""

import sys
from pathlib import Path

from casetrace.case.load import load
from casetrace.case.write import write_bytes
from casetrace.page.build import Page
from casetrace.page.parts import made_apart

__all__ = []

if __name__ == "__main__":
    name, scenario, file, workers = sys.argv[1:]
    case = load(name, scenario)
    write_bytes(Path(file), Page(case, made_apart(case, int(workers))).html.encode())
