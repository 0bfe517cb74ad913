"""Ways to run the same notebooks: each a function of a project, the notebooks and an output folder.

Each gives seconds; what it wrote can be compared with :func:`outputs`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = Path(sys.executable).parent
CASE = "imataka-2014"


def project(folder: Path, notebooks: list[str] | None = None) -> Path:
    """A copy of the project's data and notebooks, or some of these."""
    shutil.copytree(ROOT / "data", folder / "data")
    shutil.copy(ROOT / "requirements.lock", folder)
    (folder / "notebooks").mkdir()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if not notebooks or path.name in notebooks:
            shutil.copy(path, folder / "notebooks")
    return folder


def run(command: list[str], where: Path, **more: str) -> float:
    """Run a command for a project; gives seconds, and fails if it does."""
    env = {**os.environ, "CASETRACE_ROOT": str(where), "PYTHONWARNINGS": "ignore", **more}
    env.pop("JUPYTER_DEFAULT_PROVISIONER_NAME", None)
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=where, env=env, capture_output=True, text=True)
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return seconds


def ours(where: Path, workers: int = 2, page: bool = True) -> float:
    """``casetrace build`` of everything or all but the page, nothing being there."""
    for name in ("build", "figures", "reports"):
        shutil.rmtree(where / name, ignore_errors=True)
    more = [] if page else ["--no-page"]
    return run([str(BIN / "casetrace"), "build", "-j", str(workers), CASE, *more], where)


def report(where: Path, out: Path, page: bool = False) -> float:
    """Figures, narrative and PDF, and perhaps the page, in one process after another."""
    command = [sys.executable, "-m", "casetrace.build.report", CASE, "default", str(out), "1"]
    return run([*command, *([] if page else ["--no-page"])], where)


def papermill_command(where: Path, out: Path) -> float:
    """A loop of the ``papermill`` command."""
    return sum(
        run(
            [str(BIN / "papermill"), str(path), str(out / path.name)],
            where,
        )
        for path in notebooks(where)
    )


def papermill_api(where: Path, out: Path) -> float:
    """``papermill.execute_notebook`` in one process."""
    code = (
        "import sys, papermill\n"
        "for path in sys.argv[2:]:\n"
        "    name = path.rpartition('/')[2]\n"
        "    papermill.execute_notebook(path, f'{sys.argv[1]}/{name}', progress_bar=False)\n"
    )
    paths = [str(path) for path in notebooks(where)]
    return run([sys.executable, "-c", code, str(out), *paths], where)


def jupyter_execute(where: Path, out: Path) -> float:
    """``jupyter execute`` of all of them."""
    paths = [str(path) for path in notebooks(where)]
    command = [str(BIN / "jupyter"), "execute", "--output", str(out / "{notebook_name}"), *paths]
    return run(command, where)


def nbconvert(where: Path, out: Path) -> float:
    """``jupyter nbconvert --execute`` of all of them."""
    command = [str(BIN / "jupyter"), "nbconvert", "--to", "notebook", "--execute"]
    paths = [str(path) for path in notebooks(where)]
    return run([*command, "--output-dir", str(out), *paths], where)


def limit(where: Path, out: Path, page: bool = False, workers: int = 2) -> float:
    """The cells in one warm process per core; its own clock, started when all is imported."""
    command = [sys.executable, str(HERE / "limit.py"), str(out), str(workers), str(int(page))]
    run(command, where)
    return float((out / "seconds").read_text())


OTHERS: Mapping[str, Callable[[Path, Path], float]] = {
    "loop of the papermill command": papermill_command,
    "papermill's API in one process": papermill_api,
    "jupyter execute": jupyter_execute,
    "nbconvert --execute": nbconvert,
}


def notebooks(where: Path) -> list[Path]:
    """The notebooks of a project."""
    return sorted((where / "notebooks").glob("*.ipynb"))


def outputs(executed: Path) -> dict[str, list]:
    """Outputs of the code cells by notebook, without times."""
    found = {}
    for path in sorted(executed.glob("*.ipynb")):
        cells = json.loads(path.read_bytes())["cells"]
        found[path.name] = [
            [
                {k: "".join(v) if isinstance(v, list) else v for k, v in o.get("data", {}).items()}
                for o in cell["outputs"]
            ]
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    return found


def exported(folder: Path) -> dict[str, bytes]:
    """Figures and reports that were written, by name, without the page and the list of figures."""
    paths = (p for part in ("figures", "reports") for p in (folder / part).rglob("*"))
    return {
        p.name: p.read_bytes()
        for p in paths
        if p.is_file() and p.name not in ("index.html", "index.json")
    }
