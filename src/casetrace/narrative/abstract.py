"""A short abstract of a case without a story: who, what, how it went, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from casetrace.case.clocks import occasion, told, when
from casetrace.case.measures import main_measure, numbers
from casetrace.case.model import Case
from casetrace.case.rows import Finding, Observation
from casetrace.display.trace import mark, sentence_case
from casetrace.quantity.wording import article, counted, titled
from casetrace.questions.values import headline

__all__ = ["joined", "patient", "sentences"]

MOST = 6  # items of a list in a sentence
SIGNS = ("symptom", "sign", "motor test")


def sentences(case: Case) -> list[str]:
    """Return the abstract of a case, a sentence each, with its numbers marked.

    Parameters
    ----------
    case : Case
        The case under its readings.

    Returns
    -------
    list of str
        Patient; findings at the first time; the main measure from first to last; treatments;
        what the patient could do and what became of it; what is not reported. A sentence that
        the case has nothing for is left out.
    """
    made = (patient, _findings, _measure, _treatment, _outcome, _missing)
    return [said for make in made if (said := make(case))]


def joined(items: Iterable[str], most: int = 0) -> str:
    """Items as a list in a sentence; of more than ``most``, as many and "others"."""
    every = list(items)
    items = every[:most] if most and len(every) > most + 1 else every
    if len(items) < len(every):
        items.append("others")
    if len(items) < 2:
        return "".join(items)
    comma, last = ("; ", "; and ") if any("," in one for one in items) else (", ", " and ")
    return f"{comma.join(items[:-1])}{last}{items[-1]}"


def patient(case: Case) -> str:
    """Return a sentence on whom the case is of, its parts marked with what they rest on."""
    head, age = case.head, headline(case).get("subject.age")
    means = f" {head.subject.age_means}" if head.subject.age_means else ""
    aged = f", {mark('subject.age', age.text())} old{means}," if age else ""
    form = f" ({head.diagnosis.qualifier})" if head.diagnosis.qualifier else ""
    noun = head.subject.noun
    name = mark("case.yaml/diagnosis", f"{head.diagnosis.name}{form}")
    return f"{sentence_case(article(noun))} {noun}{aged} was diagnosed with {name}."


def _findings(case: Case) -> str:
    first = case.head.clocks[0].id if case.head.clocks else ""
    seen = [
        mark(f"findings/{f.id}", f.name)
        for f in case.rows.findings
        if f.state == "observed"
        and f.kind in SIGNS
        and f.clock in ("", first)
        and not (f.event and _is_later(case, f))
    ]
    return f"Findings were {joined(seen, MOST)}." if seen else ""


def _is_later(case: Case, row: Finding) -> bool:
    """Whether a finding may have come after the zero of its clock."""
    time = when(case, "findings", row)
    return time is None or time.low > 0 or (time.high > 0 and not row.lasts)


def _measure(case: Case) -> str:
    rows = numbers(case, main_measure(case))
    if not rows:
        return ""
    said = []
    for o in _telling(rows):
        key = f"observations/{o.id}"
        at = occasion(case, o)
        said.append(mark(key, o.value.text()) + (f" ({mark(key, at)})" if at else ""))
    return f"{titled(rows[0].name)}: {', then '.join(said)}."


def _telling(rows: Sequence[Observation]) -> list[Observation]:
    """The first and the last value, and the extreme between them that lies beyond both."""
    if len(rows) < 3:
        return list(rows)
    first, last = rows[0], rows[-1]
    same = [o for o in rows[1:-1] if o.unit == first.unit == last.unit]
    low, high = min(first.value.low, last.value.low), max(first.value.high, last.value.high)
    beyond = {o.id: max(low - o.value.high, o.value.low - high) for o in same}
    between = [max(same, key=lambda o: beyond[o.id])] if max(beyond.values(), default=0) > 0 else []
    return [first, *between, last]


def _treatment(case: Case) -> str:
    values, said = headline(case), {}
    for row in case.rows.treatments:
        words = mark(f"treatments/{row.id}", row.name)
        count, total = (values.get(f"{row.drug}.{what}") for what in ("courses", "dose_total"))
        if count is not None and total is not None:
            number = mark(f"{row.drug}.courses", counted(count, row.each))
            words += f" ({number}, {mark(f'{row.drug}.dose_total', total.text())} in all)"
        said.setdefault(row.drug, words)
    return f"Treatment was {joined(said.values())}." if said else ""


def _outcome(case: Case) -> str:
    said = []
    for row in case.rows.motor[-1:]:
        said.append(mark(f"motor/{row.id}", row.name))
    for row in case.rows.findings:
        if row.kind in ("outcome", "adverse event") and row.state == "observed":
            words = f"{row.name} {told(case, 'findings', row)}".strip()
            said.append(mark(f"findings/{row.id}", words))
    return f"Reported afterwards: {joined(said, MOST)}." if said else ""


def _missing(case: Case) -> str:
    topics = [mark(f"register/{r.id}", r.topic) for r in case.rows.register if r.kind == "missing"]
    return f"Not reported: {joined(topics, MOST)}." if topics else ""
