"""Files that a test writes itself, and what new-study makes of them."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import duckdb
import yaml

from helpers import config
from helpers.config import Study
from helpers.ingest import new_study


def units(file: Path, more: str = "", rows: int = 2_000, treated: float = 0.5) -> Path:
    """A unit table: user_id, variant, converted, spend, and the SQL columns of ``more``; by the ending of ``file``."""
    query = f"""select 'u' || lpad(i::varchar, 6, '0') as user_id,
        case when i % 100 < {100 * treated} then 'new' else 'old' end as variant,
        (hash(i) % 10 < 3)::integer as converted,
        case when hash(i) % 10 < 3 then (hash(i + 7) % 9000) / 100.0 + 5 else 0 end as spend {"," if more else ""} {more}
        from range({rows}) as t(i)"""
    return written(file, query)


def written(file: Path, query: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".duckdb":
        with duckdb.connect(str(file)) as con:
            con.execute(f"create table units as {query}")
        return file
    options = "format parquet" if file.suffix == ".parquet" else "format csv, header"
    duckdb.sql(f"copy ({query}) to '{file}' ({options}{', compression gzip' if file.suffix == '.gz' else ''})")
    return file


def log(file: Path, variant: str = "") -> Path:
    """An event log of 400 visitors over three days: view > cart > purchase, price on purchases; maybe with variants."""
    return written(
        file,
        f"""select strftime(timestamp '2026-03-02 08:00:00' + to_seconds(i * 500 + step * 60), '%Y-%m-%d %H:%M:%S') as "when",
            ['view', 'cart', 'purchase'][step] as what, 'v' || i as visitor, if(i % 3 = 0, 'phone', 'desktop') as device,
            if(step = 3, 19.9, null) as price {"," if variant else ""} {variant}
        from range(400) as t(i), range(1, 4) as s(step) where i % (step * step) = 0""",
    )


def proposed(base: Path, file: Path | str, **options: Any) -> tuple[Study, str, str]:
    """The study as it loads, the text of its file, and what was said; ``options`` of what is known, and of the writing."""
    said = {each.name: options.pop(each.name) for each in fields(new_study.Said) if each.name in options}
    made = new_study.propose(str(file), base=base, said=new_study.Said(**said), **options)
    return config.load(made.file), made.file.read_text(encoding="utf-8"), made.said


def raw(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded
