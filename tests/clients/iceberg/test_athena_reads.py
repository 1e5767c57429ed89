"""Athena SELECTs over Iceberg tables that PyIceberg made, appended to, evolved and deleted from."""
import datetime
import io
import time
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.manifest import (DataFile, DataFileContent, FileFormat, ManifestContent, ManifestEntry,
                                ManifestEntryStatus, ManifestWriterV2, write_manifest_list)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.snapshots import Operation, Snapshot, Summary
from pyiceberg.table.update import AddSnapshotUpdate, SetSnapshotRefUpdate
from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform
from pyiceberg.typedef import Record
from pyiceberg.types import (DateType, DecimalType, DoubleType, FloatType, IntegerType, ListType, LongType, MapType,
                             NestedField, StringType, StructType, TimestampType, TimestamptzType)


class Athena:
    def __init__(self, lake, bucket, database):
        self.client = lake.client("athena")
        self.bucket, self.database = bucket, database
        self.last = None

    def run(self, sql):
        started = self.client.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": self.database},
            ResultConfiguration={"OutputLocation": f"s3://{self.bucket}/results/"})["QueryExecutionId"]
        while True:
            self.last = self.client.get_query_execution(QueryExecutionId=started)["QueryExecution"]
            if self.last["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return started
            time.sleep(0.02)

    def rows(self, sql):
        """Rows as tuples of texts, without the header."""
        started = self.run(sql)
        assert self.last["Status"]["State"] == "SUCCEEDED", self.last["Status"].get("StateChangeReason")
        pages = self.client.get_paginator("get_query_results").paginate(QueryExecutionId=started)
        rows = [tuple(cell.get("VarCharValue") for cell in row["Data"]) for page in pages
                for row in page["ResultSet"]["Rows"]]
        return rows[1:]

    def error(self, sql):
        self.run(sql)
        assert self.last["Status"]["State"] == "FAILED", sql
        return self.last["Status"]["StateChangeReason"]

    @property
    def scanned(self):
        return self.last["Statistics"]["DataScannedInBytes"]


@pytest.fixture
def catalog(lake):
    return RestCatalog("lake", uri=lake.endpoint + "/iceberg", credential=f"{lake.access_key}:{lake.secret_key}",
                       **{"s3.access-key-id": lake.access_key, "s3.secret-access-key": lake.secret_key})


@pytest.fixture
def athena(lake, catalog, bucket, name):
    catalog.create_namespace(name, {"location": f"s3://{bucket}/warehouse"})
    return Athena(lake, bucket, name)


def optional(number, name, kind, **more):
    return NestedField(number, name, kind, required=False, **more)


def test_what_pyiceberg_appends_athena_reads(catalog, athena, name):
    table = catalog.create_table((name, "t"), Schema(optional(1, "id", LongType()), optional(2, "City", StringType())))
    assert athena.rows("SELECT * FROM t") == []
    table.append(pa.table({"id": pa.array([1, 2], pa.int64()), "City": ["rome", None]}))
    table.append(pa.table({"id": pa.array([3], pa.int64()), "City": ["oslo"]}))
    assert athena.rows("SELECT * FROM t ORDER BY id") == [("1", "rome"), ("2", None), ("3", "oslo")]
    assert athena.rows("SELECT count(*), max(city) FROM t") == [("3", "rome")]
    assert athena.rows('SELECT a."$pos", a.id FROM t a JOIN t b ON a.id = b.id WHERE b.city = \'oslo\'') == [("0", "3")]


def test_columns_are_known_by_number_whatever_became_of_their_names(catalog, athena, name):
    nested = StructType(optional(11, "x", IntegerType()), optional(12, "y", StringType()))
    schema = Schema(optional(1, "id", IntegerType()), optional(2, "name", StringType()),
                    optional(3, "price", FloatType()), optional(4, "cost", DecimalType(9, 2)), optional(5, "place", nested),
                    optional(6, "tags", ListType(13, StringType(), element_required=False)),
                    optional(7, "seen", MapType(14, StringType(), 15, IntegerType(), value_required=False)))
    table = catalog.create_table((name, "t"), schema)
    rows = pa.Table.from_pylist([
        {"id": 1, "name": "a", "price": 0.1, "cost": "1.50", "place": {"x": 1, "y": "p"}, "tags": ["t"], "seen": [("k", 1)]},
        {"id": 2, "name": "b", "price": None, "cost": None, "place": None, "tags": None, "seen": None}],
        schema=pa.schema([("id", pa.int32()), ("name", pa.string()), ("price", pa.float32()), ("cost", pa.string()),
                          ("place", pa.struct([("x", pa.int32()), ("y", pa.string())])), ("tags", pa.list_(pa.string())),
                          ("seen", pa.map_(pa.string(), pa.int32()))]))
    rows = rows.set_column(3, "cost", rows["cost"].cast(pa.decimal128(9, 2)))
    table.append(rows)
    with table.update_schema() as change:
        change.rename_column("name", "title")
        change.update_column("id", LongType())
        change.update_column("price", DoubleType())
        change.update_column("cost", DecimalType(18, 2))
        change.update_column("place.x", LongType())
        change.rename_column("place.y", "z")
        change.add_column(("place", "w"), StringType())
        change.delete_column("tags")
        change.move_first("price")
    with table.update_schema() as change:
        change.add_column("name", StringType())  # the old name, another column
    assert athena.rows("SELECT id, title, name, cost, place.x, place.z, place.w, seen['k'] FROM t WHERE id = 1") == [
        ("1", "a", None, "1.50", "1", "p", None, "1")]
    assert athena.rows("SELECT place IS NULL, seen IS NULL FROM t WHERE title = 'b'") == [("true", "true")]
    # As a double, the float nearest to 0.1 is not 0.1.
    assert athena.rows("SELECT count(*) FROM t WHERE price = 0.1") == [("0",)]
    assert athena.rows("SELECT count(*) FROM t WHERE price > 0.1 AND price < 0.10001") == [("1",)]
    assert athena.rows("SELECT count(*) FROM t WHERE id < 3000000000 AND place.x = 1") == [("1",)]
    assert "COLUMN_NOT_FOUND" in athena.error("SELECT tags FROM t")
    assert athena.rows("SELECT * FROM t WHERE id = 1")[0][:4] == ("0.10000000149011612", "1", "a", "1.50")


def test_partitions_and_bounds_leave_files_unread(catalog, athena, name):
    schema = Schema(optional(1, "city", StringType()), optional(2, "day", DateType()), optional(3, "id", LongType()),
                    optional(4, "at", TimestampType()))
    spec = PartitionSpec(PartitionField(1, 1000, IdentityTransform(), "city"),
                         PartitionField(2, 1001, IdentityTransform(), "day"))
    table = catalog.create_table((name, "t"), schema, partition_spec=spec)
    rows = [{"city": city, "day": datetime.date(2026, 1, day), "id": day * 10 + i,
             "at": datetime.datetime(2026, 1, day, 12, i)}
            for i, city in enumerate(("rome", "oslo", None)) for day in (1, 2, 3)]
    table.append(pa.Table.from_pylist(rows, schema=table.schema().as_arrow()))
    assert athena.rows("SELECT count(*), sum(id) FROM t") == [("9", "189")]
    athena.rows("SELECT id FROM t")
    everything = athena.scanned
    for where, count in (("city = 'rome'", 3), ("city IS NULL", 3), ("city LIKE 'os%'", 3), ("id = 11", 1),
                         ("at >= TIMESTAMP '2026-01-03 00:00:00'", 3), ("id BETWEEN 10 AND 12", 3),
                         ("city IN ('oslo', 'nowhere') AND at < TIMESTAMP '2026-01-02 00:00:00'", 1),
                         ("NOT (day > DATE '2026-01-01' OR city = 'rome')", 1),
                         ("id > 1000", 0)):
        assert len(athena.rows(f"SELECT id FROM t WHERE {where}")) == count, where
        assert athena.scanned < everything, where
    assert athena.rows("SELECT a.id FROM t a JOIN t b ON a.id = b.id AND b.city = 'rome' AND b.id < 11") == [("10",)]


def test_time_travel_by_time_by_snapshot_and_by_name(catalog, athena, name):
    table = catalog.create_table((name, "t"), Schema(optional(1, "id", LongType())))
    table.append(pa.table({"id": pa.array([1], pa.int64())}))
    first = table.current_snapshot()
    table.manage_snapshots().create_tag(first.snapshot_id, "first").create_branch(first.snapshot_id, "side").commit()
    while int(time.time() * 1000) <= first.timestamp_ms + 1:
        time.sleep(0.001)
    between = first.timestamp_ms + 1
    with table.update_schema() as change:
        change.add_column("more", StringType())
    table.append(pa.table({"id": pa.array([2], pa.int64()), "more": ["x"]}))
    assert athena.rows("SELECT * FROM t ORDER BY id") == [("1", None), ("2", "x")]
    assert athena.rows(f"SELECT * FROM t FOR VERSION AS OF {first.snapshot_id}") == [("1",)]
    assert athena.rows(f"SELECT * FROM t FOR SYSTEM_VERSION AS OF {first.snapshot_id}") == [("1",)]
    assert athena.rows("SELECT * FROM t FOR VERSION AS OF 'first'") == [("1",)]
    # A branch is read with the table's schema.
    assert athena.rows("SELECT * FROM t FOR VERSION AS OF 'side'") == [("1", None)]
    moment = datetime.datetime.fromtimestamp(between / 1000, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
    for spelled in ("TIMESTAMP", "SYSTEM_TIME"):
        assert athena.rows(f"SELECT * FROM t FOR {spelled} AS OF TIMESTAMP '{moment} UTC'") == [("1",)]
    assert athena.rows(f"SELECT id FROM t FOR TIMESTAMP AS OF from_iso8601_timestamp('{moment.replace(' ', 'T')}Z')") == [("1",)]
    assert athena.rows(f"SELECT now.id FROM t now LEFT JOIN t FOR VERSION AS OF 'first' old ON old.id = now.id "
                       "WHERE old.id IS NULL") == [("2",)]
    assert "No version history table" in athena.error("SELECT * FROM t FOR TIMESTAMP AS OF (current_timestamp - INTERVAL '1' DAY)")
    assert "is not in the past" in athena.error("SELECT * FROM t FOR TIMESTAMP AS OF (current_timestamp + INTERVAL '1' DAY)")
    assert "Iceberg snapshot ID does not exists: 7" in athena.error("SELECT * FROM t FOR VERSION AS OF 7")
    assert "Cannot find snapshot with reference name: no" in athena.error("SELECT * FROM t FOR VERSION AS OF 'no'")
    assert "Unsupported type" in athena.error("SELECT * FROM t FOR TIMESTAMP AS OF 7")


def test_tables_about_the_table(catalog, athena, name):
    schema = Schema(optional(1, "city", StringType()), optional(2, "id", LongType()))
    spec = PartitionSpec(PartitionField(1, 1000, IdentityTransform(), "city"))
    table = catalog.create_table((name, "t"), schema, partition_spec=spec, properties={"owner": "me"})
    assert athena.rows('SELECT * FROM "t$files"') == []
    table.append(pa.table({"city": ["rome", "it\'s \"here\"", None], "id": pa.array([1, 2, 3], pa.int64())}))
    table.append(pa.table({"city": ["rome"], "id": pa.array([9], pa.int64())}))
    one, two = (snapshot.snapshot_id for snapshot in table.snapshots())
    assert athena.rows('SELECT snapshot_id, parent_id, is_current_ancestor FROM "t$history" ORDER BY made_current_at') == [
        (str(one), None, "true"), (str(two), str(one), "true")]
    assert athena.rows("SELECT snapshot_id, operation, summary['added-records'] FROM \"t$snapshots\" ORDER BY committed_at") == [
        (str(one), "append", "3"), (str(two), "append", "1")]
    assert athena.rows('SELECT name, type, snapshot_id FROM "t$refs"') == [("main", "BRANCH", str(two))]
    assert athena.rows('SELECT value FROM "t$properties" WHERE key = \'owner\'') == [("me",)]
    assert athena.rows('SELECT sum(added_data_files_count), sum(added_rows_count), max(cardinality(partition_summaries)) '
                       'FROM "t$manifests"') == [("4", "4", "1")]
    assert athena.rows('SELECT content, file_format, record_count, lower_bounds[2], value_counts[2] FROM "t$files" '
                       "WHERE element_at(upper_bounds, 1) = 'it''s \"here\"'") == [("0", "PARQUET", "1", "2", "1")]
    assert athena.rows('SELECT partition.city, record_count, file_count, data.id.min, data.id.max FROM "t$partitions" '
                       "ORDER BY 1") == [("it\'s \"here\"", "1", "1", "2", "2"), ("rome", "2", "2", "1", "9"),
                                         (None, "1", "1", "3", "3")]
    assert "COLUMN_NOT_FOUND" in athena.error('SELECT nothing FROM "t$files"')
    assert "TABLE_NOT_FOUND" in athena.error('SELECT * FROM "t$nothing"')


def test_what_show_and_describe_say(catalog, athena, name):
    schema = Schema(optional(1, "Id", LongType(), doc="the key"), optional(2, "at", TimestamptzType()), optional(3, "x", StringType()))
    spec = PartitionSpec(PartitionField(2, 1000, DayTransform(), "at_day"), PartitionField(1, 1001, BucketTransform(8), "id_b"))
    table = catalog.create_table((name, "t"), schema, partition_spec=spec, properties={"write.format.default": "parquet"})
    with table.update_schema() as change:
        change.delete_column("x")
    started = athena.run("SHOW CREATE TABLE t")
    lines = [row["Data"][0]["VarCharValue"]
             for row in athena.client.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]]
    assert lines[0] == f"CREATE TABLE {name}.t ("
    assert "  id bigint COMMENT 'the key'," in lines and "  at timestamp)" in lines and "PARTITIONED BY (day(`at`), bucket(8, `id`))" in lines
    assert any(line.startswith("  'table_type'='iceberg'") for line in lines) and "  'format'='parquet'," in lines
    started = athena.run("DESCRIBE t")
    said = [row["Data"][0]["VarCharValue"]
            for row in athena.client.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]]
    said = ["|".join(part.strip() for part in line.split("\t")).strip("|") for line in said]
    assert "id|bigint|the key" in said and "at_day|day|at" in said and not any(line.startswith("x|") for line in said)
    assert athena.rows(f"SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = '{name}' "
                       "ORDER BY ordinal_position") == [("id", "bigint"), ("at", "timestamp(6)")]


def test_views_over_iceberg_tables(catalog, athena, name):
    table = catalog.create_table((name, "t"), Schema(optional(1, "id", LongType())))
    table.append(pa.table({"id": pa.array([1, 2], pa.int64())}))
    tag = table.current_snapshot().snapshot_id
    athena.run(f"CREATE VIEW v AS SELECT id * 2 AS twice FROM t FOR VERSION AS OF {tag}")
    table.append(pa.table({"id": pa.array([3], pa.int64())}))
    assert athena.rows("SELECT v.twice, t.id FROM t LEFT JOIN v ON v.twice = t.id * 2 ORDER BY 2") == [
        ("2", "1"), ("4", "2"), (None, "3")]


def test_files_without_ids_are_read_by_the_name_mapping(lake, catalog, athena, bucket, name):
    table = catalog.create_table((name, "t"), Schema(optional(1, "id", LongType()), optional(2, "city", StringType())))
    body = io.BytesIO()
    pq.write_table(pa.table({"city": ["rome"], "id": pa.array([1], pa.int64())}), body)
    # Below the table's location: PyIceberg's vended credentials reach no further.
    key = table.location().removeprefix(f"s3://{bucket}/") + "/loose/a.parquet"
    lake.client("s3").put_object(Bucket=bucket, Key=key, Body=body.getvalue())
    table.add_files([f"s3://{bucket}/{key}"])
    with table.update_schema() as change:
        change.rename_column("city", "town")
    assert athena.rows("SELECT id, town FROM t") == [("1", "rome")]


class DeleteManifest(ManifestWriterV2):
    def content(self):
        return ManifestContent.DELETES

    @property
    def _meta(self):
        return super()._meta | {"content": "deletes"}


def delete_equal(table, rows, number):
    """Commits an equality delete on the column of that number, as Flink does."""
    files, root = table.io, table.metadata.location
    body = pa.BufferOutputStream()
    field = rows.schema.field(0).with_metadata({"PARQUET:field_id": str(number)})
    pq.write_table(rows.cast(pa.schema([field])), body)
    path = f"{root}/data/equal-{uuid.uuid4()}.parquet"
    with files.new_output(path).create() as out:
        out.write(body.getvalue().to_pybytes())
    before, new_id = table.current_snapshot(), table.metadata.new_snapshot_id()
    sequence = table.metadata.last_sequence_number + 1
    deletes = DataFile.from_args(_table_format_version=2, content=DataFileContent.EQUALITY_DELETES, file_path=path,
                                 file_format=FileFormat.PARQUET, partition=Record(), record_count=rows.num_rows,
                                 file_size_in_bytes=body.getvalue().size, equality_ids=[number])
    manifest = files.new_output(f"{root}/metadata/{uuid.uuid4()}-m0.avro")
    with DeleteManifest(table.spec(), table.schema(), manifest, new_id, "deflate") as writer:
        writer.add_entry(ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, snapshot_id=new_id, data_file=deletes))
    added = writer.to_manifest_file()
    listed = f"{root}/metadata/snap-{new_id}.avro"
    with write_manifest_list(2, files.new_output(listed), new_id, before.snapshot_id, sequence, "deflate") as writer:
        writer.add_manifests(before.manifests(files) + [added])
    snapshot = Snapshot(snapshot_id=new_id, parent_snapshot_id=before.snapshot_id, sequence_number=sequence,
                        timestamp_ms=int(time.time() * 1000), manifest_list=listed, schema_id=table.schema().schema_id,
                        summary=Summary(Operation.DELETE))
    table.catalog.commit_table(table, (), (AddSnapshotUpdate(snapshot=snapshot), SetSnapshotRefUpdate(
        ref_name="main", type="branch", snapshot_id=new_id)))
    return table.refresh()


def test_equality_deletes_reach_older_rows_only(catalog, athena, name):
    table = catalog.create_table((name, "t"), Schema(optional(1, "id", LongType()), optional(2, "city", StringType())))
    rows = pa.table({"id": pa.array([1, 2, None], pa.int64()), "city": ["a", "b", "c"]})
    table.append(rows)
    delete_equal(table, pa.table({"id": pa.array([2, None], pa.int64())}), 1)
    assert athena.rows("SELECT city FROM t") == [("a",)]
    table.append(rows)
    assert athena.rows("SELECT city FROM t ORDER BY city") == [("a",), ("a",), ("b",), ("c",)]
    with table.update_schema(allow_incompatible_changes=True) as change:
        change.delete_column("id")
    assert athena.rows("SELECT * FROM t ORDER BY city") == [("a",), ("a",), ("b",), ("c",)]
    assert athena.rows("SELECT count(*) FROM t") == [("4",)]
    assert athena.rows('SELECT content, equality_ids FROM "t$files" WHERE content = 2') == [("2", "[1]")]
