"""Trino on the lake, through the REST catalog and through the Glue catalog (./do test --full)."""
import pytest
from iceberg import engines

from test_rest_catalog import connect

pytestmark = pytest.mark.xdist_group("spark")


@pytest.fixture(scope="module")
def trino(lake, tmp_path_factory):
    running = engines.start_trino(lake, tmp_path_factory.mktemp("trino"))
    yield running
    running.stop()


@pytest.fixture
def space(trino, name, bucket):
    # Trino takes a table's place from its schema's.
    trino.sql(f"CREATE SCHEMA lake.{name} WITH (location = 's3://{bucket}/{name}')")
    return name


def test_trino_reads_and_changes_rows(lake, trino, duck, space):
    table = f"lake.{space}.t"
    trino.sql(f"CREATE TABLE {table} (id BIGINT, k INTEGER) WITH (partitioning = ARRAY['bucket(id, 4)'])")
    trino.sql(f"INSERT INTO {table} SELECT n, CAST(n % 5 AS INTEGER) FROM UNNEST(sequence(0, 99)) AS s(n)")
    trino.sql(f"DELETE FROM {table} WHERE id % 10 = 3")
    trino.sql(f"UPDATE {table} SET k = 9 WHERE id % 10 = 4")
    trino.sql(f"""MERGE INTO {table} t USING (VALUES (5, 50), (1000, 71)) s(id, k) ON t.id = s.id
              WHEN MATCHED THEN UPDATE SET k = s.k WHEN NOT MATCHED THEN INSERT (id, k) VALUES (s.id, s.k)""")
    model = {i: 9 if i % 10 == 4 else i % 5 for i in range(100) if i % 10 != 3} | {5: 50, 1000: 71}
    assert dict(trino.sql(f"SELECT id, k FROM {table}")) == model
    assert dict(duck.sql(f"SELECT id, k FROM {table}")) == model
    seen = connect(lake).load_table(f"{space}.t").scan().to_arrow()
    assert dict(zip(seen["id"].to_pylist(), seen["k"].to_pylist())) == model
    trino.sql(f"ALTER TABLE {table} EXECUTE optimize")
    trino.sql(f"ALTER TABLE {table} ADD COLUMN z INTEGER")
    assert trino.sql(f"SELECT count(*), count(z) FROM {table}") == [(len(model), 0)]
    operations = {row[0] for row in trino.sql(f'SELECT operation FROM lake.{space}."t$snapshots"')}
    assert operations == {"append", "delete", "overwrite", "replace"}


def test_both_catalogs_of_trino_are_one(lake, trino, space):
    trino.sql(f"CREATE TABLE lake.{space}.t AS SELECT 1 AS id")
    trino.sql(f"INSERT INTO glue.{space}.t VALUES 2")
    trino.sql(f"CREATE TABLE glue.{space}.g AS SELECT 3 AS id")
    assert sorted(trino.sql(f"SELECT id FROM lake.{space}.t UNION ALL SELECT id FROM lake.{space}.g")) == [(1,), (2,), (3,)]
    trino.sql(f"DROP TABLE glue.{space}.g")
    assert connect(lake).list_tables(space) == [(space, "t")]
