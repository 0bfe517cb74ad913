import math
import re
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT, change_cell, empty_table, opened
from matplotlib import font_manager
from matplotlib.patches import Rectangle

from casetrace.case.clocks import phases
from casetrace.case.load import load
from casetrace.display import style
from casetrace.display.style import FULL, SINGLE
from casetrace.questions.course.figures import course
from casetrace.questions.course.figures import course as chart
from casetrace.questions.course.sheet import Sheet
from casetrace.questions.course.timeline import Timeline

CASES = sorted(p.parent.name for p in (ROOT / "data").glob("*/case.yaml"))


@pytest.fixture
def figure(toy):
    return course(load("toy-2000", where=toy))


def by_source(figure):
    return {m.source: m for m in figure.marks if m.source}


def test_the_shape_of_a_mark_says_what_is_known(figure):
    marks = by_source(figure)
    assert {key: mark.shape for key, mark in marks.items() if "/ck." in key} == {
        "observations/ck.admission": "point",
        "observations/ck.about": "open point",
        "observations/ck.later": "arrow",
        "observations/ck.range": "band",
    }
    assert marks["treatments/steroid.start"].shape == "step"
    assert marks["treatments/steroid.taper"].shape == "unknown"


def test_the_data_table_keeps_open_bounds_open(figure):
    marks = by_source(figure)
    later, fall = marks["observations/ck.later"], marks["findings/fall"]
    assert (later.low, later.high, later.text) == ("300", "", "more than 300 U/L")
    assert (fall.time_low, fall.time_high) == ("3", "")


def test_the_data_table_names_a_source_for_everything_reported(figure):
    for mark in figure.marks:
        if mark.lane != "axis" and "not reported" not in (mark.text, mark.what):
            assert mark.source, mark
    assert figure.table().splitlines()[0].startswith("lane,what,shape,clock,time_low")


def test_an_uncertain_time_is_a_whisker_and_no_duration():
    drawn = course(opened("imataka-2014"))
    states = {m.what: m for m in drawn.marks if m.lane == "motor" and m.shape == "band"}
    zero = "the first course of intravenous immunoglobulin"
    assert states["able to walk"].text.endswith(f", between 30 and 34 weeks after {zero}")
    assert states["able to walk unassisted"].text.endswith(f", not before 30 weeks after {zero}")
    widths = {p.get_width() for p in drawn.drawing.axes[1].patches if isinstance(p, Rectangle)}
    assert len(widths) == 1  # no bar is drawn over a time


def test_what_was_reduced_is_hatched_no_sooner_than_the_report_reduces_it():
    drawn = course(opened("imataka-2014"))
    names = [ax.texts[0].get_text() for ax in drawn.drawing.axes]
    lane = drawn.drawing.axes[names.index("Prednisolone")]
    hatched = min(p.get_x() for p in lane.patches if p.get_hatch())
    (solid,) = (x[1] for x in (line.get_xdata() for line in lane.lines) if x[1] == hatched)
    value = next(m for m in drawn.marks if m.source == "observations/ck.after_prednisolone")
    time = Sheet(opened("imataka-2014"), FULL, True).time
    assert solid == pytest.approx(time.x("prednisolone", float(value.time_low)))


def test_a_dose_that_is_left_open_is_not_called_assumed():
    case = opened("imataka-2014")
    other = case.under({"ivig_second_block_dose": "not-stated"})
    assert "dose of the second block not printed, assumed" in course(case).svg_with_text
    assert "dose of the second block not printed<" in course(other).svg_with_text


def test_a_limit_is_not_named_twice():
    other = opened("imataka-2014").under({"ck_upper_limit": "women-japan"})
    assert "upper reference limit 153 U/L: women (assumed)" in course(other).svg_with_text


def test_the_dose_is_drawn_with_its_other_reading_and_no_name_of_an_option():
    case = opened("imataka-2014")
    for chosen, words in (({}, "6 × 2 g/kg (or 0.4)"), ({"ivig_dose": "per-course"}, "(or 2)")):
        drawn = course(case.under(chosen))
        said = [t.get_text() for ax in drawn.drawing.axes for t in ax.texts]
        assert any(words in text for text in said)
        options = {o for r in case.head.readings.values() for o in r.options if "-" in o}
        assert not [text for text in said if any(option in text for option in options)]


def test_alternative_text_holds_every_value_that_is_drawn(figure):
    for mark in figure.marks:
        if mark.lane == "laboratory":
            assert mark.text in figure.alt
    assert "6 courses of pulse therapy, planned at 0, 2, 4, 6, 10, 18 weeks." in figure.alt
    assert "Steroid: 2 mg/kg/day, then 1 mg/kg/day" in figure.alt
    assert "Events: fall not before 3 weeks after the first pulse" in figure.alt
    assert f'<title id="course-toy-2000">{figure.alt}</title>' in figure.svg


@pytest.mark.parametrize("width", [FULL, SINGLE])
def test_the_same_case_gives_the_same_bytes(width):
    case = opened("imataka-2014")
    one, two = course(case, width), course(case, width)
    assert one.svg == two.svg
    assert one.png == two.png
    assert not re.search(r"20\d\d-\d\d-\d\dT", one.svg)


def test_who_draws_on_a_figure_changes_no_other():
    case = opened("imataka-2014")
    before = course(case).svg
    course(case).drawing.axes[0].plot([0, 10], [14420, 1000])
    assert course(case).svg == before


@pytest.mark.parametrize(("width", "mm"), [(FULL, 170), (SINGLE, 85)])
def test_a_figure_has_the_width_of_a_journal_column(width, mm):
    points = float(re.search(r'width="([\d.]+)pt"', course(opened("imataka-2014"), width).svg)[1])
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


def lines(ax):
    """The lines of a panel that are drawn as such, and not as marks."""
    return [line for line in ax.get_lines() if line.get_linestyle() != "None"]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("width", [FULL, SINGLE])
def test_no_line_joins_two_values(case, width, monkeypatch):
    opened = load(case)
    laboratory = drawn(opened, width, monkeypatch).axes[0]
    for line in lines(laboratory):
        heights = set(line.get_ydata())
        levels = {h for h in heights if h not in (0, 1)}
        assert len(levels) <= 1, f"a line from {sorted(levels)}"


def test_a_line_between_two_values_would_be_seen(monkeypatch):
    case = load("imataka-2014")
    drawing = drawn(case, FULL, monkeypatch)
    drawing.axes[0].plot([0, 10], [14420, 1000])
    joined = [li for li in lines(drawing.axes[0]) if len(set(li.get_ydata()) - {0, 1}) > 1]
    assert len(joined) == 1


@pytest.mark.parametrize(
    "scenario", ["default", "lower-dose", "longer-gap", "only-what-is-printed"]
)
@pytest.mark.parametrize("width", [FULL, SINGLE])
def test_no_label_overlaps_another_or_leaves_the_page(scenario, width, monkeypatch):
    drawing = drawn(opened("imataka-2014", scenario), width, monkeypatch)
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


def test_courses_lie_at_their_weeks_to_scale(toy, monkeypatch):
    drawing = drawn(load("toy-2000", where=toy), FULL, monkeypatch)
    lane = next(ax for ax in drawing.axes if len(ax.patches) == 6)
    left = [p.get_x() for p in lane.patches]
    week = (left[1] - left[0]) / 2
    assert [round((b - a) / week, 3) for a, b in pairwise(left)] == [2, 2, 2, 4, 8]


def test_the_axis_has_one_scale_and_keeps_clocks_apart():
    time = Timeline(phases(opened("imataka-2014")), 150, 15, 7)
    per_week = {round(time.x(clock, 6) - time.x(clock, 0), 6) for clock in ("prednisolone", "ivig")}
    assert len(per_week) == 1
    segments = list(time.segments.values())
    for one, two in pairwise(segments):
        assert two.left - one.right == pytest.approx(7)
    assert segments[-1].right == pytest.approx(150)
    assert len(time.breaks()) == 3


def test_a_reading_changes_what_is_drawn(toy):
    default = course(load("toy-2000", where=toy))
    small = course(load("toy-2000", "small", where=toy))
    doses = [m.text for m in small.marks if m.shape == "tick"]
    assert doses == ["10 mg/kg"] * 4 + ["30 mg/kg"] * 2
    assert small.svg != default.svg


def test_a_case_without_motor_states_or_step_doses_is_drawn(toy):
    empty_table(toy.data / "toy-2000" / "motor.csv")
    path = toy.data / "toy-2000" / "treatments.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:3]) + "\n")
    figure = course(load("toy-2000", where=toy))
    assert {m.lane for m in figure.marks} == {"laboratory", "pulse", "events", "axis"}


@pytest.mark.parametrize("value", ["5", "about 5", "less than 5", "at most 5", "5 to 50000", "0.2"])
def test_any_kind_of_value_is_drawn(toy, value):
    change_cell(toy.data / "toy-2000" / "observations.csv", "ck.later", "value", value)
    figure = course(load("toy-2000", where=toy))
    mark = next(m for m in figure.marks if "after the first pulse" in m.what)
    assert math.isfinite(float(mark.low or mark.high))


def test_sparse_cases_are_drawn_without_a_crash(toy):
    folder = toy.data / "toy-2000"
    for name in ("motor", "treatments", "findings"):
        empty_table(folder / f"{name}.csv")
    path = folder / "case.yaml"
    text = path.read_text()
    head, rest = text[: text.index("  - id: pulse")], text[text.index("uses:") :]
    path.write_text(head + rest[: rest.index("readings:")])
    observations = folder / "observations.csv"
    observations.write_text("\n".join(observations.read_text().splitlines()[:2]) + "\n")
    change_cell(observations, "ck.admission", "unit", "{score}")
    path.write_text(path.read_text().replace("uses: {upper_limit: {ck: ck_low}}", ""))
    for value in ("1000", "0", "-5 to 3", "less than 7"):
        change_cell(observations, "ck.admission", "value", value)
        assert course(load("toy-2000", where=toy)).marks[-1].lane == "laboratory"
    for column in ("clock", "time", "time_unit"):
        change_cell(observations, "ck.admission", column, "")
    assert "less than 7" in course(load("toy-2000", where=toy)).alt


def test_a_dose_lasts_from_its_start_to_its_stop(toy, monkeypatch):
    path = toy.data / "toy-2000" / "treatments.csv"
    for key, start, stop in (("steroid.start", "0", "4"), ("steroid.later", "4", "10")):
        for column, value in (("clock", "pulse"), ("start", start), ("stop", stop)):
            change_cell(path, key, column, value)
    case = load("toy-2000", where=toy)
    steps = [m for m in course(case).marks if m.shape == "step"]
    assert [(m.time_low, m.time_high, m.low) for m in steps] == [("0", "4", "2"), ("4", "10", "1")]
    lane = next(ax for ax in drawn(case, FULL, monkeypatch).axes if ax.get_ylim()[1] == 3.0)
    bars = [li.get_xdata() for li in lane.get_lines() if li.get_linewidth() == 2.4]
    lengths = [b[1] - b[0] for b in bars]
    assert lengths[1] / lengths[0] == pytest.approx(6 / 4)


def test_a_drug_without_a_dose_is_a_row_and_told(toy):
    path = toy.data / "toy-2000" / "treatments.csv"
    for key in ("steroid.start", "steroid.taper", "steroid.later"):
        for column in ("dose", "dose_unit"):
            change_cell(path, key, column, "")
    figure = course(load("toy-2000", where=toy))
    assert "Steroid; dose not reported." in figure.alt


def test_a_typeface_of_the_system_does_not_take_the_place_of_ours(monkeypatch, toy):
    manager = font_manager.fontManager
    other = Path(font_manager.findfont("DejaVu Sans Mono"))
    decoy = font_manager.FontEntry(fname=str(other), name="Liberation Sans", weight=400)
    monkeypatch.setattr(manager, "ttflist", [decoy, *manager.ttflist])
    style._register_fonts.cache_clear()
    with style.styled(7.0):
        found = Path(font_manager.findfont("Liberation Sans"))
    assert found.parent == Path(style.__file__).parent / "fonts"
    style._register_fonts.cache_clear()


def contrast(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05)


def test_words_in_colour_can_be_read_on_white():
    assert contrast("#000000") == pytest.approx(21)
    assert all(contrast(style.ink(colour)) >= 4.5 for colour in style.SERIES)
    assert style.ink("#0072B2") == "#0072B2"  # dark enough as it is
    assert contrast(style.GREY["text"]) >= 4.5
