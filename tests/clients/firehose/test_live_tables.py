"""The table "t$live": what Firehose has accepted for "t" and not committed yet, beside the rows of "t" itself."""
import json
import threading

import pytest

from conftest import Lake
from firehose.streams import ROLE, athena, make_role, processors, s3_destination, wait_for
from governance import lakes


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """Buffers wait for a quarter of an hour here: nothing is committed during a test."""
    running = Lake(tmp_path_factory.mktemp("live") / "data")
    make_role(running)
    yield running
    running.stop()


def make_table(lake, bucket, columns, table="t", partitioned=""):
    try:
        lake.client("glue").create_database(DatabaseInput={"Name": bucket})
    except lake.client("glue").exceptions.AlreadyExistsException:
        pass
    athena(lake, f"CREATE TABLE {table} ({columns}) {partitioned} LOCATION 's3://{bucket}/{table}/' "
                 "TBLPROPERTIES ('table_type'='ICEBERG')", bucket, bucket)


def make_stream(lake, name, bucket, role=ROLE, targets=None, seconds=900, **more):
    destination = {
        "RoleARN": role, "CatalogConfiguration": {"CatalogARN": f"arn:aws:glue:us-east-1:{lake.account}:catalog"},
        "DestinationTableConfigurationList": targets or [{"DestinationDatabaseName": bucket, "DestinationTableName": "t"}],
        "BufferingHints": {"IntervalInSeconds": seconds, "SizeInMBs": 128},
        "S3Configuration": s3_destination(bucket, ErrorOutputPrefix="bad/"), **more}
    source = {}
    if "source" in destination:
        source = {"DeliveryStreamType": "KinesisStreamAsSource", "KinesisStreamSourceConfiguration": {
            "KinesisStreamARN": destination.pop("source"), "RoleARN": ROLE}}
    lake.client("firehose").create_delivery_stream(DeliveryStreamName=name, IcebergDestinationConfiguration=destination,
                                                   **source)


def put(lake, name, *records):
    answer = lake.client("firehose").put_record_batch(
        DeliveryStreamName=name, Records=[{"Data": json.dumps(each).encode()} for each in records])
    assert answer["FailedPutCount"] == 0


def test_what_was_just_accepted_is_read_beside_the_table(lake, bucket, name):
    make_table(lake, bucket, "id bigint, day date, price decimal(9,2), tags array<string>", partitioned="PARTITIONED BY (day)")
    athena(lake, "INSERT INTO t VALUES (1, DATE '2026-01-01', 1.50, ARRAY['a'])", bucket, bucket)
    make_stream(lake, name, bucket)
    assert athena(lake, 'SELECT id FROM "t$live"', bucket, bucket) == [["1"]]
    put(lake, name, {"id": 2, "day": "2026-01-02", "price": 2.25, "tags": ["b", "c"]}, {"ID": 3, "day": "2026-01-02"})
    assert athena(lake, 'SELECT id FROM t', bucket, bucket) == [["1"]]
    assert athena(lake, 'SELECT id, day, price, cardinality(tags) FROM "t$live" ORDER BY id', bucket, bucket) == [
        ["1", "2026-01-01", "1.50", "1"], ["2", "2026-01-02", "2.25", "2"], ["3", "2026-01-02", None, None]]
    assert athena(lake, "SELECT count(*), sum(id) FROM \"t$live\" WHERE day = DATE '2026-01-02'", bucket, bucket) == [["2", "5"]]
    assert athena(lake, 'SELECT l.id FROM "t$live" l LEFT JOIN t ON t.id = l.id WHERE t.id IS NULL ORDER BY 1',
                  bucket, bucket) == [["2"], ["3"]]
    assert athena(lake, 'SELECT count(*) FROM "t$live" a JOIN "t$live" b ON a.id = b.id', bucket, bucket) == [["3"]]
    paths = athena(lake, 'SELECT DISTINCT "$path" FROM "t$live" WHERE id > 1', bucket, bucket)
    assert paths and all(path.startswith("tail:/") for path, in paths)


def test_a_table_without_rows_and_several_streams(lake, bucket, name):
    make_table(lake, bucket, "id bigint")
    kinesis = lake.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    make_stream(lake, name + "-1", bucket)
    make_stream(lake, name + "-2", bucket, source=arn)
    routed = processors(("MetadataExtraction", {
        "MetadataExtractionQuery": '{destinationDatabaseName: .db, destinationTableName: .to}', "JsonParsingEngine": "JQ-1.6"}))
    make_stream(lake, name + "-3", bucket, targets=[], ProcessingConfiguration=routed)
    put(lake, name + "-1", {"id": 1}, {"id": 2})
    kinesis.put_records(StreamName=name, Records=[{"Data": json.dumps({"id": i}).encode(), "PartitionKey": str(i)}
                                                  for i in range(3, 13)])
    put(lake, name + "-3", {"id": 13, "db": bucket, "to": "t"}, {"id": 14, "db": bucket, "to": "elsewhere"})
    put(lake, name + "-1", {"id": "no number"})
    assert athena(lake, 'SELECT count(*), min(id), max(id), sum(id) FROM "t$live"', bucket, bucket) == [["13", "1", "13", "91"]]
    assert athena(lake, 'SELECT count(*) FROM t', bucket, bucket) == [["0"]]


def test_updates_and_deletes_that_wait_hide_what_they_concern(lake, bucket, name):
    make_table(lake, bucket, "id bigint, v string")
    athena(lake, "INSERT INTO t VALUES (1, 'old'), (2, 'old'), (3, 'old')", bucket, bucket)
    routed = processors(("MetadataExtraction", {
        "MetadataExtractionQuery": f'{{destinationDatabaseName: "{bucket}", destinationTableName: "t", operation: .op}}',
        "JsonParsingEngine": "JQ-1.6"}))
    make_stream(lake, name, bucket, ProcessingConfiguration=routed, targets=[
        {"DestinationDatabaseName": bucket, "DestinationTableName": "t", "UniqueKeys": ["id"]}])
    put(lake, name, {"op": "update", "id": 1, "v": "new"}, {"op": "delete", "id": 2}, {"op": "insert", "id": 4, "v": "new"})
    assert athena(lake, 'SELECT id, v FROM "t$live" ORDER BY id', bucket, bucket) == [["1", "new"], ["3", "old"], ["4", "new"]]
    assert athena(lake, 'SELECT count(*) FROM t', bucket, bucket) == [["3"]]


def test_what_was_read_before_stays_while_more_comes_and_the_table_changes(lake, bucket, name):
    make_table(lake, bucket, "id bigint, v string")
    routed = processors(("MetadataExtraction", {
        "MetadataExtractionQuery": f'{{destinationDatabaseName: "{bucket}", destinationTableName: "t", operation: .op}}',
        "JsonParsingEngine": "JQ-1.6"}))
    make_stream(lake, name, bucket, ProcessingConfiguration=routed, targets=[
        {"DestinationDatabaseName": bucket, "DestinationTableName": "t", "UniqueKeys": ["id"]}])
    expected = {}
    for i in range(12):
        put(lake, name, {"op": "insert", "id": i, "v": "new", "w": i})
        expected[i] = "new"
        if i % 4 == 3:
            put(lake, name, {"op": "update", "id": i - 1, "v": f"changed by {i}", "w": i}, {"op": "delete", "id": i - 3})
            expected[i - 1] = f"changed by {i}"
            del expected[i - 3]
        assert athena(lake, 'SELECT id, v FROM "t$live" ORDER BY id', bucket, bucket) == [
            [str(key), value] for key, value in sorted(expected.items())]
    athena(lake, "ALTER TABLE t ADD COLUMNS (w bigint)", bucket, bucket)
    assert athena(lake, 'SELECT count(w), sum(w) FROM "t$live"', bucket, bucket) == [
        ["9", str(sum(i + 1 if i % 4 == 2 else i for i in expected))]]
    athena(lake, "DROP TABLE t", bucket, bucket)
    make_table(lake, bucket, "id bigint, x string")
    assert athena(lake, 'SELECT count(*), count(x) FROM "t$live"', bucket, bucket) == [["9", "0"]]


def test_deliveries_cut_what_was_read_before(tmp_path, name):
    """Buffers of a MiB: each commit has a part of what the queries before it have read."""
    lake = Lake(tmp_path / "data")
    try:
        make_role(lake)
        lake.client("s3").create_bucket(Bucket=name)
        make_table(lake, name, "id bigint, filling string")
        make_stream(lake, name, name, BufferingHints={"IntervalInSeconds": 900, "SizeInMBs": 1})
        committed = set()
        for i in range(24):
            put(lake, name, *({"id": i * 50 + k, "filling": "x" * 4000} for k in range(50)))
            count, distinct = athena(lake, 'SELECT count(*), count(DISTINCT id) FROM "t$live"', name, name)[0]
            assert (int(count), int(distinct)) == ((i + 1) * 50,) * 2
            committed.add(athena(lake, "SELECT count(*) FROM t", name, name)[0][0])
        assert len(committed) > 2
    finally:
        lake.stop()


def test_who_loses_the_right_to_write_takes_back_what_was_read_before(lake, bucket, name):
    make_table(lake, bucket, "id bigint")
    role = make_role(lake, name)
    make_stream(lake, name, bucket, role=role)
    put(lake, name, {"id": 1})
    assert athena(lake, 'SELECT count(*) FROM "t$live"', bucket, bucket) == [["1"]]
    iam = lake.client("iam")
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    assert athena(lake, 'SELECT count(*) FROM "t$live"', bucket, bucket) == [["0"]]


def test_it_is_read_only_and_only_of_iceberg_tables(lake, bucket, name):
    make_table(lake, bucket, "id bigint")
    athena(lake, f"CREATE EXTERNAL TABLE files (id bigint) LOCATION 's3://{bucket}/files/'", bucket, bucket)
    client = lake.client("athena")
    for sql in ('INSERT INTO "t$live" VALUES (1)', 'DELETE FROM "t$live" WHERE true', 'SELECT * FROM "files$live"',
                'SELECT * FROM "absent$live"'):
        query = client.start_query_execution(QueryString=sql, QueryExecutionContext={"Database": bucket},
                                             ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"})
        status = wait_for(lambda: (lambda s: s if s["State"] in ("SUCCEEDED", "FAILED") else None)(
            client.get_query_execution(QueryExecutionId=query["QueryExecutionId"])["QueryExecution"]["Status"]))
        assert status["State"] == "FAILED" and "does not exist" in status["StateChangeReason"], (sql, status)


def test_who_may_not_write_the_table_adds_nothing_to_what_others_read(lake, bucket, name):
    make_table(lake, bucket, "id bigint")
    reads_only = make_role(lake, name, json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["glue:GetTable", "s3:GetObject"], "Resource": "*"}]}))
    make_stream(lake, name, bucket, role=reads_only)
    put(lake, name, {"id": 666})
    assert athena(lake, 'SELECT count(*) FROM "t$live"', bucket, bucket) == [["0"]]


def test_counts_are_exact_while_deliveries_commit(tmp_path, name):
    lake = Lake(tmp_path / "data", "--firehose-seconds-max", "1")
    acknowledged, tried, ended = [0, 0], [0, 0], threading.Event()
    try:
        make_role(lake)
        lake.client("s3").create_bucket(Bucket=name)
        make_table(lake, name, "id string")
        make_stream(lake, name + "-0", name, seconds=0)
        make_stream(lake, name + "-1", name, seconds=0)

        def produce(who):
            client = lake.client("firehose")
            while not ended.is_set():
                ids = range(tried[who], tried[who] + 25)
                tried[who] += 25
                client.put_record_batch(DeliveryStreamName=f"{name}-{who}", Records=[
                    {"Data": json.dumps({"id": f"{who}-{i}"}).encode()} for i in ids])
                acknowledged[who] += 25

        producers = [threading.Thread(target=produce, args=(who,)) for who in range(2)]
        for producer in producers:
            producer.start()
        committed, looks = set(), 0
        while looks < 30 or len(committed) < 5:
            before = sum(acknowledged)
            count, distinct = map(int, athena(lake, 'SELECT count(*), count(DISTINCT id) FROM "t$live"', name, name)[0])
            after = sum(tried)
            assert count == distinct, "a record is there twice"
            assert before <= count <= after
            committed.add(athena(lake, "SELECT count(*) FROM t", name, name)[0][0])
            looks += 1
        ended.set()
        for producer in producers:
            producer.join()
        assert athena(lake, 'SELECT count(*) FROM "t$live"', name, name) == [[str(sum(acknowledged))]]
        lake.restart(kill=True)
        assert athena(lake, 'SELECT count(*), count(DISTINCT id) FROM "t$live"', name, name) == [[str(sum(acknowledged))] * 2]
    finally:
        ended.set()
        lake.stop()


def test_rights_hold_for_what_waits(tmp_path, name):
    lake = Lake(tmp_path / "data")
    try:
        make_role(lake)
        lake.client("s3").create_bucket(Bucket=name)
        lake.results = f"s3://{name}/results/"
        lakes.take_over(lake)
        root = lakes.root_of(lake)
        lake.client("lakeformation").register_resource(ResourceArn=f"arn:aws:s3:::{name}/own", UseServiceLinkedRole=True)
        lake.client("glue").create_database(DatabaseInput={"Name": name, "LocationUri": f"s3://{name}/own/"})
        root.run(f"CREATE TABLE t WITH (table_type='ICEBERG', is_external=false, location='s3://{name}/own/t/') AS "
                 "SELECT 'ES' AS country, CAST(0 AS bigint) AS id, 'x' AS secret", name)
        lake.client("lakeformation").grant_permissions(
            Principal={"DataLakePrincipalIdentifier": ROLE}, Permissions=["ALL"],
            Resource={"Table": {"DatabaseName": name, "Name": "t"}})
        make_stream(lake, name, name)
        put(lake, name, {"country": "ES", "id": 1, "secret": "y"}, {"country": "FR", "id": 2, "secret": "z"})
        reader = lakes.make_user(lake, "reader")
        stranger = lakes.make_user(lake, "stranger")
        lakes.grant_filter(lake, reader, name, "t", "spain", row_filter="country = 'ES'", columns=["id", "country"])
        assert [row[0] for row in root.run('SELECT id FROM "t$live" ORDER BY id', name)[1:]] == ["0", "1", "2"]
        assert reader.run('SELECT * FROM "t$live" ORDER BY id', name) == reader.run(
            "SELECT * FROM (VALUES ('ES', 0), ('ES', 1)) AS v(country, id) ORDER BY id", name)
        assert reader.run('SELECT count(*) FROM "t$live"', name)[1:] == [("2",)]
        assert not reader.ask('SELECT secret FROM "t$live"', name).ok
        assert not reader.ask('SELECT "$path" FROM "t$live"', name).ok
        assert not stranger.ask('SELECT count(*) FROM "t$live"', name).ok
    finally:
        lake.stop()
