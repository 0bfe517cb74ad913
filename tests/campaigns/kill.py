"""Kill builds at random moments: outputs stay whole, nothing runs on, the next build is right.

    .venv/bin/python tests/campaigns/kill.py [COUNT] [SEED]

A datum is changed back and forth; each build is killed with SIGKILL at a random moment, and after
every tenth one a build runs to its end. Each output must be, byte by byte, that of the old or of
the new datum; within ten seconds no process of the build may be left; and the build that runs to
its end must give the outputs of the datum as it is, and clear what killed ones left.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

CASE = "imataka-2014"
DATA = ("14420", "23456")


def begin(root: Path, scratch: Path) -> subprocess.Popen:
    """Start a build in a session of its own."""
    env = {**os.environ, "CASETRACE_ROOT": str(root), "TMPDIR": str(scratch)}
    command = [sys.executable, "-m", "casetrace.cli", "build", "--no-page"]
    out = subprocess.DEVNULL
    return subprocess.Popen(command, env=env, stdout=out, stderr=out, start_new_session=True)


def outputs(root: Path) -> dict[str, bytes]:
    """Every file of figures and reports, those with a leading dot too."""
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for part in ("figures", "reports")
        for p in (root / part).rglob("*")
        if p.is_file()
    }


def left_running(root: Path) -> list[int]:
    """Processes whose environment names the folder of the project."""
    found, mark = [], f"CASETRACE_ROOT={root}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes() and int(folder.name) != os.getpid():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def main() -> int:
    """Run the campaign; returns 1 if a promise was broken."""
    from conftest import change_cell, copy_of_project, keep_three_notebooks

    from casetrace.case.project import Project

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    broken: list[str] = []
    mixed = 0
    with tempfile.TemporaryDirectory() as top:
        root, scratch = Path(top) / "project", Path(top) / "scratch"
        root.mkdir()
        scratch.mkdir()
        keep_three_notebooks(copy_of_project(root))
        table = Project(root).data / CASE / "observations.csv"
        known, seconds = [], 0.0
        for value in DATA:
            change_cell(table, "ck.presentation", "value", value)
            began = time.monotonic()
            if begin(root, scratch).wait():
                print("a build that nobody disturbed failed")
                return 1
            seconds = time.monotonic() - began
            known.append(outputs(root))
        for number in range(count):
            now = number % 2
            change_cell(table, "ck.presentation", "value", DATA[now])
            running = begin(root, scratch)
            time.sleep(chance.uniform(0, 1.1 * seconds))
            running.send_signal(signal.SIGKILL)
            running.wait()
            end = time.monotonic() + 10
            while (left := left_running(root)) and time.monotonic() < end:
                time.sleep(0.1)
            if left:
                broken.append(f"{number}: processes left running: {left}")
                for process in left:
                    os.kill(process, signal.SIGKILL)
            found = outputs(root)
            odd = [
                f
                for f in found.keys() | known[0].keys()
                if found.get(f) not in (known[0].get(f), known[1].get(f))
            ]
            if odd:
                broken.append(f"{number}: neither old nor new: {', '.join(sorted(odd))}")
            mixed += found not in known
            if number % 10 == 9:
                if begin(root, scratch).wait():
                    broken.append(f"{number}: the next build failed")
                if outputs(root) != known[now]:
                    broken.append(f"{number}: the next build gave other outputs")
                litter = [*scratch.iterdir(), *(root / "build").glob("staging-*")]
                if litter:
                    broken.append(f"{number}: left behind: {', '.join(p.name for p in litter)}")
                print(f"{number + 1} killed, {len(broken)} broken", flush=True)
    print(f"{count} builds of {seconds:.1f} s killed: {len(broken)} broken promises; ")
    print(
        f"{mixed} times some files were of the old datum and some of the new until the next build"
    )
    print("\n".join(broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
