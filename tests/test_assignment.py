"""Assignment: one arm for a unit in Python, in NumPy and in SQL; and arms are fair."""

import duckdb
import jinja2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers import assignment, paths
from helpers.errors import ReportError

SALTS = ["cart_checkout-2026-07", "", "it's", "żółw-Ω-🐢", "a:b\n", '"; drop table x; --']
ODD_IDS = [
    *("", " ", "0", "u1", "U1", "a:b", "it's", '"quoted"', "back\\slash", "tab\there"),
    *(
        "line\nbreak",
        "żółw",
        "Ελλάδα",
        "日本語",
        "🐢",
        "👩‍👩‍👧",
        "e\u0301",
        "\u00e9",
        "\u200b",
        "%s",
        "{{ x }}",
    ),
    *("x" * 10_000, "é" * 10_000),
]


@pytest.fixture(scope="module")
def ids():
    rng = np.random.default_rng(4)
    words = np.array(["u", "ü", "用户", "🐢", "o'neil-"])[rng.integers(5, size=100_000)]
    numbered = [f"{word}{number}" for word, number in zip(words, range(100_000), strict=True)]
    return [*ODD_IDS, *numbered[len(ODD_IDS) :]]


@pytest.fixture(scope="module")
def macros():
    """The macros of the warehouse, rendered as dbt would for DuckDB."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    cuts = assignment.cut_points([0.2, 0.3, 0.5])
    arms = [{"name": n, "upper": repr(c)} for n, c in zip("abc", cuts, strict=True)]
    environment.globals["var"] = {"variants": arms}.__getitem__
    source = (paths.WAREHOUSE / "macros" / "assignment.sql").read_text(encoding="utf-8")
    return environment.from_string(source).module


@pytest.mark.parametrize("salt", SALTS, ids=range(len(SALTS)))
def test_python_numpy_and_sql_agree_bit_for_bit(salt, ids, macros):
    quoted = "'" + salt.replace("'", "''") + "'"
    bucket = macros.duckdb__bucket(quoted, "unit").strip()
    variant = macros.variant_of("bucket").strip()
    query = f"select bucket, {variant} as variant from (select {bucket} as bucket from units)"
    with duckdb.connect() as con:
        con.execute("set preserve_insertion_order = true")
        con.execute("create table units as select unnest($ids) as unit", {"ids": ids})
        found = con.execute(query).fetchnumpy()
    fast = assignment.buckets(salt, ids)
    assert fast.dtype == np.float64 and len(fast) == len(ids)
    assert np.array_equal(fast, found["bucket"])
    assert fast.tolist() == [assignment.bucket(salt, unit) for unit in ids]
    arms = [assignment.variant(bucket, "abc", [0.2, 0.3, 0.5]) for bucket in fast.tolist()]
    assert arms == found["variant"].tolist()


def test_known_buckets():
    """Made with coreutils: printf 'a:b' | sha256sum."""
    assert assignment.bucket("a", "b") == int("6783a31eabf68", 16) / 16**13
    assert assignment.buckets("a", []).tolist() == []


@given(st.text(), st.text(), st.floats(0, 1))
def test_a_bucket_lies_below_a_share_when_its_digits_sort_before(salt, unit, share):
    from hashlib import sha256

    try:
        text = f"{salt}:{unit}".encode()
    except UnicodeEncodeError:
        return
    below = sha256(text).hexdigest() < assignment.hex_cut(share)
    assert below == (assignment.bucket(salt, unit) < share)


def test_buckets_are_uniform(ids):
    for salt in SALTS:
        buckets = assignment.buckets(salt, ids)
        assert buckets.min() >= 0
        assert buckets.max() < 1
        assert stats.kstest(buckets, "uniform").pvalue > 0.001
        counts = np.histogram(buckets, bins=100, range=(0, 1))[0]
        assert stats.chisquare(counts).pvalue > 0.001


def test_salts_are_independent_of_each_other(ids):
    bins = [(assignment.buckets(salt, ids) * 4).astype(int) for salt in SALTS]
    for i, first in enumerate(bins):
        for second in bins[i + 1 :]:
            table = np.bincount(4 * first + second, minlength=16).reshape(4, 4)
            assert stats.chi2_contingency(table).pvalue > 0.001


def test_neighbouring_units_are_independent(ids):
    plain = [f"u{number:08d}" for number in range(50_000)]
    arms = (assignment.buckets("neighbours", plain) < 0.5).astype(int)
    table = np.bincount(2 * arms[:-1] + arms[1:], minlength=4).reshape(2, 2)
    assert stats.chi2_contingency(table).pvalue > 0.001


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.9, 0.1], [0.2, 0.3, 0.5], [0, 1], [1, 0]])
def test_arms_get_their_weight(weights, ids):
    names = [f"arm{i}" for i in range(len(weights))]
    sample = ids[:20_000]
    arms = [assignment.assign("weights", unit, names, weights) for unit in sample]
    for name, weight in zip(names, weights, strict=True):
        spread = 4 * (weight * (1 - weight) / len(sample)) ** 0.5
        assert arms.count(name) / len(sample) == pytest.approx(weight, abs=spread)


def test_cut_points_end_at_one():
    assert assignment.cut_points([0.5, 0.5]) == [0.5, 1.0]
    thirds = assignment.cut_points([0.1] * 10)
    assert thirds[-1] == 1.0 and thirds == sorted(thirds)
    names, weights = ["a", "b"], [0.5, 0.5]
    assert assignment.variant(0.0, names, weights) == "a"
    assert assignment.variant(0.5, names, weights) == "b"
    assert assignment.variant(1 - 2**-52, names, weights) == "b"


@pytest.mark.parametrize("weights", [[0.5, 0.6], [0.5, 0.4], [1.5, -0.5], [], [0.0, 0.0]])
def test_wrong_weights_are_refused(weights):
    with pytest.raises(ReportError, match=r"expected: none negative, sum 1"):
        assignment.cut_points(weights)


def test_a_growing_arm_keeps_its_units(ids):
    """Raising the treatment's share moves units into it, never out of it."""
    for unit in ids[:2_000]:
        bucket = assignment.bucket("ramp", unit)
        if assignment.variant(bucket, ["treatment", "control"], [0.05, 0.95]) == "treatment":
            assert assignment.variant(bucket, ["treatment", "control"], [0.5, 0.5]) == "treatment"
