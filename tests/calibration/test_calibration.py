"""The long Monte Carlo: does every test of the report keep its word? `make calibration` prints the table.

Each case runs 10,000 experiments and is accepted within 4 standard errors of counting plus a slack that stands beside
the case; where a method promises only asymptotically, the slack says how far it is off.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import special, stats

from helpers.defaults import ALPHA, CONFIDENCE, SRM_THRESHOLD
from helpers.stats import (
    MonteCarlo,
    Proportion,
    Ratio,
    compare,
    monte_carlo,
    noninferiority,
    score_intervals,
    srm,
    welch,
)

pytestmark = pytest.mark.calibration

RUNS = 10_000
CHUNK = 500
"""Experiments whose units are in memory at the same time."""


@dataclass(frozen=True)
class Arms:
    """Two arms and what is true of them; ``slack`` is how far from nominal the method is known to be."""

    name: str
    control: int
    treatment: int
    base: float
    uplift: float = 0.0
    slack: float = 0.0

    def __str__(self) -> str:
        return f"{self.name}, {self.control:,} : {self.treatment:,}"


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[list[MonteCarlo]]:
    """Collects what was found and prints it when the module is done, past pytest's capture."""
    found: list[MonteCarlo] = []
    yield found
    width = max((len(f.name) for f in found), default=0)
    lines = [f"{'':<{width}}  promised     seen   95 % interval      runs"]
    lines += [
        f"{f.name:<{width}}  {f.nominal:8.4f} {f.observed:8.4f}   {f.low:.4f} to {f.high:.4f} {f.runs:>6,}"
        for f in found
    ]
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("\n\n" + "\n".join(lines), flush=True)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A stream of its own for each case, the same every time and in any order."""
    return np.random.default_rng([20261122, *request.node.name.encode()])


def judge(table: list[MonteCarlo], name: str, nominal: float, hits: int, runs: int = RUNS, slack: float = 0.0) -> None:
    found = monte_carlo(name, nominal, hits, runs)
    table.append(found)
    bound = 4 * math.sqrt(nominal * (1 - nominal) / runs) + slack
    assert abs(found.observed - nominal) <= bound, f"{name}: {found.observed:.4f}, promised {nominal} +/- {bound:.4f}"


PROPORTIONS = [
    Arms("rate 30 %", 5_000, 5_000, 0.30, 0.10),
    Arms("rate 30 %", 9_000, 1_000, 0.30, 0.10, 0.001),
    Arms("rate 50 %", 400, 400, 0.50, 0.10, 0.003),
    Arms("rate 3 %", 10_000, 10_000, 0.03, 0.20, 0.001),
    Arms("rate 3 %", 18_000, 2_000, 0.03, 0.20, 0.002),
    Arms("rate 0.2 %", 20_000, 20_000, 0.002, 0.50, 0.003),
    Arms("rate 0.2 %", 36_000, 4_000, 0.002, 0.50, 0.008),  # 8 successes expected: a coarse lattice
    Arms("rate 97 %", 5_000, 5_000, 0.97, 0.01, 0.002),
]
each_proportion = pytest.mark.parametrize("arms", PROPORTIONS, ids=str)


@each_proportion
def test_false_positives_of_the_score_test(table, rng, arms):
    control = rng.binomial(arms.control, arms.base, RUNS)
    treatment = rng.binomial(arms.treatment, arms.base, RUNS)
    p = score_intervals(control, arms.control, treatment, arms.treatment).p_value
    judge(table, f"False positives, {arms}", ALPHA, int((p < ALPHA).sum()), slack=arms.slack)


@each_proportion
def test_coverage_of_the_score_intervals(table, rng, arms):
    rate = arms.base * (1 + arms.uplift)
    control, treatment = rng.binomial(arms.control, arms.base, RUNS), rng.binomial(arms.treatment, rate, RUNS)
    found = score_intervals(control, arms.control, treatment, arms.treatment)
    difference = (found.absolute_low <= rate - arms.base) & (rate - arms.base <= found.absolute_high)
    relative = (found.relative_low <= arms.uplift) & (arms.uplift <= found.relative_high)
    judge(table, f"Coverage of the difference, {arms}", CONFIDENCE, int(difference.sum()), slack=arms.slack)
    judge(table, f"Coverage of the relative change, {arms}", CONFIDENCE, int(relative.sum()), slack=arms.slack)


# --- skewed revenue: one in four pays, log-normally, coefficient of variation about 4 ---

PAY, MU, SIGMA = 0.25, 3.0, 1.2
MEAN = PAY * math.exp(MU + SIGMA**2 / 2)
MONEY = [
    Arms("revenue", 4_000, 4_000, MEAN, 0.15, 0.002),
    Arms("revenue", 7_200, 800, MEAN, 0.15, 0.016),  # 800 skewed units are few for a t
]
each_money = pytest.mark.parametrize("arms", MONEY, ids=str)


def moments(rng: np.random.Generator, units: int, factor: float) -> tuple[np.ndarray, np.ndarray]:
    """Means and variances of ``RUNS`` arms, drawn a chunk at a time; those who do not pay are zeros."""
    means, variances = np.empty(RUNS), np.empty(RUNS)
    for start in range(0, RUNS, CHUNK):
        payers = rng.binomial(units, PAY, CHUNK)
        spent = rng.lognormal(MU, SIGMA, payers.sum()) * factor
        edges = np.concatenate([[0], np.cumsum(payers)[:-1]])
        total, squares = np.add.reduceat(spent, edges), np.add.reduceat(spent**2, edges)
        means[start : start + CHUNK] = total / units
        variances[start : start + CHUNK] = (squares - total**2 / units) / (units - 1)
    return means, variances


@each_money
def test_skewed_revenue(table, rng, arms):
    control = moments(rng, arms.control, 1.0)
    for uplift in (0.0, arms.uplift):
        treatment = moments(rng, arms.treatment, 1 + uplift)
        found = welch(arms.control, *control, arms.treatment, *treatment)
        if uplift == 0:
            judge(table, f"False positives, {arms}", ALPHA, int((found.p_value < ALPHA).sum()), slack=arms.slack)
            continue
        true = MEAN * uplift
        inside = (found.absolute_low <= true) & (true <= found.absolute_high)
        relative = (found.relative_low <= uplift) & (uplift <= found.relative_high)
        judge(table, f"Coverage of the difference, {arms}", CONFIDENCE, int(inside.sum()), slack=arms.slack)
        judge(table, f"Coverage of the relative change, {arms}", CONFIDENCE, int(relative.sum()), slack=arms.slack)


def test_ratio_of_dependent_orders(table, rng):
    """Order value by user: orders of one user are alike, so they are not independent."""
    runs, users, hits = RUNS, 800, 0
    for _ in range(runs):
        arms = []
        for n in (users * 3 // 2, users // 2):
            orders = rng.poisson(1.5, n) + 1
            taste = rng.gamma(4, 10, n)
            arms.append(Ratio.from_values(rng.poisson(taste * orders), orders))
        hits += compare(*arms).significant
    judge(table, "False positives, ratio of orders, 1,200 : 400", ALPHA, hits, runs, slack=0.003)


# --- the other checks ---


@pytest.mark.parametrize("share", [0.5, 0.9], ids=["50 : 50", "90 : 10"])
@pytest.mark.parametrize("units", [400, 40_000])
def test_sample_ratio_alarms(table, rng, share, units):
    """At p < .001 a healthy experiment alarms once in a thousand."""
    runs = 10 * RUNS
    control = rng.binomial(units, share, runs)
    # one test per distinct outcome: the same count always gives the same p-value
    counts, times = np.unique(control, return_counts=True)
    alarms = [srm([int(c), units - int(c)], [share, 1 - share]).failed for c in counts]
    judge(
        table,
        f"Sample-ratio alarms, {units:,} units, {share:.0%} control",
        SRM_THRESHOLD,
        int(times[alarms].sum()),
        runs,
        0.0004,
    )


def test_sample_ratio_finds_a_leak(table, rng):
    """Two in a hundred treated units lost, of 40,000: a mismatch that is hard to see and ruins the result."""
    units, kept = 40_000, 0.98
    control = rng.binomial(units, 1 / (1 + kept), RUNS)
    chi2 = (control - units / 2) ** 2 / (units / 4)
    power = float((special.chdtrc(1, chi2) < SRM_THRESHOLD).mean())
    found = np.mean([srm([int(c), units - int(c)], [1, 1]).failed for c in control[:500]])
    promised = stats.ncx2.sf(special.chdtri(1, SRM_THRESHOLD), 1, units * (1 / (1 + kept) - 0.5) ** 2 / 0.25)
    judge(table, "Leak of 2 in 100 found, 40,000 units", float(promised), round(power * RUNS), slack=0.002)
    assert found == pytest.approx(power, abs=0.08)


@pytest.mark.parametrize(("scale", "margin"), [("absolute", 0.02), ("relative", 0.05)])
def test_a_guardrail_at_its_margin_passes_as_often_as_alpha(table, rng, scale, margin):
    """The harm is exactly the margin: passing is the error, and alpha bounds it."""
    runs, n, base = RUNS, 4_000, 0.4
    harmed = base - margin if scale == "absolute" else base * (1 - margin)
    control, treatment = rng.binomial(n, base, runs), rng.binomial(n, harmed, runs)
    passed = sum(
        noninferiority(Proportion(n, int(c)), Proportion(n, int(t)), margin=margin, scale=scale).passed
        for c, t in zip(control, treatment, strict=True)
    )
    judge(table, f"Guardrail passed at its {scale} margin", ALPHA, passed, runs, slack=0.002)
