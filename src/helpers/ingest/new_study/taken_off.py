"""Amounts that are another one less a discount in every row: the file itself tells that it is taken off."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

FINEST = 6
"""Digits behind the point to which amounts are compared at most."""
MOST_NUMBERS = 12
"""Columns that an amount is compared with."""
SOME = 1_000
"""Rows that are looked at before all of them are."""


def is_off(table: "SourceTable", columns: Sequence[Column], amount: Column, off: Column, sign: str = "-") -> bool:
    """Whether an amount is a number of its row, or a price times a count, less a discount, in every row and to its last digit.

    The discount is a percentage, a share of 1 or an amount, of all or of each piece, the same in all rows, and makes a difference in some; a
    ``sign`` of ``+`` asks whether it is added.
    """
    others = [c for c in columns if c not in (amount, off) and c.numeric and not (c.binary or c.has_time)][
        :MOST_NUMBERS
    ]
    ways = []
    for i, one in enumerate(others):
        counts = [f"v{j}" for j, c in enumerate(others) if j != i and not (c.decimal or c.constant)]
        for base, count in [
            (f"v{i}", ""),
            *((f"v{i} * {each}", each) for each in counts if one.decimal or each > f"v{i}"),
        ]:
            lower = [f"{base} * (1 {sign} less / 100)", f"{base} * (1 {sign} less)", f"{base} {sign} less"] + [f"{base} {sign} less * {count}"] * bool(count)  # fmt: skip
            ways += [(base, each) for each in lower]
    near = nearly(table, amount)
    values = ", ".join(f"{table.value(c.name)} as v{i}" for i, c in enumerate(others))
    paid = f"select {table.value(amount.name)} as paid, abs(coalesce({table.value(off.name)}, 0)) as less, {values} from {{table}}"
    for some in (f" limit {SOME}", ""):
        if ways:
            fits = ", ".join(
                f"coalesce(bool_and(coalesce(abs(paid - ({each})) <= {near}, false)) and ({bool(some)} or bool_or(abs(paid - ({base})) > {near})), false)"
                for base, each in ways
            )
            found = table.rows(f"select {fits} from (select * from ({paid}) where paid <> 0{some})")[0]
            ways = [way for way, fit in zip(ways, found, strict=True) if fit]
    return bool(ways)


def nearly(table: "SourceTable", amount: Column) -> float:
    """How far from an amount what it is rounded from may lie."""
    return float(0.5 * 10.0 ** -min(table.decimals(amount.name), FINEST) + 1e-7)
