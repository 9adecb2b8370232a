"""A study file is data: it runs nothing, unfolds to nothing, and names no place outside of the project."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from helpers import config, ingest, paths
from helpers.errors import ReportError
from helpers.experiment.monitoring import stream
from tests.ingest.studies import unit_study

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
        ("name: !!int x\n", "is not valid YAML"),
    ],
    ids=["apply", "new", "name", "laughs", "itself", "map of itself", "brackets", "braces", "key", "null", "number"],
)
def test_yaml_is_loaded_safely(tmp_path, text, told):
    mark = tmp_path / "ran"
    file = written(tmp_path, text.format(mark=mark) if "{mark}" in text or "{{" in text else text)
    began = time.monotonic()
    with pytest.raises(ReportError, match=told) as caught:
        config.load(file)
    assert time.monotonic() - began < 20
    assert len(str(caught.value)) < 1_000 and not mark.exists()


@pytest.mark.parametrize(
    "name",
    [
        "../../x", "/etc/x", "..", ".", "...", "a/b", "a\\b", "a b", "", "x\n", "x\0", "~", "$HOME", "own;ls", "Own", "-rf",
        ".own", "own..", "größe", "о", "ｏｗｎ", "own\u202e", "\N{PILE OF POO}", "con", "nul", "com1", "assets", "x" * 101,
        "x" * 250, "x" * 100_000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["name", "tracking_plan"])
def test_a_name_is_no_path(tmp_path, key, name):
    with pytest.raises(ReportError, match=key):
        config.load(changed(tmp_path, **{key: name}))


@pytest.mark.parametrize("place", ["data", "figures", "reports", "executed", "results", "database", "figure_specs"])
def test_what_a_study_makes_stands_beside_its_folder(tmp_path, place):
    study, where = config.opened(changed(tmp_path))
    assert study.name == "own" and getattr(where, place).resolve().is_relative_to(tmp_path.resolve())


def test_a_study_file_linked_from_elsewhere_is_the_file_it_leads_to(tmp_path):
    """A link cannot make a file outside a folder 'studies' write into the project, nor one name write to another's."""
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "own.yml").write_text(changed(tmp_path).read_text(encoding="utf-8"), encoding="utf-8")
    link = tmp_path / "studies" / "linked.yml"
    link.symlink_to(outside / "own.yml")
    with pytest.raises(ReportError, match="stands outside a folder named 'studies'"):
        config.opened(link)
    link.unlink()
    link.symlink_to("own.yml")
    assert config.opened(link)[1].name == "own"


def test_a_name_too_long_for_a_file_is_told_with_the_reason(tmp_path):
    """Also where the file itself can stand under it, as with 250 letters and ``.yml``."""
    for letters, told in ((250, "250 letters"), (100, None)):
        name = "x" * letters
        raw = yaml.safe_load(FLAGSHIP.read_text(encoding="utf-8")) | {"name": name}
        file = written(tmp_path, yaml.safe_dump(raw), name)
        if told is None:
            assert config.opened(file)[1].name == name
            continue
        with pytest.raises(ReportError) as caught:
            config.opened(file)
        message = str(caught.value)
        assert told in message and "at most 100 letters" in message and "255 bytes" in message
        assert len(message) < 1_000


@pytest.mark.parametrize("name", ["x" * 300 + ".yml", "x" * 5_000, "a\0b.yml", "circle.yml", ".", "", "/dev/zero"])
def test_a_path_that_leads_to_no_study_file_is_one_clear_error(tmp_path, name):
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "circle.yml").symlink_to("circle.yml")
    with pytest.raises(ReportError, match="there is no study file") as caught:
        config.opened(tmp_path / "studies" / name)
    assert len(str(caught.value)) < 1_000


LINKED = [
    "data/own",
    "data/own/results",
    "data/own/dbt",
    "figures/own",
    "reports/own",
    "reports/own/notebooks",
    "docs/decisions",
]


@pytest.mark.parametrize("place", LINKED)
def test_nothing_is_written_through_a_link(tmp_path, place):
    outside = tmp_path / "outside"
    outside.mkdir()
    link = tmp_path / "tree" / place
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)
    with pytest.raises(ReportError, match=f"{place} is a link that leads elsewhere, or stands behind one") as caught:
        config.opened(changed(tmp_path / "tree"))
    assert str(tmp_path) not in str(caught.value)
    assert list(outside.iterdir()) == []


def test_one_study_cannot_be_linked_into_another(tmp_path):
    (tmp_path / "data" / "other").mkdir(parents=True)
    (tmp_path / "data" / "own").symlink_to("other")
    with pytest.raises(ReportError, match="data/own is a link"):
        config.opened(changed(tmp_path))


def test_the_folders_of_the_project_may_stand_on_another_disk(tmp_path):
    for top in ("data", "figures", "reports", "docs"):
        (tmp_path / "disk" / top).mkdir(parents=True)
        (tmp_path / "tree").mkdir(exist_ok=True)
        (tmp_path / "tree" / top).symlink_to(tmp_path / "disk" / top)
    assert config.opened(changed(tmp_path / "tree"))[1].data.parent.resolve() == tmp_path / "disk" / "data"


READ_ONLY = "data may lie anywhere; they are read and never written"


@pytest.mark.parametrize("where", ["absolute", "up and down", "glob", "folder", "link"])
def test_data_may_lie_anywhere_and_stay_as_they_are(tmp_path, where):
    outside = tmp_path / "outside"
    outside.mkdir()
    file = outside / "units.csv"
    file.write_text("who,arm,bought,spend,rounds\nu1,a,1,2,3\nu2,b,0,0,0\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(file)
    path = {
        "absolute": file, "up and down": outside / ".." / "outside" / file.name, "glob": outside / "*.csv",
        "folder": outside, "link": tmp_path / "link.csv",
    }[where]  # fmt: skip
    before = file.read_bytes(), file.stat().st_mtime_ns
    ingest.land(unit_study(path), tmp_path / "own" / "raw")
    assert ingest.landed(tmp_path / "own" / "raw").table_rows == 2, READ_ONLY
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before and list(outside.iterdir()) == [file]


@pytest.mark.parametrize(
    "path",
    ["/dev/zero", "/proc/self/environ", "https://example.org/units.csv", "s3://bucket/*.csv", "x" * 5_000, "a\0b.csv"],
)
def test_a_path_that_is_no_file_of_data_is_one_clear_error(tmp_path, path):
    with pytest.raises(ReportError, match=r"not there|is empty|no file matches") as caught:
        ingest.land(unit_study(path), tmp_path / "raw")
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize("path", ["/dev/zero", "..", "x" * 5_000, "a\0b.csv"])
def test_a_stream_that_is_no_file_is_one_clear_error(path):
    with pytest.raises(ReportError, match="there is no stream"):
        stream.read(paths.ROOT / path, "2026-07-27")


@pytest.mark.parametrize("goal", ["..", "reports/../../x", "data/a b/raw/done", "-x", "reports/nope/results.json", ""])
def test_a_goal_that_no_step_makes_is_refused(goal):
    done = subprocess.run(
        [sys.executable, "-m", "helpers", "build", "--explain", "--", goal],
        cwd=paths.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and f"no step makes {goal!r}" in done.stderr


def test_clean_does_not_follow_links(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    tree = tmp_path / "tree"
    (tree / "data" / "x").mkdir(parents=True)
    (tree / "data" / "own.csv").touch()
    (tree / "data" / "linked").symlink_to(outside)
    (tree / "reports").symlink_to(outside)
    moved = tmp_path / "moved"
    (moved / "raw").mkdir(parents=True)
    (moved / "raw" / "done").touch()
    (tree / "data" / "study").symlink_to(moved)
    command = ["bash", str(paths.ROOT / "scripts" / "clean.sh")]
    assert f"\t@bash scripts/{Path(command[1]).name}\n" in (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    subprocess.run(command, cwd=tree, check=True)
    assert (outside / "precious").exists() and (moved / "raw" / "done").exists()
    assert sorted(f.name for f in (tree / "data").iterdir()) == ["linked", "own.csv"], "what a user put there stays"
    assert [f.name for f in tree.iterdir()] == ["data"]
    shutil.rmtree(tree / "data")
    subprocess.run(command, cwd=tree, check=True)  # a fresh clone may have no data
