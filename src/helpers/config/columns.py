"""Names of columns: those of a file, and those by which a study calls them."""

from typing import Annotated

from pydantic import AfterValidator

COUNTED_BY = ("file_index", "file_row_number")
"""Columns that the reader adds to those of a file, to tell its rows apart."""


def stored(column: str) -> str:
    """The name under which a column of a file is kept: its own, where that does not stand for the place of a row.

    >>> stored("who"), stored("File_Index")
    ('who', 'File_Index (as logged)')
    """
    return f"{column} (as logged)" if column.lower() in COUNTED_BY else column


def logged(column: str) -> str:
    """The name that a column has in its file, of the one under which it is kept.

    >>> logged("who"), logged("File_Index (as logged)")
    ('who', 'File_Index')
    """
    name = column.removesuffix(" (as logged)")
    return name if stored(name) == column else column


RawColumn = Annotated[str, AfterValidator(stored)]
"""A column of the log or the table, as it is kept."""

TAKEN = frozenset(
    """
    all amount analyse analyze and any array as asc asymmetric both bot bots bucket case cast check cluster_key collate column
    constraint conversions count counted create day default deferrable desc describe dimension distinct do else end
    entrants except exclude experiment_id exposed_at exposure_amount exposure_day assigned_at events false fetch
    file_index file_row_number finely flaw for foreign from group has_price having happens in initially intersect into
    is_exposed is_injected kind lambda lateral leading level limit measure metric metrics n natural not null occurrence
    offset on only open_units or order outside pivot pivot_longer pivot_wider placing population primary problem profile
    qualify r raw_row references repeated returning revenue row_id row_key said sample_size select shared show shown some
    step sum summarize symmetric table then time_format to trailing true union unique units unpivot using value values
    variadic when where window with x y
    anything d is_optional slow sum_d sum_d0 sum_d1 sum_d2 sum_r sum_r2 sum_x sum_x2 sum_xy sum_y sum_y0 sum_y1 sum_y2 sum_yd
    """.split()  # noqa: SIM905
)
"""Names that the warehouse uses for columns of its own, and words of SQL."""
