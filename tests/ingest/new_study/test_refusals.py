"""What may be the variant is named where nothing tells it; compounds of the word for a variant tell it."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed


def table(file: Path, seed: int, columns: dict[str, tuple[str, ...]]) -> None:
    draw = random.Random(seed)
    rows = [
        f"m{i:04};{draw.randrange(9)};" + ";".join(draw.choice(levels) for levels in columns.values())
        for i in range(300)
    ]
    file.write_text("\n".join([f"member_id;sessions;{';'.join(columns)}", *rows]) + "\n", encoding="utf-8")


@pytest.mark.parametrize("seed", range(3))
def test_columns_with_a_few_levels_are_named_the_most_balanced_first(tmp_path: Path, seed: int) -> None:
    levels = {
        "uneven": ("p",) * 8 + ("q",),
        "even": ("r", "s"),
        "three": ("t", "u", "v", "v"),
        "many": tuple("abcdefghij"),
    }
    names = [*levels]
    random.Random(seed).shuffle(names)
    table(tmp_path / "people.csv", seed, {name: levels[name] for name in names})
    with pytest.raises(ReportError) as error:
        proposed(tmp_path, tmp_path / "people.csv")
    told = str(error.value)
    assert 0 < told.index("'even' (") < told.index("'three' (") < told.index("'uneven' (") and "'many' (" not in told


@pytest.mark.parametrize(("name", "levels"), [
    ("Briefvariante", ("Brief A (bisher)", "Brief B")), ("Lehrmethode", ("bisher", "Projekt")), ("brevvariant", ("uden", "rabat")),
    ("Testversion", ("alt", "neu")), ("lesmethode", ("oud", "nieuw")),
])  # fmt: skip
def test_compounds_name_the_variant(tmp_path: Path, name: str, levels: tuple[str, ...]) -> None:
    table(tmp_path / "people.csv", 4, {name: levels, "Wochentag": ("Mo", "Di", "Mi")})
    study, text, _ = proposed(tmp_path, tmp_path / "people.csv", control=levels[0])
    assert study.data.columns["variant"] == name  # type: ignore[union-attr]
    assert "It is sessions" in text


@pytest.mark.parametrize("numbered", [True, False])
def test_fields_that_blanks_separate_are_parted_by_the_program_that_is_told(tmp_path: Path, numbered: bool) -> None:
    """As R's write.table writes them, with names of rows and quotes, or as a printed table has them."""
    rows = [(f"k{i}", ("control", "treatment")[i % 2], i % 3) for i in range(90)]
    head = '"user" "variant" "orders"' if numbered else "USER        ARM         ORDERS"
    body = [
        f'"{n}" "{u}" "{arm}" {o}' if numbered else f"{u:11} {arm:11} {o:6}" for n, (u, arm, o) in enumerate(rows, 1)
    ]
    (tmp_path / "table.txt").write_text("\n".join([head, *body, ""]), encoding="utf-8")
    with pytest.raises(ReportError, match="separated by blanks") as caught:
        proposed(tmp_path, tmp_path / "table.txt")
    program = re.search(r'python -c "(.*)"', str(caught.value))
    assert program
    subprocess.run([sys.executable, "-c", program[1]], check=True, cwd=tmp_path)
    study, _, _ = proposed(tmp_path, tmp_path / "FILE.csv")
    assert study.primary.event == "orders"
