"""Formats of tables by the endings of their files, wherever a file is landed, named or looked at."""

ENDINGS = {
    "csv": (".csv", ".csv.gz", ".csv.zst", ".tsv", ".tsv.gz", ".tsv.zst"),
    "parquet": (".parquet", ".pq"),
    "json": tuple(f".{name}{packed}" for name in ("jsonl", "ndjson", "json") for packed in ("", ".gz", ".zst")),
    "workbook": (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    "sqlite": (".sqlite", ".sqlite3", ".db3", ".s3db"),
    "duckdb": (".duckdb", ".ddb", ".db"),
    "sql": (".sql",),
}
"""Endings of each format, in small letters."""


def format_of(path: str) -> str | None:
    """The format that a path's ending tells, in whatever letters; None for a strange ending or a folder.

    >>> format_of("logs/2026-*.CSV.gz"), format_of("shop.duckdb"), format_of("logs"), format_of("log.txt")
    ('csv', 'duckdb', None, None)
    """
    return next((kind for kind, endings in ENDINGS.items() if path.lower().endswith(endings)), None)
