"""What no single row can say: whether the rows of a case fit together."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from casetrace.case import joins
from casetrace.case.clocks import clock_of, when
from casetrace.case.fields import COURSE
from casetrace.case.measures import comparable, measure_of, measures, numbers
from casetrace.case.model import Case, Reference
from casetrace.case.problems import Problem, nearest
from casetrace.case.quoted import carries
from casetrace.case.read import line_of
from casetrace.case.record import readings_of
from casetrace.case.rows import KEYS, TABLES, Observation, Treatment
from casetrace.quantity.units import NOT_PRINTED, converts, printed

__all__ = ["citations", "problems", "warnings"]

TIMED = ("observations", "findings", "motor", "treatments")


def citations(reference: Reference) -> list[Problem]:
    """Reference rows whose citation is not in the bibliography."""
    known = {w.id for w in reference.rows.get("bibliography", ())}
    return [
        Problem(
            f"data/reference/{table}.csv",
            f"row {reference.numbers[f'{table}/{row.id}']} ({row.id})",
            "citation",
            row.citation,
            "an id of data/reference/bibliography.csv",
            f"{nearest(row.citation, known, 'work')} Or add the work to "
            "data/reference/bibliography.csv; the report itself may be one",
        )
        for table, rows in reference.rows.items()
        if table != "bibliography"
        for row in rows
        if row.citation not in known
    ]


def problems(case: Case, lines: dict, folder: str) -> list[Problem]:
    """Every link of a case that leads nowhere, and every pair that cannot both hold."""
    links = [*_head_links(case, lines, folder), *_row_links(case), *joins.problems(case)]
    if links:
        return links
    return [*_times(case), *_units(case), *_comparisons(case), *_grades(case), *_codes(case)]


def warnings(case: Case) -> list[Problem]:
    """What may be right but should be looked at.

    Numbers that the quoted words do not hold, a minus sign among them; and times that may or may
    not lie after the next event that time is counted from.
    """
    found = [*_minus(case), *_order(case)]
    for table, field in (("observations", "value"), ("treatments", "dose")):
        for row in case.rows[table]:
            if readings_of(row, field):
                continue
            for number in re.findall(r"\d+(?:\.\d+)?", case.written(table, row.id)[field]):
                if not carries(f"{row.as_reported} {row.note}", number):
                    found.append(
                        _at(
                            case,
                            table,
                            row,
                            field,
                            number,
                            f"a number that stands in as_reported ({row.as_reported!r})",
                            "correct the number or the words, or say in note how it follows",
                        )
                    )
    return found


def _minus(case: Case) -> Iterator[Problem]:
    """Numbers below 0 whose words have no minus sign."""
    for row in numbers(case):
        low, said = row.value.low, f"{row.as_reported} {row.note}"
        if math.isfinite(low) and low < 0 and not re.search(r"[-−–]|minus|below|fall", said):
            expected = f"words that say it is below 0; as_reported is {row.as_reported!r}"
            fix = "look at the report again; if it is right, say in note how it follows"
            yield _at(case, "observations", row, "value", "", expected, fix)


def _order(case: Case) -> Iterator[Problem]:
    """Times on a clock of which it is not known whether the next clock began before them."""
    order = [c.id for c in case.head.clocks]
    follow = {c.id: nxt for c, nxt in itertools.pairwise(case.head.clocks)}
    treated = {clock_of(case, t) for t in case.rows.treatments}
    for table in ("observations", "findings", "motor"):
        for row in case.rows[table]:
            clock = clock_of(case, row)
            after = follow.get(clock)
            if after is None or not treated & set(order[order.index(clock) + 1 :]):
                continue
            gap, time = after.gap, when(case, table, row)
            if time and 0 < time.low < math.inf and (gap is None or gap.low <= 0):
                expected = f"to know whether it was before or after {after.phrase}"
                fix = (
                    f"count it from {after.phrase} (before it: below 0); or, if it was before "
                    "that, give that clock a gap of at least this time"
                )
                yield _at(case, table, row, "time", "", expected, fix)


def _at(
    case: Case, table: str, row: Any, column: str, value: str, expected: str, fix: str
) -> Problem:
    key = getattr(row, KEYS.get(table, "id"))
    number = case.numbers[f"{table}/{key}"]
    value = value or case.written(table, key)[column]
    return Problem(
        f"{case.folder}/{table}.csv", f"row {number} ({key})", column, value, expected, fix
    )


def _head_links(case: Case, lines: dict, folder: str) -> Iterator[Problem]:
    head = case.head

    def wrong(path: tuple, value: str, expected: str, known: Iterable[str], what: str) -> Problem:
        where = f"line {line_of(lines, path)}"
        dotted = ".".join(map(str, path))
        return Problem(
            f"{case.folder}/case.yaml", where, dotted, value, expected, nearest(value, known, what)
        )

    if head.id != folder:
        yield wrong(("id",), head.id, f"the name of the folder, {folder}", [folder], "name")
    observed = {o.id for o in case.rows.observations}
    known = {measure_of(o) for o in numbers(case)}
    if head.main_measure and head.main_measure not in known:
        expected = "a measure of observations.csv that has a number"
        yield wrong(("main_measure",), head.main_measure, expected, known, "measure")
    for name, measure in head.measures.items():
        if name not in measures(case) or not any(measure_of(o) == name for o in numbers(case)):
            expected = "a measure of observations.csv that has a number"
            yield wrong(("measures", name), name, expected, known, "measure")
        if measure.pair and measure.pair not in known:
            expected = "a measure of observations.csv that has a number"
            yield wrong(("measures", name, "pair"), measure.pair, expected, known, "measure")
    for number, comparison in enumerate(head.comparisons):
        for key in ("old", "new"):
            if (one := getattr(comparison, key)) not in observed:
                path = ("comparisons", number, key)
                expected = "an id of observations.csv (was the row removed? then remove this)"
                yield wrong(path, one, expected, observed, "observation")
    limits = {row.id for row in case.reference.limits}
    for measure, limit in head.uses.upper_limit.items():
        if limit not in limits:
            path = ("uses", "upper_limit", measure)
            expected = "an id of data/reference/limits.csv (add a row for a limit that it lacks)"
            yield wrong(path, limit, expected, limits, "limit")
    columns = {f"{g.id}.{p}" for g in case.reference.growth for p in ("p03_kg", "p50_kg", "p97_kg")}
    columns |= {o.id for o in numbers(case) if comparable(o.unit, "kg")}
    for number, weight in enumerate(head.uses.weight):
        if weight not in columns:
            path = ("uses", "weight", number)
            expected = (
                "a weight of observations.csv, or id.column of data/reference/growth.csv, such as "
                "who_girls_24.p50_kg"
            )
            yield wrong(path, weight, expected, columns, "weight")
    scales = {g.scale for g in case.reference.scales}
    for measure, scale in head.uses.scale.items():
        if scale not in scales:
            path = ("uses", "scale", measure)
            yield wrong(path, scale, "a scale of data/reference/scales.csv", scales, "scale")
    drugs = {t.drug for t in case.rows.treatments if t.is_block}
    if igg := head.uses.igg:
        models = {m.id for m in case.reference.pk_models}
        intervals = {c.id for c in case.reference.constants}
        if igg.drug not in drugs:
            yield wrong(("uses", "igg", "drug"), igg.drug, "a drug given in courses", drugs, "drug")
        if igg.model not in models:
            expected = "an id of data/reference/pk_models.csv"
            yield wrong(("uses", "igg", "model"), igg.model, expected, models, "model")
        for one in igg.endogenous:
            if one not in intervals:
                expected = "an id of data/reference/constants.csv"
                path = ("uses", "igg", "endogenous")
                yield wrong(path, one, expected, intervals, "constant")
    for number, clock in enumerate(head.clocks):
        if clock.drug and clock.drug not in drugs:
            path = ("clocks", number, "drug")
            yield wrong(path, clock.drug, "a drug given in courses", drugs, "drug")
    for name, scenario in head.scenarios.items():
        for reading, option in scenario.readings.items():
            path = ("scenarios", name, "readings", reading)
            if reading not in head.readings:
                yield wrong(path, reading, "a reading", head.readings, "reading")
            elif option not in head.readings[reading].options:
                options = head.readings[reading].options
                yield wrong(path, option, f"an option of {reading}", options, "option")


def _row_links(case: Case) -> Iterator[Problem]:
    clocks = {c.id for c in case.head.clocks}
    drugs = {t.drug for t in case.rows.treatments}
    steps = {t.id for t in case.rows.treatments}
    readings = set(case.head.readings)
    scales = {g.scale for g in case.reference.scales}
    items = {i.id for i in case.reference.care}
    links: list[tuple[str, str, set[str], str]] = [
        ("findings", "related_to", drugs, "a drug of treatments.csv"),
        ("treatments", "follows", steps, "a step of treatments.csv"),
        ("register", "reading", readings, "a reading of case.yaml"),
        ("motor", "scale", scales, "a scale of data/reference/scales.csv"),
        ("care", "item", items, "an item of data/reference/care.csv"),
    ]
    for table, column, known, expected in links:
        for row in case.rows[table]:
            value = getattr(row, column)
            if value and value not in known:
                fix = f"{nearest(value, known)} If that row was removed, correct this one too"
                yield _at(case, table, row, column, value, expected, fix)
    yield from _clocked(case, clocks)
    rated = {c.item for c in case.rows.care}
    for item in case.reference.care:
        if item.id not in rated:
            expected = f"a row for item {item.id} ({item.section}: {item.label or item.section})"
            fix = "add it, with met as yes, partly or no"
            yield Problem(f"{case.folder}/care.csv", "", "item", "", expected, fix)


def _clocked(case: Case, clocks: set[str]) -> Iterator[Problem]:
    """What times are counted from: a clock, or a row that has a time itself, and no circle."""
    rows = {f"{table}/{row.id}": row for table in TIMED for row in case.rows[table]}
    for table in TIMED:
        for row in case.rows[table]:
            value = row.clock
            if not value or value in clocks:
                continue
            name, _, number = value.rpartition("/") if value.count("/") > 1 else (value, "", "")
            base = rows.get(name)
            if base is None:
                expected = "a clock of case.yaml, or a row as table/id"
                yield _at(
                    case, table, row, "clock", value, expected, nearest(value, clocks | set(rows))
                )
            elif number and not (base.courses and int(number) <= base.courses.low):
                expected = f"a course that {name} has"
                yield _at(case, table, row, "clock", value, expected, "count again")
            elif not (getattr(base, "time", None) or base.start or getattr(base, "follows", "")):
                expected = "a row that has a time itself"
                fix = f"give {name} a time (its start, if it lasted), or use another"
                yield _at(case, table, row, "clock", value, expected, fix)
            elif _turns(rows, f"{table}/{row.id}"):
                expected = "no circle of rows that are counted from each other"
                yield _at(case, table, row, "clock", value, expected, "count one from a clock")


def _turns(rows: dict[str, Any], key: str) -> bool:
    """Whether a row is counted from itself, through others."""
    at, seen = key, set()
    while at in rows and at not in seen:
        seen.add(at)
        clock = rows[at].clock
        at = clock.rpartition("/")[0] if clock.count("/") > 1 else clock
    return at in seen


def _times(case: Case) -> Iterator[Problem]:
    """Units that are no times, counts that are no counts, courses on a clock without courses."""
    clocks = {c.id: c for c in case.head.clocks}
    for table in ("observations", "findings", "motor"):
        for row in case.rows[table]:
            if row.time_unit == COURSE:
                if "/" in row.clock:
                    fix = "count courses from a clock with a drug, or give the time in wk or mo"
                    expected = "a clock whose drug is given in courses"
                    yield _at(case, table, row, "clock", row.clock, expected, fix)
                elif row.clock in clocks and not clocks[row.clock].drug:
                    fix = "set drug for that clock in case.yaml, or give the time in wk or mo"
                    expected = "a clock whose drug is given in courses"
                    yield _at(case, table, row, "clock", row.clock, expected, fix)
                elif row.clock in clocks:
                    given = _courses(case, clocks[row.clock].drug)
                    if not 1 <= (low := row.time.low) <= given or low != int(low):
                        expected = f"a course from 1 to {given}"
                        yield _at(case, table, row, "time", "", expected, "count again")
            elif row.time_unit and not converts(row.time_unit, "wk"):
                yield _at(case, table, row, "time_unit", row.time_unit, "a unit of time", "wk, mo")
    for row in case.rows.treatments:
        for column in ("interval_unit", "gap_unit", "time_unit"):
            unit = getattr(row, column)
            if unit and not converts(unit, "wk"):
                yield _at(case, "treatments", row, column, unit, "a unit of time", "wk, mo")
        whole: Callable[[float], bool] = lambda n: n == int(n) and n > 0  # noqa: E731
        for column in ("courses", "days_per_course"):
            q = getattr(row, column)
            if q and q.is_point and not whole(q.low):
                fix = "write how many there were"
                yield _at(case, "treatments", row, column, "", "a whole number above 0", fix)
        before = next((t for t in case.rows.treatments if t.id == row.follows), None)
        if row.gap and before and not (before.is_block and before.drug == row.drug):
            expected = f"a gap from a block of {row.drug}; follows names another"
            fix = "give the block a start, or count it from the other step with clock"
            yield _at(case, "treatments", row, "gap", "", expected, fix)
        if row.courses and not _is_count(case, row):
            expected = "a whole number, or in the last block of a drug at least so many"
            fix = (
                "split the block, or register the number of courses as an ambiguity with a reading"
            )
            yield _at(case, "treatments", row, "courses", "", expected, fix)


def _is_count(case: Case, block: Treatment) -> bool:
    """Whether the courses of a block are counted, as far as what follows needs it."""
    count = block.courses
    if count.about or count.is_point:
        return not count.about
    last = [t.id for t in case.rows.treatments if t.drug == block.drug and t.is_block][-1]
    is_open = math.isinf(count.high) and count.low_closed
    return block.id == last and is_open and count.low == int(count.low) > 0


def _units(case: Case) -> Iterator[Problem]:
    """Numbers that are compared, added or divided must measure the same thing."""
    first: dict[str, str] = {}
    for row in numbers(case):
        if row.unit == NOT_PRINTED:
            continue
        measure = measure_of(row)
        unit = first.setdefault(measure, row.unit)
        if not converts(row.unit, unit):
            expected = f"a unit that converts to {unit}, as the other {measure} values"
            fix = "correct the unit, or give the row a measure of its own"
            yield _at(case, "observations", row, "unit", row.unit, expected, fix)
    for measure, key in case.head.uses.upper_limit.items():
        unit = case.reference.get("limits", key).unit
        if measure in first and not converts(first[measure], unit):
            expected = f"a limit in a unit that converts to {first[measure]}"
            fix = "use another row of data/reference/limits.csv"
            name = f"uses.upper_limit.{measure}"
            yield Problem(f"{case.folder}/case.yaml", "", name, f"{key} in {unit}", expected, fix)
    for measure, known in case.head.measures.items():
        unit = first.get(measure, "1")
        if known.unit and not converts(known.unit, unit):
            expected = f"a unit that converts to {unit}, as the values of {measure}"
            where = f"measures.{measure}.unit"
            fix = "write it in the unit of the values"
            yield Problem(f"{case.folder}/case.yaml", "", where, known.unit, expected, fix)
        other = first.get(known.pair, unit)
        if known.pair and not converts(other, unit):
            expected = f"a measure in a unit that converts to {unit}"
            where = f"measures.{measure}.pair"
            fix = "leave pair out: two panels show them"
            yield Problem(f"{case.folder}/case.yaml", "", where, known.pair, expected, fix)
    doses: dict[str, str] = {}
    for row in case.rows.treatments:
        unit = doses.setdefault(row.drug, row.dose_unit) or row.dose_unit
        if row.dose_unit and not converts(row.dose_unit, unit):
            expected = f"a unit that converts to {unit}, as the other doses of {row.drug}"
            fix = "correct the unit, or give the row a drug name of its own"
            yield _at(case, "treatments", row, "dose_unit", row.dose_unit, expected, fix)
        if row.total_unit and row.dose_unit and not converts(row.dose_unit, row.total_unit):
            expected = f"a unit that {row.dose_unit} converts to"
            fix = "for a dose per kilogram write g/kg or mg/kg"
            yield _at(case, "treatments", row, "total_unit", row.total_unit, expected, fix)


def _comparisons(case: Case) -> Iterator[Problem]:
    """What is compared has a number, a printed unit of one kind, and for a rate two times."""
    for pair in case.head.comparisons:
        rows = [case.get("observations", key) for key in (pair.old, pair.new)]
        where, fix = f"comparisons.{pair.id}", ""
        if missing := [row.id for row in rows if not row.value]:
            expected, fix = f"a number in {missing[0]}", "compare rows that have one"
        elif any(row.unit == NOT_PRINTED for row in rows):
            row = next(row for row in rows if row.unit == NOT_PRINTED)
            expected = f"a unit of {row.id}, which the report does not print"
            fix = "leave the comparison out, or let a reading assume a unit"
        elif not converts(rows[0].unit, rows[1].unit):
            units = " and ".join(printed(row.unit) or "1" for row in rows)
            expected, fix = f"two values of one kind, found {units}", "compare like with like"
        elif pair.told == "rate" and not converts(pair.rate_unit, "d"):
            expected, fix = "a unit of time as rate_unit", "write h, d, wk, mo or a"
        elif pair.told == "rate" and len({clock_of(case, row) or row.id for row in rows}) > 1:
            expected = "two values with a time on one clock"
            fix = "tell it as a difference, or give both values a time on one clock"
        elif pair.told == "rate" and _at_one_time(case, *rows):
            expected, fix = "two times apart", "tell it as a difference"
        elif pair.told in ("percent", "factor") and rows[0].value.is_nought:
            expected = f"a value of {rows[0].id} that is not 0"
            fix = "tell it as a difference: nothing can be compared with 0 in parts"
        if fix:
            yield Problem(f"{case.folder}/case.yaml", "", where, pair.told, expected, fix)


def _at_one_time(case: Case, old: Observation, new: Observation) -> bool:
    start, stop = (when(case, "observations", row) for row in (old, new))
    return not (start and stop) or (stop - start).is_nought


def _grades(case: Case) -> Iterator[Problem]:
    """Motor states on one scale, with grades that the scale has."""
    rows = [m for m in case.rows.motor if m.grade]
    for row in rows:
        if row.scale != rows[0].scale:
            expected = f"the scale of the other rows, {rows[0].scale}"
            fix = "code all motor states of a case on one scale"
            yield _at(case, "motor", row, "scale", row.scale, expected, fix)
            continue
        known = [g.grade.low for g in case.reference.scales if g.scale == row.scale]
        grade = row.grade
        if not min(known) <= grade.low <= grade.high <= max(known):
            expected = f"grades from {min(known):g} to {max(known):g}, both bounds given"
            fix = f"write for example {min(known):g} to {max(known):g} if nothing is known"
            yield _at(case, "motor", row, "grade", "", expected, fix)


def _codes(case: Case) -> Iterator[Problem]:
    known = {(c.system, c.id) for c in case.reference.codes}
    ids = {c.id for c in case.reference.codes}
    fix = "correct it, or add it to codes.csv with label, release and citation"
    for table in TABLES:
        for row in case.rows[table]:
            code = getattr(row, "code", "")
            if code and (row.system, code) not in known:
                expected = f"a {row.system} code of data/reference/codes.csv"
                yield _at(case, table, row, "code", code, expected, fix)
            for more in filter(None, getattr(row, "more_codes", "").split(";")):
                if more.strip() not in ids:
                    expected = "codes of data/reference/codes.csv, joined by ;"
                    yield _at(case, table, row, "more_codes", more.strip(), expected, fix)
            site = getattr(row, "site_code", "")
            if site and site not in ids:
                expected = "a UBERON code of data/reference/codes.csv"
                yield _at(case, table, row, "site_code", site, expected, fix)


def _courses(case: Case, drug: str) -> int:
    """How many courses of a drug the blocks of treatments.csv add up to."""
    counts = [t.courses for t in case.rows.treatments if t.drug == drug and t.is_block]
    return int(sum(c.low if c and math.isfinite(c.low) else 1 for c in counts))
