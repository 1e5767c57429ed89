"""Iceberg tables written through Athena, read back by PyIceberg."""
import datetime
import decimal
import pathlib
import sys

import duckdb
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from test_athena_queries import Shop  # noqa: E402
from test_rest_catalog import connect  # noqa: E402


@pytest.fixture(scope="module")
def shop(lake):
    return Shop(lake)


@pytest.fixture(scope="module")
def catalog(lake):
    return connect(lake)


def create(shop, name, columns, partitions="", **properties):
    partitioned = f"PARTITIONED BY ({partitions}) " if partitions else ""
    given = "".join(f", '{key}'='{value}'" for key, value in properties.items())
    shop.ok(f"CREATE TABLE {name} ({columns}) {partitioned}LOCATION 's3://{shop.bucket}/{name}/' "
            f"TBLPROPERTIES ('table_type'='ICEBERG'{given})")


def reason(shop, sql):
    return shop.fails(sql)["StateChangeReason"]


def rows(catalog, shop, name, *by):
    table = catalog.load_table(f"{shop.database}.{name}").scan().to_arrow()
    return sorted(table.to_pylist(), key=lambda row: [str(row[column]) for column in by or table.column_names])


def test_insert_is_read_by_pyiceberg(shop, catalog):
    create(shop, "cities", "id bigint COMMENT 'key', name string, founded date")
    shop.ok("INSERT INTO cities VALUES (1, 'rome', DATE '0753-04-21'), (2, NULL, NULL)")
    done = shop.ok("INSERT INTO cities (name, id) SELECT 'oslo', 3")
    assert done["Statistics"]["DataManifestLocation"].endswith("-manifest.csv")
    assert done["StatementType"] == "DML"
    table = catalog.load_table(f"{shop.database}.cities")
    assert table.schema().find_field("id").doc == "key"
    assert [row["name"] for row in rows(catalog, shop, "cities", "id")] == ["rome", None, "oslo"]
    assert [s.summary.operation.value for s in table.snapshots()] == ["append", "append"]
    data = table.inspect.files().to_pylist()
    assert all(file["file_path"].startswith(f"s3://{shop.bucket}/cities/data/") for file in data)
    assert {file["record_count"] for file in data} == {1, 2}
    metrics = next(file for file in data if file["record_count"] == 2)["readable_metrics"]
    assert (metrics["id"]["lower_bound"], metrics["id"]["upper_bound"]) == (1, 2)
    assert metrics["name"]["null_value_count"] == 1


def test_rows_go_to_their_partitions_by_every_transform(shop, catalog):
    create(shop, "parts", "id bigint, s string, d decimal(9,2), ts timestamp, day date",
           "bucket(4, id), truncate(3, s), truncate(100, d), hour(ts), month(day)")
    shop.ok("""INSERT INTO parts SELECT id, 'ab' || CAST(id AS varchar), CAST(id AS decimal(9,2)) - 3.33,
               date_add('hour', CAST(id AS integer) - 5, TIMESTAMP '1970-01-01 00:30:00'),
               date_add('day', CAST(id AS integer) * -20, DATE '1970-02-03')
               FROM (SELECT * FROM UNNEST(sequence(1, 9)) AS t(id))""")
    shop.ok("INSERT INTO parts VALUES (NULL, NULL, NULL, NULL, NULL)")
    table = catalog.load_table(f"{shop.database}.parts")
    schema, spec = table.schema(), table.spec()
    assert [f.name for f in spec.fields] == [
        "id_bucket", "s_trunc", "d_trunc", "ts_hour", "day_month"]
    seen = 0
    for task in table.scan().plan_files():
        data = pq.read_table(table.io.new_input(task.file.file_path).open()).to_pylist()
        for row in data:
            for position, field in enumerate(spec.fields):
                source = schema.find_field(field.source_id)
                value = row[source.name]
                if isinstance(value, datetime.datetime):
                    value = int((value - datetime.datetime(1970, 1, 1)).total_seconds() * 1_000_000)
                elif isinstance(value, datetime.date):
                    value = (value - datetime.date(1970, 1, 1)).days
                expected = field.transform.transform(source.field_type)(value)
                got = task.file.partition[position]
                if isinstance(expected, decimal.Decimal):
                    got, expected = decimal.Decimal(got), decimal.Decimal(expected)
                assert got == expected, (field.name, row)
            seen += 1
    assert seen == 10


def test_tables_as_selected(shop, catalog):
    shop.ok(f"""CREATE TABLE made WITH (table_type = 'ICEBERG', is_external = false, format = 'PARQUET',
                location = 's3://{shop.bucket}/made/', partitioning = ARRAY['bucket(id, 8)', 'country'])
                AS SELECT 1 AS id, 'it' AS country, TIMESTAMP '2024-01-01 10:00:00' AS seen""")
    assert rows(catalog, shop, "made") == [{"id": 1, "country": "it", "seen": datetime.datetime(2024, 1, 1, 10)}]
    table = catalog.load_table(f"{shop.database}.made")
    assert table.properties["write.parquet.compression-codec"] == "zstd"
    assert len(table.snapshots()) == 1
    assert "already exists" in reason(shop, "CREATE TABLE made WITH (table_type = 'ICEBERG', is_external = false, "
                                          f"location = 's3://{shop.bucket}/made2/') AS SELECT 1 AS a")
    assert "ICEBERG_FILESYSTEM_ERROR" in reason(shop, 
        f"CREATE TABLE other WITH (table_type = 'ICEBERG', is_external = false, location = 's3://{shop.bucket}/made/') "
        "AS SELECT 1 AS a")


def test_schema_and_spec_evolve(shop, catalog):
    create(shop, "evolve", "id int, name string, extra double")
    shop.ok("INSERT INTO evolve VALUES (1, 'a', 1.5)")
    shop.ok("ALTER TABLE evolve ADD COLUMNS (added bigint COMMENT 'new', tags array<string>)")
    shop.ok("ALTER TABLE evolve CHANGE COLUMN id key bigint FIRST")
    shop.ok("ALTER TABLE evolve DROP COLUMN extra")
    shop.ok("ALTER TABLE evolve RENAME COLUMN name TO title")
    shop.ok("ALTER TABLE evolve ADD PARTITION FIELD bucket(2, key)")
    shop.ok("INSERT INTO evolve VALUES (2, 'b', 7, ARRAY['x'])")
    assert rows(catalog, shop, "evolve", "key") == [
        {"key": 1, "title": "a", "added": None, "tags": None}, {"key": 2, "title": "b", "added": 7, "tags": ["x"]}]
    assert "Cannot change column type" in reason(shop, "ALTER TABLE evolve CHANGE COLUMN title title int")
    assert "COLUMN_NOT_FOUND" in reason(shop, "ALTER TABLE evolve DROP COLUMN nothing")
    shop.ok("ALTER TABLE evolve SET TBLPROPERTIES ('vacuum_max_snapshot_age_seconds'='259200')")
    properties = catalog.load_table(f"{shop.database}.evolve").properties
    assert properties["history.expire.max-snapshot-age-ms"] == "259200000"
    shop.ok("ALTER TABLE evolve UNSET TBLPROPERTIES ('vacuum_max_snapshot_age_seconds')")
    assert "history.expire.max-snapshot-age-ms" not in catalog.load_table(f"{shop.database}.evolve").properties
    assert "Unsupported table property" in reason(shop, "ALTER TABLE evolve SET TBLPROPERTIES ('mine'='1')")


def test_a_partition_field_is_dropped_and_rows_of_both_specs_are_read(shop, catalog):
    create(shop, "unspec", "id bigint, day date", "day(day), bucket(2, id)")
    shop.ok("INSERT INTO unspec VALUES (1, DATE '2026-01-01'), (2, DATE '2026-01-02')")
    shop.ok("ALTER TABLE unspec DROP PARTITION FIELD bucket(2, id)")
    table = catalog.load_table(f"{shop.database}.unspec")
    assert [str(field.transform) for field in table.spec().fields] == ["day"]
    assert len(table.specs()) == 2
    shop.ok("INSERT INTO unspec VALUES (3, DATE '2026-01-02')")
    assert shop.rows("SELECT id FROM unspec WHERE day = DATE '2026-01-02' ORDER BY id") == [["2"], ["3"]]
    assert [row["id"] for row in rows(catalog, shop, "unspec", "id")] == [1, 2, 3]
    again = reason(shop, "ALTER TABLE unspec DROP PARTITION FIELD bucket(2, id)")
    assert "Cannot find partition field" in again
    shop.ok("DELETE FROM unspec WHERE day = DATE '2026-01-02'")
    assert [row["id"] for row in rows(catalog, shop, "unspec")] == [1]


def test_a_table_is_renamed_and_its_old_name_is_free(shop, catalog):
    create(shop, "before", "id bigint")
    shop.ok("INSERT INTO before VALUES (1)")
    shop.ok("ALTER TABLE before RENAME TO after_it")
    assert shop.rows("SELECT id FROM after_it") == [["1"]]
    assert rows(catalog, shop, "after_it") == [{"id": 1}]
    assert "does not exist" in reason(shop, "SELECT id FROM before")
    shop.ok("CREATE TABLE before (id bigint) LOCATION "
            f"'s3://{shop.bucket}/before-again/' TBLPROPERTIES ('table_type'='ICEBERG')")
    reason(shop, "ALTER TABLE before RENAME TO after_it")
    assert rows(catalog, shop, "after_it") == [{"id": 1}]


def test_dropping_takes_the_data_along(shop, catalog):
    create(shop, "gone", "id int")
    shop.ok("INSERT INTO gone VALUES (1)")
    assert shop.s3.list_objects_v2(Bucket=shop.bucket, Prefix="gone/")["KeyCount"] > 2
    shop.ok("DROP TABLE gone")
    assert shop.s3.list_objects_v2(Bucket=shop.bucket, Prefix="gone/")["KeyCount"] == 0
    assert not catalog.table_exists(f"{shop.database}.gone")


@pytest.fixture(params=["2", "2 copied", "3"])
def version(request):
    """Table properties: merge-on-read by position deletes, copy-on-write, merge-on-read by deletion vectors."""
    given = {"format-version": request.param[0]}
    if "copied" in request.param:
        given |= {f"write.{kind}.mode": "copy-on-write" for kind in ("delete", "update", "merge")}
    return given


def content(shop, name, columns="*"):
    return sorted(tuple(row) for row in shop.rows(f"SELECT {columns} FROM {name}"))


def test_rows_are_deleted_updated_and_merged(shop, catalog, name, version):
    create(shop, name, "id bigint, city string, n int", "city", **version)
    shop.ok(f"INSERT INTO {name} SELECT id, CASE WHEN id % 2 = 0 THEN 'even' ELSE 'odd' END, CAST(id AS integer) "
            "FROM UNNEST(sequence(1, 20)) AS t(id)")
    done = shop.ok(f"DELETE FROM {name} WHERE n > 15 AND n + 0 < 19")
    assert shop.athena.get_query_results(QueryExecutionId=done["QueryExecutionId"])["UpdateCount"] == 3
    done = shop.ok(f"UPDATE {name} AS t SET n = t.n * 10, city = 'ten' WHERE id IN (SELECT max(id) FROM {name})")
    assert shop.athena.get_query_results(QueryExecutionId=done["QueryExecutionId"])["UpdateCount"] == 1
    done = shop.ok(f"""MERGE INTO {name} AS t USING (VALUES (1, 'gone'), (2, 'new'), (30, 'added')) AS s(id, what)
                       ON t.id = s.id
                       WHEN MATCHED AND s.what = 'gone' THEN DELETE
                       WHEN MATCHED THEN UPDATE SET n = t.n + 100
                       WHEN NOT MATCHED THEN INSERT (id, city, n) VALUES (s.id, s.what, 7)""")
    assert shop.athena.get_query_results(QueryExecutionId=done["QueryExecutionId"])["UpdateCount"] == 3
    expected = {i: (i, "even" if i % 2 == 0 else "odd", i) for i in range(1, 21) if i not in (16, 17, 18)}
    expected[20] = (20, "ten", 200)
    del expected[1]
    expected[2] = (2, "even", 102)
    expected[30] = (30, "added", 7)
    got = {int(row[0]): (int(row[0]), row[1], int(row[2])) for row in shop.rows(f"SELECT * FROM {name}")}
    assert got == expected
    if version["format-version"] == "2":
        seen = {row["id"]: tuple(row.values()) for row in rows(catalog, shop, name)}
        assert seen == expected
    table = catalog.load_table(f"{shop.database}.{name}")
    deletes = int(table.current_snapshot().summary["total-delete-files"])
    assert (deletes == 0) == ("write.delete.mode" in version)


def test_columns_of_what_changes_go_by_its_full_name(shop, name):
    """As SQLAlchemy's dialect writes them."""
    create(shop, name, "id bigint, v string")
    full = f"{shop.database}.{name}"
    shop.ok(f"INSERT INTO {full} VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    shop.ok(f"UPDATE {full} SET v = upper({full}.v) WHERE {full}.id = 1")
    shop.ok(f"DELETE FROM {full} WHERE {full}.id = 2")
    shop.ok(f"MERGE INTO {full} USING (VALUES (3, 'C')) AS n(id, v) ON {full}.id = n.id WHEN MATCHED THEN UPDATE SET v = n.v")
    assert content(shop, name) == [("1", "A"), ("3", "C")]
    assert "COLUMN_NOT_FOUND" in reason(shop, f"DELETE FROM {full} AS t WHERE {full}.id = 1")


def test_a_target_row_is_merged_once(shop, name):
    create(shop, name, "id int, v int")
    shop.ok(f"INSERT INTO {name} VALUES (1, 1)")
    assert "MERGE_TARGET_ROW_MULTIPLE_MATCHES" in reason(
        shop, f"MERGE INTO {name} t USING (VALUES (1), (1)) AS s(id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = 2")
    assert "TYPE_MISMATCH" in reason(shop, f"UPDATE {name} SET v = 'x'")
    assert "COLUMN_NOT_FOUND" in reason(shop, f"UPDATE {name} SET w = 1")
    assert content(shop, name) == [("1", "1")]


def test_whole_partitions_are_deleted_without_reading(shop, catalog, name):
    create(shop, name, "id int, dt date", "dt")
    shop.ok(f"INSERT INTO {name} VALUES (1, DATE '2024-01-01'), (2, DATE '2024-01-02'), (3, DATE '2024-01-03')")
    done = shop.ok(f"DELETE FROM {name} WHERE dt <= DATE '2024-01-02'")
    assert done["Statistics"]["DataScannedInBytes"] == 0
    snapshot = catalog.load_table(f"{shop.database}.{name}").current_snapshot()
    assert snapshot.summary.operation.value == "delete"
    assert snapshot.summary["deleted-data-files"] == "2"
    assert content(shop, name, "id") == [("3",)]


def test_small_files_are_packed(shop, catalog, name):
    create(shop, name, "id int, p string", "p")
    for i in range(6):
        shop.ok(f"INSERT INTO {name} VALUES ({i}, 'a'), ({i}, 'b')")
    shop.ok(f"OPTIMIZE {name} REWRITE DATA USING BIN_PACK WHERE p = 'a'")
    table = catalog.load_table(f"{shop.database}.{name}")
    assert len(table.inspect.files()) == 7
    shop.ok(f"OPTIMIZE {name} REWRITE DATA USING BIN_PACK")
    assert len(catalog.load_table(f"{shop.database}.{name}").inspect.files()) == 2
    assert len(content(shop, name)) == 12
    shop.ok(f"ALTER TABLE {name} SET TBLPROPERTIES ('vacuum_max_snapshot_age_seconds'='0')")
    shop.ok(f"VACUUM {name}")
    assert len(catalog.load_table(f"{shop.database}.{name}").snapshots()) == 1
    assert len(content(shop, name)) == 12


def test_inserts_and_other_writers_appends_interleave(shop, catalog, name):
    """What is acknowledged is in the table, once, whoever wrote it: the table against a model of it."""
    import concurrent.futures

    import pyarrow as pa
    create(shop, name, "id bigint, writer string")

    def insert(i):
        shop.ok(f"INSERT INTO {name} VALUES ({i}, 'athena')")
        return i, "athena"

    def append(i):
        table = connect(shop.lake).load_table(f"{shop.database}.{name}")
        table.append(pa.table({"id": pa.array([i], pa.int64()), "writer": ["pyiceberg"]}))
        return i, "pyiceberg"

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        model = {done.result() for done in [pool.submit(insert if i % 2 else append, i) for i in range(16)]}
    assert {(row["id"], row["writer"]) for row in rows(catalog, shop, name)} == model
    assert len(rows(catalog, shop, name)) == 16


def test_awswrangler_writes_merges_and_deletes(shop, lake, name, monkeypatch):
    import awswrangler as wr
    import boto3
    import pandas as pd
    for variable, value in lake.environment().items():
        monkeypatch.setenv(variable, value)
    session = boto3.Session(region_name=lake.region)
    common = dict(database=shop.database, table=name, temp_path=f"s3://{shop.bucket}/{name}-temp/",
                  s3_output=shop.output, boto3_session=session, keep_files=False)
    frame = pd.DataFrame({"id": [1, 2, 3], "city": ["rome", "oslo", "bonn"], "n": [1.5, None, 3.5]})
    wr.athena.to_iceberg(df=frame, table_location=f"s3://{shop.bucket}/{name}/", partition_cols=["bucket(2, id)"], **common)
    changed = pd.DataFrame({"id": [2, 4], "city": ["oslo!", "bern"], "n": [2.5, 4.5]})
    wr.athena.to_iceberg(df=changed, merge_cols=["id"], **common)
    wr.athena.delete_from_iceberg_table(df=pd.DataFrame({"id": [1]}), merge_cols=["id"], **common)
    read = wr.athena.read_sql_query(f"SELECT id, city, n FROM {name} ORDER BY id", database=shop.database,
                                    ctas_approach=False, s3_output=shop.output, boto3_session=session)
    assert read.values.tolist() == [[2, "oslo!", 2.5], [3, "bonn", 3.5], [4, "bern", 4.5]]
    wr.athena.to_iceberg(df=frame, mode="overwrite", **common)
    assert len(content(shop, name)) == 3


def test_statements_as_dbt_writes_them(shop, name):
    """The shapes of dbt-athena's incremental models: a table as selected, a temporary one, a merge by key."""
    shop.ok(f"""create table "awsdatacatalog"."{shop.database}"."{name}" with (table_type='iceberg', is_external=false,
                location='s3://{shop.bucket}/{name}/', partitioning=ARRAY['day(seen)'], format='parquet',
                write_compression='zstd') as select * from (values (1, 'a', timestamp '2024-01-01 00:00:00'),
                (2, 'b', timestamp '2024-01-02 00:00:00')) as t(id, v, seen)""")
    shop.ok(f"""create table {name}_tmp with (table_type='hive', is_external=true, format='parquet',
                external_location='s3://{shop.bucket}/{name}_tmp/') as
                select 2 as id, 'B' as v, timestamp '2024-01-02 00:00:00' as seen union all
                select 3, 'c', timestamp '2024-01-03 00:00:00'""")
    shop.ok(f"""merge into "{shop.database}"."{name}" as target using {name}_tmp as src on (target."id" = src."id")
                when matched then update set "v" = src."v", "seen" = src."seen"
                when not matched then insert ("id", "v", "seen") values (src."id", src."v", src."seen")""")
    assert content(shop, name, "id, v") == [("1", "a"), ("2", "B"), ("3", "c")]
    shop.ok(f"alter table `{shop.database}`.`{name}` set tblproperties ('optimize_rewrite_delete_file_threshold'='1')")
    shop.ok(f"optimize {shop.database}.{name} rewrite data using bin_pack")
    shop.ok(f"alter table `{name}` add columns (`w` double)")
    shop.ok(f"delete from {name} where seen < timestamp '2024-01-02 00:00:00'")
    assert content(shop, name, "id, v, w") == [("2", "B", None), ("3", "c", None)]
    shop.ok(f"drop table if exists `{name}`")


def test_rows_are_sorted_by_the_tables_order(shop, catalog, name):
    from pyiceberg.schema import Schema
    from pyiceberg.table.sorting import SortDirection, SortField, SortOrder
    from pyiceberg.transforms import IdentityTransform
    from pyiceberg.types import LongType, NestedField, StringType
    schema = Schema(NestedField(1, "id", LongType()), NestedField(2, "s", StringType()))
    order = SortOrder(SortField(2, IdentityTransform(), SortDirection.DESC), SortField(1, IdentityTransform()))
    catalog.create_table(f"{shop.database}.{name}", schema, location=f"s3://{shop.bucket}/{name}", sort_order=order)
    shop.ok(f"INSERT INTO {name} SELECT id, CAST(id % 3 AS varchar) FROM UNNEST(sequence(9, 1, -1)) AS t(id)")
    table = catalog.load_table(f"{shop.database}.{name}")
    file = next(iter(table.scan().plan_files())).file
    assert file.sort_order_id == table.sort_order().order_id
    ids = pq.read_table(table.io.new_input(file.file_path).open())["id"].to_pylist()
    assert ids == [2, 5, 8, 1, 4, 7, 3, 6, 9]


def bloom_filters(lake, shop, catalog, name, folder):
    """By column, whether the table's one file has a filter."""
    task, = catalog.load_table(f"{shop.database}.{name}").scan().plan_files()
    place = task.file.file_path.removeprefix("s3://").split("/", 1)
    (folder / name).write_bytes(lake.client("s3").get_object(Bucket=place[0], Key=place[1])["Body"].read())
    found = duckdb.sql(f"SELECT path_in_schema, bool_and(bloom_filter_offset IS NOT NULL) "
                       f"FROM parquet_metadata('{folder / name}') GROUP BY ALL").fetchall()
    return dict(found)


def test_a_column_that_wants_a_bloom_filter_has_one(lake, shop, catalog, tmp_path):
    wish = "write.parquet.bloom-filter-enabled.column."
    many = "SELECT a * 1000 + b, 'oslo' FROM UNNEST(sequence(0, 59)) x(a), UNNEST(sequence(0, 999)) y(b)"
    for name, said in (("wished", {wish + "id": "true"}), ("unsaid", {}), ("unwished", {wish + "city": "false"})):
        create(shop, name, "id bigint, city string", **said)
        shop.ok(f"INSERT INTO {name} {many}")
    assert bloom_filters(lake, shop, catalog, "wished", tmp_path)["id"]
    assert not bloom_filters(lake, shop, catalog, "unsaid", tmp_path)["id"]  # too many values for the writer's dictionary
    assert bloom_filters(lake, shop, catalog, "unwished", tmp_path) == {"id": False, "city": False}
    assert len(shop.rows("SELECT city FROM wished WHERE id = 59999")) == 1


def test_concurrent_updates_are_serializable(shop, name):
    """Each acknowledged increment is in the table; those that lost the race were told so."""
    import concurrent.futures
    create(shop, name, "id int, n int")
    shop.ok(f"INSERT INTO {name} VALUES (0, 0), (1, 0)")

    def increment(i):
        done = shop.wait(shop.start(f"UPDATE {name} SET n = n + 1 WHERE id = {i % 2}"))["Status"]
        if done["State"] == "SUCCEEDED":
            return i % 2
        assert "ICEBERG_COMMIT_ERROR" in done["StateChangeReason"]
        return None

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        done = list(pool.map(increment, range(12)))
    assert content(shop, name) == [(str(i), str(done.count(i))) for i in (0, 1)]
    assert any(i is not None for i in done)


def test_other_engines_deletes_are_kept_by_ours(shop, catalog, name):
    """PyIceberg deletes by rewriting, Athena by position: each on top of the other's."""
    create(shop, name, "id bigint, city string", "city")
    shop.ok(f"INSERT INTO {name} SELECT id, CASE WHEN id % 2 = 0 THEN 'rome' ELSE 'oslo' END "
            "FROM UNNEST(sequence(1, 10)) AS t(id)")
    shop.ok(f"DELETE FROM {name} WHERE id + 0 = 2")
    catalog.load_table(f"{shop.database}.{name}").delete("id = 5")
    shop.ok(f"UPDATE {name} SET city = 'riga' WHERE id * 1 = 4")
    shop.ok(f"ALTER TABLE {name} ADD PARTITION FIELD bucket(2, id)")
    shop.ok(f"DELETE FROM {name} WHERE id + 0 = 7")
    shop.ok(f"INSERT INTO {name} VALUES (11, 'bonn')")
    expected = {(i, "rome" if i % 2 == 0 else "oslo") for i in (1, 3, 6, 8, 9, 10)} | {(4, "riga"), (11, "bonn")}
    assert {(row["id"], row["city"]) for row in rows(catalog, shop, name)} == expected
    assert {(int(i), city) for i, city in content(shop, name)} == expected


def test_prepared_changes_take_parameters(shop, name):
    create(shop, name, "id int, v string")
    shop.ok(f"INSERT INTO {name} VALUES (1, 'a'), (2, 'b')")
    shop.ok(f"UPDATE {name} SET v = ? WHERE id = ?", ExecutionParameters=["'c'", "1"])
    shop.ok(f"DELETE FROM {name} WHERE v = ?", ExecutionParameters=["'b'"])
    assert content(shop, name) == [("1", "c")]


def test_explain_of_a_change_shows_how_its_rows_are_found_and_changes_nothing(shop, catalog):
    create(shop, "explained", "id bigint, city string")
    shop.ok("INSERT INTO explained VALUES (1, 'rome'), (2, 'oslo')")
    for sql in ("INSERT INTO explained SELECT id + 10, city FROM explained", "DELETE FROM explained WHERE city = 'rome'",
                "UPDATE explained SET city = 'bern' WHERE id = 2", "CREATE TABLE copied AS SELECT id FROM explained",
                "MERGE INTO explained t USING (VALUES (1)) s(id) ON t.id = s.id WHEN MATCHED THEN DELETE"):
        plan = "\n".join(row[0] for row in shop.rows("EXPLAIN " + sql))
        assert "explained" in plan.lower() or "SCAN" in plan, plan
    assert len(rows(catalog, shop, "explained")) == 2
    assert "NOT_SUPPORTED" in reason(shop, "EXPLAIN ANALYZE DELETE FROM explained WHERE id = 1")
    assert "NOT_SUPPORTED" in reason(shop, "EXPLAIN DROP TABLE explained")


def test_statements_go_on_while_files_are_rewritten(shop, name):
    """Compaction takes away the files that statements are changing: they run again instead of failing."""
    import concurrent.futures
    create(shop, name, "id bigint, n int")
    shop.ok(f"alter table `{name}` set tblproperties ('optimize_rewrite_data_file_threshold'='1', "
            "'optimize_rewrite_delete_file_threshold'='1')")
    shop.ok(f"INSERT INTO {name} SELECT x, 0 FROM UNNEST(sequence(0, 9)) AS s(x)")
    ended = []

    def compact():
        while not ended:
            shop.ok(f"OPTIMIZE {name} REWRITE DATA USING BIN_PACK")

    def change(i):
        shop.ok(f"UPDATE {name} SET n = n + 1 WHERE id = {i % 10}")
        shop.ok(f"MERGE INTO {name} t USING (SELECT {i % 10} AS id UNION ALL SELECT {100 + i}) s ON t.id = s.id "
                "WHEN MATCHED THEN UPDATE SET n = t.n + 1 WHEN NOT MATCHED THEN INSERT VALUES (s.id, 0)")

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        compacting = pool.submit(compact)
        try:
            for i in range(15):
                change(i)
        finally:
            ended.append(True)
        compacting.result()
    expected = [(i, 4 if i < 5 else 2) for i in range(10)] + [(100 + i, 0) for i in range(15)]
    assert content(shop, name, "id, n") == sorted((str(i), str(n)) for i, n in expected)
