"""One row for each combination of the readings that move some values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from casetrace.case.model import Case
from casetrace.display.table import Table, traced
from casetrace.questions.sensitivity.analysis import factorials
from casetrace.questions.values import of_family

__all__ = ["by_reading", "given_values", "moving", "option_label", "variants"]


def given_values(drug: str) -> list[str]:
    """Headline values that say what of a drug was given, and when."""
    return [f"{drug}.dose_total", f"{drug}.weeks_first_to_last_course"]


def moving(
    case: Case, family: str, names: Sequence[str], only: Iterable[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Readings that move any of some values, with their options; only some of them, if named."""
    found = factorials(case, names, only, family)
    moved = {r for f in found.values() for r, _ in f.ranked()}
    return {r: tuple(o.options) for r, o in case.head.readings.items() if r in moved}


def variants(
    case: Case, family: str, names: Sequence[str], only: Iterable[str] = ()
) -> list[tuple[list[str], Case, list[str]]]:
    """The case under every combination of the readings that move some values.

    Parameters
    ----------
    case : Case
        The case.
    family : str
        The family of :func:`casetrace.questions.values.families` that the values are of.
    names : sequence of str
        Ids of headline values.
    only : iterable of str
        Vary these readings only.

    Returns
    -------
    list of (list of str, Case, list of str)
        The options in words, the case under them, and the readings that are not as in ``case``;
        the case itself if nothing moves.
    """
    axes = moving(case, family, names, only)
    found = []
    for options in product(*axes.values()):
        chosen = dict(zip(axes, options, strict=True))
        words = [option_label(case, r, o) for r, o in chosen.items()]
        switched = [r for r, option in chosen.items() if case.chosen[r] != option]
        found.append((words, case.under(chosen), switched))
    return found


def by_reading(
    case: Case,
    family: str,
    title: str,
    columns: dict[str, str],
    only: Iterable[str] = (),
    one_at_a_time: bool = False,
) -> Table | None:
    """Values under every combination of the readings that move them.

    Parameters
    ----------
    case : Case
        The case; readings that are not varied stay as they are in it.
    family : str
        The family that the values are of.
    title : str
        What the table shows.
    columns : dict
        Header by id of a headline value.
    only : iterable of str
        Vary these readings only.
    one_at_a_time : bool
        Keep the rows in which one reading at the most differs from what is in force.

    Returns
    -------
    Table or None
        None if the case has none of the values.
    """
    known = of_family(case, family)
    here = {name: known[name] for name in columns if name in known}
    names = [n for n in columns if n in here]
    if not names:
        return None
    axes = moving(case, family, names, only)
    found = factorials(case, names, only, family)
    rows = []
    for options in product(*axes.values()):
        chosen = dict(zip(axes, options, strict=True))
        cells = []
        for name in names:
            value = here[name]
            if name in found:
                f = found[name]
                place = tuple(
                    o.index(chosen[r]) if r in chosen else n
                    for r, o, n in zip(f.readings, f.options, f.here, strict=True)
                )
                value = f.cells[place]
            cells.append(traced(case, value) if value is not None else "cannot be computed")
        switched = sum(case.chosen[r] != o for r, o in chosen.items())
        if one_at_a_time and switched > 1:
            continue
        labels = [option_label(case, r, o) for r, o in chosen.items()]
        rows.append([*labels, *cells, "" if switched else "in force"])
    header = [r.replace("_", " ") for r in axes]
    return Table(title, [*header, *(columns[n] for n in names), "in force"], rows)


def option_label(case: Case, reading: str, option: str) -> str:
    """An option in words."""
    return case.head.readings[reading].options[option].label
