"""The narrative as a Word document, for co-authors: made by pandoc from the Markdown."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from casetrace.case.model import Case
from casetrace.case.problems import UsageError
from casetrace.document.reference import restyled
from casetrace.narrative import narrate
from casetrace.narrative.language import CLINICIAN
from casetrace.narrative.told import literal
from casetrace.questions.course.figures import course

__all__ = ["docx"]

_FORMAT = "markdown_strict+pipe_tables+bracketed_spans+all_symbols_escapable-raw_html"


def docx(case: Case, audience: str = CLINICIAN) -> bytes:
    """The narrative as DOCX; each number leads to its row in the tables at the end.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    audience : str
        Whom it is told to, see :func:`casetrace.narrative.narrate`.

    Returns
    -------
    bytes
        The same each time.

    Raises
    ------
    UsageError
        If pandoc is not there; says how to get it.
    """
    try:
        import pypandoc

        pypandoc.get_pandoc_version()
    except (ImportError, OSError):
        raise UsageError(
            "Word documents need pandoc: install it with "
            ".venv/bin/pip install 'casetrace[docx]' (about 150 MB), or from pandoc.org"
        ) from None
    figure = course(case)
    with tempfile.TemporaryDirectory() as folder:
        picture, out = Path(folder) / "course.png", Path(folder) / "summary.docx"
        if figure:
            picture.write_bytes(figure.png)
        told = narrate(case, figure, audience)
        text = told.markdown(picture.name, _anchor)
        look = Path(folder) / "reference.docx"
        shown = [pypandoc.get_pandoc_path(), "--print-default-data-file", look.name]
        look.write_bytes(restyled(subprocess.run(shown, capture_output=True, check=True).stdout))
        before = os.environ.get("SOURCE_DATE_EPOCH")
        os.environ["SOURCE_DATE_EPOCH"] = "0"  # no time of making in the file
        try:
            pypandoc.convert_text(
                text,
                "docx",
                format=_FORMAT,
                outputfile=str(out),
                extra_args=[
                    f"--resource-path={folder}",
                    f"--reference-doc={look}",
                    "--shift-heading-level-by=-1",  # the first heading is the title
                    f"--metadata=lang:{told.audience.language.code}",
                    "--metadata=author:casetrace",
                ],
            )
        finally:
            if before is None:
                del os.environ["SOURCE_DATE_EPOCH"]
            else:
                os.environ["SOURCE_DATE_EPOCH"] = before
        return out.read_bytes()


def _anchor(key: str, words: str) -> str:
    """The first cell of a row, which links lead to."""
    return f'[{literal(words)}]{{id="{key}"}}'
