"""Upkeep of Iceberg tables: compaction, expiry, merged manifests, beside writers; its rows, settings and off switch."""
import json
import threading
import time
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pyarrow as pa
import pytest
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.schema import Schema
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import LongType, NestedField, StringType

from conftest import Lake
from test_athena_reads import Athena

SCHEMA = pa.schema([("id", pa.int64()), ("city", pa.string())])


def connect(lake, **properties):
    return RestCatalog("lake", **({"uri": lake.endpoint + "/iceberg",
                                   "credential": f"{lake.access_key}:{lake.secret_key}",
                                   "s3.access-key-id": lake.access_key,
                                   "s3.secret-access-key": lake.secret_key} | properties))


def rows(*ids):
    return pa.table({"id": pa.array(ids, pa.int64()), "city": [f"city {each}" for each in ids]}, SCHEMA)


def upkeep(lake, database, table, catalog=""):
    """Runs a table's upkeep now; what was done, by operation."""
    url = f"{lake.endpoint}/_tarn/upkeep?catalog={catalog}&database={database}&table={table}"
    request = botocore.awsrequest.AWSRequest("POST", url, headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
    botocore.auth.S3SigV4Auth(botocore.credentials.Credentials(lake.access_key, lake.secret_key), "s3",
                              lake.region).add_auth(request)
    sent = urllib.request.Request(url, method="POST", headers=dict(request.headers))
    with urllib.request.urlopen(sent, timeout=120) as answer:
        return {run["operation"]: run for run in json.load(answer)["runs"]}


def wait_until(seen, seconds=60):
    limit = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < limit, "it did not come about"
        time.sleep(0.2)


@pytest.fixture
def catalog(lake):
    return connect(lake)


@pytest.fixture
def table(catalog, name):
    catalog.create_namespace(name)
    return catalog.create_table(f"{name}.events", SCHEMA)


def keys(lake, table):
    bucket, prefix = table.location()[5:].split("/", 1)
    pages = lake.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix + "/data/")
    return [each["Key"] for page in pages for each in page.get("Contents", [])]


def files_of(table):
    return len(list(table.refresh().scan().plan_files()))


def ids_of(table):
    return sorted(table.refresh().scan().to_arrow()["id"].to_pylist())


def test_small_files_become_one_and_rows_stay(lake, catalog, table, name):
    for each in range(8):
        table.append(rows(each))
    before = table.refresh().current_snapshot()
    runs = upkeep(lake, name, "events")
    assert (runs["compaction"]["filesRemoved"], runs["compaction"]["filesAdded"]) == (8, 1)
    assert files_of(table) == 1 and ids_of(table) == list(range(8))
    assert table.current_snapshot().summary.operation.value == "replace"
    assert table.scan(snapshot_id=before.snapshot_id).to_arrow().num_rows == 8
    told = catalog.load_table("tarn_system.maintenance_runs").scan(
        row_filter=f"database_name == '{name}' and operation == 'compaction'").to_arrow().to_pylist()
    assert [(row["table_name"], row["status"], row["files_removed"], row["files_added"]) for row in told] == [
        ("events", "SUCCEEDED", 8, 1)]
    assert "compaction" not in upkeep(lake, name, "events")


def test_partitions_are_kept_apart(lake, catalog, name):
    catalog.create_namespace(name)
    table = catalog.create_table(f"{name}.events", SCHEMA)
    with table.update_spec() as spec:
        spec.add_identity("city")
    for each in range(6):
        table.append(pa.table({"id": pa.array([each, each + 100], pa.int64()), "city": ["rome", "oslo"]}, SCHEMA))
    upkeep(lake, name, "events")
    planned = {task.file.partition[0]: task.file.record_count for task in table.refresh().scan().plan_files()}
    assert planned == {"rome": 6, "oslo": 6}
    assert table.scan(row_filter="city == 'oslo'").to_arrow().num_rows == 6


def test_deleted_rows_stay_gone_and_old_specs_are_left(lake, catalog, table, name):
    table.append(rows(*range(10)))
    with table.update_spec() as spec:
        spec.add_identity("city")
    table.append(rows(20))
    table.delete("id < 4")
    upkeep(lake, name, "events")
    assert ids_of(table) == [4, 5, 6, 7, 8, 9, 20]
    assert {task.file.spec_id for task in table.scan().plan_files()} == {table.spec().spec_id}


@pytest.mark.parametrize("cities", (1, 3))
def test_delete_files_are_merged_and_their_data_files_stay(lake, catalog, bucket, name, cities):
    catalog.create_namespace(name, {"location": f"s3://{bucket}/warehouse"})
    athena = Athena(lake, bucket, name)
    athena.rows("CREATE TABLE events (id bigint, city string) TBLPROPERTIES ('table_type' = 'ICEBERG')")
    for city in range(cities):
        athena.rows(f"INSERT INTO events SELECT i, 'city {city}' FROM UNNEST(sequence({city} * 1000, {city} * 1000 + 999)) s(i)")
    for each in range(3):
        athena.rows(f"DELETE FROM events WHERE id % 1000 = {each}")
    table = catalog.load_table(f"{name}.events")
    before = {task.file.file_path for task in table.scan().plan_files()}
    assert {len(task.delete_files) for task in table.scan().plan_files()} == {3}
    runs = upkeep(lake, name, "events")
    assert runs["deletes"]["deleteFilesRemoved"] == 3 and runs["deletes"]["filesAdded"] == 1
    table.refresh()
    assert {task.file.file_path for task in table.scan().plan_files()} == before
    assert {len(task.delete_files) for task in table.scan().plan_files()} == {1}
    left = sorted(city * 1000 + each for city in range(cities) for each in range(3, 1000))
    assert sorted(table.scan().to_arrow()["id"].to_pylist()) == left
    assert athena.rows("SELECT count(*), sum(id) FROM events") == [(str(len(left)), str(sum(left)))]
    assert table.current_snapshot().summary.operation.value == "replace"
    assert "deletes" not in upkeep(lake, name, "events")


def test_position_deletes_become_vectors_when_the_table_takes_those(lake, catalog, bucket, name):
    catalog.create_namespace(name, {"location": f"s3://{bucket}/warehouse"})
    athena = Athena(lake, bucket, name)
    athena.rows("CREATE TABLE events (id bigint) TBLPROPERTIES ('table_type' = 'ICEBERG')")
    athena.rows("INSERT INTO events SELECT i FROM UNNEST(sequence(0, 999)) s(i)")
    for each in range(3):
        athena.rows(f"DELETE FROM events WHERE id = {each}")
    athena.rows("ALTER TABLE events SET TBLPROPERTIES ('format_version' = '3')")
    assert upkeep(lake, name, "events")["deletes"]["deleteFilesRemoved"] == 3
    table = catalog.load_table(f"{name}.events")
    assert "1" in [each.summary["added-dvs"] for each in table.snapshots()]
    summary = table.current_snapshot().summary
    assert (summary["total-delete-files"], summary["total-position-deletes"]) == ("1", "3")
    athena.rows("DELETE FROM events WHERE id = 3")
    assert athena.rows("SELECT count(*), min(id) FROM events") == [("996", "4")]


def test_expiry_follows_the_tables_properties(lake, catalog, table, name):
    for each in range(6):
        table.append(rows(each))
    upkeep(lake, name, "events")
    assert len(table.refresh().snapshots()) > 6 and len(keys(lake, table)) == 7
    with table.transaction() as change:
        change.set_properties({"history.expire.max-snapshot-age-ms": "0"})
    runs = upkeep(lake, name, "events")
    assert runs["expiry"]["snapshotsExpired"] >= 6
    assert len(table.refresh().snapshots()) == 1 and len(keys(lake, table)) == 1
    assert ids_of(table) == list(range(6))


def test_a_tag_keeps_its_snapshot(lake, catalog, table, name):
    table.append(rows(1))
    tagged = table.refresh().current_snapshot().snapshot_id
    table.manage_snapshots().create_tag(tagged, "kept").commit()
    table.overwrite(rows(2))
    with table.transaction() as change:
        change.set_properties({"history.expire.max-snapshot-age-ms": "0"})
    upkeep(lake, name, "events")
    assert table.refresh().scan(snapshot_id=tagged).to_arrow()["id"].to_pylist() == [1]
    assert ids_of(table) == [2]


def test_a_writer_is_never_refused_by_compaction(lake, catalog, table, name):
    for each in range(30):
        table.append(rows(each))
    failures, written, done = [], [], threading.Event()

    def write():
        own = connect(lake).load_table(f"{name}.events")
        each = 1000
        while not done.is_set():
            try:
                own.append(rows(each))
                written.append(each)
            except Exception as error:  # any refusal fails the test
                failures.append(error)
            each += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wait_until(lambda: written or failures)
        for _ in range(3):
            upkeep(lake, name, "events")
    finally:
        done.set()
        writer.join()
    assert not failures
    assert ids_of(table) == sorted([*range(30), *written])
    assert files_of(table) < 30 + len(written)


def test_a_table_can_turn_it_off(lake, catalog, name):
    catalog.create_namespace(name)
    table = catalog.create_table(f"{name}.events", SCHEMA, properties={"tarn.upkeep.enabled": "false",
                                                                      "history.expire.max-snapshot-age-ms": "0"})
    for each in range(6):
        table.append(rows(each))
    assert upkeep(lake, name, "events") == {}
    assert files_of(table) == 6


def test_it_runs_by_itself(tmp_path):
    lake = Lake(tmp_path / "data", "--upkeep-seconds", "1")
    try:
        catalog = connect(lake)
        catalog.create_namespace("n")
        table = catalog.create_table("n.events", SCHEMA)
        for each in range(12):
            table.append(rows(each))
        wait_until(lambda: files_of(table) < 5)
        assert ids_of(table) == list(range(12))
    finally:
        lake.stop()


def test_a_table_bucket_has_its_own_settings_and_job_states(lake, name):
    client = lake.client("s3tables")
    arn = client.create_table_bucket(name=name)["arn"]
    client.create_namespace(tableBucketARN=arn, namespace=["n"])
    where = dict(tableBucketARN=arn, namespace="n", name="t")
    client.create_table(format="ICEBERG", metadata={"iceberg": {"schema": {"fields": [
        {"name": "id", "type": "long"}]}}}, **where)
    client.put_table_maintenance_configuration(type="icebergSnapshotManagement", value={"status": "disabled"}, **where)
    upkeep(lake, "n", "t", f"s3tablescatalog/{name}")
    states = client.get_table_maintenance_job_status(**where)["status"]
    assert states["icebergCompaction"]["status"] == "Successful" and "lastRunTimestamp" in states["icebergCompaction"]
    assert states["icebergSnapshotManagement"]["status"] == "Disabled"


def hive_table(lake, name, partitioned):
    """A Glue table over Parquet files that a Hive-style writer left."""
    import io
    import pyarrow.parquet as pq

    lake.client("s3").create_bucket(Bucket=name)
    glue = lake.client("glue")
    glue.create_database(DatabaseInput={"Name": name})
    storage = lambda folder: {"Location": f"s3://{name}/{folder}", "Columns": [
        {"Name": "id", "Type": "bigint"}, {"Name": "city", "Type": "string"}],
        "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"}}
    folders = {"2025": [1, 2], "2026": [3]} if partitioned else {"": [1, 2, 3]}
    glue.create_table(DatabaseName=name, TableInput={
        "Name": "old", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage("old/"),
        "PartitionKeys": [{"Name": "year", "Type": "int"}] if partitioned else []})
    for year, ids in folders.items():
        folder = f"old/year={year}/" if partitioned else "old/"
        body = io.BytesIO()
        pq.write_table(rows(*ids), body)
        lake.client("s3").put_object(Bucket=name, Key=folder + "part-0.parquet", Body=body.getvalue())
        if partitioned:
            glue.create_partition(DatabaseName=name, TableName="old", PartitionInput={
                "Values": [year], "StorageDescriptor": storage(folder)})


def migrate(lake, *names):
    import os
    import subprocess
    from conftest import BINARY

    done = subprocess.run([str(BINARY), "migrate", *names], env={**os.environ, **lake.environment()},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("partitioned", [False, True])
def test_a_hive_table_becomes_iceberg_in_place(lake, catalog, name, partitioned):
    hive_table(lake, name, partitioned)
    before = {each["Key"]: each["ETag"] for each in lake.client("s3").list_objects_v2(Bucket=name)["Contents"]}
    assert "3 rows" in migrate(lake, f"{name}.old")
    table = catalog.load_table(f"{name}.old")
    assert ids_of(table) == [1, 2, 3]
    if partitioned:
        found = table.scan(row_filter="year == 2026").to_arrow().to_pylist()
        assert [(row["id"], row["year"]) for row in found] == [(3, 2026)]
    after = {each["Key"]: each["ETag"] for each in lake.client("s3").list_objects_v2(Bucket=name)["Contents"]}
    assert before.items() <= after.items()
    assert lake.client("glue").get_table(DatabaseName=name, Name="old")["Table"]["Parameters"]["table_type"] == "ICEBERG"
    assert [each["Name"] for each in lake.client("glue").get_tables(DatabaseName=name)["TableList"]] == ["old"]
    if not partitioned:
        table.append(rows(4))
        assert ids_of(table) == [1, 2, 3, 4]


def test_a_snapshot_leaves_the_hive_table_as_it_is(lake, catalog, name):
    hive_table(lake, name, partitioned=False)
    migrate(lake, f"{name}.old", f"{name}.trial")
    # Credentials that the catalog hands out reach the table's own location alone, not the files taken over.
    trial = connect(lake, **{"header.X-Iceberg-Access-Delegation": ""}).load_table(f"{name}.trial")
    assert ids_of(trial) == [1, 2, 3] and trial.properties["gc.enabled"] == "false"
    trial.append(rows(9))
    shown = lake.client("glue").get_table(DatabaseName=name, Name="old")["Table"]
    assert "table_type" not in shown.get("Parameters", {})
    assert "expiry" not in upkeep(lake, name, "trial")


def test_z_order_makes_files_narrow_in_every_column_of_the_sort_order(lake, catalog, name):
    catalog.create_namespace(name)
    order = SortOrder(SortField(1, transform=IdentityTransform()), SortField(2, transform=IdentityTransform()))
    schema = Schema(NestedField(1, "x", LongType()), NestedField(2, "y", StringType()), NestedField(3, "n", LongType()))
    table = catalog.create_table(f"{name}.grid", schema, sort_order=order,
                                 properties={"tarn.upkeep.compaction.strategy": "z-order"})
    cells = [(x, f"{y:02}") for x in range(32) for y in range(32)]
    for part in range(6):
        mine = cells[part::6]
        table.append(pa.table({"x": [x for x, _ in mine], "y": [y for _, y in mine], "n": [part] * len(mine)},
                              table.schema().as_arrow()))
    assert upkeep(lake, name, "grid")["compaction"]["filesAdded"] == 1
    made = table.refresh().scan().to_arrow()
    assert sorted(zip(made["x"].to_pylist(), made["y"].to_pylist())) == cells
    quarter = made.slice(0, len(cells) // 4)
    assert max(quarter["x"].to_pylist()) < 16 and max(quarter["y"].to_pylist()) < "16"
