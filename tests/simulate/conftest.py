"""A small dirty shop and a larger clean one, simulated once per session."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import pytest

from helpers.config import Dirt, Study
from helpers.simulate import Ledger, simulate
from helpers.simulate import shop as shop_module

DIRTY = dict.fromkeys(Dirt.model_fields, 0.004) | {"impossible_order": 0.001, "bot": 0.02}


def _study(**data: Any) -> Study:
    """The least study that simulates a shop, with ``data`` over its simulation."""
    simulation = {"source": "simulated", "users": 4_000, "seed": 5} | data
    return Study.model_validate(
        {
            "name": "shop_test",
            "title": "A test",
            "question": "Does it work?",
            "hypothesis": "It does.",
            "change": "None",
            "mode": "offline",
            "salt": "shop_test-1",
            "data": simulation,
            "tracking_plan": "shop",
            "period": {
                "baseline": date(2026, 6, 29),
                "start": date(2026, 7, 27),
                "end": date(2026, 8, 24),
            },
            "variants": [
                {"name": "control", "weight": 0.5},
                {"name": "treatment", "weight": 0.5},
            ],
            "exposure": "cart",
            "funnel": {"steps": ["view", "cart", "purchase"]},
            "injection": {"event": "purchase", "relative_uplift": {"all": 0.1}},
            "metrics": [
                {
                    "name": "revenue",
                    "label": "Revenue",
                    "role": "primary",
                    "type": "mean",
                    "event": "purchase",
                    "measure": "sum",
                }
            ],
            "design": {"minimum_detectable": 0.05},
            "decision": {"prior": {"improve": 0.2}},
            "economics": {
                "revenue_metric": "revenue",
                "contribution_margin": 0.3,
                "implementation_cost": 1,
            },
            "rollout": [{"share": 1.0, "days": 1, "advance_when": "now"}],
            "milestones": [{"days": "0-30", "milestone": "m", "success": "s", "tripwire": "t"}],
        }
    )


class Shop(NamedTuple):
    """A simulated log: its study, ledger and folder, and a way to ask it."""

    study: Study
    ledger: Ledger
    folder: Path
    sql: Callable[[str], pd.DataFrame]


def _shop(folder: Path, **data: Any) -> Shop:
    study = _study(**data)
    ledger = simulate(study, folder, progress=False)
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"create table raw as select * from read_parquet('{folder}/events/*.parquet')")
    return Shop(study, ledger, folder, lambda query: connection.execute(query).df())


@pytest.fixture(scope="session")
def make_study() -> Callable[..., Study]:
    """Makes a study from keys of its ``data``."""
    return _study


@pytest.fixture(scope="session")
def make_shop() -> Callable[..., Shop]:
    """Simulates a shop into a folder, from keys of its study's ``data``."""
    return _shop


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Every kind of dirt, plenty of it, in a log of three chunks and one of bots."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop_module, "USERS_PER_CHUNK", 5_000)
        folder = tmp_path_factory.mktemp("dirty")
        shop = _shop(folder, users=12_000, dirt=DIRTY, bot_events_per_day=120)
    shop.sql(_READABLE)
    return shop


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """No dirt, and enough users to see the world's rates."""
    shop = _shop(tmp_path_factory.mktemp("clean"), users=50_000)
    shop.sql(
        "create table events as select * exclude (event_time, price), event_time::timestamp as t,"
        " price::decimal(12, 2) as price from raw"
    )
    return shop


_READABLE = """
create table events as
with formed as (
    select *,
        regexp_full_match(event_time, '\\d{4}(-\\d\\d){2} \\d\\d(:\\d\\d){2}\\.\\d{3}') as standard,
        regexp_full_match(event_time, '.*T.*[+-]\\d\\d:\\d\\d') as zoned,
        regexp_full_match(event_time, '\\d{13}') as epoch,
        regexp_full_match(event_time, '\\d\\d/[A-Z][a-z]{2}/\\d{4} .*') as named
    from raw
)
select *,
    case
        when standard then event_time::timestamp
        when zoned then strptime(event_time[:23], '%Y-%m-%dT%H:%M:%S.%g')
            - to_minutes((event_time[24:26]::int * 60
                + (event_time[24] || event_time[28:29])::int)::int)
        when epoch then epoch_ms(event_time::bigint)
        when named then strptime(event_time, '%d/%b/%Y %H:%M:%S')
    end as t
from formed
"""
