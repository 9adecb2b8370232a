"""A pandas frame from a notebook, landed so that every later step goes on from it."""

from pathlib import Path
from typing import TYPE_CHECKING

from helpers import config
from helpers.errors import ReportError
from helpers.ingest.land import FRAME, land_whole
from helpers.ingest.sql import literal
from helpers.pipeline import lock
from helpers.pipeline.files import private, scratch

if TYPE_CHECKING:
    import pandas as pd


def from_frame(study_file: str | Path, frame: "pd.DataFrame") -> Path:
    """Land a frame for a study with ``data.format: frame`` and return its raw folder.

    The frame is kept as ``data/STUDY/frame.parquet`` through DuckDB, its columns mapped by the study file as those of
    a table are; ``make study STUDY=studies/NAME.yml`` goes on from there. NaN counts as missing. The index is left out.

    Raises:
        ReportError: for another format in the study file, an empty frame, and whatever a table is refused for.

    Example::

        from helpers import landing

        ingest.from_frame("studies/my_test.yml", frame)
    """
    import duckdb

    study, where = config.opened(study_file)
    if study.simulated or study.data.kind != "frame":  # type: ignore[union-attr]
        raise ReportError(f"studies/{study.name}.yml: the data are not a frame", expected="data.format: frame")
    if not len(frame):
        raise ReportError("the frame is empty", got="no row", expected="rows")
    flat = frame.set_axis(frame.columns.map(str), axis=1)
    with lock.held(where.base):
        private(where.data)
        with scratch(where.data, "frame") as aside, duckdb.connect() as con:
            con.execute("set TimeZone = 'UTC'; set pandas_analyze_sample = 0")
            con.register("frame", flat)
            con.execute(f"copy (select * from frame) to {literal(aside)} (format parquet)")
            aside.replace(where.data / FRAME)
        return land_whole(study, where)
