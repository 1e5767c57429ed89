"""Kinesis Data Streams by boto3: streams, records, iterators, shards, consumers, settings."""
import hashlib
import json
import time

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def kinesis(lake):
    return lake.client("kinesis")


@pytest.fixture
def stream(kinesis, name):
    kinesis.create_stream(StreamName=name, ShardCount=1, Tags={"tarn:shard-limits": "off"})
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    return name


def refused(code, call, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return caught.value.response["Error"]["Message"]


def shards_of(kinesis, name):
    return kinesis.list_shards(StreamName=name)["Shards"]


def read_all(kinesis, name, shard, **start):
    """Every record of the shard up to now, and what the last answer said."""
    start = start or {"ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(StreamName=name, ShardId=shard, **start)["ShardIterator"]
    records = []
    while True:
        answer = kinesis.get_records(ShardIterator=iterator)
        records += answer["Records"]
        iterator = answer.get("NextShardIterator")
        if not iterator or (not answer["Records"] and answer["MillisBehindLatest"] == 0):
            return records, answer


def test_a_stream_is_made_described_listed_and_deleted(kinesis, name):
    kinesis.create_stream(StreamName=name, ShardCount=3, Tags={"team": "iot"})
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    seen = kinesis.describe_stream(StreamName=name)["StreamDescription"]
    assert seen["StreamARN"] == f"arn:aws:kinesis:us-east-1:000000000000:stream/{name}"
    assert seen["StreamStatus"] == "ACTIVE" and seen["RetentionPeriodHours"] == 24
    assert seen["EncryptionType"] == "NONE" and seen["EnhancedMonitoring"] == [{"ShardLevelMetrics": []}]
    assert [s["HashKeyRange"] for s in seen["Shards"]] == [
        {"StartingHashKey": "0", "EndingHashKey": "113427455640312821154458202477256070484"},
        {"StartingHashKey": "113427455640312821154458202477256070485",
         "EndingHashKey": "226854911280625642308916404954512140969"},
        {"StartingHashKey": "226854911280625642308916404954512140970",
         "EndingHashKey": "340282366920938463463374607431768211455"}]
    assert all(len(s["SequenceNumberRange"]["StartingSequenceNumber"]) == 56 for s in seen["Shards"])
    page = kinesis.describe_stream(StreamName=name, Limit=1, ExclusiveStartShardId="shardId-000000000000")
    assert [s["ShardId"] for s in page["StreamDescription"]["Shards"]] == ["shardId-000000000001"]
    assert page["StreamDescription"]["HasMoreShards"] is True
    summary = kinesis.describe_stream_summary(StreamARN=seen["StreamARN"])["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == 3 and summary["ConsumerCount"] == 0
    assert name in kinesis.list_streams(Limit=1000)["StreamNames"]
    assert refused("ResourceInUseException", kinesis.create_stream, StreamName=name, ShardCount=1) == \
        f"Stream {name} under account 000000000000 already exists."
    assert kinesis.list_tags_for_stream(StreamName=name)["Tags"] == [{"Key": "team", "Value": "iot"}]
    kinesis.delete_stream(StreamName=name)
    assert refused("ResourceNotFoundException", kinesis.describe_stream, StreamName=name) == \
        f"Stream {name} under account 000000000000 not found."


def test_records_go_where_their_keys_say_and_are_read_in_order(kinesis, name):
    kinesis.create_stream(StreamName=name, ShardCount=3)
    put = kinesis.put_records(StreamName=name, Records=[
        {"Data": f"record {i}".encode(), "PartitionKey": f"key {i % 7}"} for i in range(300)])
    assert put["FailedRecordCount"] == 0 and len(put["Records"]) == 300
    ranges = {s["ShardId"]: s["HashKeyRange"] for s in shards_of(kinesis, name)}
    expected = {shard: [] for shard in ranges}
    for i, result in enumerate(put["Records"]):
        hashed = int(hashlib.md5(f"key {i % 7}".encode()).hexdigest(), 16)
        held = ranges[result["ShardId"]]
        assert int(held["StartingHashKey"]) <= hashed <= int(held["EndingHashKey"])
        expected[result["ShardId"]].append((result["SequenceNumber"], f"record {i}".encode()))
    for shard, records in expected.items():
        found, _ = read_all(kinesis, name, shard)
        assert [(r["SequenceNumber"], r["Data"]) for r in found] == records
        numbers = [int(sequence) for sequence, _ in records]
        assert numbers == sorted(set(numbers))
    last = kinesis.put_record(StreamName=name, Data=b"x", PartitionKey="a", ExplicitHashKey=str(2 ** 128 - 1))
    assert last["ShardId"] == "shardId-000000000002"
    assert "must be in the range" in refused("InvalidArgumentException", kinesis.put_record, StreamName=name, Data=b"x",
                                             PartitionKey="a", ExplicitHashKey=str(2 ** 128))


def test_iterators_begin_where_they_are_asked_to(kinesis, stream):
    shard = "shardId-000000000000"
    first = kinesis.put_record(StreamName=stream, Data=b"1", PartitionKey="a")["SequenceNumber"]
    time.sleep(0.02)
    second = kinesis.put_record(StreamName=stream, Data=b"2", PartitionKey="a")["SequenceNumber"]
    latest = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="LATEST")["ShardIterator"]
    kinesis.put_record(StreamName=stream, Data=b"3", PartitionKey="a")

    def data(**start):
        return b"".join(r["Data"] for r in read_all(kinesis, stream, shard, **start)[0])

    assert data(ShardIteratorType="TRIM_HORIZON") == b"123"
    assert data(ShardIteratorType="AT_SEQUENCE_NUMBER", StartingSequenceNumber=second) == b"23"
    assert data(ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=first) == b"23"
    assert [r["Data"] for r in kinesis.get_records(ShardIterator=latest)["Records"]] == [b"3"]
    records, _ = read_all(kinesis, stream, shard)
    at = records[1]["ApproximateArrivalTimestamp"]
    assert data(ShardIteratorType="AT_TIMESTAMP", Timestamp=at) == b"23"
    assert refused("InvalidArgumentException", kinesis.get_records, ShardIterator="abc") == "Invalid ShardIterator."
    assert refused("ResourceNotFoundException", kinesis.get_shard_iterator, StreamName=stream, ShardId="shardId-5",
                   ShardIteratorType="LATEST") == \
        f"Shard shardId-000000000005 in stream {stream} under account 000000000000 does not exist"


def test_shards_split_and_merge_and_tell_their_children(kinesis, stream):
    kinesis.put_record(StreamName=stream, Data=b"before", PartitionKey="a")
    kinesis.split_shard(StreamName=stream, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2 ** 127))
    kinesis.get_waiter("stream_exists").wait(StreamName=stream)
    shards = shards_of(kinesis, stream)
    assert [s.get("ParentShardId") for s in shards] == [None, "shardId-000000000000", "shardId-000000000000"]
    assert "EndingSequenceNumber" in shards[0]["SequenceNumberRange"]
    put = kinesis.put_record(StreamName=stream, Data=b"after", PartitionKey="a", ExplicitHashKey="1")
    assert put["ShardId"] == "shardId-000000000001"
    records, end = read_all(kinesis, stream, "shardId-000000000000")
    assert [r["Data"] for r in records] == [b"before"]
    assert "NextShardIterator" not in end
    assert [c["ShardId"] for c in end["ChildShards"]] == ["shardId-000000000001", "shardId-000000000002"]
    kinesis.merge_shards(StreamName=stream, ShardToMerge="shardId-000000000001",
                         AdjacentShardToMerge="shardId-000000000002")
    merged = shards_of(kinesis, stream)[-1]
    assert merged["ParentShardId"] == "shardId-000000000001"
    assert merged["AdjacentParentShardId"] == "shardId-000000000002"
    open_shards = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    assert [s["ShardId"] for s in open_shards] == ["shardId-000000000003"]
    assert [s["ShardId"] for s in kinesis.list_shards(StreamName=stream, MaxResults=2)["Shards"]] == \
        ["shardId-000000000000", "shardId-000000000001"]
    page = kinesis.list_shards(StreamName=stream, MaxResults=3)
    rest = kinesis.list_shards(NextToken=page["NextToken"])
    assert len(page["Shards"]) == 3 and [s["ShardId"] for s in rest["Shards"]] == ["shardId-000000000003"]


@pytest.mark.parametrize("counts", [[2, 4, 3], [2, 3, 2]])
def test_shard_counts_change_to_equal_ranges(kinesis, stream, counts):
    for count in counts:
        answer = kinesis.update_shard_count(StreamName=stream, TargetShardCount=count, ScalingType="UNIFORM_SCALING")
        assert answer["TargetShardCount"] == count
        open_shards = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_LATEST"})["Shards"]
        begins = sorted(int(s["HashKeyRange"]["StartingHashKey"]) for s in open_shards)
        assert begins == [2 ** 128 // count * i for i in range(count)]
    assert "scale up over double" in refused("InvalidArgumentException", kinesis.update_shard_count, StreamName=stream,
                                             TargetShardCount=100, ScalingType="UNIFORM_SCALING")


def test_settings_of_a_stream_are_kept(lake, kinesis, stream):
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=48)
    assert "too short" in refused("InvalidArgumentException", kinesis.decrease_stream_retention_period,
                                  StreamName=stream, RetentionPeriodHours=23)
    kinesis.decrease_stream_retention_period(StreamName=stream, RetentionPeriodHours=30)
    told = kinesis.enable_enhanced_monitoring(StreamName=stream, ShardLevelMetrics=["ALL"])
    assert told["CurrentShardLevelMetrics"] == [] and len(told["DesiredShardLevelMetrics"]) == 7
    kinesis.disable_enhanced_monitoring(StreamName=stream, ShardLevelMetrics=["OutgoingBytes"])
    key = lake.client("kms").create_key()["KeyMetadata"]["Arn"]
    kinesis.start_stream_encryption(StreamName=stream, EncryptionType="KMS", KeyId=key)
    assert kinesis.put_record(StreamName=stream, Data=b"x", PartitionKey="a")["EncryptionType"] == "KMS"
    summary = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    assert (summary["RetentionPeriodHours"], summary["EncryptionType"], summary["KeyId"]) == (30, "KMS", key)
    lake.client("kms").disable_key(KeyId=key)
    refused("KMSDisabledException", kinesis.put_record, StreamName=stream, Data=b"x", PartitionKey="a")
    kinesis.stop_stream_encryption(StreamName=stream, EncryptionType="KMS", KeyId=key)
    kinesis.add_tags_to_stream(StreamName=stream, Tags={"a": "1", "b": "2"})
    kinesis.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert {"Key": "b", "Value": "2"} in kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "kinesis:PutRecord", "Resource": arn}]})
    kinesis.put_resource_policy(ResourceARN=arn, Policy=policy)
    assert json.loads(kinesis.get_resource_policy(ResourceARN=arn)["Policy"]) == json.loads(policy)
    kinesis.delete_resource_policy(ResourceARN=arn)
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    assert kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamModeDetails"] == \
        {"StreamMode": "ON_DEMAND"}


def test_a_shard_takes_what_kinesis_lets_it_take(kinesis, name):
    kinesis.create_stream(StreamName=name, ShardCount=1)
    records = [{"Data": bytes(10 << 10), "PartitionKey": "a"}] * 300
    put = kinesis.put_records(StreamName=name, Records=records)
    refusals = [r for r in put["Records"] if "ErrorCode" in r]
    assert 0 < len(refusals) == put["FailedRecordCount"] < 300
    assert all(r["ErrorCode"] == "ProvisionedThroughputExceededException" and "SequenceNumber" not in r
               for r in refusals)
    kinesis.add_tags_to_stream(StreamName=name, Tags={"tarn:shard-limits": "off"})
    assert kinesis.put_records(StreamName=name, Records=records)["FailedRecordCount"] == 0
    assert "'data' failed to satisfy constraint: Member must have length less than or equal to 1048576" in refused(
        "ValidationException", kinesis.put_record, StreamName=name, Data=bytes((1 << 20) + 1), PartitionKey="a")


def test_consumers_are_pushed_what_comes(kinesis, stream):
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="fan")["Consumer"]
    seen = kinesis.describe_stream_consumer(StreamARN=arn, ConsumerName="fan")["ConsumerDescription"]
    assert seen["ConsumerStatus"] == "ACTIVE" and seen["ConsumerARN"] == consumer["ConsumerARN"]
    assert [c["ConsumerName"] for c in kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]] == ["fan"]
    kinesis.put_record(StreamName=stream, Data=b"one", PartitionKey="a")
    events = kinesis.subscribe_to_shard(ConsumerARN=consumer["ConsumerARN"], ShardId="shardId-000000000000",
                                        StartingPosition={"Type": "TRIM_HORIZON"})["EventStream"]
    refused("ResourceInUseException", kinesis.subscribe_to_shard, ConsumerARN=consumer["ConsumerARN"],
            ShardId="shardId-000000000000", StartingPosition={"Type": "LATEST"})
    found, was_split = [], False
    for event in events:
        event = event["SubscribeToShardEvent"]
        found += [r["Data"] for r in event["Records"]]
        if found == [b"one"] and not was_split:
            was_split = True
            kinesis.put_record(StreamName=stream, Data=b"two", PartitionKey="a")
            kinesis.split_shard(StreamName=stream, ShardToSplit="shardId-000000000000", NewStartingHashKey="100")
        assert bool(event.get("ContinuationSequenceNumber")) != bool(event.get("ChildShards"))
    assert found == [b"one", b"two"], "the session ends with the shard"
    refused("ResourceInUseException", kinesis.delete_stream, StreamName=stream)
    other = consumer["ConsumerARN"][:-1] + str((int(consumer["ConsumerARN"][-1]) + 1) % 10)
    assert refused("ResourceNotFoundException", kinesis.describe_stream_consumer, ConsumerARN=other) == \
        f"Consumer {other}, account 000000000000 not found."
    refused("ResourceNotFoundException", kinesis.deregister_stream_consumer, ConsumerARN=other)
    kinesis.deregister_stream_consumer(ConsumerARN=consumer["ConsumerARN"])
    refused("ResourceNotFoundException", kinesis.describe_stream_consumer, StreamARN=arn, ConsumerName="fan")


def test_what_is_not_served_says_so(kinesis):
    refused("UnknownOperationException", kinesis.list_queues)
