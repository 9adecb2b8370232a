"""Counts in a table: whatever its columns are called and however its rows lie, it says what its arms typed out say."""

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.errors import ReportError
from helpers.experiment.counts.compared import CountedArms, compared
from helpers.ingest.counts import table, written
from helpers.stats import Proportion


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("counts")


def saved(folder: Path, text: str) -> str:
    file = folder / "counts.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


CELLS = st.integers(0, 5_000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 6).flatmap(
        lambda days: st.lists(st.lists(CELLS, min_size=days, max_size=days), min_size=2, max_size=3)
    ),
    st.sampled_from([",", ";", "\t"]),
    st.tuples(*(st.sampled_from(table.COLUMNS[role]) for role in ("arm", "day", "units", "successes"))),
    st.randoms(use_true_random=False),
)
def test_days_of_arms_are_summed_up_in_any_order_of_rows_and_columns(folder, drawn, mark, called, random):
    names = ["control", "blue", "red"][: len(drawn)]
    totals = {
        name: [sum(column) for column in zip(*cells, strict=True)] for name, cells in zip(names, drawn, strict=True)
    }
    rows = [
        [name, f"2026-05-{day:02}", *cell]
        for name, cells in zip(names, drawn, strict=True)
        for day, cell in enumerate(cells, 1)
    ]
    random.shuffle(rows)
    order = random.sample(range(4), 4)
    file = folder / "counts.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter=mark).writerows(
            [row[i] for i in order] for row in [[c.upper() for c in called], *rows]
        )
    few = min(n for n, _ in totals.values()) < 2
    summed = len(names) > 2 and any(
        [2 * x for x in totals[name]] == [sum(t) for t in zip(*totals.values(), strict=True)] for name in names
    )
    if few or summed:
        with pytest.raises(ReportError):
            table.read(str(file))
        return
    found = table.read(str(file))
    assert (
        found.arms == {name: Proportion(*total) for name, total in totals.items()}
        and next(iter(found.arms)) == "control"
    )
    assert {arm: sum(day.get(arm, 0) for day in found.days.values()) for arm in names} == {
        a: n for a, (n, _) in totals.items()
    }


@pytest.mark.parametrize(
    ("head", "kind", "arms"),
    [
        ("n,mean,sd", "means", ("100,20.5,3", "90,22,4")),
        ("visitors,sum,sumsq", "sums", ("100,2000,40891", "90,1800,36891")),
        ("users,average,std", "means", ("100,20.5,3", "90,22,4")),
    ],
)
def test_amounts_are_read_as_the_command_line_reads_them(folder, head, kind, arms):
    file = saved(folder, f"arm,{head}\nnew,{arms[1]}\nold,{arms[0]}\n")
    assert table.read(file) == table.CountedTable(written.arms(arms, kind, ["old", "new"]), {})


def test_other_columns_are_left_and_named(folder):
    file = saved(folder, "Arm,Users,Conversions,Mean,SD,Rate\nnew,90,9,1.5,1,10%\nold,100,5,1,1,5%\n")
    means = table.read(file, stated="means")
    assert means.unread == ("Conversions", "Rate") and means.arms["new"].estimate == 1.5
    with pytest.raises(ReportError):
        table.read(file)


def test_means_of_days_are_those_of_all_units(folder):
    file = saved(folder, "arm,day,n,mean,sd\na,1,3,2,1\na,2,2,7,1.5\nb,1,3,2,1\nb,2,4,5,2\n")
    found = table.read(file, ["a", "b"]).arms["a"]
    spread = 2 * 1 + 1 * 1.5**2 + 3 * (2 - 4) ** 2 + 2 * (7 - 4) ** 2
    assert (found.n, found.estimate) == (5, pytest.approx(4.0)) and math.isclose(found.variance, spread / 4)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("arm,units,successes\ncontrol,100,5\n", "is no table of counts"),
        ("arm,units,successes\ncontrol,100,5\ntest,100\n", "line 3: the row does not fit the header"),
        ("arm,units,successes\ncontrol,1,000,5\ntest,100,6\n", "line 2: the row does not fit the header"),
        ("arm,unts,successes\ncontrol,100,5\ntest,100,6\n", "did you mean 'units'?"),
        (
            "group,visitors,signups,refunds\ncontrol,100,5,2\ntest,100,6,1\n",
            "keep the one of signups and refunds that is compared, and call it successes",
        ),
        ("arm,units\ncontrol,100\ntest,100\n", "are not those of a table of counts"),
        ("arm,units,n,successes\ncontrol,1,100,5\ntest,1,100,6\n", "are not those of a table of counts"),
        ("arm,units,successes,mean,sd\ncontrol,100,5,1,1\ntest,100,6,1,1\n", "say which: --means or --sums"),
        (
            "arm,units,successes,country\ncontrol,100,5,de\ncontrol,100,5,fr\ntest,9,6,fr\n",
            "control in line 3 is no arm",
        ),
        ("arm,units,successes\ncontrol,100,5\ntest,100,6\nTotal,200,11\n", "Total in line 4 is no arm of its own"),
        (
            "arm,units,successes\ncontrol,100,5\ntest,100,6\nInsgesamt,190,9\n",
            "Insgesamt in line 4 is no arm of its own",
        ),
        (
            "arm,units,successes\ncontrol,100,5\ntest,100,6\nboth,200,11\n",
            "both is as large as all other arms together",
        ),
        ("arm,units,successes\ncontrol,100,5\ntest,100,6\ntest,100,6\n", "test in line 4 is no arm of its own"),
        ("arm,units,successes\ncontrol,100,5\n,100,6\n", "a row without an arm in line 3"),
        ("arm,units,successes\nred,100,5\nblue,100,6\n", "does not say which arm is the control"),
        ("arm,units,successes\nold,100,5\ncurrent,100,6\n", "add --names old,current with the control first"),
        ("arm,units,successes\ncontrol,100,500\ntest,100,6\n", "control in line 2 has more successes than units"),
        ("arm,units,successes\ncontrol,100,5%\ntest,100,6\n", "write how many units had it"),
        ("arm,units,successes\ncontrol,1,0\ntest,100,6\n", "control has too few units to compare"),
    ],
)
def test_what_is_no_table_of_counts_is_one_message(folder, text, told):
    with pytest.raises(ReportError) as refused:
        table.read(saved(folder, text))
    assert told in str(refused.value) and "expected:" in str(refused.value)


def test_a_file_that_is_not_there_or_no_text_is_said(folder):
    (folder / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("bytes.csv", "gone.csv"):
        with pytest.raises(ReportError, match=f"{name} cannot be read"):
            table.read(str(folder / name))


def decided(folder: Path, cells: dict[str, list[tuple[int, int]]], **stated: object):
    rows = [f"{arm},{day},{n},{x}" for arm, days in cells.items() for day, (n, x) in enumerate(days)]
    found = table.read(saved(folder, "\n".join(["arm,day,users,conversions", *rows])))
    return compared(CountedArms(found.arms, dict.fromkeys(found.arms, 1.0), days=found.days, **stated))


def test_a_day_that_loses_units_of_one_arm_is_invalid(folder):
    healthy = [(1_000, 300)] * 14
    assert decided(folder, {"control": healthy, "test": [(1_000, 340)] * 14}).decided.proposed.verdict == "GO"
    made = decided(folder, {"control": healthy, "test": [(1_000, 340)] * 12 + [(800, 280), (1_200, 400)]})
    p = 14 * stats.chisquare([1_000, 800]).pvalue  # Holm: the smallest of fourteen
    assert made.by_day is not None and made.by_day.p_value == pytest.approx(p) and not made.ratio.failed
    assert made.decided.proposed.reason == "A trust check failed: Sample ratio by day."


def test_days_that_make_no_week_are_an_early_look(folder):
    cells = {"control": [(5_000, 1_500)] * 4, "test": [(5_000, 1_650)] * 4}
    look = decided(folder, cells).decided.weighed.look
    assert look is not None and look.share == 4 / 7
    assert decided(folder, cells, share_of_time=1.0).decided.weighed.look is None


LINES = st.lists(st.text('0123456789,;\t"%.-ab \x00\r', max_size=14), min_size=1, max_size=5)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["arm,units,successes", "arm,day,n,mean,sd", "arm;n;sum;sumsq", "a,b"]), LINES)
def test_whatever_stands_in_a_file_is_a_table_or_one_message(folder, head, lines):
    try:
        found = table.read(saved(folder, "\n".join([head, *lines])))
    except ReportError as refused:
        assert "expected:" in str(refused)
    else:
        assert len(found.arms) > 1


def test_a_field_without_an_end_is_said(folder):
    with pytest.raises(ReportError, match="cannot be read"):
        table.read(saved(folder, f'arm,units,successes\ncontrol,100,5\ntest,100,"{"6" * 200_000}\n'))


@given(
    st.sampled_from(["arm", "variant", "test_group"]), st.sampled_from(["people", "visitors", "n", "recipients"]),
    st.sampled_from(["replied", "orders", "buyers"]), st.permutations(range(3)), st.lists(st.integers(0, 90), min_size=2, max_size=4),
)  # fmt: skip
def test_columns_are_told_as_a_study_tells_them(tmp_path_factory, arm, units, hits, order, counts):
    """The oracle is the same table under the names that are documented."""
    names = ["control", *"bcd"]
    rows = [(names[i], str(100 + i), str(n)) for i, n in enumerate(counts)]
    made = []
    for head in ((arm, units, hits), ("arm", "units", "successes")):
        file = tmp_path_factory.mktemp("counts") / "counts.csv"
        file.write_text("\n".join(",".join(row[i] for i in order) for row in (head, *rows)))
        made.append(table.read(str(file)))
    assert made[0].arms == made[1].arms
