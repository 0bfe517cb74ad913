"""Many made-up cases: each holds, is told, and has the values that were worked out for it.

``CASETRACE_SYNTHETIC`` is how many; a hundred if not given.
"""

import ast
import json
import os
import re

import pytest
import yaml
from conftest import FIGURES, ROOT, SERIES_FIGURES, charts, overlaps, tables, write_case
from synthetic import make
from test_panels import assert_together
from varied import varied

from casetrace.build.build import build
from casetrace.build.jobs import Job
from casetrace.case.load import check, load, load_reference
from casetrace.narrative import narrate
from casetrace.narrative.language import audiences
from casetrace.page import report_page
from casetrace.questions.question import charts as question_charts
from casetrace.questions.series.analysis import open_series
from casetrace.questions.values import check_names, headline

pytestmark = pytest.mark.slow

MANY = int(os.environ.get("CASETRACE_SYNTHETIC", "100"))
BLOCK = 25
#: One in so many is drawn and written as a page as well, which takes longest.
DRAWN = 20


def written(project, seed):
    """Write a synthetic case; gives it and what its values must be."""
    made = make(seed)
    made.tables["care"] = [{"item": row.id, "met": "no"} for row in load_reference(project).care]
    made.write(project.data / made.head["id"])
    return made


@pytest.mark.parametrize("first", range(0, MANY, BLOCK))
def test_each_holds_is_told_and_is_right(copy, first):
    for seed in range(first, min(first + BLOCK, MANY)):
        made = written(copy, seed)
        name = made.head["id"]
        assert check(name, copy)[0] == [], name
        case = load(name, where=copy)
        check_names(case)
        found = headline(case)
        for key, (low, high) in made.bounds.items():
            assert (found[key].low, found[key].high) == pytest.approx(
                (low, high), rel=1e-9, abs=1e-6
            ), (
                name,
                key,
            )
        text = narrate(case).markdown()
        for row in made.tables["observations"]:
            assert f"[{found[row['id']].text()}](#{row['id']})" in text, (name, row["id"])
        for to in audiences(case):
            assert narrate(case, audience=to.name).values
        if seed % DRAWN == 0:
            drawn(case)


def drawn(case):
    """Draw every figure and make the page; every bound of the main measure is in the course."""
    figures = {name: getattr(charts, name)(case) for name in FIGURES}
    for figure in filter(None, figures.values()):
        assert figure.alt
        assert figure.svg.startswith("<svg")
    measure = case.head.main_measure
    marks = [m for m in figures["course"].marks if m.lane == "laboratory"]
    for row in case.rows.observations:
        if row.id.startswith(f"{measure}.") and row.clock:
            mark = next(m for m in marks if m.source == f"observations/{row.id}")
            assert mark.text == headline(case)[row.id].text(), (case.id, row.id)
    for question in ("classification", "response", "exposure", "sensitivity", "evidence"):
        assert tables.applies(case, question)
    html = report_page(case).html
    links = set(re.findall(r'href="#([^"]+)"', html.partition("<script")[0]))
    assert links <= set(re.findall(r' id="([^"]+)"', html))


def test_they_stand_side_by_side(copy):
    for seed in range(12):
        written(copy, seed)
    series = open_series(load("imataka-2014", where=copy))
    assert len(series.cases) == 13
    assert series.left_out == ()
    for name in SERIES_FIGURES:
        assert getattr(charts, name)(series).svg.startswith("<svg")
    assert len(tables.series_missing(series).rows) == 13


def test_some_are_built_by_the_notebooks(whole):
    jobs = [Job(written(whole, seed).head["id"], "default") for seed in (1, 2)]
    changed = build(whole, jobs)
    for job in jobs:
        assert f"reports/{job.case}/index.html" in changed
        assert f"reports/{job.case}/summary.pdf" in changed


def test_the_shapes_differ():
    made = [make(seed) for seed in range(200)]
    words = " ".join(row["value"] for m in made for row in m.tables["observations"])
    for form in ("about", "more than", "at least", "less than", "at most", " to "):
        assert form in words
    assert {len(m.head["clocks"]) for m in made} == {1, 2, 3, 4}
    assert {len(m.tables["treatments"]) for m in made} >= {0, 1, 2, 3, 4}
    for table in ("findings", "motor", "register"):
        assert 0 in {len(m.tables[table]) for m in made}
    assert make(7) == make(7)


def run_notebooks(name):
    """Run the cells of every notebook of one case, and show what they show."""
    for path in sorted((ROOT / "notebooks").glob("[1-8]*.ipynb")):
        room = {}
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            source = "".join(cell["source"])
            if source.startswith("case ="):
                source = f"case = {name!r}\nscenario = 'default'"
            *lines, last = ast.parse(source).body
            shown = isinstance(last, ast.Expr)
            exec(
                compile(ast.Module(lines if shown else [*lines, last], []), path.name, "exec"), room
            )
            if shown:
                value = eval(compile(ast.Expression(last.value), path.name, "eval"), room)
                for look in ("_repr_html_", "_repr_mimebundle_", "__repr__"):
                    getattr(value, look, str)()


@pytest.mark.parametrize("first", range(0, MANY, 8 * BLOCK))
def test_what_check_passes_is_computed_told_and_drawn_whatever_it_is(copy, first):
    """One in eight of the many: scales, clocks, bounds, drugs and events of all kinds."""
    care = [{"item": row.id, "met": "not rated"} for row in load_reference(copy).care]
    for seed in range(first, min(first + BLOCK, MANY)):
        head, rows = varied(seed)
        folder = copy.data / head["id"]
        write_case(folder, yaml.safe_dump(head, sort_keys=False), {**rows, "care": care})
        assert check(head["id"], copy)[0] == [], seed
        case = load(head["id"], where=copy)
        run_notebooks(head["id"])
        headline(case)
        assert narrate(case).markdown()
        for width in (170, 85):
            figure = charts.course(case, width)
            assert overlaps(figure.drawing) == [], (seed, width)
            smallest = min(t.get_fontsize() for ax in figure.drawing.axes for t in ax.texts)
            assert smallest >= 7, (seed, width)
        assert_together(question_charts()["course"], case)
        for mark in figure.marks:
            table, _, key = mark.source.partition("/")
            if mark.lane == "laboratory" and table == "observations" and mark.shape != "words":
                q = case.get("observations", key).value
                ends = [f"{end:.10g}" if abs(end) < 1e300 else "" for end in (q.low, q.high)]
                assert [mark.low, mark.high] == ends, (seed, key)
