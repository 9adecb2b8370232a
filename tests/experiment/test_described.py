"""What is told of data in which nothing is compared, against pandas, lifelines and statsmodels."""

import lifelines
import numpy as np
import pandas as pd
import pytest

from helpers import config, ingest
from helpers.config import Study
from helpers.experiment import staying
from helpers.experiment.results import Results
from helpers.experiment.test_plan import TestPlan, test_plan
from helpers.paths import StudyPaths
from helpers.pipeline.parts import books_of
from helpers.record import Numbers
from helpers.site import described
from helpers.site.summary import summary
from helpers.stats.design.power import ProportionDesign
from helpers.warehouse import build, query
from tests import blemishes
from tests.ingest.new_study.tables import proposed
from tests.notebooks.cells import shown

pytestmark = pytest.mark.slow
UNITS, DAYS = 600, 20


def table(rng: np.random.Generator) -> pd.DataFrame:
    """Subscribers who leave after some months, or are there still; they pay by their plan."""
    life, seen = rng.geometric(0.05, UNITS), rng.integers(1, 40, UNITS)
    plan = rng.choice(["basic", "family", "pro"], UNITS)
    paid = np.where(life <= seen, 0, np.round(rng.gamma(2, 9, UNITS), 2))
    return pd.DataFrame(
        {"subscriber_id": [f"s{i:04d}" for i in range(UNITS)], "plan": plan, "tenure": np.minimum(life, seen),
         "churned": np.where(life <= seen, "Yes", "No"), "revenue": paid}
    )  # fmt: skip


def log(rng: np.random.Generator) -> pd.DataFrame:
    """Visitors who open on some day and come back on some others; a few buy."""
    rows = []
    for unit in range(UNITS):
        first = rng.integers(0, DAYS * 24 * 60 - 60)
        rows.append((unit, first, "open"))
        rows += [(unit, first + gap, "open") for gap in rng.integers(60, 15 * 24 * 60, rng.integers(0, 4))]
        if rng.random() < 0.25:
            rows.append((unit, first + 30, "purchase"))
    made = pd.DataFrame(rows, columns=["visitor", "minute", "event"]).drop_duplicates()
    made["at"] = pd.Timestamp("2026-03-02") + pd.to_timedelta(made.minute, unit="min")
    return made[made.minute < DAYS * 24 * 60].sort_values("at")[["at", "event", "visitor"]]


@pytest.fixture(scope="module", params=["table", "log"])
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[pd.DataFrame, Study, StudyPaths]:
    base = tmp_path_factory.mktemp(request.param)
    rows = (table if request.param == "table" else log)(np.random.default_rng(7))
    rows.to_csv(base / "mine.csv", index=False)
    proposed(base, base / "mine.csv", descriptive=True)
    study, where = config.opened(base / "studies" / "mine.yml")
    ingest.land_whole(study, where)
    build.build(study, where)
    return rows, study, where


def test_levels_are_those_of_all_units_and_sizes_follow_from_them(
    built: tuple[pd.DataFrame, Study, StudyPaths],
) -> None:
    rows, study, where = built
    with query.connect(where.database) as con:
        found: TestPlan = test_plan(study, Results(con, study), con)
    primary = found.usual[0]
    if study.is_unit_table:
        share = (rows.churned == "Yes").mean()
        money = next(u for u in found.usual if u.metric.unit == "money")
        assert money.level == pytest.approx(100 * rows.revenue.mean(), abs=1e-6)
        assert money.deviation == pytest.approx(100 * rows.revenue.std(), abs=1e-6)
    else:
        first = rows[rows.event == "open"].groupby("visitor")["at"].min()
        bought = rows[rows.event == "purchase"].groupby("visitor")["at"].max().reindex(first.index)
        share = (bought >= first).mean()
    assert (primary.n, primary.level) == (UNITS, pytest.approx(share))
    for size in found.sizes:
        assert size.plan is not None
        assert size.plan.n_total == ProportionDesign(share).size(relative=size.effect, power=0.8).n_total
    n = [size.plan.n_total for size in found.sizes if size.plan]
    assert n == sorted(n, reverse=True)


def test_a_table_shows_the_curve_of_lifelines(built: tuple[pd.DataFrame, Study, StudyPaths]) -> None:
    rows, study, where = built
    with query.connect(where.database) as con:
        found = staying.lasting(con, study)
    if not study.is_unit_table:
        assert found is None
        return
    assert found is not None and study.lifetime is not None and study.lifetime.unit == "months"
    fitted = lifelines.KaplanMeierFitter().fit(rows.tenure, rows.churned == "Yes")
    at = [1, 5, 12, 30]
    assert found.curve.at(at) == pytest.approx(fitted.survival_function_at_times(at).to_numpy())
    assert found.median == fitted.median_survival_time_ and found.gone == (rows.churned == "Yes").sum()


def test_a_log_shows_who_pandas_sees_again(built: tuple[pd.DataFrame, Study, StudyPaths]) -> None:
    rows, study, where = built
    with query.connect(where.database) as con:
        found = staying.returning(con, study)
    if study.is_unit_table:
        assert found is None
        return
    assert found is not None and found.span == "day"
    first = rows.visitor.map(rows[rows.event == "open"].groupby("visitor")["at"].min())
    day = pd.Timedelta(days=1)
    after = ((rows["at"] - first) // day).where(rows["at"] > first)
    whole = (pd.Timestamp(study.period.end) - rows[rows.event == "open"].groupby("visitor")["at"].min()) // day
    for back in found.spans:
        watched = whole[whole > back.span].index
        again = rows[(after == back.span) & rows.visitor.isin(watched)].visitor.nunique()
        assert (back.watched, back.returned) == (len(watched), again)


def test_every_page_is_told_and_none_speaks_of_arms_that_are_not_there(
    built: tuple[pd.DataFrame, Study, StudyPaths],
) -> None:
    _, study, where = built
    wrong = []
    for book in books_of(where):
        told = " ".join(s.text for s in shown(book, where.file))
        wrong += blemishes.of_markup(told)
        wrong += blemishes.of_numbers((where.results / f"{book}.json").read_text(encoding="utf-8"))
        if book != "04_test_plan":
            wrong += [word for word in ("control", "treatment", "variant", "assign") if word in told]
    numbers = Numbers.of(where)
    page = described.page(study, where, numbers, [])
    assert "NO EXPERIMENT" in page and "nothing is compared" in page
    wrong += blemishes.of_markup(page) + blemishes.of_text(summary(study, where, numbers))
    assert wrong == []
