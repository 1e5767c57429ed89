"""kill -9 while producers put: what was answered is there once, in order, before and after."""
import threading

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


def test_no_answered_record_is_lost_or_doubled_by_kills(own_lake):
    kinesis = own_lake.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2, Tags={"tarn:shard-limits": "off"})
    answered, tried, stop = {}, set(), threading.Event()
    lock = threading.Lock()

    def produce(who):
        client = own_lake.client("kinesis", config=Config(retries={"max_attempts": 0}, connect_timeout=2))
        number = 0
        while not stop.is_set():
            batch = [f"{who}:{number + i}" for i in range(20)]
            number += 20
            with lock:
                tried.update(batch)
            try:
                put = client.put_records(StreamName="s", Records=[{"Data": d.encode(), "PartitionKey": d} for d in batch])
            except (BotoCoreError, ClientError):
                continue
            with lock:
                for data, result in zip(batch, put["Records"]):
                    answered[data] = (result["ShardId"], result["SequenceNumber"])

    producers = [threading.Thread(target=produce, args=(who,)) for who in range(4)]
    for producer in producers:
        producer.start()
    for _ in range(4):
        before = len(answered)
        while len(answered) < before + 200:
            stop.wait(0.01)
        own_lake.restart(kill=True)
    stop.set()
    for producer in producers:
        producer.join()

    found = {}
    for shard in ("shardId-000000000000", "shardId-000000000001"):
        iterator = kinesis.get_shard_iterator(StreamName="s", ShardId=shard,
                                              ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        last = 0
        while True:
            answer = kinesis.get_records(ShardIterator=iterator)
            if not answer["Records"]:
                break
            for record in answer["Records"]:
                assert int(record["SequenceNumber"]) > last
                last = int(record["SequenceNumber"])
                data = record["Data"].decode()
                assert data not in found, "put once, there twice"
                found[data] = (shard, record["SequenceNumber"])
            iterator = answer["NextShardIterator"]
    assert set(found) <= tried
    assert {data: found.get(data) for data in answered} == answered
