"""Counts of countries whose shares differ between the arms are asked about: a level is compared where it was known before, and else they are summed."""

from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize(("users", "unlike"), [
    ((8_000, 2_000, 2_000, 8_000), "do not"), ((8_000, 8_100, 2_000, 1_950), ""), ((5_200, 4_800, 4_790, 5_210), "ask why"),
    ((80_000, 40_000, 20_000, 10_000), ""), ((60, 50, 40, 50), ""),
])  # fmt: skip
def test_unlike_shares_are_not_summed(tmp_path: Path, users: tuple[int, ...], unlike: str) -> None:
    a, b, c, d = users
    rows = [f"DE,A,{a},{a // 10}", f"DE,B,{b},{b // 9}", f"FR,A,{c},{c // 50}", f"FR,B,{d},{d // 45}"]
    (tmp_path / "t.csv").write_text("\n".join(["country,arm,users,buyers", *rows]), encoding="utf-8")
    with pytest.raises(ReportError) as told:
        proposed(tmp_path, tmp_path / "t.csv")
    assert ("was 'country' known before the assignment?" in str(told.value)) is (unlike == "do not")
    assert ("ask why before you trust a sum" in str(told.value)) is (unlike == "ask why")


def test_the_level_that_is_named_can_be_compared(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "country,arm,users,buyers\nDE,A,8000,800\nDE,B,2000,210\nFR,A,2000,40\nFR,B,8000,180\n", encoding="utf-8"
    )
    with pytest.raises(ReportError, match=r"'DE' is 80[.]0% of 'A', 20[.]0% of 'B'"):
        proposed(tmp_path, tmp_path / "t.csv")
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", where="country = 'DE'")
    assert study.primary.name == "buyers"
