"""What may stand in braces in a story: values by name, in a form, under a reading; conditions.

A story is Jinja in a sandbox, of which only this is let in: ``{{ value }}``, filters of
:data:`FORMS`, and ``{% if reading.name == "option" %}``. Loops, calls and arithmetic are not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from typing import Any

from jinja2 import Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from casetrace.case.model import Case
from casetrace.case.problems import nearest
from casetrace.display.trace import mark
from casetrace.narrative.language import Language
from casetrace.quantity import Quantity
from casetrace.questions.values import alternatives, headline

__all__ = ["FORMS", "Placeholders", "StoryError"]

_LET_IN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Filter,
    nodes.If, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Const,
    nodes.Keyword,
)  # fmt: skip
_NUMBERS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)

#: Filters, with what they do to a value.
FORMS = {
    "number": "without its unit",
    "whole": "rounded to whole numbers, without its unit",
    "low": "its low end alone",
    "high": "its high end alone",
    "words": "a number up to twelve as a word, without its unit",
    "size": "a change without its direction",
    "direction": "fell, rose, did not change, or changed if it may be either",
    "under": 'as it is under other readings: under(ivig_dose="per-course")',
    "others": "what it is under each other option of the passages it depends on",
}


class StoryError(ValueError):
    """Something in a story that cannot be told; its message says what and how to mend it."""


@dataclass(frozen=True)
class _Value:
    """A headline value by its name, in a form; its parts are found by looking up names."""

    _filler: Placeholders
    _case: Case
    _path: str
    _forms: tuple[str, ...] = ()
    _reading: str = ""

    def __getattr__(self, name: str) -> _Value:
        if name.startswith("_"):
            raise AttributeError(name)
        return replace(self, _path=f"{self._path}.{name}")


class _Readings:
    """The options of a case by reading."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def __getattr__(self, name: str) -> str:
        if name.startswith("_") or name not in self._case.chosen:
            raise AttributeError(name)
        return self._case.chosen[name]


class Placeholders:
    """What fills the braces of a passage, for a case told in a language.

    Parameters
    ----------
    case : Case
        The case under its readings.
    language : Language
        How numbers are said.
    """

    def __init__(self, case: Case, language: Language) -> None:
        self.case, self.language = case, language
        self.values = headline(case)
        starts = {name.partition(".")[0] for name in self.values}
        self._names = {start: _Value(self, case, start) for start in starts}
        self._names["reading"] = _Readings(case)

    def check(self, source: str) -> Iterator[tuple[str, str]]:
        """Say what is wrong with a passage under any reading, and what mends it."""
        try:
            tree = _sandbox().parse(source)
        except TemplateSyntaxError as error:
            fix = "open and close braces within one paragraph, such as {{ subject.age }}"
            yield str(error.message), fix
            return
        for text in tree.find_all(nodes.TemplateData):
            if digit := re.search(r".{0,30}\d.{0,30}", " ".join(text.data.split())):
                yield (
                    f"a digit in {digit[0]!r}",
                    "write the name of the value that it is, in braces; or, if it stands in the "
                    "name of a row, link the words to that row",
                )
        yield from self._strange(tree)
        for chain in _chains(tree):
            yield from self._unknown(chain)
        for compare in tree.find_all(nodes.Compare):
            yield from self._options(compare)
        yield from self._misplaced(tree)
        for call in tree.find_all(nodes.Filter):
            if call.name not in FORMS:
                yield f"no form {call.name!r}", nearest(call.name, FORMS, "form")
            if call.args or (call.kwargs and call.name != "under"):
                yield f"something in brackets after {call.name}", "only under(...) takes readings"
            for pair in call.kwargs or ():
                yield from self._option(pair.key, getattr(pair.value, "value", None))

    def fill(self, source: str) -> str:
        """Return a passage with its braces filled; what is filled in is marked with its name.

        Raises
        ------
        StoryError
            If something in it cannot be told.
        """
        try:
            return _template(source).render(self._names)
        except (TemplateError, AttributeError, TypeError) as error:
            raise StoryError(str(error)) from error

    # --- checks

    def _strange(self, tree: nodes.Template) -> Iterator[tuple[str, str]]:
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _LET_IN):
                kind = type(node).__name__.lower()
                yield f"{kind} in braces", "a story holds values, forms and conditions alone"

    def _unknown(self, chain: str) -> Iterator[tuple[str, str]]:
        start, _, name = chain.partition(".")
        if start == "reading":
            if name not in self.case.chosen:
                yield f"no reading {name!r}", nearest(name, self.case.chosen, "reading")
        elif chain not in self.values:
            yield f"no value {chain!r}", nearest(chain, self.values, "value")

    def _misplaced(self, tree: nodes.Template) -> Iterator[tuple[str, str]]:
        """A reading that would be printed, and a condition that is none on a reading."""
        for output in tree.find_all(nodes.Output):
            for node in output.nodes:
                is_reading = (_chain(node) or "").startswith("reading.")
                if is_reading or isinstance(node, nodes.Compare | nodes.And | nodes.Or | nodes.Not):
                    yield "a reading in braces", "a reading stands in a condition: {% if ... %}"
        for condition in tree.find_all(nodes.If):
            if not isinstance(condition.test, nodes.Compare | nodes.And | nodes.Or | nodes.Not):
                yield "a condition of another form", 'write reading.name == "option", or !='

    def _options(self, compare: nodes.Compare) -> Iterator[tuple[str, str]]:
        of, (operand, *more) = compare.expr, compare.ops
        chain = _chain(of) or ""
        is_plain = operand.op in ("eq", "ne") and isinstance(operand.expr, nodes.Const)
        if more or not chain.startswith("reading.") or not is_plain:
            yield "a condition of another form", 'write reading.name == "option", or !='
        else:
            yield from self._option(chain.partition(".")[2], operand.expr.value)

    def _option(self, reading: str, option: Any) -> Iterator[tuple[str, str]]:
        readings = self.case.at_defaults.head.readings
        if reading not in readings:
            yield f"no reading {reading!r}", nearest(reading, readings, "reading")
        elif option not in readings[reading].options:
            hint = nearest(str(option), readings[reading].options, "option")
            yield f"no option {option!r} of {reading}", hint

    # --- what is filled in

    def _others(self, value: _Value) -> str:
        self._quantity(value)
        found = alternatives(value._case, value._path)
        if not found:
            raise StoryError(f"{value._path} is the same under every option of its passages")
        said = [
            self._said(replace(value, _case=value._case.under({name: option}), _reading=name))
            for name, option, q in found
            if math.isfinite(q.high)
        ]
        if not said:
            raise StoryError(f"{value._path} has no bound under any other option")
        text, pattern = said[0], self.language.phrases["or"]
        for other in said[1:]:
            text = pattern.format(first=text, second=other)
        return text

    def _said(self, value: _Value) -> str:
        q, wording = self._quantity(value), self.language.wording
        key = value._path if value._case is self.case else f"case.yaml/readings/{value._reading}"
        forms = value._forms
        if "direction" in forms:
            return mark(key, self.language.phrases[_direction(value._path, q)])
        if "size" in forms and _direction(value._path, q) != "either":
            wording = replace(wording, fall="{change}", rise="{change}")
        for form in ("low", "high"):
            if form in forms:
                q = _point(value._path, q, form)
        if "whole" in forms:
            q = _whole(q)
        text = wording.text(q, unit=not {"number", "whole", "words"} & {*forms})
        if "words" in forms and self.language.code == "en":
            text = _WORDS.get(text, text)
        return mark(key, text)

    def _quantity(self, value: _Value) -> Quantity:
        found = headline(value._case).get(value._path)
        if found is None:
            hint = nearest(value._path, self.values, "value")
            raise StoryError(f"no value {value._path!r} under these readings; {hint}")
        return found


@cache
def _sandbox() -> ImmutableSandboxedEnvironment:
    """Where stories are told: with the forms, and nothing else."""
    env = ImmutableSandboxedEnvironment(finalize=_finalized)
    env.globals.clear()
    env.filters.clear()
    env.tests.clear()
    for form in set(FORMS) - {"under", "others"}:
        env.filters[form] = partial(_formed, form)
    env.filters["under"], env.filters["others"] = _under, _others
    return env


@lru_cache(4096)
def _template(source: str) -> Template:
    """A passage, read once for all cases that it is told of."""
    return _sandbox().from_string(source)


def _known(value: Any) -> _Value:
    if not isinstance(value, _Value):
        raise StoryError(f"{value!r} is no value: a form follows the name of one")
    return value


def _formed(form: str, value: Any) -> _Value:
    return replace(_known(value), _forms=(*value._forms, form))


def _under(value: Any, **options: str) -> _Value:
    name = next(iter(options), "")
    return replace(_known(value), _case=value._case.under(options), _reading=name)


def _others(value: Any) -> str:
    return _known(value)._filler._others(value)


def _finalized(value: Any) -> Any:
    return value._filler._said(value) if isinstance(value, _Value) else value


_WORDS = {str(number): word for number, word in enumerate(_NUMBERS)}


def _point(name: str, q: Quantity, form: str) -> Quantity:
    """The low or the high end of a quantity alone, if it belongs to it."""
    if not getattr(q, f"{form}_closed"):
        raise StoryError(f"{name} is open there: it has no {form} end of its own")
    end = getattr(q, form)
    return replace(q, low=end, high=end, low_closed=True, high_closed=True)


def _whole(q: Quantity) -> Quantity:
    """Round to whole numbers: to nearest, and a single bound outward."""
    if math.isinf(q.high):
        return q if math.isinf(q.low) else replace(q, low=math.floor(q.low))
    if math.isinf(q.low):
        return replace(q, high=math.ceil(q.high))
    return replace(q, low=round(q.low), high=round(q.high), low_closed=True, high_closed=True)


def _direction(name: str, q: Quantity) -> str:
    if not q.is_change:
        raise StoryError(f"{name} is no change: it has no direction")
    if q.low == 0 == q.high:
        return "same"
    return "fell" if q.high <= 0 else "rose" if q.low >= 0 else "either"


def _chain(node: nodes.Node) -> str | None:
    """The dotted name that a node is, or None."""
    parts: list[str] = []
    while isinstance(node, nodes.Getattr):
        parts.append(node.attr)
        node = node.node
    return ".".join([node.name, *reversed(parts)]) if isinstance(node, nodes.Name) else None


def _chains(tree: nodes.Node) -> Iterator[str]:
    """Every dotted name in a tree, whole."""
    whole: Callable[[nodes.Node], bool] = lambda n: isinstance(n, nodes.Getattr | nodes.Name)  # noqa: E731
    for child in tree.iter_child_nodes():
        if whole(child) and (chain := _chain(child)):
            yield chain
        else:
            yield from _chains(child)
