"""What accounts have of Kinesis: limits, a commitment, streams whose records are spread, streams that take time."""
import time

import pytest
from botocore.exceptions import ClientError
from conftest import Lake


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A lake whose streams take half a second to settle."""
    running = Lake(tmp_path_factory.mktemp("slow") / "data", "--stream-settle-ms", "500")
    yield running
    running.stop()


def refused(code, call, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(**kwargs)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return caught.value.response["Error"]["Message"]


def describe(kinesis, name):
    return kinesis.describe_stream(StreamName=name)["StreamDescription"]


def wait_until_active(kinesis, name):
    for _ in range(100):
        if describe(kinesis, name)["StreamStatus"] == "ACTIVE":
            return
        time.sleep(0.05)
    raise AssertionError("the stream does not settle")


def test_a_commitment_is_kept_for_a_day(own_lake):
    kinesis = own_lake.client("kinesis")
    member = "MinimumThroughputBillingCommitment"
    assert kinesis.describe_account_settings()[member] == {"Status": "DISABLED"}
    made = kinesis.update_account_settings(**{member: {"Status": "ENABLED"}})[member]
    assert made["Status"] == "ENABLED"
    assert (made["EarliestAllowedEndAt"] - made["StartedAt"]).total_seconds() == 86_400
    own_lake.restart()
    assert kinesis.describe_account_settings()[member] == made
    ending = kinesis.update_account_settings(**{member: {"Status": "DISABLED"}})[member]
    assert ending == made | {"Status": "ENABLED_UNTIL_EARLIEST_ALLOWED_END"}
    assert kinesis.update_account_settings(**{member: {"Status": "ENABLED"}})[member] == made
    assert own_lake.client("kinesis", region="eu-west-1").describe_account_settings()[member] == {"Status": "DISABLED"}


def test_an_on_demand_stream_spreads_its_records_when_told_to(lake, name):
    kinesis = lake.client("kinesis")
    before = kinesis.describe_limits()
    kinesis.create_stream(StreamName=name)
    after = kinesis.describe_limits()
    assert after["OnDemandStreamCount"] == before["OnDemandStreamCount"] + 1
    assert after["OpenShardCount"] == before["OpenShardCount"] + 4
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert summary["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"} and summary["OpenShardCount"] == 4
    assert summary["RecordDistributionStrategy"] == "USER_PARTITION_KEY"
    refused("ValidationException", kinesis.put_record, StreamName=name, Data=b"x")
    arn = summary["StreamARN"]
    kinesis.update_stream_record_distribution_strategy(StreamARN=arn, RecordDistributionStrategy="AUTO")
    put = kinesis.put_records(StreamName=name, Records=[{"Data": b"x"}] * 4)
    assert len({record["ShardId"] for record in put["Records"]}) == 4
    put = kinesis.put_record(StreamName=name, Data=b"y", PartitionKey="k", ExplicitHashKey="0")
    iterator = kinesis.get_shard_iterator(StreamName=name, ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON")
    # Real clients have sent iterators with the quotes of a shell's answer.
    records = kinesis.get_records(ShardIterator='"' + iterator["ShardIterator"] + '"')["Records"]
    assert [record.get("PartitionKey") for record in records] == [None, "k"]
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "PROVISIONED"})
    refused("InvalidArgumentException", kinesis.update_stream_record_distribution_strategy, StreamARN=arn,
            RecordDistributionStrategy="AUTO")
    assert kinesis.describe_limits()["OnDemandStreamCount"] == before["OnDemandStreamCount"]
    refused("InvalidArgumentException", kinesis.create_stream, StreamName=name + "2", ShardCount=1,
            RecordDistributionStrategy="AUTO")


def test_new_shards_are_seen_when_the_stream_has_settled(slow, name):
    kinesis = slow.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    seen = describe(kinesis, name)
    assert (seen["StreamStatus"], seen["Shards"]) == ("CREATING", [])
    wait_until_active(kinesis, name)
    kinesis.split_shard(StreamName=name, ShardToSplit="shardId-0", NewStartingHashKey="2")
    seen = describe(kinesis, name)
    assert (seen["StreamStatus"], len(seen["Shards"])) == ("UPDATING", 1)
    assert "EndingSequenceNumber" not in seen["Shards"][0]["SequenceNumberRange"]
    message = refused("ResourceInUseException", kinesis.split_shard, StreamName=name, ShardToSplit="shard-0",
                      NewStartingHashKey="2")
    assert message == f"Stream {name} under account 000000000000 not ACTIVE, instead in state UPDATING"
    put = kinesis.put_record(StreamName=name, Data=b"1", PartitionKey="a", ExplicitHashKey="1")
    assert put["ShardId"] == "shardId-000000000000"
    wait_until_active(kinesis, name)
    parent, low, high = describe(kinesis, name)["Shards"]
    assert "EndingSequenceNumber" in parent["SequenceNumberRange"]
    assert low["ParentShardId"] == high["ParentShardId"] == parent["ShardId"]
    put = kinesis.put_record(StreamName=name, Data=b"2", PartitionKey="a", ExplicitHashKey="1")
    assert put["ShardId"] == "shardId-000000000001"


def test_a_stream_that_is_deleted_before_it_was_made_shows_no_shards(slow, name):
    kinesis = slow.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.delete_stream(StreamName=name)
    seen = describe(kinesis, name)
    assert (seen["StreamStatus"], seen["Shards"]) == ("DELETING", [])


def test_a_retention_that_is_there_already_changes_nothing(slow, name):
    kinesis = slow.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    wait_until_active(kinesis, name)
    kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=24)
    assert describe(kinesis, name)["StreamStatus"] == "ACTIVE"
    kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=25)
    assert describe(kinesis, name)["StreamStatus"] == "UPDATING"
    assert "can not be shorter" in refused("InvalidArgumentException", kinesis.increase_stream_retention_period,
                                           StreamName=name, RetentionPeriodHours=24)
