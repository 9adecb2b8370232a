"""An amount that is empty for most units is one metric or another, by what that means: it is asked, and each answer is what it says."""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

Rows = list[tuple[str, str, Decimal | None]]


def gifts(file: Path, seed: int) -> Rows:
    """Half of those who are written to give less each, and more of them give."""
    draw, rows = random.Random(seed), []
    for i in range(1_000):
        arm = ("control", "mailed")[i % 2]
        gives = draw.random() < (0.08, 0.14)[i % 2]
        rows.append((f"d{i}", arm, Decimal(draw.randint(500, (4_000, 3_000)[i % 2])) / 100 if gives else None))
    file.write_text("donor,cell,gift\n" + "\n".join(f"{d},{c},{'' if g is None else g}" for d, c, g in rows))
    return rows


@pytest.mark.parametrize("seed", range(2))
def test_what_an_empty_amount_means_is_asked_and_each_answer_is_what_it_says(tmp_path: Path, seed: int) -> None:
    rows = gifts(tmp_path / "gifts.csv", seed)
    with pytest.raises(ReportError, match="say which: --empty zero, or --empty drop"):
        proposed(tmp_path, tmp_path / "gifts.csv", primary="gift")
    for meaning in ("zero", "drop"):
        study, _, told = proposed(tmp_path, tmp_path / "gifts.csv", primary="gift", empty=meaning, name=meaning)
        assert ("of those with a value" in study.primary.label) == (meaning == "drop")
        found = sums(study, tmp_path)["gift"]
        for level, arm in study.data.variants.items():
            given = [g for _, c, g in rows if c == level and g is not None]
            assert found[arm] == (500 if meaning == "zero" else len(given), sum(given))
        assert "Does an empty gift" not in told
