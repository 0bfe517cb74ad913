"""What was computed of a case already, and which files of data it was computed from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["READ", "Memo", "unread"]

#: Files of data that analyses in this process have looked into, from the project's folder:
#: what they gave may hang on these, and on no others but ``case.yaml``.
READ: set[str] = set()


@contextmanager
def unread() -> Iterator[None]:
    """Look into files without it being noted: to validate them all is not to use them."""
    before = set(READ)
    try:
        yield
    finally:
        READ.clear()
        READ.update(before)


class Memo:
    """Results by key, each with the files that it was computed from."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[Any, frozenset[str]]] = {}

    def get(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """The result of a computation, which is run the first time only.

        Parameters
        ----------
        key : hashable
            What is computed.
        compute : callable
            Gives it.
        """
        if key not in self._found:
            with unread():
                READ.clear()
                result = compute()
                self._found[key] = result, frozenset(READ)
        result, read = self._found[key]
        READ.update(read)
        return result
