"""KCL 3 with its leases in DynamoDB Local reads a stream whose shards are split and merged while producers put.

Two applications of one process read the same stream, one by polling and one by enhanced fan-out; the second gets another
worker in the middle of it (./do test --full).
"""
import datetime
import time

import pytest

import shard_order
from kcl import Consumers

pytestmark = pytest.mark.xdist_group("kcl")
APPLICATIONS = ("polling", "fanout")


def reshard(kinesis, stream, pause=1.0):
    """Splits the first shard, merges the second with its half, splits the result: three generations."""
    def open_shards():
        return [s for s in shard_order.shards_of(kinesis, stream).values()
                if "EndingSequenceNumber" not in s["SequenceNumberRange"]]

    def low(shard):
        return int(shard["HashKeyRange"]["StartingHashKey"])
    time.sleep(pause)
    first = min(open_shards(), key=low)
    kinesis.split_shard(StreamName=stream, ShardToSplit=first["ShardId"], NewStartingHashKey=str(
        (low(first) + int(first["HashKeyRange"]["EndingHashKey"])) // 2))
    time.sleep(pause)
    _, left, right = sorted(open_shards(), key=low)
    kinesis.merge_shards(StreamName=stream, ShardToMerge=left["ShardId"], AdjacentShardToMerge=right["ShardId"])
    time.sleep(pause)
    last = max(open_shards(), key=low)
    kinesis.split_shard(StreamName=stream, ShardToSplit=last["ShardId"], NewStartingHashKey=str((low(last) + 2**128) // 2))
    time.sleep(pause)


class Story:
    """What happened: the stream, its producers, and what KCL said of it."""

    def __init__(self, lake, folder):
        self.lake, self.kinesis, self.stream = lake, lake.client("kinesis"), "kcl-reads"
        self.kinesis.create_stream(StreamName=self.stream, ShardCount=2, Tags={"tarn:shard-limits": "off"})
        self.consumers = Consumers(lake, self.stream, folder)
        self.producers = [shard_order.Producer(lake.client("kinesis"), self.stream, f"k{i}", ordered=i % 2 == 0, pause=0.05)
                          for i in range(8)]

    def tell(self):
        consumers = self.consumers
        for producer in self.producers:
            producer.start()
        for application in APPLICATIONS:
            consumers.start(application, "w1")
        consumers.until(lambda: all(len(consumers.records(each)) > 20 for each in APPLICATIONS), "the first records")
        reshard(self.kinesis, self.stream)
        consumers.until(lambda: len({r.shard for r in consumers.records("fanout")}) == 7, "records of all shards")
        consumers.start("fanout", "w2")
        consumers.until(lambda: any(r.worker == "w2" for r in consumers.records("fanout")), "records of the second worker")
        for producer in self.producers:
            producer.end()
        self.put = sum(len(producer.answered) for producer in self.producers)
        consumers.until(lambda: all(len(consumers.records(each)) >= self.put for each in APPLICATIONS), "all records")
        consumers.until(lambda: all(len(consumers.named(each, "end")) >= 4 for each in APPLICATIONS), "the ends of shards")
        self.shards, self.read = shard_order.read_shards(self.kinesis, self.stream)


@pytest.fixture(scope="module")
def story(lake, tmp_path_factory):
    told = Story(lake, tmp_path_factory.mktemp("kcl"))
    try:
        told.tell()
        yield told
    finally:
        told.consumers.close()


def test_what_was_put_is_there_in_order(story):
    assert shard_order.check(story.kinesis, story.stream, story.producers) == story.put
    assert len(story.shards) == 7


@pytest.mark.parametrize("application", APPLICATIONS)
def test_parents_are_read_to_their_end_before_their_children(story, application):
    ended = set()
    for kind, _, _, shard, *_ in story.consumers.named(application, "begin", "end"):
        if kind == "end":
            ended.add(shard)
        else:
            unread = [parent for parent in shard_order.parents_of(story.shards[shard]) if parent not in ended]
            assert not unread, f"{shard} began before {unread} ended"
    assert ended == {name for name, shard in story.shards.items() if "EndingSequenceNumber" in shard["SequenceNumberRange"]}


@pytest.mark.parametrize("application", APPLICATIONS)
def test_each_record_is_delivered_once_in_its_shards_order(story, application):
    assert not story.consumers.named(application, "failed")
    got = {shard: [] for shard in story.shards}
    for record in story.consumers.records(application):
        got[record.shard].append((record.sequence, record.data))
    assert got == {shard: [(r["SequenceNumber"], r["Data"].decode()) for r in story.read[shard]] for shard in story.shards}


@pytest.mark.parametrize("application", APPLICATIONS)
def test_leases_of_ended_shards_go_and_others_stand_at_the_last_record(story, application):
    consumers = story.consumers
    consumers.until(lambda: len(consumers.leases(application)) == 3, "the leases of ended shards to go")
    last = {record.shard: record.sequence for record in consumers.records(application)}
    still_open = [name for name, shard in story.shards.items() if "EndingSequenceNumber" not in shard["SequenceNumberRange"]]
    assert {shard: checkpoint for shard, (checkpoint, _) in consumers.leases(application).items()} == \
        {shard: last[shard] for shard in still_open}


def test_a_worker_hands_a_shard_over_to_another(story):
    owners = [owner for _, owner in story.consumers.leases("fanout").values()]
    assert sorted(set(owners)) == ["w1", "w2"]
    handed = {shard for _, _, _, shard in story.consumers.named("fanout", "asked")}
    taken = {record.shard for record in story.consumers.records("fanout") if record.worker == "w2"}
    assert taken and taken <= handed, "KCL asks the first worker to checkpoint before it moves a lease"


@pytest.mark.parametrize("application", APPLICATIONS)
def test_kcls_own_metrics_are_kept(story, application):
    cloudwatch = story.lake.client("cloudwatch")
    of = dict(Namespace=f"{application}-{story.stream}", MetricName="RecordsProcessed")
    now = datetime.datetime.now(datetime.timezone.utc)

    def processed():
        points = []
        for metric in cloudwatch.list_metrics(**of)["Metrics"]:
            if any(dimension["Name"] == "ShardId" for dimension in metric["Dimensions"]):
                points += cloudwatch.get_metric_statistics(
                    **of, Dimensions=metric["Dimensions"], Statistics=["Sum"], Period=3600,
                    StartTime=now - datetime.timedelta(hours=1), EndTime=now + datetime.timedelta(hours=1))["Datapoints"]
        return sum(point["Sum"] for point in points)
    # Who takes a shard over reads the record at its checkpoint again, counts it and does not deliver it.
    handed = len(story.consumers.named(application, "asked"))
    story.consumers.until(lambda: story.put <= processed() <= story.put + handed, "its metrics", seconds=30)
