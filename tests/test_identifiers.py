"""A reader never sees an identifier: of a row, a reading, an option, a value or a unit code."""

import io
import json
import re
from html.parser import HTMLParser

import nbformat
import pytest
from conftest import ROOT, opened
from pypdf import PdfReader

from casetrace.narrative.sources import source_name
from casetrace.questions.values import headline

CASES = ("imataka-2014", "gungor-2020", "perez-cruz-2017", "prieto-2009", "boukatta-2013")


def identifiers(case):
    """Ids that are no words of a language: with a dot, an underscore or a hyphen, or both."""
    ids = {row.id for table in case.rows.values() for row in table if hasattr(row, "id")}
    ids |= {
        f"{table}/{row.id}" for table in case.rows for row in case.rows[table] if hasattr(row, "id")
    }
    ids |= set(case.head.readings) | set(headline(case))
    ids |= {o for r in case.head.readings.values() for o in r.options}
    units = {q.unit for q in headline(case).values()} | {"wk", "mo", "{course}", "{index}"}
    codes = {u for u in units if re.search(r"[{}]|\bwk\b|\bmo\b|/d\b", u)}
    return {i for i in ids if re.search(r"[._/]", i)} | codes | {"per-day", "per-course"}


def seen(text, ids):
    """Identifiers that stand in a text as they are."""
    return sorted(i for i in ids if re.search(rf"(?<![\w./-]){re.escape(i)}(?![\w/-]|\.\w)", text))


class Visible(HTMLParser):
    """What a reader of a page sees: text, and what is read aloud or shown when pointed at."""

    def __init__(self):
        super().__init__()
        self.words, self._hidden = [], 0

    def handle_starttag(self, tag, attrs):
        self._hidden += tag in ("style", "script", "code")
        said = dict(attrs)
        self.words += [said[k] for k in ("title", "alt", "aria-label") if said.get(k)]

    def handle_endtag(self, tag):
        self._hidden -= tag in ("style", "script", "code")

    def handle_data(self, data):
        if not self._hidden:
            self.words.append(data)


def visible(html):
    reader = Visible()
    reader.feed(html)
    return " \n".join(reader.words)


@pytest.mark.parametrize("case", CASES)
def test_no_identifier_on_the_page_in_the_pdf_and_in_the_words(case):
    ids = identifiers(opened(case))
    folder = ROOT / "reports" / case
    assert seen(visible((folder / "index.html").read_text("utf-8")), ids) == []
    pages = PdfReader(io.BytesIO((folder / "summary.pdf").read_bytes())).pages
    assert seen(" ".join(page.extract_text() for page in pages), ids) == []
    for path in folder.glob("*.md"):
        text = re.sub(r"\]\([^)]*\)|<a id=[^>]*>", "]", path.read_text("utf-8"))
        assert seen(text, ids) == [], path.name


@pytest.mark.parametrize("case", CASES)
def test_no_identifier_in_figures_and_their_alternative_texts(case):
    ids = identifiers(opened(case))
    folder = ROOT / "figures" / case
    for entry in json.loads((folder / "index.json").read_bytes())["figures"]:
        assert seen(entry["alt"], ids) == [], entry["name"]


def test_an_identifier_that_is_shown_would_be_seen():
    ids = identifiers(opened("imataka-2014"))
    assert seen("the dose (per-day) of ck.on_ivig.time in {course}", ids) == [
        "ck.on_ivig.time",
        "per-day",
        "{course}",
    ]
    assert "ck.fold.relapse" in seen(visible('<p title="ck.fold.relapse">x</p>'), ids)


def test_no_identifier_in_the_stories_of_the_summary_notebook():
    ids = identifiers(opened("imataka-2014"))
    told = ROOT / "notebooks" / "8-summary.ipynb"
    for cell in nbformat.read(told, as_version=4).cells:
        for out in cell.get("outputs", []):
            if "text/markdown" in out.get("data", {}):
                words = re.sub(r'title="[^"]*"', "", out.data["text/markdown"])
                assert seen(words, ids) == []


#: Tables whose first column is what is typed in a notebook: a parameter, or the id of a value.
TYPED = ("Readings", "Headline values", "Which reading matters most")


def test_no_identifier_in_what_the_notebooks_show_and_say_when_pointed_at():
    ids = identifiers(opened("imataka-2014"))
    shown = 0
    for path in sorted((ROOT / "notebooks").glob("[1-7]-*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for out in cell.get("outputs", []):
                html = out.get("data", {}).get("text/html", "")
                if html and not any(f"<caption>{title}" in html for title in TYPED):
                    assert seen(visible(html), ids) == [], (path.name, html[:300])
                    shown += 1
    assert shown > 20


def test_what_is_rated_by_criteria_is_named_in_words():
    case = opened()
    told = {source_name(case, f"links/{row.item}") for row in case.rows.links}
    assert "link: EULAR/ACR, anti-Jo-1 antibody" in told
    assert not any(re.search(r"[a-z]_[a-z]|\w\.\w", name) for name in told)
