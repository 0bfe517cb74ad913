"""The look of the Word document: what pandoc starts from, on A4, with page numbers."""

from __future__ import annotations

import io
import zipfile

__all__ = ["restyled"]

_OFFICE = "http://schemas.openxmlformats.org"
_MAIN = f"{_OFFICE}/wordprocessingml/2006/main"
_RELATED = f"{_OFFICE}/officeDocument/2006/relationships"
_FIELD = '<w:fldSimple w:instr="{0}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
_FOOTER = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:ftr xmlns:w="{_MAIN}"><w:p>'
    f'<w:pPr><w:jc w:val="right"/></w:pPr>{_FIELD.format("PAGE")}'
    f'<w:r><w:t xml:space="preserve"> / </w:t></w:r>{_FIELD.format("NUMPAGES")}</w:p></w:ftr>'
)
_FOOT = f'<w:footerReference xmlns:r="{_RELATED}" w:type="default" r:id="rIdFooter"/>'
_PAGE = (  # A4 with margins of 20 mm, in twentieths of a point
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" '
    'w:header="567" w:footer="567" w:gutter="0"/>'
)
_LINES = '<w:insideH w:val="single" w:sz="2" w:space="0" w:color="BFBFBF"/>'

#: By part: what is looked for, and what is put in its place. Sizes are in half points.
_CHANGES = {
    "word/document.xml": [
        ("<w:sectPr>", f"<w:sectPr>{_FOOT}"),
        ("</w:sectPr>", f"{_PAGE}</w:sectPr>"),
    ],
    "word/_rels/document.xml.rels": [
        (
            "</Relationships>",
            f'<Relationship Type="{_RELATED}/footer" Id="rIdFooter" Target="footer1.xml"/>'
            "</Relationships>",
        )
    ],
    "[Content_Types].xml": [
        (
            "</Types>",
            '<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.wordprocessingml.footer+xml"/></Types>',
        )
    ],
    "word/styles.xml": [
        ('<w:sz w:val="24" />', '<w:sz w:val="20" />'),
        ('<w:sz w:val="56" />', '<w:sz w:val="34" />'),
        (
            '<w:tblInd w:w="0" w:type="dxa" />\n      <w:tblCellMar>',
            f'<w:tblInd w:w="0" w:type="dxa" /><w:tblBorders>{_LINES}</w:tblBorders><w:tblCellMar>',
        ),
        (
            "<w:qFormat />\n    <w:tblPr>",
            '<w:qFormat /><w:rPr><w:sz w:val="14" /><w:szCs w:val="14" /></w:rPr><w:tblPr>',
        ),
    ],
}


def restyled(document: bytes) -> bytes:
    """A reference document of pandoc on A4, with page numbers and small print in tables.

    Parameters
    ----------
    document : bytes
        What ``pandoc --print-default-data-file reference.docx`` gives. What is looked for and
        not there, in another version of pandoc, is left as it is.

    Returns
    -------
    bytes
        The same each time.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            for was, now in _CHANGES.get(name, ()):
                part = part.replace(was.encode(), now.encode())
            new.writestr(zipfile.ZipInfo(name), part)
        new.writestr(zipfile.ZipInfo("word/footer1.xml"), _FOOTER)
    return out.getvalue()
