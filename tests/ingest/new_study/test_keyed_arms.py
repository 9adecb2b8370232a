"""Experiments and arms within one field of a log are no history without an experiment: the query that is told makes the variant."""

import json
from pathlib import Path

import numpy as np
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed
from tests.ingest.new_study.test_remedies_in_sql import query_of, typed

WAYS = {
    "text.jsonl": lambda a, b: f'{{"checkout_v2": "{a}", "search_x": "{b}"}}',
    "commas.jsonl": lambda a, b: f"checkout_v2:{a},search_x:{b}",
    "pairs.csv": lambda a, b: f"checkout_v2:{a};search_x:{b}",
    "single.csv": lambda a, b: f"{{'checkout_v2': '{a}'; 'search_x': '{b}'}}",
    "bare.csv": lambda a, b: f"{{checkout_v2={a}; search_x={b}}}",
    "blank.csv": lambda a, b: f"checkout_v2 = {a} ; search_x = {b}",
    "listed.jsonl": lambda a, b: [{"key": "checkout_v2", "variant": a}, {"key": "search_x", "variant": b}],
}


@pytest.mark.parametrize("way", WAYS)
def test_arms_in_a_field_of_several_experiments(tmp_path: Path, way: str) -> None:
    dice, rows = np.random.default_rng(5), []
    arms = dice.permutation(["A", "B"] * 150)
    for i, arm in enumerate(arms):
        for step in ["page_view", *["purchase"] * (i % 4 == 0)]:
            held = WAYS[way](str(arm), ("off", "on")[i % 2])
            rows.append((f"2026-03-{2 + i % 14:02} 0{len(rows) % 9}:{i % 60:02}:{len(step):02}", step, f"u{i}", held))
    names = ("ts", "event", "user_id", "experiments")
    lines = (
        [",".join(names), *map(",".join, rows)]
        if way.endswith("csv")
        else [json.dumps(dict(zip(names, row, strict=True))) for row in rows]
    )
    (tmp_path / way).write_text("\n".join(lines) + "\n")
    with pytest.raises(ReportError, match="holds experiments and arms") as error:
        proposed(tmp_path, tmp_path / way)
    study, _, said = proposed(tmp_path, typed(tmp_path, query_of(str(error.value))), variant="checkout_v2")
    assert study.mode == "online" and "150, 150 fit it" in said
