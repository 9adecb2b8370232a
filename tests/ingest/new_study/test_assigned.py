"""What is called as assigned is the variant where it is that of the arms, and not where it is an agent, a store or a count."""

from pathlib import Path

import pytest

from tests.ingest.new_study.tables import proposed, units

OTHERS = {
    "assigned_agent": "case when hash(i + 3) % 2 = 0 then 'Kim' else 'Lee' end",
    "randomised_block": "case when hash(i + 4) % 2 = 0 then 'b1' else 'b2' end",
    "allocated_budget": "case when hash(i + 5) % 2 = 0 then 100 else 200 end",
    "assigned_shift": "case when hash(i + 6) % 2 = 0 then 'early' else 'late' end",
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_else_was_assigned_is_not_the_variant(tmp_path: Path, other: str) -> None:
    study, _, said = proposed(tmp_path, units(tmp_path / "t.csv", f"{OTHERS[other]} as {other}", 400))
    assert study.data.columns["variant"] == "variant" and "'old' is taken as the control" in said
