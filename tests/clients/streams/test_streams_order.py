"""The order of a stream's records under concurrent producers, changes of shards and kill -9.

TARN_STREAM_KILLS sets how often the lake is killed (3).
"""
import os
import random
import threading
import time

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

import shard_order

KILLS = int(os.environ.get("TARN_STREAM_KILLS", "3"))


def test_a_put_right_after_a_split_may_name_the_one_before_it(lake, name):
    kinesis = lake.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    last = kinesis.put_record(StreamName=name, Data=b"0", PartitionKey="k")["SequenceNumber"]
    kinesis.split_shard(StreamName=name, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127))
    for _ in range(3):
        put = kinesis.put_record(StreamName=name, Data=b"1", PartitionKey="k", SequenceNumberForOrdering=last)
        assert int(put["SequenceNumber"]) > int(last)
        last = put["SequenceNumber"]


def test_keys_stay_in_order_over_splits_and_merges(lake, name):
    kinesis = lake.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2, Tags={"tarn:shard-limits": "off"})
    producers = [shard_order.Producer(lake.client("kinesis"), name, f"k{i}", ordered=i % 2 == 0) for i in range(8)]
    for producer in producers:
        producer.start()
    for count in (4, 2, 3, 2, 1):
        before = sum(len(producer.answered) for producer in producers)
        while sum(len(producer.answered) for producer in producers) < before + 80:
            producers[0].join(0.01)
        kinesis.update_shard_count(StreamName=name, TargetShardCount=count, ScalingType="UNIFORM_SCALING")
    for producer in producers:
        producer.end()
    assert [producer.lost for producer in producers if producer.lost] == []
    assert shard_order.check(kinesis, name, producers) == sum(len(producer.answered) for producer in producers)


def test_keys_stay_in_order_over_kills_and_changes_of_shards(own_lake):
    rng = random.Random(7)
    kinesis = own_lake.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2, Tags={"tarn:shard-limits": "off"})
    impatient = Config(retries={"max_attempts": 0}, connect_timeout=2, read_timeout=10)
    producers = [shard_order.Producer(own_lake.client("kinesis", config=impatient), "s", f"k{i}", ordered=i % 2 == 0)
                 for i in range(8)]
    ending, changes = threading.Event(), []

    def reshard():
        client = own_lake.client("kinesis", config=impatient)
        while not ending.wait(rng.uniform(0.1, 0.4)):
            parts = open_shards(client)
            at = rng.randrange(max(1, len(parts) - 1))
            try:
                if len(parts) >= 4:
                    client.merge_shards(StreamName="s", ShardToMerge=parts[at]["ShardId"],
                                        AdjacentShardToMerge=parts[at + 1]["ShardId"])
                elif parts:
                    middle = sum(int(value) for value in parts[at]["HashKeyRange"].values()) // 2
                    client.split_shard(StreamName="s", ShardToSplit=parts[at]["ShardId"], NewStartingHashKey=str(middle))
                changes.extend(parts[:1])
            except (ClientError, BotoCoreError):
                pass  # killed meanwhile, or one change of shards too many: the check is what counts

    def open_shards(client):
        try:
            shards = shard_order.shards_of(client, "s").values()
        except (ClientError, BotoCoreError):
            return []
        return sorted((s for s in shards if "EndingSequenceNumber" not in s["SequenceNumberRange"]),
                      key=lambda s: int(s["HashKeyRange"]["StartingHashKey"]))
    resharder = threading.Thread(target=reshard, daemon=True)
    for thread in (*producers, resharder):
        thread.start()
    for kill in range(KILLS):
        before, deadline = sum(len(producer.answered) for producer in producers), time.monotonic() + 20
        while (sum(len(producer.answered) for producer in producers) < before + rng.randrange(20, 200)
               or len(changes) <= kill and time.monotonic() < deadline):
            ending.wait(0.005)
        own_lake.restart(kill=True)
    ending.set()
    resharder.join(30)
    for producer in producers:
        producer.end()
    found = shard_order.check(kinesis, "s", producers)
    assert found >= sum(len(producer.answered) for producer in producers)
    assert len(shard_order.shards_of(kinesis, "s")) > 2
