"""Deliveries to S3, HTTP endpoints and Iceberg tables, on a lake that waits a second at most."""
import base64
import datetime
import gzip
import io
import json
import uuid
import zipfile
import zlib

import pyarrow.parquet as parquet
import pytest

from conftest import Lake
from firehose.streams import ANYTHING, ROLE, athena, bodies, make_role, objects, processors, s3_destination, wait_for


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    running = Lake(tmp_path_factory.mktemp("firehose") / "data", "--firehose-seconds-max", "1")
    make_role(running)
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


def test_cloudwatch_shows_what_came_and_what_was_delivered(lake, firehose, bucket, name):
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_destination(bucket))
    put(firehose, name, b"one", b"three")
    firehose.put_record(DeliveryStreamName=name, Record={"Data": b"12"})
    wait_for(lambda: sum(map(len, bodies(lake, bucket).values())) == 10)
    cloudwatch = lake.client("cloudwatch")
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=2)

    def total(metric, statistic="Sum"):
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Firehose", MetricName=metric, Dimensions=[{"Name": "DeliveryStreamName", "Value": name}],
            StartTime=end - datetime.timedelta(minutes=10), EndTime=end, Period=60, Statistics=[statistic])["Datapoints"]
        return sum(point[statistic] for point in points)

    wait_for(lambda: total("DeliveryToS3.Records") == 3)
    assert (total("IncomingRecords"), total("IncomingBytes"), total("IncomingPutRequests")) == (3, 10, 2)
    assert (total("PutRecord.Requests"), total("PutRecordBatch.Records")) == (1, 2)
    assert total("DeliveryToS3.Bytes") == 10
    assert total("DeliveryToS3.ObjectCount") == len(objects(lake, bucket)) == total("DeliveryToS3.Success")


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


def test_times_are_read_by_their_formats(lake, firehose, bucket, name):
    glue = lake.client("glue")
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_table(DatabaseName=name, TableInput={"Name": "t", "StorageDescriptor": {"Columns": [
        {"Name": "at", "Type": "timestamp"}, {"Name": "day", "Type": "date"}]}})
    version = glue.get_table(DatabaseName=name, Name="t")["Table"]["VersionId"]
    glue.update_table(DatabaseName=name, TableInput={"Name": "t", "StorageDescriptor": {"Columns": [{"Name": "x", "Type": "string"}]}})
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_destination(
        bucket, Prefix="data/", ErrorOutputPrefix="bad/", DataFormatConversionConfiguration={
            "Enabled": True, "SchemaConfiguration": {"RoleARN": ROLE, "DatabaseName": name, "TableName": "t", "VersionId": version},
            "InputFormatConfiguration": {"Deserializer": {"HiveJsonSerDe": {"TimestampFormats": ["millis", "dd/MM/yyyy"]}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {"Compression": "GZIP"}}}}))
    put(firehose, name, b'{"at": 1700000000123, "day": "22/11/2026"}', b'{"at": "yesterday"}')
    wait_for(lambda: len(bodies(lake, bucket)) == 2)
    data, = bodies(lake, bucket, "data/").values()
    assert parquet.read_table(io.BytesIO(data)).to_pylist() == [
        {"at": datetime.datetime(2023, 11, 14, 22, 13, 20, 123000), "day": datetime.date(2026, 11, 22)}]
    bad, = bodies(lake, bucket, "bad/").values()
    assert json.loads(bad)["dataCatalogTable"]["versionId"] == version


def test_the_source_is_backed_up(lake, firehose, bucket, name):
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_destination(
        bucket, Prefix="data/", S3BackupMode="Enabled", S3BackupConfiguration=s3_destination(bucket, Prefix="source/"),
        ProcessingConfiguration=processors(("AppendDelimiterToRecord", {"Delimiter": "\\n"}))))
    put(firehose, name, b"a", b"b")
    wait_for(lambda: len(bodies(lake, bucket)) == 2)
    assert {key.split("/")[0]: body for key, body in bodies(lake, bucket).items()} == {"data": b"a\nb\n", "source": b"ab"}


def test_the_role_decides_what_is_delivered(lake, firehose, bucket, name):
    iam = lake.client("iam")
    role = make_role(lake, name, policy=None)
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


def test_a_role_that_is_not_there_delivers_nothing(lake, firehose, bucket, name):
    role = f"arn:aws:iam::{lake.account}:role/{name}"
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration={
        "RoleARN": role, "BucketARN": f"arn:aws:s3:::{bucket}"})
    put(firehose, name, b"waits")
    marker = name + "-marker"
    firehose.create_delivery_stream(DeliveryStreamName=marker, ExtendedS3DestinationConfiguration=s3_destination(bucket, Prefix="marker/"))
    put(firehose, marker, b"there")
    wait_for(lambda: bodies(lake, bucket, "marker/"))
    assert list(bodies(lake, bucket).values()) == [b"there"]
    assert make_role(lake, name) == role
    wait_for(lambda: b"waits" in bodies(lake, bucket).values())


def test_a_role_that_does_not_trust_firehose_delivers_nothing(lake, firehose, bucket, name):
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    iam = lake.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=ANYTHING)
    firehose.create_delivery_stream(DeliveryStreamName=name, IcebergDestinationConfiguration={
        "RoleARN": role, "CatalogConfiguration": {"CatalogARN": f"arn:aws:glue:us-east-1:{lake.account}:catalog"},
        "DestinationTableConfigurationList": [{"DestinationDatabaseName": name, "DestinationTableName": "t"}],
        "RetryOptions": {"DurationInSeconds": 0}, "S3Configuration": s3_destination(bucket, ErrorOutputPrefix="bad/")})
    put(firehose, name, b'{"id": 1}')
    (key, body), = wait_for(lambda: bodies(lake, bucket)).items()
    line = json.loads(body)
    assert key.startswith("bad/iceberg-failed/") and base64.b64decode(line["rawData"]) == b'{"id": 1}'
    assert line["errorMessage"] == f"Firehose is unable to assume role {role}. Please check the role provided."


def test_what_was_put_outlives_a_kill(own_lake, name):
    make_role(own_lake)
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
    schema = lake.client("glue").create_schema(SchemaName=name, DataFormat="JSON", Compatibility="NONE",
                                               SchemaDefinition='{"type": "object"}')["SchemaVersionId"]
    framed = uuid.UUID(schema).bytes  # as AWS's serializers write it: header, version, data
    put(firehose, name, b'{"id": 3}', b"\x03\x00" + framed + b'{"id": 4}', b"\x03\x05" + framed + zlib.compress(b'{"id": 5}'))
    wait_for(lambda: len(athena(lake, "SELECT id FROM t", name, bucket)) == 5)
    bad = b"".join(bodies(lake, bucket, "bad/").values()).splitlines()
    assert sorted(base64.b64decode(json.loads(line)["rawData"]) for line in bad) == [b"broken", b'{"id": "x"}']


def iceberg_destination(lake, bucket, **more):
    return {"RoleARN": ROLE, "CatalogConfiguration": {"CatalogARN": f"arn:aws:glue:us-east-1:{lake.account}:catalog"},
            "S3Configuration": s3_destination(bucket, ErrorOutputPrefix="bad/"), **more}


def test_rows_are_updated_and_deleted_by_their_keys(lake, firehose, bucket, name):
    lake.client("glue").create_database(DatabaseInput={"Name": name})
    athena(lake, f"CREATE TABLE t (id bigint, name string) LOCATION 's3://{bucket}/t/' TBLPROPERTIES ('table_type'='ICEBERG')", name, bucket)
    firehose.create_delivery_stream(DeliveryStreamName=name, IcebergDestinationConfiguration=iceberg_destination(
        lake, bucket, DestinationTableConfigurationList=[
            {"DestinationDatabaseName": name, "DestinationTableName": "t", "UniqueKeys": ["id"], "S3ErrorOutputPrefix": "of-t/"}],
        ProcessingConfiguration=processors(("MetadataExtraction", {
            "MetadataExtractionQuery": f'{{destinationDatabaseName: "{name}", destinationTableName: .table, operation: .op}}',
            "JsonParsingEngine": "JQ-1.6"}))))

    def change(*records):
        put(firehose, name, *(json.dumps({"table": "t", **record}).encode() for record in records))

    def rows():
        return athena(lake, "SELECT id, name FROM t ORDER BY id", name, bucket)
    change(*({"op": "insert", "id": i, "name": "old"} for i in range(4)))
    wait_for(lambda: len(rows()) == 4)
    change({"op": "update", "id": 0, "name": "new"}, {"op": "delete", "id": 1}, {"op": "update", "id": 2, "name": "gone"},
           {"op": "delete", "id": 2}, {"op": "delete", "id": 9}, {"op": "insert", "id": 4, "name": "a"},
           {"op": "update", "id": 4, "name": "b"}, {"op": "delete", "id": 3}, {"op": "insert", "id": 3, "name": "again"},
           {"op": "delete"}, {"op": "delete", "id": 0, "table": "nowhere"}, {"op": "merge", "id": 0})
    wait_for(lambda: rows() == [["0", "new"], ["3", "again"], ["4", "b"]])
    bad = wait_for(lambda: bodies(lake, bucket, "of-t/") and bodies(lake, bucket, "bad/"))
    errors = [json.loads(line) for body in [*bad.values(), *bodies(lake, bucket, "of-t/").values()] for line in body.splitlines()]
    assert sorted(error["errorCode"] for error in errors) == [
        "Iceberg.InvalidOperation", "Iceberg.NoSuchTable", "Iceberg.UniqueKeysMissing"]


def test_partitioned_rows_are_updated_in_their_partitions(lake, firehose, bucket, name):
    lake.client("glue").create_database(DatabaseInput={"Name": name})
    athena(lake, f"CREATE TABLE t (id bigint, day string, v bigint) PARTITIONED BY (day) LOCATION 's3://{bucket}/t/' "
           "TBLPROPERTIES ('table_type'='ICEBERG')", name, bucket)
    firehose.create_delivery_stream(DeliveryStreamName=name, IcebergDestinationConfiguration=iceberg_destination(
        lake, bucket, DestinationTableConfigurationList=[
            {"DestinationDatabaseName": name, "DestinationTableName": "t", "UniqueKeys": ["id", "day"]}],
        ProcessingConfiguration=processors(("MetadataExtraction", {
            "MetadataExtractionQuery": "{operation: .op}", "JsonParsingEngine": "JQ-1.6"}))))
    for v in (1, 2):
        put(firehose, name, *(json.dumps({"op": "update", "id": 1, "day": day, "v": v}).encode() for day in ("a", "b")))
        wait_for(lambda: athena(lake, "SELECT day, v FROM t ORDER BY day", name, bucket) == [["a", str(v)], ["b", str(v)]])


def test_tables_are_made_and_get_new_columns(lake, firehose, bucket, name):
    lake.client("glue").create_database(DatabaseInput={"Name": name})
    destination = iceberg_destination(
        lake, bucket, TableCreationConfiguration={"Enabled": True}, SchemaEvolutionConfiguration={"Enabled": True},
        DestinationTableConfigurationList=[{"DestinationDatabaseName": name, "DestinationTableName": "t",
                                            "PartitionSpec": {"Identity": [{"SourceName": "day"}]}}])
    destination["CatalogConfiguration"]["WarehouseLocation"] = f"s3://{bucket}/warehouse/"
    firehose.create_delivery_stream(DeliveryStreamName=name, IcebergDestinationConfiguration=destination)
    put(firehose, name, b'{"id": 1, "day": "a"}', b'{"id": 2, "day": "b"}')
    wait_for(lambda: bodies(lake, bucket, f"warehouse/{name}.db/t/data/day=a/"))
    put(firehose, name, b'{"id": 3, "day": "a", "Price": 1.5, "tags": ["x", "y"]}')
    wait_for(lambda: [column["Name"] for column in lake.client("glue").get_table(DatabaseName=name, Name="t")["Table"][
        "StorageDescriptor"]["Columns"]] == ["id", "day", "price", "tags"])
    wait_for(lambda: athena(lake, "SELECT id, day, price, tags FROM t ORDER BY id", name, bucket) == [
        ["1", "a", None, None], ["2", "b", None, None], ["3", "a", "1.5", "[x, y]"]])


def test_a_kinesis_stream_is_read_from_when_the_delivery_began(lake, firehose, bucket, name):
    kinesis = lake.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    kinesis.put_record(StreamName=name, Data=b"before", PartitionKey="p")
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    firehose.create_delivery_stream(
        DeliveryStreamName=name, DeliveryStreamType="KinesisStreamAsSource", ExtendedS3DestinationConfiguration=s3_destination(bucket),
        KinesisStreamSourceConfiguration={"KinesisStreamARN": arn, "RoleARN": ROLE})
    for i in range(10):
        kinesis.put_record(StreamName=name, Data=f"<{i}>".encode(), PartitionKey=str(i))
    wait_for(lambda: len(b"".join(bodies(lake, bucket).values())) >= 30)
    found = b"".join(bodies(lake, bucket).values()).decode()
    assert sorted(found.split(">")[:-1]) == [f"<{i}" for i in range(10)]
