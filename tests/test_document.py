"""The PDF: the words of the narrative, every number with a target, the same bytes each time."""

import io
import re

import pytest
from conftest import ROOT, change_cell, opened
from pypdf import PdfReader
from test_page import HOSTILE

from casetrace.case.load import load
from casetrace.display.trace import plain
from casetrace.document import document
from casetrace.document.pdf import _content
from casetrace.narrative import narrate

COMMITTED = ROOT / "reports" / "imataka-2014" / "summary.pdf"


@pytest.fixture(scope="module")
def case():
    return opened("imataka-2014")


def words_of(pdf):
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", re.sub(r"[-\u00ad\u2010]\s", "", text))  # hyphenated words whole


def test_the_pdf_is_tagged_archivable_and_says_what_it_is(case):
    pdf = COMMITTED.read_bytes()
    reader = PdfReader(io.BytesIO(pdf))
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en"
    assert reader.metadata.title == plain(narrate(case).parts[0][2])
    about = catalogue["/Metadata"].get_data().decode()
    assert re.search(r"pdfuaid:part\W+1\b", about)
    assert re.search(r"pdfaid:part\W+2\b", about)
    assert re.search(r"pdfaid:conformance\W+B\b", about)


def test_the_figure_of_the_pdf_has_its_alternative_text():
    reader = PdfReader(COMMITTED)
    found, waiting = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        at = waiting.pop().get_object()
        if isinstance(at, list):
            waiting += at
        elif isinstance(at, dict):
            found += [at["/Alt"]] if "/Alt" in at else []
            waiting += [at["/K"]] if "/K" in at else []
    assert [text for text in found if "14,420 U/L" in text]


def test_every_font_of_the_pdf_is_embedded():
    fonts = {
        name: font.get_object()
        for page in PdfReader(COMMITTED).pages
        for name, font in page["/Resources"]["/Font"].items()
    }
    assert fonts
    for font in fonts.values():
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"])


def test_every_number_of_the_narrative_leads_to_a_row_at_the_end(case):
    content = _content(case)
    known = {row[0] for row in content["values"] + content["sources"]}
    linked = 0
    told = [spans for _, spans in content["parts"]]
    told += [cell for table in content["record"] for row in table["rows"] for cell in row]
    for spans in told:
        for words, _, target in spans:
            assert target in known or not target
            assert target or not re.search(r"\d", words), words
            linked += bool(target)
    assert linked > 200


def test_the_pdf_says_what_the_case_says_and_is_the_same_bytes_each_time(toy):
    case = load("toy-2000", where=toy)
    pdf = document(case).pdf
    assert pdf == document(case).pdf
    text = words_of(pdf)
    assert "(6 courses, 180 mg/kg in all)" in text
    assert "more than 300 U/L" in text
    small = words_of(document(load("toy-2000", "small", where=toy)).pdf)
    assert "(6 courses, 100 mg/kg in all)" in small


def test_hostile_text_is_text_in_the_pdf(toy):
    name = HOSTILE.replace("long" * 60, "#panic() $x$ @y \\ [z] ") + "long" * 60
    change_cell(toy.data / "toy-2000" / "findings.csv", "weakness", "name", name)
    text = words_of(document(load("toy-2000", where=toy)).pdf)
    assert "<script>alert(1)</script>" in text.replace(" ", "").replace("-", "")
    assert "#panic()" in text
    assert "evil [U+1F600]" in text
