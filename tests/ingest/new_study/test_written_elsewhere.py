"""Files of other places: the encoding and the decimals that somebody says, Korean and Chinese told apart, yen and dates of Japan."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from helpers.ingest import encodings
from tests.ingest.new_study.tables import proposed

KOREAN = "사용자 그룹 이탈 대조군 실험군 아니오 전환 구매 금액 지역 서울 부산 세션수".split()  # noqa: SIM905
CHINESE = "用户编号 分组 对照组 实验组 是否购买 金额 地区 北京 上海 性别 年龄".split()  # noqa: SIM905


@pytest.mark.parametrize("seed", range(8))
def test_korean_is_told_from_chinese(seed: int) -> None:
    dice = np.random.default_rng(seed)
    for words, written in ((KOREAN, "cp949"), (CHINESE, "gb18030")):
        line = ",".join(dice.choice(words, 4, replace=False))
        assert next(iter(encodings.readings([line.encode(written)]))) == written, line


def units(**more: object) -> pd.DataFrame:
    return pd.DataFrame({"user_id": [f"u{i}" for i in range(200)], "variant": ["control", "new"] * 100, **more})


def test_what_is_said_of_a_text_is_taken(tmp_path: Path) -> None:
    made = units(größe=[f"{n % 9 + 1},{100 + n % 7}" for n in range(200)])
    made.to_csv(tmp_path / "t.csv", index=False, encoding="cp1252")
    with pytest.raises(ReportError, match="--decimal"):
        proposed(tmp_path, tmp_path / "t.csv")
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", decimal=",", encoding="cp1252", primary="größe")
    assert (study.data.decimal, study.data.encoding) == (",", "cp1252")  # type: ignore[union-attr]
    assert "encoding: cp1252, as you said" in said
    with pytest.raises(ReportError, match="--encoding cannot be used"):
        proposed(tmp_path, tmp_path / "t.csv", encoding="klingon")


def test_yen_have_no_decimals_and_days_of_japan_are_days(tmp_path: Path) -> None:
    made = units(
        登録日=[f"2026年3月{n % 14 + 2}日" for n in range(200)],
        金額=[f"{n % 9 + 1},{100 + n % 7}円" for n in range(200)],
    )
    made.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", primary="金額")
    assert study.economics.currency == "JPY" and f"{study.period.start:%Y-%m-%d}" == "2026-03-02"
    assert "column '登録日'" in said and "two ways" not in said
