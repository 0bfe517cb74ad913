"""The Word document: same words, every number with a target, the same bytes each time."""

import html
import io
import re
import sys
import zipfile

import pytest
from conftest import change_cell, opened
from test_page import HOSTILE

from casetrace.case.load import load
from casetrace.case.problems import UsageError
from casetrace.document import docx


@pytest.fixture
def pandoc():
    pytest.importorskip("pypandoc", reason="no pandoc here: Word documents are not tried")


def body_of(document):
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return archive.read("word/document.xml").decode()


def words_of(body):
    paragraphs = re.findall(r"<w:p\b.*?</w:p>", body, re.S)
    said = ["".join(re.findall(r"<w:t\b[^>]*>(.*?)</w:t>", p, re.S)) for p in paragraphs]
    return [html.unescape(words) for words in said]


def test_without_pandoc_it_is_said_how_to_get_it(toy, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypandoc", None)
    with pytest.raises(UsageError, match=r"pip install 'casetrace\[docx\]'"):
        docx(load("toy-2000", where=toy))


def test_every_number_of_the_document_leads_to_its_row(pandoc):
    body = body_of(docx(opened("imataka-2014")))
    targets = set(re.findall(r'w:bookmarkStart [^>]*w:name="([^"]+)"', body))
    links = set(re.findall(r'w:anchor="([^"]+)"', body))
    assert len(links) > 100
    assert links <= targets
    assert "Clinical course of juvenile dermatomyositis" in body
    bare = re.sub(r"<w:hyperlink\b.*?</w:hyperlink>", "", body.partition("Values and their")[0])
    stray = [said for said in words_of(bare) if re.search(r"\d", said)]
    assert stray == []


def test_the_document_has_a_title_a4_pages_and_their_numbers(pandoc):
    document = docx(opened("imataka-2014"))
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        about, footer = (
            archive.read(n).decode() for n in ("docProps/core.xml", "word/footer1.xml")
        )
    assert "<dc:title>A girl of two who walked again" in about
    assert 'w:instr="PAGE"' in footer
    body = body_of(document)
    size = re.search(r"<w:pgSz [^>]*>", body)[0]
    assert 'w:w="11906"' in size
    assert 'w:h="16838"' in size
    assert "<w:footerReference " in body
    assert 'w:val="Title"' in body


def test_the_document_is_the_same_bytes_each_time_and_follows_the_scenario(toy, pandoc):
    case = load("toy-2000", where=toy)
    assert docx(case) == docx(case)
    small = " ".join(words_of(body_of(docx(load("toy-2000", "small", where=toy)))))
    assert "(6 courses, 100 mg/kg in all)" in small


def test_hostile_text_is_text_in_the_document(toy, pandoc):
    name = f"{HOSTILE} $x$ &amp; {{#id}} ![a](b) <b>"
    change_cell(toy.data / "toy-2000" / "findings.csv", "weakness", "name", name)
    said = " ".join(words_of(body_of(docx(load("toy-2000", where=toy)))))
    for text in (
        "<script>alert(1)</script>",
        "$x$ &amp; {#id}",
        "![a](b) <b>",
    ):
        assert text in said
