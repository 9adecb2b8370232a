"""The check against R: files as golden.R writes them, made with scipy, statsmodels and lifelines, whole and broken."""

import copy
import json
import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from lifelines import CoxPHFitter
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower

from helpers.errors import ReportError
from helpers.validation import golden
from helpers.validation.r_reference import SECTIONS, Precision


def printed(value):
    """As jsonlite prints with digits = 15: figures rounded, lists of one unboxed, what is not finite as a word."""
    if isinstance(value, dict):
        return {key: printed(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        inner = [printed(item) for item in value]
        return inner[0] if len(inner) == 1 and not isinstance(inner[0], dict) else inner
    if isinstance(value, float | np.floating):
        return float(f"{value:.15g}") if math.isfinite(value) else "NaN" if math.isnan(value) else "Inf"
    return value.item() if isinstance(value, np.generic) else value


def proportion(n_c, x_c, n_t, x_t):
    p_c, p_t, p = x_c / n_c, x_t / n_t, (x_c + x_t) / (n_c + n_t)
    chi2 = (p_t - p_c) ** 2 / (p * (1 - p) * (1 / n_c + 1 / n_t)) if 0 < p < 1 else math.nan
    error = math.sqrt(p_c * (1 - p_c) / n_c + p_t * (1 - p_t) / n_t)

    def wald(level):
        reach = stats.norm.isf((1 - level) / 2) * error
        return [max(p_t - p_c - reach, -1), min(p_t - p_c + reach, 1)]

    table = [[x_t, n_t - x_t], [x_c, n_c - x_c]]
    return {
        "control": {"n": n_c, "conversions": x_c}, "treatment": {"n": n_t, "conversions": x_t},
        "difference": p_t - p_c, "ci95_wald": wald(0.95), "chi2": chi2, "p_value_pooled": stats.chi2.sf(chi2, 1),
        "ci90_wald": wald(0.90),
        "p_value_fisher": stats.fisher_exact(table).pvalue if n_c + n_t < 3000 else None,
    }  # fmt: skip


def welch(a, b):
    r = stats.ttest_ind(b, a, equal_var=False)
    return {
        "control": a, "treatment": b, "difference": b.mean() - a.mean(), "t": r.statistic, "df": r.df,
        "p_value": r.pvalue, "ci95": list(r.confidence_interval()),
        "p_value_greater": stats.ttest_ind(b, a, equal_var=False, alternative="greater").pvalue,
        "student_p": stats.ttest_ind(b, a).pvalue,
        "mannwhitney_p": stats.mannwhitneyu(b, a, use_continuity=False, method="asymptotic").pvalue,
    }  # fmt: skip


def power_t(d, power, alpha):
    def short(n):
        return stats.nct.sf(stats.t.isf(alpha / 2, 2 * n - 2), 2 * n - 2, math.sqrt(n / 2) * d) - power

    return {"effect_size": d, "power": power, "alpha": alpha, "n_per_group": optimize.brentq(short, 2, 1e7)}


def power_prop(p1, p2, power, alpha):
    z, mean = stats.norm.isf(alpha / 2), (p1 + p2) / 2

    def short(n):
        null, error = math.sqrt(2 * mean * (1 - mean)), math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
        return stats.norm.cdf((math.sqrt(n) * abs(p1 - p2) - z * null) / error) - power

    return {"p1": p1, "p2": p2, "power": power, "alpha": alpha, "n_per_group": optimize.brentq(short, 2, 1e8)}


def unequal(n1, n2, d, alpha):
    power = TTestIndPower().power(d, n1, alpha, ratio=n2 / n1)
    return {"n1": n1, "n2": n2, "effect_size": d, "alpha": alpha, "power": power}


def srm(observed, weights):
    r = stats.chisquare(observed, np.array(weights) / sum(weights) * sum(observed))
    return {"observed": observed, "weights": weights, "chi2": r.statistic, "p_value": r.pvalue}


def p_adjust(p):
    names = {"holm": "holm", "bh": "fdr_bh", "bonferroni": "bonferroni", "by": "fdr_by", "hochberg": "simes-hochberg"}
    return {"p": p} | {ours: multipletests(p, method=theirs)[1] for ours, theirs in names.items()}


def covariate(rng, n):
    g, x = np.repeat([0, 1], [n // 2, n - n // 2]), np.round(rng.gamma(2, 5, n), 3)
    y = np.round(0.8 * x + rng.normal(0, 3, n) + 0.5 * g, 3)
    one, centred = np.ones(n), x - x.mean()
    m = sm.OLS(y, np.column_stack([one, g, x])).fit()
    m2 = sm.OLS(y, np.column_stack([one, g, centred, g * centred])).fit()
    return {
        "group": g, "x": x, "y": y, "ancova_effect": m.params[1], "ancova_se_hc0": m.HC0_se[1],
        "ancova_se_ols": m.bse[1], "lin_effect": m2.params[1], "lin_se_hc2": m2.HC2_se[1],
        "theta_pooled": np.cov(x, y)[0, 1] / x.var(ddof=1),
    }  # fmt: skip


def clustered(rng, users):
    user = np.repeat(np.arange(1, users + 1), rng.poisson(3, users) + 1)
    g = (user > users / 2).astype(int)
    y = rng.binomial(1, 1 / (1 + np.exp(1 - 0.3 * g - rng.normal(0, 1, users)[user - 1])))
    m = sm.OLS(y, np.column_stack([np.ones(y.size), g]))
    by_user = m.fit(cov_type="cluster", cov_kwds={"groups": user, "use_correction": False})
    return {
        "user": user, "group": g, "y": y, "effect": by_user.params[1], "se_cluster_hc0": by_user.bse[1],
        "se_naive_hc0": m.fit().HC0_se[1],
    }  # fmt: skip


def curve(time, event, horizon):
    """Survival and Greenwood's error as functions, restricted mean and its error: R's survfit, event by event."""
    steps, share, log_variance = [(0.0, 1.0, 0.0)], 1.0, 0.0
    weights = []
    for t in np.unique(time[event == 1]):
        d, y = int(((time == t) & (event == 1)).sum()), int((time >= t).sum())
        share *= 1 - d / y
        h = d / (y * (y - d)) if y > d else 0.0
        log_variance += h
        steps.append((t, share, log_variance))
        weights.append((t, h))

    def at(moment):
        _, s, v = [step for step in steps if step[0] <= moment][-1]
        return s, s * math.sqrt(v)

    def area(start):
        edges = [start, *(t for t, *_ in steps if start < t < horizon), horizon]
        return sum((b - a) * at(a)[0] for a, b in pairwise(edges))

    variance = sum(area(t) ** 2 * h for t, h in weights if t <= horizon)
    return at, area(0.0), math.sqrt(variance)


def survival(rng, sizes, longest=60):
    group = np.repeat(["control", "treatment"], sizes)
    lived = np.ceil(rng.exponential(np.where(group == "control", 40, 55)))
    seen = rng.integers(1, longest + 1, group.size)
    time, event = np.minimum(lived, seen), (lived <= seen).astype(int)
    table = pd.DataFrame({"g": (group == "treatment") * 1.0, "t": time, "e": event})
    cox = CoxPHFitter().fit(table, "t", "e", fit_options={"precision": 1e-12})
    gap = variance = 0.0
    for t in np.unique(time[event == 1]):
        risk, died = time >= t, (time == t) & (event == 1)
        y, d, y1 = risk.sum(), died.sum(), (risk & (group == "treatment")).sum()
        gap += (died & (group == "treatment")).sum() - d * y1 / y
        variance += d * (y1 / y) * (1 - y1 / y) * (y - d) / (y - 1) if y > 1 else 0
    km, means, errors = [], [], []
    for name in ("control", "treatment"):
        mine = group == name
        at, mean, error = curve(time[mine], event[mine], 45)
        for t in (7, 14, 30):
            if t <= time[mine].max():
                km.append({"strata": f"grp={name}", "time": t, "surv": at(t)[0], "se": at(t)[1]})
        means.append(mean)
        errors.append(error)
    chi2 = gap**2 / variance
    return {
        "group": group.tolist(), "time": time.astype(int), "event": event, "logrank_chi2": chi2,
        "logrank_p": 1 - stats.chi2.cdf(chi2, 1), "km": km, "cox_loghr": cox.params_["g"],
        "cox_se": cox.standard_errors_["g"], "rmean45": means, "se_rmean45": errors,
    }  # fmt: skip


def reference(seed):
    """A file as golden.R writes it, of other sizes."""
    rng = np.random.default_rng(seed)
    tables = []
    for i in range(6):
        n_c = int(rng.integers(200, 80_000)) if i > 2 else int(rng.integers(200, 900))
        n_t = n_c if i % 2 == 0 else int(rng.integers(100, 20_000)) if i > 2 else int(rng.integers(100, 900))
        p = rng.uniform(0.01, 0.5)
        x = int(rng.binomial(n_c, p)), int(rng.binomial(n_t, min(p * rng.uniform(0.9, 1.15), 0.99)))
        tables.append(proportion(n_c, x[0], n_t, x[1]))
    content = {
        "proportions": tables,
        "welch": [
            welch(np.round(rng.gamma(2, 10, 40 * i), 3), np.round(rng.gamma(2, 11.5, 15 * i), 3)) for i in (1, 2, 4)
        ],
        "power_t": [power_t(0.05, 0.8, 0.05), power_t(0.2, 0.95, 0.1), power_t(1.1, 0.9, 0.05)],
        "power_t_unequal": [unequal(500, 1500, 0.15, 0.01), unequal(9000, 1000, 0.1, 0.05), unequal(30, 90, 0.02, 0.1)],
        "power_prop": [power_prop(0.1, 0.11, 0.8, 0.05), power_prop(0.2, 0.19, 0.8, 0.01)],
        "srm": [
            srm([35_637, 3_944], [0.9, 0.1]),
            srm([3_300, 3_400, 3_310], [1 / 3] * 3),
            srm([9_000, 2_000], [0.5, 0.5]),
        ],
        "p_adjust": [p_adjust(np.round(rng.uniform(size=4 + 3 * i) ** 2, 5)) for i in (1, 2, 3)],
        "covariate": covariate(rng, 300),
        "clustered": clustered(rng, 90),
        "survival": survival(rng, (150, 80)),
    }
    return printed(content)


def checked(tmp_path, content):
    file = tmp_path / "golden_r.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return golden.check(file)


@pytest.fixture(scope="module")
def whole():
    return reference(7)


def test_the_reference_itself():
    path = golden.default_path()
    if not path.is_file():
        pytest.skip(f"no {path.name} in the folder of reference figures (set {golden.REFERENCE_DIR})")
    report = golden.check()
    assert report.passed, report.text
    assert [section.name for section in report.sections] == list(SECTIONS)
    assert sum(section.figures for section in report.sections) > 300


@pytest.mark.parametrize("seed", range(4))
def test_files_nobody_has_seen(tmp_path, seed):
    report = checked(tmp_path, reference(seed))
    assert report.passed, report.text
    assert report.text.endswith("sections") and report.text.count("PASS") == 11


def leaves(value, path=()):
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*path, key))
    else:
        yield path


def put(content, path, value):
    *way, last = path
    for key in way:
        content = content[key]
    if value is None:
        del content[last]
    else:
        content[last] = value


def get(content, path):
    for key in path:
        content = content[key]
    return content


def recomputed(whole):
    """Paths of all figures but the inputs; one of each name is enough."""
    seen = {}
    for path in leaves(whole):
        name = golden.base(".".join(str(key) for key in path[1:] if isinstance(key, str)))
        value = get(whole, path)
        if name not in SECTIONS[path[0]].given and isinstance(value, int | float) and value not in (0, 1):
            seen.setdefault((path[0], name), path)
    return seen


def test_every_figure_is_held_to_its_tolerance(tmp_path, whole):
    figures = recomputed(whole)
    assert len(figures) == 42
    for (section, name), path in figures.items():
        broken = copy.deepcopy(whole)
        loose = SECTIONS[section].precision.get(name, Precision()).relative > 1e-6
        put(broken, path, get(whole, path) * (1 + (1e-4 if loose else 1e-6)))
        file = {section: broken[section]}
        failed = {s.name: s for s in checked(tmp_path, file).sections}[section]
        assert not failed.passed, (section, name)
        assert golden.base(failed.where).lstrip(".") == name and name in golden.base(failed.failures[0])


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("gsdesign",), [{"z": 1}], "gsdesign: nothing here recomputes this section"),
        (("srm",), None, "srm: the section is missing or empty"),
        (("srm",), [], "srm: the section is missing or empty"),
        (("srm", 0), {}, "srm: [0].entry: no object with figures"),
        (("srm", 1), 3, "srm: [1].entry: no object with figures"),
        (("srm", 1, "g"), 0.3, "srm: [1].g: nothing here recomputes this field"),
        (("srm", 1, "chi2"), None, "srm: [1].chi2: missing from the file"),
        (("srm", 1, "chi2"), True, "srm: [1].chi2: True is no number"),
        (("srm", 1, "chi2"), "much", "srm: [1].chi2: 'much' is no number"),
        (("srm", 1, "chi2"), "NaN", "srm: [1].chi2: nan in the file"),
        (("srm", 1, "observed"), None, "srm: [1].observed: missing, so nothing can be recomputed"),
        (("srm", 1, "observed"), [1, -2, 4], "srm: [1].entry: could not be recomputed: InputError"),
        (("proportions", 0, "control", "clicks"), 3, "proportions: [0].control.clicks: nothing here recomputes"),
        (("proportions", 0, "p_value_fisher"), None, "proportions: [0].p_value_fisher: missing from the file"),
        (("welch", 0, "ci95", 1), None, "welch: [0].ci95[1]: missing from the file"),
        (("survival", "km", 2), None, "survival: km[5].se: missing from the file"),
        (("survival", "km", 0, "strata"), "grp=a", "survival: km[0].strata: 'grp=a' in the file"),
        (("survival", "km", 0, "n"), 3, "survival: km.n: nothing here recomputes"),
        (("covariate", "y"), ["a"], "covariate: entry: could not be recomputed: ValueError"),
    ],
)
def test_whatever_is_not_compared_fails(tmp_path, whole, path, value, told):
    broken = copy.deepcopy(whole)
    put(broken, path, value)
    report = checked(tmp_path, broken)
    assert not report.passed and [s.name for s in report.sections if not s.passed] == [path[0]]
    assert told in [f"{s.name}: {failure}"[: len(told)] for s in report.sections for failure in s.failures]
    assert all(s.failures[0] in report.text for s in report.sections if s.failures)
    assert report.text.splitlines()[-1].startswith("FAIL: 1 of ")


def test_a_section_of_one_entry_may_be_bare(tmp_path, whole):
    bare = copy.deepcopy(whole) | {"srm": whole["srm"][0], "covariate": [whole["covariate"]]}
    assert checked(tmp_path, bare).passed


def test_fisher_beyond_its_tables_may_be_null_absent_or_right(tmp_path):
    large = proportion(60_000, 9_000, 9_000, 1_400)
    for stated in ({}, {"p_value_fisher": None}, {"p_value_fisher": fisher(large)}):
        entry = {key: value for key, value in large.items() if key != "p_value_fisher"} | stated
        section = next(
            s for s in checked(tmp_path, {"proportions": [printed(entry)]}).sections if s.name == "proportions"
        )
        assert section.passed, section.failures


def fisher(entry):
    arms = [entry["treatment"], entry["control"]]
    return stats.fisher_exact([[a["conversions"], a["n"] - a["conversions"]] for a in arms]).pvalue


@pytest.mark.parametrize(
    "table",
    [
        (1_000, 0, 1_000, 0),  # R: chi-square NaN, an interval without width
        (200, 30, 200, 30),  # nothing in between
        (70_001, 7_000, 20_003, 2_000),  # all but nothing: R's chi-square is rounding
        (80_000, 8_000, 80_000, 40_000),  # p below the smallest double
        (400, 200, 400, 260),  # Fisher's opposite table is exactly as likely
        (150, 2, 100, 3),
    ],
)
def test_proportions_at_the_edges(tmp_path, table):
    sections = checked(tmp_path, {"proportions": [printed(proportion(*table))]}).sections
    assert sections[0].passed, sections[0].failures


def test_p_values_that_r_rounds_to_nothing(tmp_path):
    """R's 1 - pchisq() leaves 0, or a multiple of 1e-16, where the true p is 1e-20."""
    rng = np.random.default_rng(3)
    entry = survival(rng, (200, 100))
    late = np.array(entry["group"]) == "treatment"
    entry["time"] = np.where(late, 60, entry["time"] % 9 + 1)
    for stated in (0.0, 1.11022302462516e-16):
        section = SECTIONS["survival"]
        found = section.recompute(printed(entry))
        assert found["logrank_p"] < 1e-17
        assert section.precision["logrank_p"].error(found["logrank_p"], stated) == 0
    assert section.precision["logrank_p"].error(1e-5, 1.1e-5) > 0.01


@pytest.mark.parametrize("longest", [10, 28, 40])
def test_survival_that_ends_before_it_is_asked_for(tmp_path, longest):
    """R then leaves rows out of the table, and lets the curve stay where it is up to 45."""
    entry = printed(survival(np.random.default_rng(5), (120, 80), longest))
    assert len(entry["km"]) == 2 * sum(t <= longest for t in (7, 14, 30))
    section = next(s for s in checked(tmp_path, {"survival": entry}).sections if s.name == "survival")
    assert section.passed, section.failures


def test_precision():
    assert Precision().error(math.nan, math.nan) == 0 and Precision().error(math.inf, math.inf) == 0
    assert Precision().error(1.0, math.nan) == math.inf and Precision().error(1.0, math.inf) == math.inf
    assert Precision().error(1e-9, 0.0) == math.inf and Precision().error(5e-324, 0.0) == 0
    assert Precision().error(1e-200, 2e-200) == 0.5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[1, 2]", "holds no sections"),
        ("{}", "holds no sections"),
        ("3", "holds no sections"),
        ('{"srm": [', "is no JSON"),
    ],
)
def test_other_files_are_refused(tmp_path, text, told):
    file = tmp_path / "golden_r.json"
    file.write_text(text)
    with pytest.raises(ReportError, match=told):
        golden.check(file)


def test_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv(golden.REFERENCE_DIR, str(tmp_path))
    with pytest.raises(ReportError, match=r"(?s)there is no file.*golden_r.json.*set REFERENCE_DIR"):
        golden.check()
