"""The way of an analyst's own data into the project: whatever stands there is landed as Parquet files of event rows."""

from helpers.landing.columns import column_expressions
from helpers.landing.frame import from_frame
from helpers.landing.places import files_of
from helpers.landing.raw import Landed, finish, land, land_whole, landed

__all__ = ["Landed", "column_expressions", "files_of", "finish", "from_frame", "land", "land_whole", "landed"]
