"""Names in the words of other audiences: ``words.<audience>.csv``, of a case or for all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from casetrace.case.fields import Text, column
from casetrace.case.problems import Problem
from casetrace.case.read import read_csv
from casetrace.case.rows import Row, columns

__all__ = ["Saying", "Vocabulary", "is_words_file", "read_vocabulary"]

#: Words by name, by audience.
Vocabulary = Mapping[str, Mapping[str, str]]

_FILE = re.compile(r"words\.([a-z]+)\.csv")


class Saying(Row):
    """A name or a sentence of the data in the words of one audience: a parent, Japanese."""

    text: Text = column("As it stands in the data", "creatine kinase")
    words: Text = column("As it is said, with the same numbers", "クレアチンキナーゼ")
    note: Text = column("Why so", "", default="")


def is_words_file(path: Path) -> bool:
    """Whether a file of a data folder holds words of an audience."""
    return _FILE.fullmatch(path.name) is not None


def read_vocabulary(folder: Path, shown: str) -> tuple[Vocabulary, list[Problem]]:
    """Read the words of all audiences in a folder.

    Parameters
    ----------
    folder : Path
        Folder of a case, or of the reference tables.
    shown : str
        Its name in messages.

    Returns
    -------
    words : dict of dict of str
    problems : list of Problem
    """
    found: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for path in sorted(filter(is_words_file, folder.glob("words.*.csv"))):
        file = f"{shown}/{path.name}"
        rows, more = read_csv(path, file, columns(Saying), ["text", "words"])
        problems += more
        words = found[_FILE.fullmatch(path.name)[1]] = {}
        for number, row in rows:
            text, said = row["text"], row["words"]
            where = f"row {number}"
            if not text or not said:
                fix = "fill in both, or take the row out: the name then stands as in the data"
                problems.append(Problem(file, where, expected="a text and its words", fix=fix))
            elif text in words:
                fix = "keep one of the two rows"
                problems.append(Problem(file, where, "text", text, "each text once", fix))
            elif _numbers(text) != _numbers(said):
                numbers = ", ".join(_numbers(text)) or "no number"
                fix = "say it with the same numbers, in figures"
                problems.append(Problem(file, where, "words", said, numbers, fix))
            else:
                words[text] = said
    return found, problems


def _numbers(text: str) -> list[str]:
    return sorted(re.findall(r"\d+(?:[.,]\d+)*", text))
