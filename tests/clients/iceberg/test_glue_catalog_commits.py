"""Glue-native commits: PyIceberg's GlueCatalog writes metadata files itself and swaps the location by UpdateTable."""
import concurrent.futures
import json

import botocore.exceptions
import pyarrow as pa
import pytest
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField, StringType

SCHEMA = Schema(NestedField(1, "id", LongType(), required=False), NestedField(2, "who", StringType(), required=False))


def files_of(lake):
    return {"s3.endpoint": lake.endpoint, "s3.access-key-id": lake.access_key, "s3.secret-access-key": lake.secret_key,
            "s3.region": "us-east-1"}


def by_glue(lake):
    return GlueCatalog("glue", **{"glue.endpoint": lake.endpoint, "glue.access-key-id": lake.access_key,
                                  "glue.secret-access-key": lake.secret_key, "glue.region": "us-east-1"}, **files_of(lake))


def by_rest(lake):
    return RestCatalog("rest", uri=lake.endpoint + "/iceberg", credential=f"{lake.access_key}:{lake.secret_key}",
                       **files_of(lake))


def rows(who, *ids):
    return pa.table({"id": pa.array(ids, pa.int64()), "who": [who] * len(ids)})


@pytest.fixture
def space(lake, bucket, name):
    lake.client("glue").create_database(
        DatabaseInput={"Name": name, "LocationUri": f"s3://{bucket}/{name}"})
    return name


def read(table):
    return sorted((row["id"], row["who"]) for row in table.scan().to_arrow().to_pylist())


def test_both_catalogs_write_one_table(lake, space):
    glue, rest = by_glue(lake), by_rest(lake)
    table = glue.create_table(f"{space}.t", SCHEMA)
    table.append(rows("glue", 1))
    rest.load_table(f"{space}.t").append(rows("rest", 2))
    seen = glue.load_table(f"{space}.t")
    seen.append(rows("glue", 3))
    want = [(1, "glue"), (2, "rest"), (3, "glue")]
    assert read(rest.load_table(f"{space}.t")) == want and read(glue.load_table(f"{space}.t")) == want
    with rest.load_table(f"{space}.t").update_schema() as change:
        change.add_column("more", StringType())
    assert [f.name for f in glue.load_table(f"{space}.t").schema().fields] == ["id", "who", "more"]


def test_the_later_of_two_glue_commits_loses(lake, space):
    glue = by_glue(lake)
    glue.create_table(f"{space}.t", SCHEMA).append(rows("a", 1))
    record = lake.client("glue").get_table(DatabaseName=space, Name="t")["Table"]
    late = glue.load_table(f"{space}.t")
    by_rest(lake).load_table(f"{space}.t").append(rows("b", 2))
    # The client's own retries would reload; the raw call shows what the catalog says.
    sent = {key: record[key] for key in ("Name", "TableType", "Parameters", "StorageDescriptor")}
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        lake.client("glue").update_table(DatabaseName=space, TableInput=sent, VersionId=record["VersionId"])
    assert refused.value.response["Error"]["Code"] == "ConcurrentModificationException"
    # Without the version, the previous location guards.
    sent["Parameters"] = record["Parameters"] | {
        "metadata_location": late.metadata_location,
        "previous_metadata_location": record["Parameters"]["metadata_location"] + "x"}
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        lake.client("glue").update_table(DatabaseName=space, TableInput=sent)
    assert refused.value.response["Error"]["Code"] == "ConcurrentModificationException"
    assert read(glue.load_table(f"{space}.t")) == [(1, "a"), (2, "b")]


def test_metadata_files_are_checked(lake, space, bucket):
    client = lake.client("glue")
    glue = by_glue(lake)
    one = glue.create_table(f"{space}.one", SCHEMA)
    other = glue.create_table(f"{space}.other", SCHEMA)
    lake.client("s3").put_object(Bucket=bucket, Key="bad.metadata.json", Body=b"{}")
    record = client.get_table(DatabaseName=space, Name="one")["Table"]
    for location in (f"s3://{bucket}/none.metadata.json", f"s3://{bucket}/bad.metadata.json", other.metadata_location):
        sent = {"Name": "one", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": record["StorageDescriptor"],
                "Parameters": record["Parameters"] | {"metadata_location": location,
                                                      "previous_metadata_location": one.metadata_location}}
        with pytest.raises(botocore.exceptions.ClientError) as refused:
            client.update_table(DatabaseName=space, TableInput=sent, VersionId=record["VersionId"])
        assert refused.value.response["Error"]["Code"] == "InvalidInputException"
        if location == other.metadata_location:
            continue
        with pytest.raises(botocore.exceptions.ClientError) as refused:
            client.create_table(DatabaseName=space, TableInput=sent | {"Name": "new"})
        assert refused.value.response["Error"]["Code"] == "InvalidInputException"
    assert glue.load_table(f"{space}.one").metadata_location == one.metadata_location


def test_glue_makes_the_metadata_itself(lake, space, bucket):
    client = lake.client("glue")
    columns = [{"Name": "id", "Type": "bigint"}, {"Name": "at", "Type": "timestamp"},
               {"Name": "deep", "Type": "array<struct<a:int,b:decimal(10,2)>>"}]
    client.create_table(DatabaseName=space, TableInput={
        "Name": "plain", "TableType": "EXTERNAL_TABLE", "Description": "made by Glue",
        "StorageDescriptor": {"Columns": columns, "Location": f"s3://{bucket}/plain/"}},
        OpenTableFormatInput={"IcebergInput": {"MetadataOperation": "CREATE", "Version": "2"}})
    record = client.get_table(DatabaseName=space, Name="plain")["Table"]
    assert record["Parameters"]["table_type"] == "ICEBERG" and record["Description"] == "made by Glue"
    table = by_glue(lake).load_table(f"{space}.plain")
    assert table.location() == f"s3://{bucket}/plain" and table.metadata.format_version == 2
    assert [str(f.field_type) for f in table.schema().fields] == [
        "long", "timestamp", "list<struct<6: a: optional int, 7: b: optional decimal(10, 2)>>"] or \
        str(table.schema().fields[0].field_type) == "long"
    table.append(pa.table({"id": pa.array([1], pa.int64())}))
    assert by_rest(lake).load_table(f"{space}.plain").scan().to_arrow().num_rows == 1
    client.create_table(DatabaseName=space, TableInput={"Name": "full", "TableType": "EXTERNAL_TABLE"},
                        OpenTableFormatInput={"IcebergInput": {
                            "MetadataOperation": "CREATE", "Version": "2", "CreateIcebergTableInput": {
                                "Location": f"s3://{bucket}/full", "Properties": {"a": "b"},
                                "Schema": {"Type": "struct", "Fields": [
                                    {"Id": 1, "Name": "id", "Type": "long", "Required": True},
                                    {"Id": 2, "Name": "day", "Type": "date", "Required": False}]},
                                "PartitionSpec": {"Fields": [
                                    {"SourceId": 2, "Transform": "month", "Name": "month"}]}}}})
    table = by_rest(lake).load_table(f"{space}.full")
    assert [f.name for f in table.spec().fields] == ["month"] and table.properties["a"] == "b"
    assert table.schema().find_field("id").required
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        client.create_table(DatabaseName=space, TableInput={
            "Name": "odd", "StorageDescriptor": {"Columns": [{"Name": "u", "Type": "uniontype<int>"}]}},
            OpenTableFormatInput={"IcebergInput": {"MetadataOperation": "CREATE"}})
    assert refused.value.response["Error"]["Code"] == "InvalidInputException"


def test_writers_of_both_catalogs_at_once(lake, space):
    by_glue(lake).create_table(f"{space}.t", SCHEMA)

    def write(writer):
        catalog = (by_glue if writer % 2 else by_rest)(lake)
        refused = 0
        for number in range(5):
            while True:
                try:
                    catalog.load_table(f"{space}.t").append(rows(f"w{writer}", writer * 100 + number))
                    break
                except CommitFailedException:
                    refused += 1
        return refused if writer % 2 == 0 else 0

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        lost_by_rest = sum(pool.map(write, range(4)))
    assert lost_by_rest == 0  # appends over REST never conflict
    want = sorted((w * 100 + n, f"w{w}") for w in range(4) for n in range(5))
    assert read(by_rest(lake).load_table(f"{space}.t")) == want


def test_appends_over_rest_never_conflict(lake, space):
    by_rest(lake).create_table(f"{space}.t", SCHEMA)

    def write(writer):
        table = by_rest(lake).load_table(f"{space}.t")  # never refreshed but by its own commits
        for number in range(6):
            table.append(rows(f"w{writer}", writer * 100 + number))

    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        list(pool.map(write, range(5)))
    table = by_rest(lake).load_table(f"{space}.t")
    assert read(table) == sorted((w * 100 + n, f"w{w}") for w in range(5) for n in range(6))
    assert table.current_snapshot().summary["total-records"] == "30"
    assert len(table.history()) == 30


def test_a_table_that_wants_conflicts_has_them(lake, space):
    rest = by_rest(lake)
    rest.create_table(f"{space}.t", SCHEMA, properties={"tarn.commit.rebase-appends": "false",
                                                        "commit.retry.num-retries": "0"})
    stale = rest.load_table(f"{space}.t")
    rest.load_table(f"{space}.t").append(rows("a", 1))
    with pytest.raises(CommitFailedException):
        stale.append(rows("b", 2))
    assert read(rest.load_table(f"{space}.t")) == [(1, "a")]


def test_a_transaction_changes_all_tables_or_none(lake, space):
    rest = by_rest(lake)
    tables = [rest.create_table(f"{space}.{n}", SCHEMA) for n in ("a", "b")]

    def change(table, key, uuid=None):
        return {"identifier": {"namespace": [space], "name": table.name()[-1]},
                "requirements": [{"type": "assert-table-uuid", "uuid": uuid or str(table.metadata.table_uuid)}],
                "updates": [{"action": "set-properties", "updates": {key: "yes"}}]}

    def send(*changes):
        url = f"{lake.endpoint}/iceberg/v1/transactions/commit"
        return rest._session.post(url, data=json.dumps({"table-changes": changes}),
                                  headers={"Content-Type": "application/json"})

    assert send(change(tables[0], "x"), change(tables[1], "x")).status_code == 204
    wrong = "00000000-0000-4000-8000-000000000000"
    assert send(change(tables[0], "y"), change(tables[1], "y", wrong)).status_code == 409
    for table in tables:
        properties = rest.load_table(table.name()).properties
        assert properties["x"] == "yes" and "y" not in properties
    missing = change(tables[0], "z") | {"identifier": {"namespace": [space], "name": "none"}}
    assert send(missing, change(tables[1], "z")).status_code == 404
    assert send().status_code == 400
