"""Deliveries to S3, HTTP endpoints and Iceberg tables, on a lake that waits a second at most."""
import base64
import gzip
import io
import json
import zipfile

import pyarrow.parquet as parquet
import pytest

from conftest import Lake
from firehose.streams import ROLE, athena, bodies, objects, processors, s3_destination, wait_for


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    running = Lake(tmp_path_factory.mktemp("firehose") / "data", "--firehose-seconds-max", "1")
    yield running
    running.stop()


@pytest.fixture
def firehose(lake):
    return lake.client("firehose")


def put(firehose, name, *records):
    firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": record} for record in records])


def test_records_become_one_object(lake, firehose, bucket, name):
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_destination(bucket, Prefix="raw/"))
    put(firehose, name, b"one", b"two", b"three")
    (key, got), = wait_for(lambda: objects(lake, bucket)).items()
    year, month, day, hour, file = key.removeprefix("raw/").split("/")
    assert file.startswith(f"{name}-1-{year}-{month}-{day}-{hour}-")
    assert got["Body"].read() == b"onetwothree" and got["ContentType"] == "application/octet-stream"


@pytest.mark.parametrize("compression, extension, encoding", [
    ("GZIP", ".gz", "gzip"), ("ZIP", ".zip", "zip"), ("Snappy", ".snappy", "snappy-java"),
    ("HADOOP_SNAPPY", ".snappy", "hadoop-snappy")])
def test_files_are_compressed(lake, firehose, bucket, name, compression, extension, encoding):
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_destination(
        bucket, CompressionFormat=compression))
    put(firehose, name, b"abc" * 1000)
    (key, got), = wait_for(lambda: objects(lake, bucket)).items()
    body = got["Body"].read()
    assert key.endswith(extension) and got["ContentEncoding"] == encoding and len(body) < 1000
    if compression == "GZIP":
        assert gzip.decompress(body) == b"abc" * 1000
    if compression == "ZIP":
        archive = zipfile.ZipFile(io.BytesIO(body))
        assert [archive.read(entry) for entry in archive.namelist()] == [b"abc" * 1000]


def test_partitions_by_query_and_keeps_what_failed(lake, firehose, bucket, name):
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_destination(
        bucket, Prefix="data/customer=!{partitionKeyFromQuery:customer}/", ErrorOutputPrefix="bad/!{firehose:error-output-type}/",
        DynamicPartitioningConfiguration={"Enabled": True}, ProcessingConfiguration=processors(
            ("RecordDeAggregation", {"SubRecordType": "JSON"}),
            ("MetadataExtraction", {"MetadataExtractionQuery": "{customer: .customer}", "JsonParsingEngine": "JQ-1.6"}),
            ("AppendDelimiterToRecord", {"Delimiter": "\\n"}))))
    put(firehose, name, b'{"customer":1,"v":1}{"customer":2,"v":2}', b'{"customer":1,"v":3}', b'{"v":4}', b"no json")
    wait_for(lambda: len(bodies(lake, bucket)) == 4)
    found = bodies(lake, bucket)
    data = {key.split("/")[1]: body for key, body in found.items() if key.startswith("data/")}
    assert data == {"customer=1": b'{"customer":1,"v":1}\n{"customer":1,"v":3}\n', "customer=2": b'{"customer":2,"v":2}\n'}
    bad, = (body for key, body in found.items() if key.startswith("bad/metadata-extraction-failed/"))
    line = json.loads(bad)
    assert base64.b64decode(line["rawData"]) == b'{"v":4}' and line["errorCode"] == "DynamicPartitioning.MetadataExtractionFailed"
    assert any(key.startswith("bad/deaggregation-failed/") for key in found)


def test_json_becomes_parquet_by_a_glue_table(lake, firehose, bucket, name):
    glue = lake.client("glue")
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_table(DatabaseName=name, TableInput={"Name": "t", "StorageDescriptor": {"Columns": [
        {"Name": "id", "Type": "bigint"}, {"Name": "name", "Type": "string"}, {"Name": "tags", "Type": "array<string>"}]}})
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_destination(
        bucket, Prefix="data/", ErrorOutputPrefix="bad/", DataFormatConversionConfiguration={
            "Enabled": True, "SchemaConfiguration": {"RoleARN": ROLE, "DatabaseName": name, "TableName": "t"},
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {"ColumnToJsonKeyMappings": {"name": "full_name"}}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}}}))
    put(firehose, name, b'{"id": 1, "full_name": "one", "tags": ["a", "b"]}', b"broken", b'{"ID": 2, "other": true}',
        b'{"id": "no number"}')
    wait_for(lambda: len(bodies(lake, bucket)) == 2)
    found = bodies(lake, bucket)
    data, = (key for key in found if key.startswith("data/"))
    assert data.endswith(".parquet")
    assert parquet.read_table(io.BytesIO(found[data])).to_pylist() == [
        {"id": 1, "name": "one", "tags": ["a", "b"]}, {"id": 2, "name": None, "tags": None}]
    bad, = (body for key, body in found.items() if key.startswith("bad/format-conversion-failed/"))
    lines = [json.loads(line) for line in bad.splitlines()]
    assert {base64.b64decode(line["rawData"]) for line in lines} == {b"broken", b'{"id": "no number"}'}
    assert lines[0]["dataCatalogTable"]["tableName"] == "t"


def test_the_source_is_backed_up(lake, firehose, bucket, name):
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_destination(
        bucket, Prefix="data/", S3BackupMode="Enabled", S3BackupConfiguration=s3_destination(bucket, Prefix="source/"),
        ProcessingConfiguration=processors(("AppendDelimiterToRecord", {"Delimiter": "\\n"}))))
    put(firehose, name, b"a", b"b")
    wait_for(lambda: len(bodies(lake, bucket)) == 2)
    assert {key.split("/")[0]: body for key, body in bodies(lake, bucket).items()} == {"data": b"a\nb\n", "source": b"ab"}


def test_the_role_decides_what_is_delivered(lake, firehose, bucket, name):
    iam = lake.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration={
        "RoleARN": role, "BucketARN": f"arn:aws:s3:::{bucket}"})
    put(firehose, name, b"waits")
    marker = name + "-marker"
    firehose.create_delivery_stream(DeliveryStreamName=marker, ExtendedS3DestinationConfiguration=s3_destination(bucket, Prefix="marker/"))
    put(firehose, marker, b"there")
    wait_for(lambda: bodies(lake, bucket, "marker/"))
    assert list(bodies(lake, bucket).values()) == [b"there"]
    iam.put_role_policy(RoleName=name, PolicyName="write", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"}]}))
    wait_for(lambda: b"waits" in bodies(lake, bucket).values())


def test_what_was_put_outlives_a_kill(own_lake, name):
    own_lake.client("s3").create_bucket(Bucket=name)
    firehose = own_lake.client("firehose")
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_destination(name))
    put(firehose, name, b"acknowledged")
    own_lake.arguments = ("--firehose-seconds-max", "1")
    own_lake.restart(kill=True)
    assert list(wait_for(lambda: bodies(own_lake, name)).values()) == [b"acknowledged"]


def test_iceberg_tables_get_each_record_once(lake, firehose, bucket, name):
    lake.client("glue").create_database(DatabaseInput={"Name": name})
    athena(lake, f"CREATE TABLE t (id bigint, name string, seen timestamp) LOCATION 's3://{bucket}/t/' "
           "TBLPROPERTIES ('table_type'='ICEBERG')", name, bucket)
    firehose.create_delivery_stream(DeliveryStreamName=name, IcebergDestinationConfiguration={
        "RoleARN": ROLE, "CatalogConfiguration": {"CatalogARN": f"arn:aws:glue:us-east-1:{lake.account}:catalog"},
        "DestinationTableConfigurationList": [{"DestinationDatabaseName": name, "DestinationTableName": "t"}],
        "S3Configuration": s3_destination(bucket, ErrorOutputPrefix="bad/")})
    put(firehose, name, b'{"id": 1, "name": "one", "seen": "2026-11-21 22:50:00"}', b'{"id": 2}', b"broken", b'{"id": "x"}')
    wait_for(lambda: bodies(lake, bucket, "bad/"))
    assert athena(lake, "SELECT id, name, seen FROM t ORDER BY id", name, bucket) == [
        ["1", "one", "2026-11-21 22:50:00.000000"], ["2", None, None]]
    put(firehose, name, b'{"id": 3}')
    wait_for(lambda: len(athena(lake, "SELECT id FROM t", name, bucket)) == 3)
    bad = b"".join(bodies(lake, bucket, "bad/").values()).splitlines()
    assert sorted(base64.b64decode(json.loads(line)["rawData"]) for line in bad) == [b"broken", b'{"id": "x"}']
