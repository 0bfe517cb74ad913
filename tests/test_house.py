"""The house: which room imports which, upwards never, and no circle of files or rooms."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "src" / "casetrace"

#: Rooms from the ground up: what stands in a line imports from the lines above it alone.
LEVELS = [
    {"quantity", "kernels"},
    {"case"},
    {"display"},
    {"questions"},
    {"narrative"},
    {"page", "document"},
    {"explore", "curate"},
    {"exchange"},
    {"build"},
    {"cli"},
]


def modules_of(package: Path) -> dict[str, Path]:
    """The modules of a package by name."""
    found = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports_of(package: Path) -> dict[str, set[str]]:
    """What each module imports of its own package: at the top, in functions, for type hints."""
    known = modules_of(package)
    found = {}
    for name, path in known.items():
        seen = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    seen.add(whole if whole in known else node.module)
            elif isinstance(node, ast.Import):
                seen |= {alias.name for alias in node.names}
        found[name] = (seen & known.keys()) - {name}
    return found


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def rooms_of(imports: dict[str, set[str]]) -> dict[str, set[str]]:
    """What each room imports from others."""
    found = {}
    for name, others in imports.items():
        mine = found.setdefault(room_of(name), set())
        mine |= {room_of(other) for other in others} - {room_of(name)}
    return found


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def upwards_in(rooms: dict[str, set[str]]) -> list[str]:
    level = {name: number for number, names in enumerate(LEVELS) for name in names}
    return [
        f"{mine} imports {other}"
        for mine, others in rooms.items()
        for other in others
        if mine and other and level[other] >= level[mine]
    ]


def test_files_and_rooms_have_no_circle():
    imports = imports_of(PACKAGE)
    assert circle_in(imports) == []
    assert circle_in(rooms_of(imports)) == []


def test_no_room_imports_upwards():
    assert upwards_in(rooms_of(imports_of(PACKAGE))) == []


def test_every_room_has_its_level():
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert rooms - {"__init__", "__pycache__"} == {name for names in LEVELS for name in names}


@pytest.fixture
def planted(tmp_path):
    """A small package in which a test plants what must not be."""
    package = tmp_path / "casetrace"
    files = {
        "__init__": "",
        "quantity/__init__": "",
        "quantity/words": "",
        "quantity/number": "from casetrace.quantity.words import text",
        "case/__init__": "from casetrace.quantity.number import Number",
        "case/rows": "",
    }

    def plant(**more):
        for name, text in {
            **files,
            **{k.replace("__in__", "/"): v for k, v in more.items()},
        }.items():
            path = package / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return imports_of(package)

    return plant


def test_a_house_without_circles_is_passed(planted):
    imports = planted()
    assert circle_in(imports) == circle_in(rooms_of(imports)) == []


@pytest.mark.parametrize(
    "words",
    [
        "from casetrace.quantity.number import Number",
        "from casetrace.quantity import number",
        "import casetrace.quantity.number",
        "def late():\n    from casetrace.quantity.number import Number",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from casetrace.quantity.number import Number",
    ],
    ids=["name", "module", "import", "in a function", "type hint"],
)
def test_a_planted_circle_is_seen(planted, words):
    circle = circle_in(planted(**{"quantity/words": words}))
    assert {"casetrace.quantity.words", "casetrace.quantity.number"} == set(circle)


def test_a_planted_circle_of_rooms_is_seen(planted):
    """Of rooms alone: no file imports one that leads back to it."""
    imports = planted(**{"quantity/words": "from casetrace.case.rows import Row"})
    assert circle_in(imports) == []
    assert set(circle_in(rooms_of(imports))) == {"quantity", "case"}
    assert upwards_in(rooms_of(imports)) == ["quantity imports case"]
