"""A row that is the sum of the others is told as a total; a row that is a unit never is."""

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.studies import table, unit_study

Row = tuple[str, str, int, Decimal, int]
NAMES = [
    "Total",
    "total a",
    "Summe",
    "Gesamtsumme:",
    "Sub-total",
    "ALL",
    "Итого",
    "部门合计",
    "",
    "-",
    "control",
    "guest",
]


def lines(rows: list[Row]) -> list[str]:
    return [",".join(map(str, row)) for row in rows]


def said(rows: list[Row], **data) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = table(Path(folder), *lines(rows))
        try:
            ingest.land(unit_study(file, tolerate={"missing_id": 1, "two_variants": 1}, **data), Path(folder) / "out")
        except ReportError as error:
            return str(error)
    return ""


def summed(rows: list[Row], name: str, arm: str) -> Row:
    bought, spend, rounds = (sum((row[i] for row in rows), Decimal(0)) for i in (2, 3, 4))
    return (name, arm, int(bought), spend, int(rounds))


@st.composite
def units(draw, *, least: int = 0) -> list[Row]:
    """Rows of units by their numbers: many ties, many zeros, few amounts."""
    form = draw(st.sampled_from(["{}", "u{}", "0000-{}", "{}.example"]))
    drawn = st.tuples(
        st.sampled_from("ab"),
        st.integers(0, 1),
        st.sampled_from(["0", "9.99", "19.98", "0.01", "5"]),
        st.integers(0, 5),
    )
    rows = draw(st.lists(drawn, min_size=8, max_size=25))
    sure = [(arm, 1, str(Decimal(i) / 8), i) for i in range(1, least + 1) for arm in "ab"]
    return [(form.format(i), arm, b, Decimal(s), r) for i, (arm, b, s, r) in enumerate([*rows, *sure])]


@settings(max_examples=8, deadline=None)
@given(units(least=5), st.sampled_from(NAMES), st.sampled_from(["a", "b", "ab"]), st.randoms(use_true_random=False))
def test_subtotals_are_told_with_their_rows_wherever_they_stand(rows, name, arms, random):
    totals = [summed([row for row in rows if row[1] == arm], name, arm) for arm in arms]
    mixed = [*rows, *totals]
    random.shuffle(mixed)
    message = said(mixed)
    assert f"{'a row' if len(arms) == 1 else '2 rows'} of units.csv" in message and "total" in message
    for total in totals:
        assert (
            f"line {mixed.index(total) + 2}" in message
            and f"all other rows of {'control' if total[1] == 'a' else 'treatment'}" in message
        )
    assert said(rows) == ""


@settings(max_examples=12, deadline=None)
@given(
    units(),
    st.lists(
        st.tuples(st.sampled_from(["guest", "Total", "unknown", "Ann Summers", "Al Sum"]), st.integers(0, 3)),
        max_size=3,
    ),
)
def test_a_row_with_a_strange_id_is_a_unit_unless_it_is_the_sum_of_the_others(rows, strange):
    """The oracle adds up the rows of the arm one by one; a sum of few rows may be chance, and says nothing."""
    arm = [row for row in rows if row[1] == "a"]
    added = {name: (name, "a", 1, Decimal(n), n) for name, n in strange}
    every = [*arm, *added.values()]

    def sums(row: Row, others: list[Row]) -> bool:
        return any(row[i] and row[i] == sum(other[i] for other in others) for i in (2, 3, 4))

    chance = any(
        sums(row, others)
        for row in added.values()
        for others in (arm, [o for o in every if o != row], [o for o in every if o != row and "um" not in o[0] and o[0] != "Total"],
                       [o for o in rows if o not in added.values()])
    )  # fmt: skip
    if not chance:
        assert ("line" in said([*rows, *added.values()])) == ("Total" in added)


@settings(max_examples=12, deadline=None)
@given(units())
def test_an_id_like_the_others_is_a_unit_where_few_amounts_tell_otherwise(rows):
    arm = [row for row in rows if row[1] == "a"]
    whale = summed(arm, rows[0][0].replace("0", "77"), "a")
    assert said([*rows, whale]) == ""


@st.composite
def spenders(draw) -> list[Row]:
    """Two dozen units an arm that differ in what they spend, and in how often they come."""
    form = draw(st.sampled_from(["{}", "u{}", "name{}", "-{}"]))
    cents = draw(st.lists(st.integers(0, 9_999), min_size=24, max_size=40, unique=True))
    drawn = st.tuples(st.integers(0, 1), st.integers(0, 5))
    rows = [(form.format(i), "ab"[i % 2], Decimal(c) / 100, draw(drawn)) for i, c in enumerate(cents, 1)]
    sure = [(form.format(100 + i), "ab"[i % 2], Decimal(i), (1, i)) for i in range(12)]
    return [(who, arm, bought, spend, rounds) for who, arm, spend, (bought, rounds) in [*rows, *sure]]


LIKE_OTHERS = ["999", "0", "u1000", "-2", "—", "*", "anna", "7f57"]


@settings(max_examples=6, deadline=None)
@given(
    spenders(), st.sampled_from(LIKE_OTHERS), st.sampled_from(["a", "b", "ab", "grand", "grand and ab"]), st.randoms(use_true_random=False)
)  # fmt: skip
def test_a_row_is_a_total_whatever_its_id_is_where_columns_that_do_not_go_together_say_so(rows, name, which, random):
    totals = [
        summed([row for row in rows if row[1] == arm], f"{name}", arm) for arm in "ab" if arm in which.split()[-1]
    ]
    if "grand" in which:
        totals.append(summed(rows, f"{name}9", "a"))
    mixed = [*rows, *totals]
    random.shuffle(mixed)
    message = said(mixed)
    assert all(f"line {mixed.index(total) + 2}" in message for total in totals), message
    assert ("a row of" in message) == (len(totals) == 1) and f"{len(totals)} rows of" in message + "1 rows of"
    assert said(rows) == ""


@settings(max_examples=4, deadline=None)
@given(spenders(), st.sampled_from(["bought", "spend", "rounds", "all but a cent", "one of many"]))
def test_a_unit_that_did_as_much_as_all_others_together_in_one_respect_stays(rows, respect):
    """Also where only it did anything, and where two columns are one: the second is ten times the first."""
    arm = [row for row in rows if row[1] == "a"]
    _, _, bought, spend, rounds = summed(arm, "", "a")
    whale = {
        "bought": ("999", "a", bought, Decimal("3.33"), 1),
        "spend": ("999", "a", 1, spend, 1),
        "rounds": ("999", "a", 1, Decimal("3.33"), rounds),
        "all but a cent": ("999", "a", bought + 1, spend + Decimal("0.01"), rounds),
        "one of many": ("999", "a", 1, Decimal("0.01"), 1),
    }[respect]
    assert said([*rows, whale]) == ""
    by_ten = [(who, side, 0, Decimal(r), 10 * r) for who, side, _, _, r in arm]
    assert (
        said([*by_ten, *((f"{who}0b", "b", 0, s, r) for who, _, _, s, r in by_ten), summed(by_ten, "999", "a")]) == ""
    )
    nobody = [(who, side, 0, Decimal(0), 0) for who, side, *_ in rows]
    one = (("9991", "a", 1, Decimal(5), 1), ("9992", "b", 1, Decimal(5), 1))
    assert said([*nobody, *one[: 1 + (respect == "spend")]]) == ""


def test_a_table_without_ids_takes_two_exact_sums_one_of_many_amounts():
    rows = [(str(i), "ab"[i % 2], 1, Decimal(i * i) / 100, i % 3) for i in range(40)]
    total = summed([row for row in rows if row[1] == "a"], "x", "a")
    columns = {"columns": {"variant": "arm"}}
    assert "are the sums of all other rows of control" in said([*rows, total], **columns)
    assert said([*rows, (*total[:3], total[3] + 1, total[4] + 1)], **columns) == ""
    even = [(who, arm, 1, Decimal(1), 1) for who, arm, *_ in rows]
    assert said([*even, summed([row for row in even if row[1] == "a"], "x", "a")], **columns) == "", (
        "no amounts to tell by"
    )


def test_a_column_of_many_amounts_tells_a_total_where_the_row_holds_nothing_else():
    rows = [(str(i), "ab"[i % 2], i % 3 % 2, Decimal(i * i) / 100, i % 5) for i in range(1, 161)]
    total = summed([row for row in rows if row[1] == "a"], "999", "a")
    assert "line 162: 'spend' is the sum of all other rows of control" in said([*rows, (*total[:2], 0, total[3], 0)])
    assert said([*rows, (*total[:2], 1, total[3], 7)]) == "", "a unit that spent as much as all others"
    assert said([*rows, (*total[:2], 0, total[3] + Decimal("0.01"), 0)]) == ""


def test_a_total_of_all_arms_and_a_unit_beside_it_that_has_a_word_for_an_id():
    rows = [(str(i), "ab"[i % 2], 1, Decimal(i * i) / 100, i % 3) for i in range(40)]
    guest = ("guest", "a", 1, Decimal("7.77"), 1)
    every = [*rows, guest]
    assert "line 43 ('Total'): 'bought', 'spend' and 'rounds' are the sums of all other rows\n" in said(
        [*every, summed(every, "Total", "a")]
    )
    assert said(every) == ""


@pytest.mark.parametrize("tolerated", [{}, {"missing_id": 0.1}])
def test_one_message_tells_it(tmp_path, tolerated):
    rows = [(str(i), "ab"[i % 2], 1, Decimal(i), 1) for i in range(40)]
    file = table(tmp_path, *lines([*rows, summed([row for row in rows if row[1] == "b"], "", "b")]))
    with pytest.raises(ReportError) as caught:
        ingest.land(unit_study(file, tolerate=tolerated), tmp_path / "out")
    assert str(caught.value).splitlines()[1:] == [
        "  got:          line 42: 'bought', 'spend' and 'rounds' are the sums of all other rows of treatment",
        "  expected:     one row a unit",
        "  likely cause: an export with totals, as pivot tables and spreadsheets write them",
        "  remedy:       take this row out of the table, or export it without totals",
    ]
