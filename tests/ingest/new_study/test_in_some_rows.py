"""A variant that stands in the rows of the exposure alone is asked for; nothing is planted beside it."""

import json
from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed


def lines(file: Path, key: str, levels: tuple[str, ...]) -> Path:
    rows = []
    for i in range(400):
        steps = ["app_open", "checkout_view", "order_paid"][: 1 + (i % 4 > 0) + (i % 7 == 0)]
        for s, name in enumerate(steps):
            shown = {key: levels[i // 2 % len(levels)]} if name == "checkout_view" else {}
            rows.append(
                {
                    "ts": f"2026-03-{2 + i % 12:02d}T08:{i % 50:02d}:{s:02d}Z",
                    "name": name,
                    "ctx": {"user": {"id": f"x{i}"}, "exp": shown},
                }
            )
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


@pytest.mark.parametrize(("key", "levels"), [("checkout_cta", ("A", "B")), ("cta", ("0", "1"))])
def test_it_is_asked_for(tmp_path: Path, key: str, levels: tuple[str, ...]) -> None:
    file = lines(tmp_path / "nest.ndjson", key, levels)
    with pytest.raises(ReportError, match=r"is 'ctx.exp.\w+' the variant") as caught:
        proposed(tmp_path, file)
    assert f"--variant ctx.exp.{key}" in str(caught.value)
    study, _, told = proposed(tmp_path, file, variant=f"ctx.exp.{key}")
    assert study.mode == "online" and study.funnel.steps[0] == "checkout_view" and "planted" not in told
    study, _, _ = proposed(tmp_path, file, where="true", force=True)
    assert study.mode == "offline"


def test_arms_that_say_so_themselves_are_taken(tmp_path: Path) -> None:
    study, _, _ = proposed(tmp_path, lines(tmp_path / "nest.ndjson", "cta", ("control", "bold")))
    assert study.mode == "online"
