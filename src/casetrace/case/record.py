"""What an output hangs on: the readings whose cells were looked at while it was made.

A cell that an option of a reading sets notes that reading when it is looked at. So what a
computation noted is all that can change its result: two scenarios that agree in it give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar

from casetrace.case.fields import Entry

__all__ = [
    "Chosen",
    "Results",
    "WatchedDict",
    "note",
    "readings_of",
    "recorded",
    "unrecorded",
    "watched",
]

Model = TypeVar("Model", bound=Entry)
_NOTED: ContextVar[tuple[set[str], ...]] = ContextVar("noted", default=())


@contextmanager
def recorded() -> Iterator[set[str]]:
    """Record the readings whose cells are looked at within.

    Returns
    -------
    set of str
        Grows while the block runs.

    Examples
    --------
    >>> with recorded() as seen:
    ...     note(["dose"])
    >>> seen
    {'dose'}
    """
    seen: set[str] = set()
    token = _NOTED.set((*_NOTED.get(), seen))
    try:
        yield seen
    finally:
        _NOTED.reset(token)


@contextmanager
def unrecorded() -> Iterator[None]:
    """Let no recording that is under way note what is looked at within."""
    token = _NOTED.set(())
    try:
        yield
    finally:
        _NOTED.reset(token)


def note(readings: Iterable[str]) -> None:
    """Note readings in every recording that is under way."""
    for seen in _NOTED.get():
        seen.update(readings)


class Chosen(dict[str, str]):
    """Option by reading; to ask for one is to look at the reading."""

    def __getitem__(self, reading: str) -> str:
        note((reading,))
        return super().__getitem__(reading)


class WatchedDict(dict[str, Any]):
    """A dictionary of ``case.yaml`` that notes readings when keys that they can set are looked at.

    Parameters
    ----------
    items : dict
        What it holds.
    readings : dict of tuple of str
        Readings by key.
    """

    def __init__(self, items: Mapping[str, Any], readings: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(items)
        self._readings = readings

    def __getitem__(self, key: str) -> Any:
        note(self._readings.get(key, ()))
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return what a key holds."""
        note(self._readings.get(key, ()))
        return super().get(key, default)


def readings_of(row: Entry, *fields: str) -> set[str]:
    """Return the readings that can set some fields of a row."""
    with recorded() as seen:
        for field in fields:
            getattr(row, field)
    return seen


def watched(row: Model, readings: Mapping[str, tuple[str, ...]]) -> Model:
    """Return a row that notes readings when fields that they can set are looked at.

    Parameters
    ----------
    row : Entry
        The row, or a part of ``case.yaml``.
    readings : dict of tuple of str
        Readings by field.
    """
    if not readings:
        return row
    found = row.model_copy()
    found.__dict__["_readings"] = dict(readings)
    found.__class__ = _watched_kind(type(row))
    return found


@cache
def _watched_kind(model: type[Model]) -> type[Model]:
    class Watched(model):
        def __getattribute__(self, name: str) -> Any:
            readings = super().__getattribute__("__dict__").get("_readings", {})
            if name in readings:
                note(readings[name])
            return super().__getattribute__(name)

    Watched.__name__ = Watched.__qualname__ = model.__name__
    return Watched


class Results:
    """Results of computations, each shared by all scenarios that agree in what it looked at."""

    def __init__(self) -> None:
        #: By key, then by the readings that were looked at, then by their options.
        self._found: dict[Hashable, dict[tuple[str, ...], dict[tuple[str, ...], Any]]] = {}

    def get(self, key: Hashable, chosen: Mapping[str, str], compute: Callable[[], Any]) -> Any:
        """Return the result of a computation, which is run once for like scenarios.

        Parameters
        ----------
        key : hashable
            What is computed.
        chosen : dict
            Option by reading, of the case that it is computed for.
        compute : callable
            Gives it.
        """
        options = dict(chosen)
        known = self._found.setdefault(key, {})
        for readings, results in known.items():
            here = tuple(options[r] for r in readings)
            if here in results:
                note(readings)
                return results[here]
        with recorded() as seen:
            result = compute()
        readings = tuple(sorted(seen))
        known.setdefault(readings, {})[tuple(options[r] for r in readings)] = result
        return result
