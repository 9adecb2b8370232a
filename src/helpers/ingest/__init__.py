"""The way of an analyst's own data into the project: whatever stands there is landed as Parquet files of event rows."""

from helpers.ingest.columns import column_expressions
from helpers.ingest.frame import from_frame
from helpers.ingest.land import Landed, finish, land, land_whole, landed
from helpers.ingest.locations import files_of

__all__ = [
    "Landed",
    "column_expressions",
    "files_of",
    "finish",
    "from_frame",
    "land",
    "land_whole",
    "landed",
]
