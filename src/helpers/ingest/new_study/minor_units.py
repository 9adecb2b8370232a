"""How many digits behind the point the money of a table has."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from helpers.ingest.new_study import measures
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

CENTS, FINEST = 2, 8
"""Digits of money behind the point: as coins have them, and as prices have them at most that no computer made up."""


def digits(table: "SourceTable", columns: Iterable[Column], money: Column | None = None) -> int:
    """Digits behind the point of the finest money in some columns; 0 where all is in cents, or only a computer is finer.

    ``money`` is a column that somebody calls so.
    """
    found = (table.decimals(column.name) for column in columns if column is money or measures.is_money(column))
    return max((each for each in found if CENTS < each <= FINEST), default=0)
