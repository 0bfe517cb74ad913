import math
import re
from itertools import pairwise

import pytest
from conftest import ROOT, change_cell
from matplotlib.patches import Rectangle

from casetrace.case import load
from casetrace.charts import FULL, SINGLE, course
from casetrace.charts import course as chart
from casetrace.charts.timeline import Timeline
from casetrace.course import phases

CASES = sorted(p.parent.name for p in (ROOT / "data").glob("*/case.yaml"))


@pytest.fixture(scope="module")
def figure():
    return course(load("imataka-2014"))


def by_what(figure, lane):
    return {m.what: m for m in figure.marks if m.lane == lane}


def test_the_shape_of_a_mark_says_what_is_known(figure):
    shapes = {m.what: m.shape for m in figure.marks if m.lane == "laboratory"}
    assert shapes["creatine kinase at presentation"] == "point"
    assert shapes["creatine kinase after the first dose of prednisolone"] == "open point"
    assert shapes["creatine kinase at relapse"] == "arrow"
    assert shapes["creatine kinase during intravenous immunoglobulin"] == "band"


def test_the_data_table_keeps_open_bounds_open(figure):
    relapse = by_what(figure, "laboratory")["creatine kinase at relapse"]
    assert (relapse.low, relapse.high) == ("8000", "")
    glaucoma = by_what(figure, "events")["glaucoma"]
    assert glaucoma.week_low
    assert glaucoma.week_high == ""


def test_the_data_table_names_a_source_for_everything_reported(figure):
    for mark in figure.marks:
        if mark.lane != "axis" and mark.text != "not reported" and mark.what != "not reported":
            assert mark.source, mark
    assert figure.table().splitlines()[0].startswith("lane,what,shape,clock,week_low")


def test_alternative_text_holds_every_value_that_is_drawn(figure):
    for mark in figure.marks:
        if mark.lane == "laboratory":
            assert mark.text in figure.alt
    assert "12 courses of ivig" in figure.alt
    assert f'<title id="course-imataka-2014">{figure.alt}</title>' in figure.svg


@pytest.mark.parametrize("width", [FULL, SINGLE])
def test_the_same_case_gives_the_same_bytes(width):
    case = load("imataka-2014")
    one, two = course(case, width), course(case, width)
    assert one.svg == two.svg
    assert one.png == two.png
    assert not re.search(r"20\d\d-\d\d-\d\dT", one.svg)


@pytest.mark.parametrize(("width", "mm"), [(FULL, 170), (SINGLE, 85)])
def test_a_figure_has_the_width_of_a_journal_column(width, mm):
    points = float(re.search(r'width="([\d.]+)pt"', course(load("imataka-2014"), width).svg)[1])
    assert points == pytest.approx(mm / 25.4 * 72, abs=0.01)


def drawn(case, width, monkeypatch):
    """The sheet of a figure before it is saved."""
    sheets = []
    original = chart.__globals__["finish"]

    def keep(drawing, *more):
        sheets.append(drawing)
        return original(drawing, *more)

    monkeypatch.setitem(chart.__globals__, "finish", keep)
    chart(case, width)
    return sheets[0]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("width", [FULL, SINGLE])
def test_no_line_joins_two_values(case, width, monkeypatch):
    opened = load(case)
    laboratory = drawn(opened, width, monkeypatch).axes[0]
    for line in laboratory.get_lines():
        heights = set(line.get_ydata())
        levels = {h for h in heights if h not in (0, 1)}
        assert len(levels) <= 1, f"a line from {sorted(levels)}"


def test_a_line_between_two_values_would_be_seen(monkeypatch):
    case = load("imataka-2014")
    drawing = drawn(case, FULL, monkeypatch)
    drawing.axes[0].plot([0, 10], [14420, 1000])
    joined = [li for li in drawing.axes[0].get_lines() if len(set(li.get_ydata()) - {0, 1}) > 1]
    assert len(joined) == 1


@pytest.mark.parametrize(
    "scenario", ["default", "lower-dose", "longer-gap", "only-what-is-printed"]
)
@pytest.mark.parametrize("width", [FULL, SINGLE])
def test_no_label_overlaps_another_or_leaves_the_page(scenario, width, monkeypatch):
    drawing = drawn(load("imataka-2014", scenario), width, monkeypatch)
    drawing.draw_without_rendering()
    page = drawing.bbox
    boxes = []
    for ax in drawing.axes:
        texts = [*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels()]
        for text in texts:
            if text.get_text().strip() and text.get_visible():
                box = text.get_window_extent()
                if box.width and (text in ax.texts or ax.bbox.padded(2).overlaps(box)):
                    boxes.append((text.get_text(), box))
    assert len(boxes) > 15
    for words, box in boxes:
        assert page.x0 - 0.5 <= box.x0, words
        assert box.x1 <= page.x1 + 0.5, words
        assert page.y0 - 0.5 <= box.y0, words
        assert box.y1 <= page.y1 + 0.5, words
    for i, (words, box) in enumerate(boxes):
        for others, other in boxes[i + 1 :]:
            overlap_x = min(box.x1, other.x1) - max(box.x0, other.x0)
            overlap_y = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert min(overlap_x, overlap_y) <= 0.6, f"{words!r} overlaps {others!r}"


def test_courses_lie_at_their_weeks_to_scale(monkeypatch):
    case = load("imataka-2014")
    drawing = drawn(case, FULL, monkeypatch)
    lane = next(
        ax for ax in drawing.axes if sum(isinstance(p, Rectangle) for p in ax.patches) == 12
    )
    left = [p.get_x() for p in lane.patches]
    week = (left[1] - left[0]) / 6
    steps = [round((b - a) / week, 3) for a, b in pairwise(left)]
    assert steps == [6, 6, 6, 6, 6, 4, 4, 4, 4, 4, 4]


def test_the_axis_has_one_scale_and_keeps_clocks_apart():
    time = Timeline(phases(load("imataka-2014")), 150, 15, 7)
    per_week = {round(time.x(clock, 6) - time.x(clock, 0), 6) for clock in ("prednisolone", "ivig")}
    assert len(per_week) == 1
    segments = list(time.segments.values())
    for one, two in pairwise(segments):
        assert two.left - one.right == pytest.approx(7)
    assert segments[-1].right == pytest.approx(150)
    assert len(time.breaks()) == 3


def test_a_reading_changes_what_is_drawn():
    default = course(load("imataka-2014"))
    late = course(load("imataka-2014", "ivig_gap=six-weeks"))
    weeks = [m.week_low for m in late.marks if m.shape == "tick"]
    assert weeks == ["0", "6", "12", "18", "24", "30", "36", "40", "44", "48", "52", "56"]
    assert late.svg != default.svg


def test_a_case_without_motor_states_or_step_doses_is_drawn(toy):
    figure = course(load("toy-2000", where=toy))
    assert {m.lane for m in figure.marks} == {"laboratory", "pulse", "axis"}
    assert "creatine kinase at admission: 1,000 U/L" in figure.alt


@pytest.mark.parametrize("value", ["5", "about 5", "less than 5", "at most 5", "5 to 50000", "0.2"])
def test_any_kind_of_value_is_drawn(toy, value):
    change_cell(toy.data / "toy-2000" / "observations.csv", "ck.later", "value", value)
    figure = course(load("toy-2000", where=toy))
    mark = next(m for m in figure.marks if "after the first pulse" in m.what)
    assert math.isfinite(float(mark.low or mark.high))
