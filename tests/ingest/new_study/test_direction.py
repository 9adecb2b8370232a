"""Less of some metrics is better: by what they are called, by grades of which 1 is the best, or as somebody says."""

import random
from pathlib import Path

import pytest

from tests.ingest.new_study.tables import proposed

LOWER = (
    "days_to_first_order",
    "latency_ms",
    "complaints",
    "Wartezeit_min",
    "refund_count",
    "error_rate",
    "page_load_time",
)
HIGHER = ("orders", "revenue", "sessions", "visits")
UNCLEAR = ("quux", "index_7", "blood_pressure")


def table(file: Path, seed: int, name: str, values: list[float]) -> Path:
    draw = random.Random(seed)
    rows = [f"m{i:04},{('usual', 'coached')[i % 2]},{draw.choice(values)}" for i in range(400)]
    file.write_text("\n".join([f"member_id,arm,{name}", *rows]) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("better", [None, "lower", "higher"])
def test_the_direction_is_that_of_the_name_unless_somebody_says_it(
    tmp_path: Path, seed: int, better: str | None
) -> None:
    draw = random.Random(seed)
    for kind, names in (("lower", LOWER), ("higher", HIGHER), ("unclear", UNCLEAR)):
        name = draw.choice(names)
        file = table(tmp_path / f"{name}.csv", seed, name, [0, 1, 2, 3.5, 8, 11])
        study, text, said = proposed(tmp_path, file, primary=name, better=better)
        assert study.primary.better == (better or ("lower" if kind == "lower" else "higher")), name
        assert ("ASSUMED so; better: lower" in text) == (kind == "unclear" and better is None), name
        assert f" is {study.primary.better} in " in study.hypothesis
        assert ("less of" in said) == (study.primary.better == "lower")


@pytest.mark.parametrize(("name", "values", "lower"), [
    ("Note", [1.0, 1.3, 2.7, 4.0, 5.0], True), ("Abschlussnote", [1, 2, 3, 4, 5, 6], True), ("Note", [10, 40, 80, 95], False),
])  # fmt: skip
def test_grades_of_which_one_is_the_best(tmp_path: Path, name: str, values: list[float], lower: bool) -> None:
    study, text, _ = proposed(tmp_path, table(tmp_path / "class.csv", 3, name, values), primary=name)
    assert (study.primary.better == "lower") == lower and ("ASSUMED so; better: lower" in text) != lower
