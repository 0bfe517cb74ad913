"""Reports, figures, notebooks and an index of all cases as one folder for any static host."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat

from casetrace.case.load import load
from casetrace.case.problems import UsageError
from casetrace.case.project import Project
from casetrace.case.write import write_bytes
from casetrace.page.index import index_page

__all__ = ["lay_out"]


def lay_out(where: Project, folder: Path) -> Path:
    """Copy what is published of each case into a folder, and write its index.

    Parameters
    ----------
    where : Project
        The project, built.
    folder : Path
        Where it goes; what another layout left there is replaced, anything else is refused.

    Returns
    -------
    Path
        The index.

    Raises
    ------
    UsageError
        If a case is not built, or the folder holds something else.
    """
    names = where.cases()
    if unbuilt := [name for name in names if not (where.reports / name / "index.html").is_file()]:
        raise UsageError(f"not built yet: {', '.join(unbuilt)}; run make first")
    index = folder / "index.html"
    if folder.exists() and any(folder.iterdir()) and not index.is_file():
        raise UsageError(f"{folder} holds something else: name an empty or a new folder")
    notebooks = _rendered(where)
    ways = {f"notebooks/{name}.html": title for name, (title, _) in notebooks.items()}
    page = index_page((load(name, where=where) for name in names), notebooks=ways)
    for part in (where.reports, where.figures, where.notebooks):
        shutil.rmtree(folder / part.name, ignore_errors=True)
        for path in sorted(p for p in part.rglob("*") if p.is_file()):
            inside = path.relative_to(where.root)
            if not any(one.startswith(".") for one in inside.parts):
                (folder / inside).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, folder / inside)
    for name, (_, html) in notebooks.items():
        write_bytes(folder / "notebooks" / f"{name}.html", html.encode())
    write_bytes(index, page.encode())
    return index


def _rendered(where: Project) -> dict[str, tuple[str, str]]:
    """Title and page of each notebook by its name; none without nbconvert (``make site`` has it).

    A page asks for nothing from elsewhere.
    """
    try:
        from nbconvert import HTMLExporter
    except ImportError:
        return {}
    elsewhere = ("mathjax_url", "require_js_url", "jquery_url", "mermaid_js_url",
                 "jupyter_widgets_base_url", "widget_renderer_url")  # fmt: skip
    exporter = HTMLExporter(template_name="classic", **dict.fromkeys(elsewhere, ""))
    found = {}
    for path in sorted(where.notebooks.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        first = next(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        title = first.splitlines()[0].lstrip("# ")
        resources = {"metadata": {"name": title}}
        found[path.stem] = (title, exporter.from_notebook_node(notebook, resources)[0])
    return found
