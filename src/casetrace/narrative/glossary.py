"""The glossary above a story: the curator's words in the language of the story.

It stands between two lines of three hyphens, as YAML: ``words:``, and below it the words of the
case, each with those of the language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from casetrace.case.model import Case
from casetrace.case.problems import Problem, nearest
from casetrace.case.read import line_of, parse_yaml
from casetrace.narrative.language import languages
from casetrace.quantity.wording import value_name
from casetrace.questions.values import headline

__all__ = ["curated_words", "glossary", "glossary_faults", "parted"]

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)


def parted(text: str) -> tuple[str, str]:
    """Return what stands above a story, and the story itself, each line where it is in the file."""
    match = _FRONT.match(text)
    if not match:
        return "", text
    return f"\n{match[1]}", "\n" * match[0].count("\n") + text[match.end() :]


@cache
def glossary(text: str) -> Mapping[str, str]:
    """Return the glossary above a story, by the words of the case; empty if it has none."""
    data = parse_yaml(parted(text)[0], "")[0]
    words = data.get("words") if isinstance(data, dict) else None
    known = words.items() if isinstance(words, dict) else ()
    return {key: " ".join(said.split()) for key, said in known if isinstance(said, str)}


def curated_words(case: Case) -> set[str]:
    """Return the curator's words that a page shows as a reader switches readings.

    They are questions and labels of readings, labels of scenarios, names of values and outcomes,
    and classes that a value may have. A story in another language can say them in it.
    """
    head, values = case.at_defaults.head, headline(case.at_defaults)
    readings = head.readings.values()
    return {
        *(reading.question for reading in readings),
        *(option.label for reading in readings for option in reading.options.values()),
        *(scenario.label for scenario in head.scenarios.values()),
        *head.outcomes.values(),
        *map(value_name, values),
        *(level for q in values.values() for level in q.levels or ()),
    }


def glossary_faults(case: Case, name: str, file: str) -> Iterator[Problem]:
    """Find keys that are no glossary, words that the case does not have, and new numbers.

    Parameters
    ----------
    case : Case
        The case.
    name : str
        The audience of the story.
    file : str
        The story's file in messages.
    """
    front, body = parted(case.stories[name])
    if not front:
        if body.startswith("---"):
            expected = "a second line of --- below what stands above the story"
            yield Problem(file, "line 1", value="---", expected=expected, fix="add it")
        return
    data, lines, problems = parse_yaml(front, file)
    yield from problems
    if problems:
        return
    held = data if isinstance(data, dict) else {"": data}
    words = held.get("words", {})
    for key in held:
        if key != "words" or not isinstance(words, dict):
            expected = "words: with the words of the case, each with those in another language"
            fix = "docs/stories.md has an example"
            yield Problem(file, f"line {line_of(lines, (key,))}", str(key), "", expected, fix)
    if not isinstance(words, dict):
        return
    if words and name not in languages():
        known, fix = ", ".join(code for code in languages() if code != "en"), "leave them out"
        yield Problem(file, "line 2", "words", "", f"a story in a language ({known})", fix)
        return
    known = curated_words(case)
    for key, said in words.items():
        where = f"line {line_of(lines, ('words', key))}"
        if key not in known:
            hint = nearest(str(key), known)
            listed = "copy a question or a label of case.yaml, or a value's name from the page"
            fix = hint if hint.startswith("did you mean") else listed
            yield Problem(file, where, "words", str(key), "words as the case has them", fix)
        elif not isinstance(said, str) or not said.strip() or not _is_plain(said):
            fix = "write them behind the colon, quoted if need be, or leave the line out"
            yield Problem(file, where, str(key), "", "words in the language of the story", fix)
        elif new := set(re.findall(r"\d+", said)) - set(re.findall(r"\d+", key)):
            expected = "no number that the words of the case do not have"
            yield Problem(file, where, str(key), ", ".join(sorted(new)), expected, "leave it out")


def _is_plain(said: str) -> bool:
    """Whether words hold nothing that controls a screen; white space of any kind may part them."""
    return " ".join(said.split()).isprintable()
