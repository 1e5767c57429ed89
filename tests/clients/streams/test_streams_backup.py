"""`tarn backup` while producers put, then a restore: records, positions and sequence numbers."""
import json
import threading

from conftest import Lake
from firehose.streams import ROLE, athena, make_role, s3_destination, wait_for
from test_s3_durability import tarn

SHARDS = ("shardId-000000000000", "shardId-000000000001")


class Producer(threading.Thread):
    """Puts batches into a Kinesis stream or a delivery stream until it is stopped; keeps what was acknowledged."""

    def __init__(self, lake, put):
        super().__init__(daemon=True)
        self.lake, self.put = lake, put
        self.acknowledged, self.ended = {}, False

    def run(self):
        number = 0
        while not self.ended:
            batch = [f"{self.put.__name__}-{number + i}" for i in range(50)]
            number += 50
            self.acknowledged.update(self.put(self.lake, batch))


def into_shards(lake, batch):
    answer = lake.client("kinesis").put_records(StreamName="s", Records=[
        {"Data": json.dumps({"id": each}).encode(), "PartitionKey": each} for each in batch])
    return {each: (got["ShardId"], int(got["SequenceNumber"])) for each, got in zip(batch, answer["Records"])}


def directly(lake, batch):
    answer = lake.client("firehose").put_record_batch(DeliveryStreamName="direct", Records=[
        {"Data": json.dumps({"id": each}).encode()} for each in batch])
    assert answer["FailedPutCount"] == 0
    return dict.fromkeys(batch)


def read(lake, shard, start):
    """What a consumer gets from there to the end: [(sequence number, id)]."""
    kinesis = lake.client("kinesis")
    iterator, found = kinesis.get_shard_iterator(StreamName="s", ShardId=shard, **start)["ShardIterator"], []
    while True:
        answer = kinesis.get_records(ShardIterator=iterator)
        found += [(int(each["SequenceNumber"]), json.loads(each["Data"])["id"]) for each in answer["Records"]]
        if not answer["Records"] and answer["MillisBehindLatest"] == 0:
            return found
        iterator = answer["NextShardIterator"]


def into_table(source):
    """A destination's configuration: the table of that name, what cannot be delivered in the bucket."""
    return {"RoleARN": ROLE, "CatalogConfiguration": {"CatalogARN": "arn:aws:glue:us-east-1:000000000000:catalog"},
            "DestinationTableConfigurationList": [{"DestinationDatabaseName": "db", "DestinationTableName": source}],
            "S3Configuration": s3_destination("kept", ErrorOutputPrefix="bad/")}


def rows(lake, table):
    return [row[0] for row in athena(lake, f"SELECT id FROM {table}", "db", "kept", all_rows=True)]


def make(lake):
    make_role(lake)
    lake.client("s3").create_bucket(Bucket="kept")
    lake.client("glue").create_database(DatabaseInput={"Name": "db"})
    for table in ("direct", "followed"):
        athena(lake, f"CREATE TABLE {table} (id string) LOCATION 's3://kept/{table}/' TBLPROPERTIES ('table_type'='ICEBERG')",
               "db", "kept")
    kinesis, firehose = lake.client("kinesis"), lake.client("firehose")
    kinesis.create_stream(StreamName="s", ShardCount=2, Tags={"tarn:shard-limits": "off"})
    firehose.create_delivery_stream(DeliveryStreamName="direct", IcebergDestinationConfiguration=into_table("direct"))
    firehose.create_delivery_stream(
        DeliveryStreamName="followed", DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s", "RoleARN": ROLE},
        IcebergDestinationConfiguration=into_table("followed"))


def test_a_backup_while_producers_put_has_all_that_was_acknowledged_before_it(tmp_path):
    lake = Lake(tmp_path / "data", "--firehose-seconds-max", "1")
    producers = [Producer(lake, into_shards), Producer(lake, directly)]
    try:
        make(lake)
        for producer in producers:
            producer.start()
        wait_for(lambda: all(len(producer.acknowledged) > 500 for producer in producers))
        tarn("backup", tmp_path / "backup", lake=lake)
        put, direct = (dict(producer.acknowledged) for producer in producers)
        wait_for(lambda: rows(lake, "direct") and rows(lake, "followed"))
        told = tarn("backup", tmp_path / "backup", lake=lake).stdout
        assert " of streams, " in told
        later = {producer: len(producer.acknowledged) + 200 for producer in producers}
        wait_for(lambda: all(len(producer.acknowledged) > count for producer, count in later.items()))
        for producer in producers:
            producer.ended = True
        for producer in producers:
            producer.join(60)
    finally:
        lake.stop()

    tarn("restore", tmp_path / "backup", "--data", tmp_path / "again")
    restored = Lake(tmp_path / "again", "--firehose-seconds-max", "1")
    try:
        there = {}
        for shard in SHARDS:
            found = read(restored, shard, {"ShardIteratorType": "TRIM_HORIZON"})
            assert [number for number, _ in found] == sorted(number for number, _ in found)
            assert len(found) == len({each for _, each in found}), "a record is there twice"
            there.update((each, (shard, number)) for number, each in found)
        everything = producers[0].acknowledged
        assert put.items() <= there.items()
        assert there.items() <= everything.items()

        # Who reads on where the other lake was misses nothing of this one.
        fresh = into_shards(restored, [f"fresh-{i}" for i in range(100)])
        for shard in SHARDS:
            last = max(number for at, number in everything.values() if at == shard)
            new = {each for each, (at, number) in fresh.items() if at == shard}
            assert all(fresh[each][1] > last for each in new), "a sequence number of the other lake comes again"
            go_on = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": str(last)}
            assert {each for _, each in read(restored, shard, go_on)} == new

        # Deliveries go on where they were.
        directly(restored, ["fresh"])
        wait_for(lambda: "fresh" in rows(restored, "direct"))
        wait_for(lambda: set(fresh) <= set(rows(restored, "followed")))
        delivered, followed = rows(restored, "direct"), rows(restored, "followed")
        assert len(delivered) == len(set(delivered)) and len(followed) == len(set(followed)), "a record is there twice"
        assert set(direct) <= set(delivered)
        assert set(followed) == set(there) | set(fresh)
    finally:
        restored.stop()


def test_a_second_backup_copies_only_segments_that_grew(tmp_path, own_lake):
    kinesis = own_lake.client("kinesis")
    kinesis.create_stream(StreamName="big", ShardCount=1, Tags={"tarn:shard-limits": "off"})

    def put(mib):
        for _ in range(mib):
            kinesis.put_records(StreamName="big", Records=[{"Data": bytes(2**19), "PartitionKey": "k"}] * 2)
    put(70)
    tarn("backup", tmp_path / "backup", lake=own_lake)
    first = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "backup/streams").iterdir()}
    assert len(first) == 2
    put(2)
    tarn("backup", tmp_path / "backup", lake=own_lake)
    second = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "backup/streams").iterdir()}
    assert second.keys() == first.keys()
    assert [second[name] != first[name] for name in sorted(first)] == [False, True]
    tarn("restore", tmp_path / "backup", "--data", tmp_path / "again")
    again = Lake(tmp_path / "again")
    try:
        kinesis = again.client("kinesis")
        iterator, count = kinesis.get_shard_iterator(StreamName="big", ShardId=SHARDS[0],
                                                     ShardIteratorType="TRIM_HORIZON")["ShardIterator"], 0
        while count < 144:
            answer = kinesis.get_records(ShardIterator=iterator)
            count, iterator = count + len(answer["Records"]), answer["NextShardIterator"]
        assert count == 144
    finally:
        again.stop()
