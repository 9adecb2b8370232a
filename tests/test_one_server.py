"""A database of a server that is there is as good as one that is started."""

import duckdb
import pytest


def test_nobody_sees_what_others_made_or_set() -> None:
    with duckdb.connect() as one:
        one.execute("create table t as select 1 as x; set TimeZone = 'Asia/Tokyo'; set memory_limit = '100MB'")
        asked = one.execute("select * from range(3)")
        with duckdb.connect() as other:
            with pytest.raises(duckdb.CatalogException):
                other.execute("from t")
            zone, limit = other.execute(
                "select current_setting('TimeZone'), current_setting('memory_limit')"
            ).fetchall()[0]
        assert zone != "Asia/Tokyo" and not limit.startswith("9") and asked.fetchall() == [(0,), (1,), (2,)]


def test_what_is_closed_or_forgotten_is_gone_and_its_name_free() -> None:
    asked = "select current_database(), (select count(*) from duckdb_databases() where not internal)"
    first, second = duckdb.connect(), duckdb.connect()
    (before,) = first.execute(asked).fetchall()
    first.close()
    del second
    with duckdb.connect() as third:
        (after,) = third.execute(asked).fetchall()
    assert after[0] == before[0] and after[1] <= before[1]
