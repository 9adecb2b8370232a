"""Who drops is asked of those whom the change did not reach: what the treated do changes nothing that 02 and 03 say."""

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from helpers import config, ingest
from helpers.config.tracking_plan import tracking_plan
from helpers.experiment import funnel, segments
from helpers.report.topics import segments as topic
from helpers.warehouse import render
from helpers.warehouse.build import dbt_vars
from tests.notebooks import degenerate
from tests.warehouse.test_noticed import BOUGHT, FUNNEL

SEGMENTS = {"segments": ["land", "device"], "min_segment": 20}
Buys = Callable[[int, str, str], bool]


def units(base: Path, buys: Buys) -> Path:
    """Three arms by turns; who buys is said of the number, the arm and the land."""
    rows = []
    for i in range(360):
        arm, land = f"arm_{'abc'[i % 3]}", ("DE", "FR", "NL")[i // 3 % 3]
        rows.append(
            {"who": f"u{i}", "arm": arm, "buy": int(buys(i, arm, land)), "land": land, "device": f"d{i // 9 % 2}"}
        )
    return degenerate.units(base, "untouched", rows, [BOUGHT], **SEGMENTS)


def log(base: Path, buys: Buys) -> Path:
    """The same as a log without a baseline."""
    events = []
    for i in range(360):
        arm = f"arm_{'abc'[i % 3]}"
        events += [(f"2026-03-03T08:{i % 60:02d}:{i // 60:02d}", "open", f"u{i}", arm)]
        events += [(f"2026-03-03T09:{i % 60:02d}:{i // 60:02d}", "buy", f"u{i}", arm)] * buys(i, arm, "NL")
    return degenerate.log(base, "untouched", events, metrics=[BOUGHT], **FUNNEL)


def luck(i: int) -> bool:
    return bool(np.random.default_rng(i).random() < 0.4)


@pytest.mark.parametrize("source", [units, log])
def test_what_a_treatment_does_to_its_users_is_no_loss(tmp_path: Path, source: Callable[[Path, Buys], Path]) -> None:
    """The treatments take every buyer of one land; pandas counts the control alone."""
    study, where = config.opened(source(tmp_path, lambda i, arm, land: luck(i) and (arm == "arm_a" or land != "NL")))
    ingest.land_whole(study, where)
    with duckdb.connect() as con:
        models = render.Models(
            con, dbt_vars(study, ingest.landed(where.raw), tracking_plan(study, where.base / "studies"))
        )
        models.make("fct_funnel", "fct_funnel_cross", "fct_funnel_bypass", "fct_time_to_convert")
        (found,) = funnel.read(con)
        rates = [rate for d in study.segments for rate in segments.rates(con, study, d)]
        parts = segments.decompose(con, study)
        buyers = funnel.bypass(con).converted
        ((minutes,),) = con.execute("select sum(units) from marts.fct_time_to_convert").fetchall()
    control = pd.DataFrame(
        [(("DE", "FR", "NL")[i // 3 % 3], f"d{i // 9 % 2}", luck(i)) for i in range(0, 360, 3)], columns=["land", "device", "buys"]
    )  # fmt: skip
    assert [step.units for step in found.steps] == [len(control), control.buys.sum()]
    assert (buyers, minutes) == (control.buys.sum(), len(control))
    for rate in rates:
        of = control[control[rate.dimension] == rate.level]
        assert (rate.reached, rate.rate.share) == (len(of), pytest.approx(of.buys.mean()))
    if source is units:
        shares = control.groupby("land").buys.mean()
        assert parts[0].gap == pytest.approx(shares[parts[0].low] - shares[parts[0].high])
        assert "NL (land)" not in topic.text(rates, parts, study) or shares.idxmax() != "NL"
        assert re.search(r"on \d+ users of the control\.", topic.text(rates, parts, study))
