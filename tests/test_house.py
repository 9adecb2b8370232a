"""The plan of src/helpers: few loose modules, rooms of a kind, a class name for one thing, modules that fit a screen or five."""

import ast
from collections import defaultdict

from helpers import paths

PACKAGE = paths.ROOT / "src" / "helpers"
LOOSE, ROOMS, LINES = 8, 14, 460
GROUND_NAMES = {"utils", "common", "misc", "helpers"}


def test_few_modules_lie_loose_and_few_rooms_stand_beside_them():
    loose = [file.name for file in PACKAGE.glob("*.py")]
    rooms = [folder.name for folder in PACKAGE.iterdir() if (folder / "__init__.py").is_file()]
    assert len(loose) <= LOOSE, loose
    assert len(rooms) <= ROOMS, rooms


def test_every_folder_of_modules_is_a_package_that_says_what_it_is_for():
    for folder in {file.parent for file in PACKAGE.rglob("*.py")}:
        opening = folder / "__init__.py"
        assert opening.is_file(), folder
        assert ast.get_docstring(ast.parse(opening.read_text(encoding="utf-8"))), opening


def test_a_class_name_is_defined_once():
    places = defaultdict(list)
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(file.relative_to(PACKAGE)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_modules_are_named_for_a_concept_and_stay_small():
    for file in PACKAGE.rglob("*.py"):
        assert file.stem not in GROUND_NAMES, file
        assert len(file.read_text(encoding="utf-8").splitlines()) <= LINES, file
