"""What units got beside what they were assigned to: a mishap of all arms is left out, what one arm took up is not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sided", [False, True])
def test_who_did_not_take_up_what_was_offered_stays_in_his_arm(tmp_path: Path, seed: int, sided: bool) -> None:
    dice = np.random.default_rng(seed)
    assigned = dice.permutation(np.repeat([0, 1], 1_200))
    strays = dice.random(2_400) < (0.3 * assigned if sided else 0.01)
    made = pd.DataFrame({
        "person": [f"p{i:04d}" for i in range(2_400)], "assigned": assigned,
        "treated": np.where(strays, 1 - assigned, assigned), "converted": (dice.random(2_400) < 0.2).astype(int),
    })  # fmt: skip
    made.to_csv(tmp_path / "offer.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "offer.csv")
    assert study.data.columns["variant"] == "assigned" and ("shown" in study.data.columns) != sided
    kept = made if sided else made[~strays]
    told = sums(study, tmp_path)["converted"]
    for arm, rows in kept.groupby("assigned"):
        name = study.data.variants[str(arm)]
        assert told[name] == (len(rows), int(rows["converted"].sum()))
