from pathlib import Path

import pytest
from conftest import ROOT, opened

from casetrace.case.problems import UsageError
from casetrace.curate.quotations import Article, quotations, read_article, verify

TEXT = """\
In this case, long-term, high-

dose therapy was given at 2 mg/ kg/day. Manual testing resulted in a

other column. A grade of three, with af\ufb01rmed weakness.
The titre was $(ANA) = 5{,}120$ times, the enzyme 14\u2009420 IU/I and later 18,000.
She was not able to stand on one leg with\u00adout help.
"""


@pytest.mark.parametrize(
    "words",
    [
        "long-term, high-dose therapy",
        "2 mg/kg/day",
        "affirmed weakness",
        "(ANA) = 5,120 times",
        "14 420 IU/l",
        "one leg without help",
        "resulted in a grade of three",
        "NOT ABLE to stand",
    ],
)
def test_line_breaks_hyphens_ligatures_thin_spaces_formulas_and_columns_do_not_hide_words(words):
    assert Article(TEXT).find(words)[0] == "exact"


@pytest.mark.parametrize(
    "words",
    ["8,000", "5,12", "4 420 IU/l", "15 420 IU/l", "was able to sit", "grade of four", "", "..."],
)
def test_another_number_or_word_is_lost(words):
    assert Article(TEXT).find(words)[0] == "lost"


def test_a_misspelt_word_is_fuzzy_but_a_changed_number_never_is():
    article = Article("The patient recieved prednisolone at 2 mg per day for 14 days.")
    status, score, line = article.find("patient received prednisolone at 2 mg")
    assert status == "fuzzy"
    assert 88 <= score < 100
    assert line == 1
    assert article.find("patient received prednisolone at 3 mg")[0] == "lost"


def test_a_missing_negation_is_not_a_small_difference():
    assert (
        Article("she was able to stand on one leg").find("she was not able to stand on one leg")[0]
        == "lost"
    )


def test_the_line_is_that_of_the_article():
    assert Article(TEXT).find("one leg")[2] == 7


def test_what_is_not_text_is_refused(tmp_path):
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(b"%PDF-1.7 ...")
    empty = tmp_path / "b.txt"
    empty.write_text("  \n")
    for path, said in [(pdf, "not text"), (empty, "empty"), (tmp_path / "c.txt", "cannot read")]:
        with pytest.raises(UsageError, match=said):
            read_article(path)


def test_every_table_with_words_and_the_head_are_searched():
    case = opened("imataka-2014")
    sources = {source for source, _ in quotations(case)}
    assert {s.split("/")[0] for s in sources} == {
        "case.yaml",
        "observations",
        "findings",
        "treatments",
        "motor",
        "register",
    }
    assert "case.yaml/readings/ivig_dose" in sources


def test_a_text_without_the_words_loses_every_row():
    case = opened("imataka-2014")
    assert {m.status for m in verify(case, Article("Nothing of the kind."))} == {"lost"}


@pytest.mark.skipif(
    not (ROOT.parent / "shared" / "source" / "imataka-2014.txt").is_file(),
    reason="the article is not part of the repository",
)
def test_no_row_of_the_first_case_is_lost_in_the_article():
    article = read_article(Path(ROOT.parent / "shared" / "source" / "imataka-2014.txt"))
    assert [m for m in verify(opened("imataka-2014"), article) if m.status != "exact"] == []
