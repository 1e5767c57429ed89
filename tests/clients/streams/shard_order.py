"""What a stream promises of order, and the check of it: producers that number what they put, a reader of every shard, and a
proof over both. Also a program: `python shard_order.py STREAM` checks a stream of such records at $AWS_ENDPOINT_URL."""
import hashlib
import os
import sys
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError


class Producer(threading.Thread):
    """Puts "key:0", "key:1", … of one partition key, each when the one before was answered.

    A put that was refused, or whose answer was lost, is tried again until it is answered: `lost` has the numbers that may
    therefore be there more than once, with what was said.
    """

    def __init__(self, kinesis, stream, key, ordered=False, pause=0.0):
        super().__init__(daemon=True)
        self.kinesis, self.stream, self.key, self.ordered, self.pause = kinesis, stream, key, ordered, pause
        self.answered, self.lost, self.refused, self.ending = [], {}, 0, threading.Event()

    data_of = staticmethod(str.encode)

    def run(self):
        while not self.ending.is_set():
            self.put(len(self.answered))
            self.ending.wait(self.pause)

    def put(self, number):
        more = {"SequenceNumberForOrdering": self.answered[-1][1]} if self.ordered and self.answered else {}
        while True:
            try:
                put = self.kinesis.put_record(StreamName=self.stream, Data=self.data_of(f"{self.key}:{number}"),
                                              PartitionKey=self.key, **more)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ProvisionedThroughputExceededException":
                    self.lost[number] = error
                self.refused += 1
                time.sleep(0.1)
            except (BotoCoreError, OSError) as error:
                self.lost[number] = error
                time.sleep(0.05)
            else:
                self.answered.append((put["ShardId"], put["SequenceNumber"]))
                return

    def end(self):
        self.ending.set()
        self.join(60)
        assert not self.is_alive(), "a put has no answer"


def shards_of(kinesis, stream):
    """Every shard, closed ones too, by its id; parents before their children."""
    pages = kinesis.get_paginator("list_shards").paginate(StreamName=stream)
    return {shard["ShardId"]: shard for page in pages for shard in page["Shards"]}


def parents_of(shard):
    return [shard[name] for name in ("ParentShardId", "AdjacentParentShardId") if name in shard]


def read_shard(kinesis, stream, shard):
    """Its records from the first to the last that there is now."""
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    records = []
    while iterator:
        try:
            answer = kinesis.get_records(ShardIterator=iterator)
        except kinesis.exceptions.ProvisionedThroughputExceededException:
            time.sleep(0.25)
            continue
        records += answer["Records"]
        iterator = answer.get("NextShardIterator")
        if not answer["Records"] and not answer["MillisBehindLatest"]:
            break
    return records


def read_shards(kinesis, stream):
    """({shard id: shard}, {shard id: records})"""
    shards = shards_of(kinesis, stream)
    return shards, {shard: read_shard(kinesis, stream, shard) for shard in shards}


def check_shards(shards, records):
    """Numbers grow within a shard and from parents to children, and each record is in the shard of its key."""
    for name, shard in shards.items():
        first, last = (int(shard["SequenceNumberRange"].get(f"{which}SequenceNumber", 0)) for which in ("Starting", "Ending"))
        low, high = (int(shard["HashKeyRange"][f"{which}HashKey"]) for which in ("Starting", "Ending"))
        before = first - 1
        for record in records[name]:
            number = int(record["SequenceNumber"])
            assert before < number, f"{name}: {number} after {before}"
            assert not last or number <= last, f"{name} has {number} after its end"
            assert low <= int(hashlib.md5(record["PartitionKey"].encode()).hexdigest(), 16) <= high, f"{name} has {record}"
            before = number
        for parent in parents_of(shard):
            end = int(shards[parent]["SequenceNumberRange"]["EndingSequenceNumber"])
            assert end < first, f"{name} begins at {first}, before its parent's end {end}"
            assert list(shards).index(parent) < list(shards).index(name)


def numbers_of_keys(shards, records):
    """{key: its numbers in the order of reading, parents before children}"""
    found = {}
    for name in shards:
        for record in records[name]:
            key, number = record["Data"].decode().rsplit(":", 1)
            assert key == record["PartitionKey"]
            found.setdefault(key, []).append(int(number))
    return found


def check_order(found, lost=None):
    """Each key's numbers are 0, 1, 2 …; only `lost[key]`, whose answers were lost, may be there again, in their place."""
    for key, numbers in found.items():
        allowed = (lost or {}).get(key, ())
        expected = 0
        for number in numbers:
            again = number == expected - 1 and number in allowed
            assert again or number == expected, f"{key}: {number} where {expected} was due"
            expected = number + 1


def check(kinesis, stream, producers=()):
    """All of it; what producers were answered is where they were told. Returns the number of records."""
    shards, records = read_shards(kinesis, stream)
    check_shards(shards, records)
    found = numbers_of_keys(shards, records)
    check_order(found, {producer.key: producer.lost for producer in producers} if producers else None)
    at = {(shard, record["SequenceNumber"]): record["Data"].decode() for shard in shards for record in records[shard]}
    for producer in producers:
        for number, place in enumerate(producer.answered):
            assert at.get(place) == f"{producer.key}:{number}", f"{producer.key}:{number} is not at {place}"
    return len(at)


if __name__ == "__main__":
    import boto3
    if len(sys.argv) != 2 or "AWS_ENDPOINT_URL" not in os.environ:
        sys.exit(__doc__)
    print(f"{check(boto3.client('kinesis'), sys.argv[1])} records are in order")
