"""SubscribeToShard's sessions: who takes them over, who may still read, what ends them."""
import json
import time

import pytest
from botocore.exceptions import ClientError, EventStreamError

SHARD = "shardId-000000000000"


def consumer_of(kinesis, name):
    """The ARN of a consumer of a new stream of one shard."""
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    return kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="fan")["Consumer"]["ConsumerARN"]


def subscribe(kinesis, consumer):
    return kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=SHARD,
                                      StartingPosition={"Type": "TRIM_HORIZON"})["EventStream"]


def test_a_later_subscription_takes_over(lake, name):
    kinesis = lake.client("kinesis")
    consumer = consumer_of(kinesis, name)
    first = iter(subscribe(kinesis, consumer))
    assert next(first)["SubscribeToShardEvent"]["Records"] == []
    deadline = time.monotonic() + 30
    while True:
        try:
            second = iter(subscribe(kinesis, consumer))
            break
        except ClientError as refused:
            assert refused.response["Error"]["Code"] == "ResourceInUseException"
            assert time.monotonic() < deadline
            time.sleep(0.2)
    with pytest.raises(EventStreamError) as taken:
        list(first)
    assert taken.value.response["Error"]["Code"] == "ResourceInUseException"
    kinesis.put_record(StreamName=name, Data=b"one", PartitionKey="a")
    assert any(event["SubscribeToShardEvent"]["Records"] for event in second)


def test_rights_are_asked_again_before_each_batch(lake, name):
    kinesis, iam = lake.client("kinesis"), lake.client("iam")
    consumer = consumer_of(kinesis, name)
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="fan", PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "kinesis:SubscribeToShard", "Resource": consumer}]}))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    reader = lake.client("kinesis", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    events = iter(subscribe(reader, consumer))
    assert next(events)["SubscribeToShardEvent"]["Records"] == []
    iam.delete_user_policy(UserName=name, PolicyName="fan")
    kinesis.put_record(StreamName=name, Data=b"not for them", PartitionKey="a")
    with pytest.raises(EventStreamError) as refused:
        for event in events:
            assert event["SubscribeToShardEvent"]["Records"] == []
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_a_lake_that_stops_ends_its_subscriptions(own_lake, name):
    kinesis = own_lake.client("kinesis")
    events = iter(subscribe(kinesis, consumer_of(kinesis, name)))
    next(events)
    assert own_lake.stop() == 0
    assert list(events) == []
    assert "cut off" not in (own_lake.folder.parent / (own_lake.folder.name + ".log")).read_text()


def test_who_may_list_one_streams_shards_pages_through_them(lake, name):
    kinesis, iam = lake.client("kinesis"), lake.client("iam")
    kinesis.create_stream(StreamName=name, ShardCount=3)
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    kinesis.create_stream(StreamName=name + "-other", ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=name + "-other")
    other = kinesis.list_shards(StreamName=name + "-other", MaxResults=1)["NextToken"]
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="one", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kinesis:ListShards", "Resource": arn}]}))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    reader = lake.client("kinesis", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    page = reader.list_shards(StreamName=name, MaxResults=2)
    assert len(page["Shards"]) == 2
    assert len(reader.list_shards(NextToken=page["NextToken"])["Shards"]) == 1
    with pytest.raises(ClientError) as refused:
        reader.list_shards(NextToken=other)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
