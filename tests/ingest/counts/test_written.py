"""Arms as people write them: each reads as what it says, and what could be two things is refused in one message."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.ingest.counts import written
from helpers.stats import Mean, Proportion


@pytest.mark.parametrize(
    "words",
    [
        ["500/10000", "560/10000"],
        ["500 of 10000", "560 of 10000"],
        ["500", "of", "10000", "560", "of", "10000"],
        ["500 / 10000", "560/ 10000"],
        ["500", "/", "10000", "560", "/", "10000"],
        ["500/10,000", "560/10,000"],
        ["500/10'000", "560/10_000"],
        ["500/10 000", "560/10\u202f000"],
        ["500 OF 10000", "0560/010000"],
    ],
)
def test_counts_of_successes_are_read(words):
    assert written.arms(words) == {"control": Proportion(10_000, 500), "treatment": Proportion(10_000, 560)}


COUNTS = st.integers(2, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
FORMS = ("{0}/{1}", "{0:,}/{1:,}", "{0:_} of {1:_}", " {0:,} of {1} ")


@given(st.lists(st.tuples(COUNTS, st.sampled_from(FORMS)), min_size=2, max_size=5))
def test_every_way_to_write_counts_reads_the_same(drawn):
    found = written.arms([form.format(*counts) for counts, form in drawn])
    assert [(arm.successes, arm.n) for arm in found.values()] == [counts for counts, _ in drawn]


VALUES = st.decimals(Decimal("-1e6"), Decimal("1e6"), places=4)


@given(
    st.tuples(st.integers(2, 10**7), VALUES, st.decimals(Decimal(0), Decimal("1e6"), places=4)),
    st.sampled_from(["{},{},{}", "{}, {}, {}", "{},{:e},{:E}"]),
)
def test_mean_and_deviation_come_back_and_sums_say_the_same(told, form):
    n, mean, sd = told
    text = form.format(n, mean, sd)
    arm = written.arms([text, text], "means")["control"]
    assert (arm.n, arm.estimate) == (n, float(mean))
    assert math.isclose(math.sqrt(arm.variance), float(sd), rel_tol=1e-12)
    total, squares = (f"{x:f}" for x in (n * mean, (n - 1) * sd * sd + n * mean * mean))
    summed = written.arms([f"{n},{total},{squares}"] * 2, "sums")["treatment"]
    assert isinstance(summed, Mean) and (summed.n, summed.estimate, summed.variance) == (
        arm.n,
        arm.estimate,
        arm.variance,
    )


def test_arms_have_the_names_that_are_given():
    words = ["1/10", "2/10", "3/10"]
    assert list(written.arms(words)) == ["control", "treatment_1", "treatment_2"]
    assert list(written.arms(words, names=["old", " blue", "red"])) == ["old", "blue", "red"]


@pytest.mark.parametrize(
    ("kind", "words", "told"),
    [
        ("proportions", [], "there is nothing to compare\n  got:      0 arms\n"),
        (
            "proportions",
            ["500/10000"],
            "got:      1 arm: 500/10000\n  expected: the control, then one or more treatments",
        ),
        (
            "proportions",
            ["500/10000", "10001/10000"],
            "treatment has more successes than units\n  got:          10,001 of 10,000",
        ),
        ("proportions", ["-5/100", "5/100"], "a count of control cannot be read\n  got:          -5 in -5/100"),
        ("proportions", ["5/100", "5/-100"], "a count cannot be below zero"),
        ("proportions", ["5%/100", "5/100"], "write how many units had it"),
        ("proportions", ["0.05/100", "5/100"], "a rate where a count belongs"),
        ("proportions", ["1.000/20.000", "5/100"], "remedy:       write 1000"),
        ("proportions", ["5.5/100", "5/100"], "expected: a whole number from 0"),
        ("proportions", ["1,00/2,000", "5/100"], "got:      1,00 in 1,00/2,000"),
        ("proportions", ["1,000'000/2,000,000", "5/100"], "a count of control cannot be read"),
        ("proportions", [f"5/{'9' * 5000}", "5/100"], "a count of control cannot be read"),
        ("proportions", ["5/", "5/100"], "got:      nothing in 5/"),
        ("proportions", ["", "5/100"], "control cannot be read\n  got:      nothing"),
        ("proportions", ["5/100", "half"], "treatment cannot be read\n  got:      half\n  expected: successes/units"),
        ("proportions", ["5/100/2", "5/100"], "control cannot be read"),
        ("proportions", ["100,5,2", "100,6,2"], "remedy:   add --means"),
        ("proportions", ["1/1", "5/100"], "control has too few units to compare\n  got:      1 unit\n"),
        ("proportions", ["0/0", "5/100"], "got:      0 units"),
        ("means", ["1,5,2", "100,6,2"], "control has too few units to compare"),
        ("means", ["100,5,-2", "100,6,2"], "the standard deviation of control is below zero"),
        (
            "means",
            ["100,5", "100,6,2"],
            "control cannot be read\n  got:      100,5\n  expected: units,mean,standard deviation",
        ),
        ("means", ["10,000,5,2", "100,6,2"], "no separators of thousands"),
        ("means", ["10,000,5", "100,6,2"], "'000' reads as a part of one"),
        ("means", ["100,nan,2", "100,6,2"], "control cannot be read"),
        ("means", ["100,5,1e999", "100,6,2"], "choose a unit in which values are of ordinary size"),
        ("means", ["100.5,5,2", "100,6,2"], "a count of control cannot be read"),
        ("sums", ["100,500,2499", "100,6,2"], "the sums of control belong to no data"),
    ],
)
def test_what_is_no_arm_is_one_message_with_a_way_out(kind, words, told):
    with pytest.raises(ReportError) as refused:
        written.arms(words, kind)
    assert told in str(refused.value)
    assert "expected:" in str(refused.value) and len(str(refused.value).splitlines()) <= 5


@pytest.mark.parametrize("names", [["old"], ["old", "old"], ["old", " "], ["old", "new", "newer"]])
def test_names_must_be_those_of_the_arms(names):
    with pytest.raises(ReportError, match="--names does not name the arms"):
        written.arms(["1/10", "2/10"], names=names)


@pytest.mark.parametrize(
    ("text", "sizes"), [("1:1", [1, 1]), ("90/10", [90, 10]), ("50% : 50%", [50, 50]), (".9:.1", [0.9, 0.1])]
)
def test_designed_sizes_are_read(text, sizes):
    assert written.weights(text, ["a", "b"]) == dict(zip("ab", sizes, strict=True))


@pytest.mark.parametrize("text", ["1", "1:1:1", "1:0", "1:-1", "1:\u22121", "one:one", "", "1:1e999", "1:nan"])
def test_sizes_that_are_none_are_refused(text):
    with pytest.raises(ReportError, match="how large the arms were meant to be"):
        written.weights(text, ["a", "b"])
