"""Spark with iceberg-spark-runtime on the lake: the REST catalog with tokens and SigV4, the Glue catalog, S3A."""
import json

import pytest
from test_rest_catalog import connect

pytestmark = pytest.mark.xdist_group("spark")  # one JVM

MERGE_ON_READ = ", ".join(f"'write.{operation}.mode' = 'merge-on-read'" for operation in ("delete", "update", "merge"))
COPY_ON_WRITE = MERGE_ON_READ.replace("merge-on-read", "copy-on-write")


@pytest.fixture
def space(spark, name):
    spark.sql(f"CREATE NAMESPACE lake.{name}")
    return name


def seen_by_pyiceberg(lake, table):
    rows = connect(lake).load_table(table).scan().to_arrow()
    return dict(zip(rows["id"].to_pylist(), rows["k"].to_pylist()))


def test_tables_of_spark_are_tables_of_all(lake, spark, duck, space):
    spark.sql(f"""CREATE TABLE lake.{space}.t (id BIGINT NOT NULL, city STRING COMMENT 'where', day DATE, price DECIMAL(10,2),
              seen TIMESTAMP, local TIMESTAMP_NTZ, raw BINARY, tags ARRAY<STRING>, m MAP<STRING, INT>,
              place STRUCT<a: INT, b: STRING>) USING iceberg PARTITIONED BY (days(seen), bucket(4, id), truncate(2, city))""")
    spark.sql(f"""INSERT INTO lake.{space}.t VALUES (1, 'rome', DATE'2026-01-02', 1.5, TIMESTAMP'2026-01-02 03:04:05',
              TIMESTAMP_NTZ'2026-01-02 03:04:05', X'00ff', array('a'), map('x', 1), named_struct('a', 1, 'b', 'y')),
              (2, 'oslo', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)""")
    rows = connect(lake).load_table(f"{space}.t").scan().to_arrow().sort_by("id").to_pylist()
    assert rows[0]["place"] == {"a": 1, "b": "y"} and rows[0]["raw"] == b"\0\xff" and str(rows[0]["price"]) == "1.50"
    assert duck.sql(f"SELECT city, tags, m FROM lake.{space}.t ORDER BY id") == [("rome", ["a"], {"x": 1}), ("oslo", None, None)]
    shown = lake.client("glue").get_table(DatabaseName=space, Name="t")["Table"]
    assert [(c["Name"], c["Type"]) for c in shown["StorageDescriptor"]["Columns"]][-2:] == [
        ("m", "map<string,int>"), ("place", "struct<a:int,b:string>")]
    spark.sql(f"CREATE OR REPLACE TABLE lake.{space}.t USING iceberg AS SELECT 1L AS a, 'x' AS b")
    assert spark.rows(f"SELECT * FROM lake.{space}.t") == [{"a": 1, "b": "x"}]
    assert len(connect(lake).load_table(f"{space}.t").snapshots()) == 2


@pytest.mark.parametrize("version, how", [(2, COPY_ON_WRITE), (2, MERGE_ON_READ), (3, MERGE_ON_READ)],
                         ids=["copy on write", "position deletes", "deletion vectors"])
def test_rows_are_changed_and_removed(lake, spark, duck, space, version, how):
    table = f"{space}.t"
    spark.sql(f"CREATE TABLE lake.{table} USING iceberg PARTITIONED BY (k) TBLPROPERTIES ('format-version' = '{version}', {how})"
              f" AS SELECT id, CAST(id % 5 AS INT) AS k FROM range(100)")
    spark.sql(f"DELETE FROM lake.{table} WHERE id % 10 = 3")
    spark.sql(f"UPDATE lake.{table} SET k = 9 WHERE id % 10 = 4")
    spark.sql(f"""MERGE INTO lake.{table} t USING (SELECT 5L AS id, 50 AS k UNION ALL SELECT 7L, NULL UNION ALL SELECT 1000L, 71) s
              ON t.id = s.id WHEN MATCHED AND s.k IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET k = s.k
              WHEN NOT MATCHED THEN INSERT *""")
    model = {i: 9 if i % 10 == 4 else i % 5 for i in range(100) if i % 10 != 3 and i != 7} | {5: 50, 1000: 71}
    assert dict(spark.sql(f"SELECT id, k FROM lake.{table}")) == model
    assert dict(duck.sql(f"SELECT id, k FROM lake.{table}")) == model
    assert seen_by_pyiceberg(lake, table) == model
    duck.sql(f"INSERT INTO lake.{table} VALUES (2000, 1)")
    spark.sql(f"REFRESH TABLE lake.{table}")
    assert spark.value(f"SELECT count(*) FROM lake.{table}") == len(model) + 1
    if version == 3:  # rows keep their ids, DuckDB's too
        ids = [row[0] for row in spark.sql(f"SELECT _row_id FROM lake.{table}")]
        assert len(set(ids)) == len(ids) and None not in ids


def test_tables_evolve(lake, spark, duck, space):
    table = f"lake.{space}.t"
    spark.sql(f"CREATE TABLE {table} (id BIGINT NOT NULL, k INT) USING iceberg")
    spark.sql(f"INSERT INTO {table} VALUES (1, 1)")
    for change in ("ADD COLUMN extra STRING FIRST", "RENAME COLUMN extra TO more", "ALTER COLUMN k TYPE BIGINT",
                   "ADD PARTITION FIELD bucket(4, id)", "WRITE ORDERED BY k DESC", "SET IDENTIFIER FIELDS id",
                   "ALTER COLUMN k COMMENT 'big'", "SET TBLPROPERTIES ('a' = 'b')"):
        spark.sql(f"ALTER TABLE {table} {change}")
    spark.sql(f"INSERT INTO {table} VALUES ('x', 2, 5000000000)")
    spark.sql(f"ALTER TABLE {table} REPLACE PARTITION FIELD bucket(4, id) WITH truncate(10, id) AS tens")
    spark.sql(f"INSERT INTO {table} VALUES ('y', 3, 5000000001)")
    spark.sql(f"ALTER TABLE {table} DROP COLUMN more")
    rows = [(1, 1), (2, 5000000000), (3, 5000000001)]
    assert spark.sql(f"SELECT * FROM {table} ORDER BY id") == rows
    assert duck.sql(f"SELECT * FROM {table} ORDER BY id") == rows
    loaded = connect(lake).load_table(f"{space}.t")
    assert sorted(seen_by_pyiceberg(lake, f"{space}.t").items()) == rows
    assert [field.name for field in loaded.spec().fields] == ["tens"] and len(loaded.specs()) == 3
    assert loaded.schema().identifier_field_names() == {"id"} and not loaded.sort_order().is_unsorted


def test_the_past_branches_and_tags(spark, space):
    table = f"lake.{space}.t"
    spark.sql(f"CREATE TABLE {table} USING iceberg AS SELECT id FROM range(5)")
    spark.sql(f"ALTER TABLE {table} CREATE TAG five RETAIN 30 DAYS")
    spark.sql(f"ALTER TABLE {table} CREATE BRANCH trial")
    spark.sql(f"INSERT INTO {table} VALUES (10)")
    assert spark.value(f"SELECT count(*) FROM {table}") == 6
    for past in ("VERSION AS OF 'five'", "VERSION AS OF 'trial'"):
        assert spark.value(f"SELECT count(*) FROM {table} {past}") == 5
    spark.sql(f"CALL lake.system.rollback_to_snapshot('{space}.t', {snapshot_of(spark, table, 0)})")
    assert spark.value(f"SELECT count(*) FROM {table}") == 5
    spark.sql(f"INSERT INTO {table}.branch_trial VALUES (20), (21)")
    assert spark.value(f"SELECT count(*) FROM {table}.branch_trial") == 7
    spark.sql(f"CALL lake.system.fast_forward('{space}.t', 'main', 'trial')")
    assert spark.value(f"SELECT count(*) FROM {table}") == 7
    spark.sql(f"ALTER TABLE {table} DROP BRANCH trial")
    assert spark.sql(f"SELECT name, type FROM {table}.refs ORDER BY name") == [("five", "TAG"), ("main", "BRANCH")]


def snapshot_of(spark, table, number):
    return spark.sql(f"SELECT snapshot_id FROM {table}.snapshots ORDER BY committed_at")[number][0]


def test_procedures_and_metadata_tables(lake, spark, space):
    table = f"lake.{space}.t"
    spark.sql(f"CREATE TABLE {table} (id BIGINT, k INT) USING iceberg PARTITIONED BY (k) TBLPROPERTIES ({MERGE_ON_READ})")
    for k in range(3):
        spark.sql(f"INSERT INTO {table} SELECT id, {k % 2} FROM range({k * 10}, {k * 10 + 10})")
    spark.sql(f"DELETE FROM {table} WHERE id = 25")
    assert sorted(spark.sql(f"SELECT content, record_count FROM {table}.files")) == [(0, 10), (0, 10), (0, 10), (1, 1)]
    assert spark.sql(f"SELECT operation FROM {table}.snapshots ORDER BY committed_at") == [("append",)] * 3 + [("delete",)]
    assert spark.sql(f"SELECT partition.k, record_count FROM {table}.partitions ORDER BY 1") == [(0, 20), (1, 10)]
    assert spark.value(f"SELECT count(*) FROM {table}.history") == 4
    assert spark.value(f"SELECT count(*) FROM {table}.manifests") == 4
    spark.sql(f"CALL lake.system.rewrite_data_files(table => '{space}.t', options => map('rewrite-all', 'true'))")
    spark.sql(f"CALL lake.system.rewrite_position_delete_files('{space}.t')")
    spark.sql(f"CALL lake.system.rewrite_manifests('{space}.t')")
    expired = spark.rows(f"CALL lake.system.expire_snapshots(table => '{space}.t', older_than => TIMESTAMP '2100-01-01 00:00:00',"
                         f" retain_last => 1)")
    assert expired[0]["deleted_data_files_count"] == 3
    assert spark.sql(f"CALL lake.system.remove_orphan_files(table => '{space}.t', dry_run => true)") == []
    assert spark.value(f"SELECT count(*), sum(id) FROM {table}") == (29, sum(range(30)) - 25)
    assert len(connect(lake).load_table(f"{space}.t").snapshots()) == 1


def test_tables_are_renamed_and_dropped(lake, spark, space):
    spark.sql(f"CREATE TABLE lake.{space}.a USING iceberg AS SELECT 1 AS id")
    # Iceberg's REST client would take a catalog's name here for a namespace (apache/iceberg#11154).
    spark.sql(f"ALTER TABLE lake.{space}.a RENAME TO {space}.b")
    assert [row["tableName"] for row in spark.rows(f"SHOW TABLES IN lake.{space}")] == ["b"]
    place = connect(lake).load_table(f"{space}.b").location().removeprefix("s3://").partition("/")
    spark.sql(f"DROP TABLE lake.{space}.b PURGE")
    assert lake.client("s3").list_objects_v2(Bucket=place[0], Prefix=place[2] + "/data/")["KeyCount"] == 0
    spark.sql(f"ALTER NAMESPACE lake.{space} SET PROPERTIES ('a' = 'b')")
    assert connect(lake).load_namespace_properties(space)["a"] == "b"
    spark.sql(f"DROP NAMESPACE lake.{space}")
    assert not connect(lake).namespace_exists(space)


def test_requests_of_spark_may_be_signed(spark, space):
    spark.sql(f"CREATE TABLE signed.{space}.t USING iceberg AS SELECT 1 AS id")
    spark.sql(f"INSERT INTO signed.{space}.t VALUES (2)")
    assert spark.value(f"SELECT sum(id) FROM lake.{space}.t") == 3


def test_the_glue_catalog_is_the_same_catalog(lake, spark, space):
    spark.sql(f"CREATE TABLE lake.{space}.rest USING iceberg AS SELECT 1 AS id")
    spark.sql(f"CREATE TABLE glue.{space}.t (id BIGINT, k INT) USING iceberg PARTITIONED BY (k)")
    spark.sql(f"INSERT INTO glue.{space}.t SELECT id, 1 FROM range(10)")
    spark.sql(f"DELETE FROM glue.{space}.t WHERE id < 5")
    spark.sql(f"ALTER TABLE glue.{space}.t ADD COLUMN z STRING")
    spark.sql(f"INSERT INTO lake.{space}.t VALUES (100, 2, 'rest')")
    spark.sql(f"INSERT INTO glue.{space}.rest VALUES (2)")
    assert spark.value(f"SELECT count(*) FROM glue.{space}.t") == 6
    assert sorted(seen_by_pyiceberg(lake, f"{space}.t")) == [5, 6, 7, 8, 9, 100]
    assert spark.value(f"SELECT sum(id) FROM lake.{space}.rest") == 3
    assert {row["tableName"] for row in spark.rows(f"SHOW TABLES IN glue.{space}")} == {"rest", "t"}
    spark.sql(f"DROP TABLE glue.{space}.t PURGE")
    assert not connect(lake).table_exists(f"{space}.t")


@pytest.mark.parametrize("committer", ["file", "directory", "partitioned", "magic"])
def test_plain_files_through_s3a(lake, spark, bucket, committer):
    """`file` renames, which S3A does by copies; the others put files there by completing uploads of parts."""
    cloud = "org.apache.spark.internal.io.cloud."
    protocol = "org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol"
    spark.sql(f"SET fs.s3a.committer.name={committer}")
    spark.sql(f"SET spark.sql.sources.commitProtocolClass={protocol if committer == 'file' else cloud + 'PathOutputCommitProtocol'}")
    spark.sql("SET spark.sql.parquet.output.committer.class=" + (
        "org.apache.parquet.hadoop.ParquetOutputCommitter" if committer == "file" else cloud + "BindingParquetOutputCommitter"))
    there = f"s3a://{bucket}/plain"
    spark.sql(f"CREATE TABLE plain_{committer} (id BIGINT, k INT) USING parquet PARTITIONED BY (k) LOCATION '{there}'")
    spark.sql(f"INSERT INTO plain_{committer} SELECT id, CAST(id % 3 AS INT) FROM range(30)")
    spark.sql(f"INSERT INTO plain_{committer} SELECT id, 7 FROM range(3)")
    assert spark.sql(f"SELECT k, count(*) FROM parquet.`{there}` GROUP BY k ORDER BY k") == [(0, 10), (1, 10), (2, 10), (7, 3)]
    spark.sql(f"DROP TABLE plain_{committer}")
    s3 = lake.client("s3")
    names = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert len([name for name in names if name.endswith(".parquet")]) == 4, names
    assert not [name for name in names if "_temporary" in name or "__magic" in name]
    told = s3.get_object(Bucket=bucket, Key="plain/_SUCCESS")["Body"].read()
    assert (json.loads(told)["committer"] if told else "file") == committer
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
