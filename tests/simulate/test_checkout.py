"""The checkout experiment's log: its counts are exact, its dirt touches no outcome, the same seed gives the same bytes."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from helpers import config, paths
from helpers.config import Dirt, Study
from helpers.errors import ReportError
from helpers.simulate import simulate
from helpers.simulate.checkout import CHECKOUT, EVENT_NAMES, HARMFUL, _baskets

PLENTY = dict.fromkeys(set(Dirt.model_fields) - set(HARMFUL), 0.004)
ARMS = "(select distinct user_id, variant as arm from raw where event_name = 'experiment_impression')"
ONCE = "(select distinct on (event_id) * from raw order by event_id, ingested_at)"


def redesign(**data) -> Study:
    study = config.load(paths.STUDIES / "checkout_redesign.yml")
    return study.model_copy(update={"data": study.data.model_copy(update=data)})


def logged(folder: Path, study: Study):
    ledger = simulate(study, folder, progress=False)
    con = duckdb.connect(config={"threads": 2})
    con.execute(f"create table raw as select * from read_parquet('{folder}/events/*.parquet')")
    return ledger, lambda query: con.execute(query).fetchall()


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The study's own log."""
    return logged(tmp_path_factory.mktemp("full"), redesign())


@pytest.fixture(scope="module")
def dirty(tmp_path_factory):
    return logged(tmp_path_factory.mktemp("dirty"), redesign(users=10_000, dirt=Dirt(**PLENTY)))


def by_arm(ask, query: str) -> dict[str, int]:
    """Users of a query in each arm."""
    return dict(ask(f"select arm, count(distinct user_id) from ({query}) join {ARMS} using (user_id) group by 1"))


def test_the_counts_are_those_of_the_story(full):
    _, ask = full
    assert by_arm(ask, "from raw") == {"control": 50_000, "treatment": 50_000}
    assert by_arm(ask, "from raw where event_name = 'checkout'") == {"control": 50_000, "treatment": 50_000}
    assert by_arm(ask, "from raw where event_name = 'purchase'") == {"control": 16_200, "treatment": 16_378}
    assert by_arm(ask, "from raw where event_name = 'details'") == {"control": 26_000, "treatment": 26_000}
    assert by_arm(ask, "from raw where event_name = 'support_ticket'") == {"control": 1_050, "treatment": 1_050}


@pytest.mark.parametrize("fixture", ["full", "dirty"])
def test_nobody_is_in_two_arms_and_nobody_orders_twice(request, fixture):
    _, ask = request.getfixturevalue(fixture)
    variants = "select user_id from raw where event_name = 'experiment_impression' group by 1"
    assert ask(f"{variants} having count(distinct variant) > 1") == []
    assert ask(f"select user_id from {ONCE} where event_name = 'purchase' group by 1 having count(*) > 1") == []


@pytest.mark.parametrize("fixture", ["full", "dirty"])
def test_the_mean_basket_is_exact_in_each_arm(request, fixture):
    _, ask = request.getfixturevalue(fixture)
    orders = f"select arm, price::decimal(12, 2) as price from {ONCE} join {ARMS} using (user_id) where event_name = 'purchase'"
    found = ask(f"select arm, avg(price)::decimal(12, 6), max(price) > 300 from ({orders}) group by 1")
    assert {(arm, float(mean)) for arm, mean, _ in found} == {("control", 47.5), ("treatment", 47.5)}
    assert all(tail for *_, tail in found)


@pytest.mark.parametrize("n", [500, 16_200, 16_378])
def test_baskets_have_a_heavy_tail_and_an_exact_sum(n):
    cents = _baskets(n, CHECKOUT)
    assert cents.sum() == 4750 * n
    assert cents.min() > 0 and cents.max() <= 100 * CHECKOUT.dearest and (cents % CHECKOUT.step == 0).all()
    top = np.sort(cents)[-n // 100 :].sum() / cents.sum()
    assert np.median(cents) < 0.8 * cents.mean() and 0.04 < top < 0.15


def test_clean_events_are_in_order_and_in_the_period(tmp_path):
    _, ask = logged(tmp_path, redesign(users=10_000, dirt=Dirt()))
    study = redesign()
    first, last = ask("select min(event_time::timestamp), max(event_time::timestamp) from raw")[0]
    assert study.period.start <= first and last < study.period.end
    steps = "select user_id, min(event_time) filter (event_name = 'experiment_impression') as a," + ",".join(
        f" min(event_time) filter (event_name = '{name}') as {name}" for name in ("checkout", "details", "purchase")
    )
    assert ask(f"from ({steps} from raw group by 1) where not (a < checkout and checkout < coalesce(details, '3') and coalesce(details, '3') <= coalesce(purchase, '3'))") == []  # fmt: skip
    assert ask("select count(*) from raw where (variant is null) = (event_name = 'experiment_impression')") == [(0,)]
    assert ask("select count(*) from raw where (order_id is null) = (event_name = 'purchase')") == [(0,)]
    priced = "event_name in ('checkout', 'details', 'purchase')"
    assert ask(f"select count(*) from raw where (price is null) = ({priced})") == [(0,)]


def test_dirt_is_counted_and_touches_no_outcome(dirty):
    ledger, ask = dirty
    assert ask("select count(*) from raw") == [(ledger.rows,)]
    assert all(ledger.kinds[kind] > 0 for kind in PLENTY)
    spoilt = (
        "user_id is null or user_id = '' or try_cast(price as double) is null and price is not null or price like '-%'"
    )
    assert {name for (name,) in ask(f"select distinct event_name from raw where {spoilt}")} == {"checkout"}
    assert by_arm(ask, "from raw where event_name = 'purchase'") == {"control": 1_620, "treatment": 1_638}
    assert {name for (name,) in ask("select distinct event_name from raw")} == set(EVENT_NAMES)


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_people(tmp_path):
    def written(name: str, seed: int) -> bytes:
        simulate(redesign(users=2_000, seed=seed), tmp_path / name, progress=False)
        return (tmp_path / name / "events" / "part-0000.parquet").read_bytes()

    assert written("one", 1) == written("again", 1) != written("other", 2)


@pytest.mark.parametrize("kind", HARMFUL)
def test_dirt_that_would_change_a_count_is_refused(tmp_path, kind):
    with pytest.raises(ReportError, match="cannot plant") as error:
        simulate(redesign(dirt=Dirt(**{kind: 0.01})), tmp_path, progress=False)
    assert kind in str(error.value) and "data.dirt" in str(error.value)
    assert list(tmp_path.iterdir()) == []
