"""A study file is data: it runs nothing, unfolds to nothing, and names no place outside of the project."""

import re
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from helpers import paths
from helpers import study as studies
from helpers.errors import ReportError

FLAGSHIP = paths.STUDIES / "cart_checkout.yml"
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
"""A thousand million words in ten lines."""


def written(base: Path, text: str, name: str = "own") -> Path:
    file = base / "studies" / f"{name}.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def changed(base: Path, **keys: object) -> Path:
    raw = yaml.safe_load(FLAGSHIP.read_text(encoding="utf-8")) | {"name": "own"} | keys
    return written(base, yaml.safe_dump(raw))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: !!python/object/apply:pathlib.Path.touch [{mark}]\n", "could not determine a constructor for the tag"),
        ("!!python/object/new:subprocess.run [[touch, {mark}]]\n", "could not determine a constructor for the tag"),
        ("name: !!python/name:os.system ''\n", "could not determine a constructor for the tag"),
        (LAUGHS, r"own.yml, line 2: an alias is not understood"),
        ("a: &a [*a]\n", "line 1: an alias is not understood"),
        ("&a {{name: *a}}\n", "line 1: an alias is not understood"),
        ("[" * 100_000, "line 1: too deep a nesting is not understood"),
        ("{{a: " * 5_000, "line 1: too deep a nesting is not understood"),
        ("? [1, 2]\n: 3\n", "line 1: a key is no plain word"),
        ("name: a\0b\n", "is not valid YAML"),
        ("period: 2026-99-99\n", "is not valid YAML"),
    ],
    ids=["apply", "new", "name", "laughs", "itself", "map of itself", "brackets", "braces", "key", "null", "date"],
)
def test_yaml_is_loaded_safely(tmp_path, text, told):
    mark = tmp_path / "ran"
    file = written(tmp_path, text.format(mark=mark) if "{mark}" in text or "{{" in text else text)
    began = time.monotonic()
    with pytest.raises(ReportError, match=told) as caught:
        studies.load(file)
    assert time.monotonic() - began < 20
    assert len(str(caught.value)) < 1_000 and not mark.exists()


@pytest.mark.parametrize(
    "name",
    ["../../x", "/etc/x", "..", ".", "a/b", "a\\b", "a b", "", "x\n", "x\0", "~", "$HOME", "own;ls", "Own", "-rf"],
)
@pytest.mark.parametrize("key", ["name", "tracking_plan"])
def test_a_name_is_no_path(tmp_path, key, name):
    with pytest.raises(ReportError, match=key):
        studies.load(changed(tmp_path, **{key: name}))


@pytest.mark.parametrize("place", ["data", "figures", "reports", "executed", "results", "database", "figure_specs"])
def test_what_a_study_makes_stands_beside_its_folder(tmp_path, place):
    study, where = studies.opened(changed(tmp_path))
    assert study.name == "own" and getattr(where, place).resolve().is_relative_to(tmp_path.resolve())


def test_a_study_file_linked_from_elsewhere_is_the_file_it_leads_to(tmp_path):
    """A link cannot make a file outside a folder 'studies' write into the project, nor one name write to another's."""
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "own.yml").write_text(changed(tmp_path).read_text(encoding="utf-8"), encoding="utf-8")
    link = tmp_path / "studies" / "linked.yml"
    link.symlink_to(outside / "own.yml")
    with pytest.raises(ReportError, match="stands outside a folder named 'studies'"):
        studies.opened(link)
    link.unlink()
    link.symlink_to("own.yml")
    assert studies.opened(link)[1].name == "own"


def test_clean_does_not_follow_links(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    tree = tmp_path / "tree"
    (tree / "data" / "x").mkdir(parents=True)
    (tree / "data" / "own.csv").touch()
    (tree / "data" / "linked").symlink_to(outside)
    (tree / "reports").symlink_to(outside)
    makefile = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^clean:.*\n((?:\t.*\n)+)", makefile, flags=re.MULTILINE)
    assert recipe is not None
    commands = recipe[1].replace("\t@", "")
    subprocess.run(["bash", "-c", commands], cwd=tree, check=True)
    assert (outside / "precious").exists()
    assert sorted(f.name for f in tree.rglob("*")) == ["data", "own.csv"]
