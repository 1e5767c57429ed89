"""DuckDB's own iceberg extension on the lake's catalog, beside PyIceberg."""
import datetime
import decimal

import pyarrow as pa
import pytest
from iceberg import engines

from test_rest_catalog import connect


@pytest.fixture
def space(duck, name):
    duck.sql(f"CREATE SCHEMA lake.{name}")
    return name


def test_tables_of_duckdb_are_tables_of_all(lake, duck, space):
    duck.sql(f"""CREATE TABLE lake.{space}.t (id BIGINT, city VARCHAR, day DATE, price DECIMAL(10,2), seen TIMESTAMP,
             there BOOLEAN, x DOUBLE, tags VARCHAR[], place STRUCT(a INTEGER, b VARCHAR))""")
    duck.sql(f"""INSERT INTO lake.{space}.t VALUES
             (1, 'rome', DATE '2026-01-02', 1.5, TIMESTAMP '2026-01-02 03:04:05.123456', true, 0.25, ['a', 'b'], {{'a': 1, 'b': 'x'}}),
             (2, 'oslo', NULL, NULL, NULL, NULL, NULL, NULL, NULL)""")
    rows = connect(lake).load_table(f"{space}.t").scan().to_arrow().sort_by("id").to_pylist()
    assert rows[0] == {"id": 1, "city": "rome", "day": datetime.date(2026, 1, 2), "price": decimal.Decimal("1.50"),
                       "seen": datetime.datetime(2026, 1, 2, 3, 4, 5, 123456), "there": True, "x": 0.25,
                       "tags": ["a", "b"], "place": {"a": 1, "b": "x"}}
    assert rows[1]["city"] == "oslo" and all(value is None for value in list(rows[1].values())[2:])
    shown = lake.client("glue").get_table(DatabaseName=space, Name="t")["Table"]
    assert [c["Type"] for c in shown["StorageDescriptor"]["Columns"]] == [
        "bigint", "string", "date", "decimal(10,2)", "timestamp", "boolean", "double", "array<string>",
        "struct<a:int,b:string>"]


def test_rows_are_changed_and_removed(lake, duck, space):
    for version in (2, 3):  # position deletes, deletion vectors
        table = f"{space}.v{version}"
        duck.sql(f"CREATE TABLE lake.{table} (id BIGINT, k INTEGER) WITH ('format-version' = '{version}')")
        duck.sql(f"INSERT INTO lake.{table} SELECT i, i % 5 FROM range(100) r(i)")
        duck.sql(f"DELETE FROM lake.{table} WHERE id % 10 = 3")
        duck.sql(f"UPDATE lake.{table} SET k = 9 WHERE id % 10 = 4")
        duck.sql(f"""MERGE INTO lake.{table} t USING (SELECT 5::BIGINT AS id, 50 AS k UNION ALL SELECT 1000, 71) s
                 ON t.id = s.id WHEN MATCHED THEN UPDATE SET k = s.k WHEN NOT MATCHED THEN INSERT (id, k) VALUES (s.id, s.k)""")
        model = {i: 9 if i % 10 == 4 else i % 5 for i in range(100) if i % 10 != 3} | {5: 50, 1000: 71}
        assert dict(duck.sql(f"SELECT id, k FROM lake.{table}")) == model
        seen = connect(lake).load_table(table).scan().to_arrow()
        assert dict(zip(seen["id"].to_pylist(), seen["k"].to_pylist())) == model


def test_columns_come_and_go_and_the_past_stays(lake, duck, space):
    duck.sql(f"CREATE TABLE lake.{space}.t AS SELECT i AS id FROM range(3) r(i)")
    duck.sql(f"ALTER TABLE lake.{space}.t ADD COLUMN pop INTEGER")
    duck.sql(f"ALTER TABLE lake.{space}.t RENAME COLUMN pop TO people")
    duck.sql(f"INSERT INTO lake.{space}.t VALUES (10, 500)")
    catalog = connect(lake)
    first = catalog.load_table(f"{space}.t").snapshots()[0].snapshot_id
    assert duck.sql(f"SELECT count(*), sum(people) FROM lake.{space}.t") == [(4, 500)]
    assert duck.sql(f"SELECT count(*) FROM lake.{space}.t AT (VERSION => {first})") == [(3,)]
    assert [row[0] for row in duck.sql(f"SELECT sequence_number FROM iceberg_snapshots(lake.{space}.t) ORDER BY 1")] == [1, 2]
    with catalog.load_table(f"{space}.t").update_schema() as change:
        change.delete_column("people")
    catalog.load_table(f"{space}.t").append(pa.table({"id": pa.array([20], pa.int64())}))
    assert duck.rows(f"SELECT * FROM lake.{space}.t WHERE id = 20") == [{"id": 20}]


def test_partitions_prune_what_duckdb_reads(lake, duck, space):
    duck.sql(f"CREATE TABLE lake.{space}.p (id BIGINT, k INTEGER) PARTITIONED BY (k)")
    duck.sql(f"INSERT INTO lake.{space}.p SELECT i, i % 3 FROM range(9) r(i)")
    assert duck.sql(f"SELECT id FROM lake.{space}.p WHERE k = 1 ORDER BY id") == [(1,), (4,), (7,)]
    table = connect(lake).load_table(f"{space}.p")
    assert [str(field.transform) for field in table.spec().fields] == ["identity"]
    assert len(list(table.scan(row_filter="k = 1").plan_files())) == 1


def test_a_transaction_is_one_commit(lake, duck, space):
    duck.sql(f"CREATE TABLE lake.{space}.t (id BIGINT)")
    duck.sql("BEGIN")
    duck.sql(f"INSERT INTO lake.{space}.t VALUES (1)")
    assert connect(lake).load_table(f"{space}.t").current_snapshot() is None
    duck.sql("ROLLBACK")
    assert duck.sql(f"SELECT count(*) FROM lake.{space}.t") == [(0,)]
    duck.sql("BEGIN")
    duck.sql(f"INSERT INTO lake.{space}.t VALUES (1)")
    duck.sql(f"INSERT INTO lake.{space}.t VALUES (2)")
    duck.sql("COMMIT")
    assert duck.sql(f"SELECT count(*) FROM lake.{space}.t") == [(2,)]


def test_requests_of_duckdb_may_be_signed(lake, duck, space):
    engines.attach_duck(duck, lake, name="signed", how="sigv4")
    duck.sql(f"CREATE TABLE signed.{space}.t AS SELECT 7 AS id")
    assert duck.sql(f"SELECT id FROM lake.{space}.t") == [(7,)]
    duck.sql(f"DROP TABLE signed.{space}.t")
    duck.sql(f"DROP SCHEMA signed.{space}")
    assert not connect(lake).namespace_exists(space)
