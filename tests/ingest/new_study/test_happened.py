"""A moment that stands for some units alone says that something happened to them; it is no time of all."""

import random
from pathlib import Path

import pandas as pd
import pytest

from helpers import config
from helpers.config import Units
from helpers.errors import ReportError
from tests.ingest.new_study import hidden
from tests.ingest.new_study.tables import proposed

NAMES = ("Converted_At", "cancelled_at", "first_order_date", "gekauft_am")


def table(file: Path, seed: int, name: str, word: str, *, days: bool) -> pd.DataFrame:
    """Members in two arms with the moment of joining; a third of them have one of what came of it, others ``word``."""
    draw, rows = random.Random(seed), []
    for i in range(500):
        joined = pd.Timestamp("2026-02-02") + pd.Timedelta(hours=draw.randrange(400))
        did = draw.random() < (0.25, 0.4)[i % 2]
        moment = joined + pd.Timedelta(hours=draw.randrange(1, 300))
        written = f"{moment:%Y-%m-%d}" if days else f"{moment:%Y-%m-%d %H:%M:%S}"
        rows.append((f"m{i:04}", ("usual", "coached")[i % 2], f"{joined:%Y-%m-%d}", written if did else word, did))
    frame = pd.DataFrame(rows, columns=["member_id", "arm", "joinedDt", name, "did"])
    frame.drop(columns="did").to_csv(file, index=False)
    return frame


@pytest.mark.parametrize(
    ("seed", "name", "word", "days", "told"),
    [
        *((i, name, "", bool(i % 2), {}) for i, name in enumerate(NAMES)),
        (5, "Converted_At", "NULL", False, {}),
        (6, "q7_done", "", True, {"primary": "q7_done"}),
        (7, "converted_at", "-", True, {"outcomes": ("converted_at",)}),
    ],
)
def test_filled_is_yes_and_empty_is_no(
    tmp_path: Path, seed: int, name: str, word: str, days: bool, told: dict[str, str]
) -> None:
    frame = table(tmp_path / "members.csv", seed, name, word, days=days)
    study, text, _ = proposed(tmp_path, tmp_path / "members.csv", **told)
    data = study.data
    assert isinstance(data, Units) and data.columns["event_time"] == "joinedDt"
    assert data.outcomes[study.primary.event] == name and data.happened == (study.primary.event,)
    assert "data.happened" in text
    events = hidden.landed(study, tmp_path / "raw")
    arm = events[events.event_name == "exposed"].set_index("user_id").variant
    happened = events[events.event_name == study.primary.event]
    assert set(happened.price) == {"1"}
    found = happened.user_id.map(arm).value_counts()
    for level, meant in frame.groupby("arm").did.sum().items():
        assert found[data.variants[str(level)]] == meant


def test_a_word_for_nothing_that_nobody_explains_is_refused(tmp_path: Path) -> None:
    table(tmp_path / "members.csv", 1, "Converted_At", "9999-12-31", days=True)
    study, _, _ = proposed(tmp_path, tmp_path / "members.csv", primary="Converted_At")
    assert study.data.missing_codes == {"Converted_At": ["9999-12-31"]}  # type: ignore[union-attr]
    plain = study.data.model_copy(update={"missing_codes": {}})
    with pytest.raises(ReportError, match=r"data\.happened reads what stands there as yes"):
        hidden.landed(study.model_copy(update={"data": plain}), tmp_path / "raw")


def test_a_moment_of_all_is_no_outcome(tmp_path: Path) -> None:
    frame = table(tmp_path / "members.csv", 2, "Converted_At", "", days=True)
    frame.assign(bought=frame.did.astype(int), Converted_At=frame.joinedDt).to_csv(tmp_path / "members.csv")
    with pytest.raises(ReportError, match="moments that stand in every row"):
        proposed(tmp_path, tmp_path / "members.csv", primary="Converted_At")


def test_a_moment_beside_its_own_yes_and_no_is_no_second_outcome(tmp_path: Path) -> None:
    frame = table(tmp_path / "members.csv", 3, "converted_at", "", days=False)
    frame.assign(converted=frame.did.astype(int)).drop(columns="did").to_csv(tmp_path / "members.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "members.csv")
    assert list(study.data.outcomes.values()) == ["converted"]  # type: ignore[union-attr]
    assert study.data.columns["event_time"] == "joinedDt" and "converted_at: a moment that is not used" in said  # type: ignore[union-attr]


def test_only_outcomes_can_have_happened(tmp_path: Path) -> None:
    table(tmp_path / "members.csv", 1, "Converted_At", "", days=True)
    _, text, _ = proposed(tmp_path, tmp_path / "members.csv")
    file = tmp_path / "studies" / "wrong.yml"
    file.write_text(
        text.replace("happened: [converted_at]", "happened: [convrted_at]").replace("name: members", "name: wrong")
    )
    with pytest.raises(ReportError, match="did you mean 'converted_at'"):
        config.load(file)
