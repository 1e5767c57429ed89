#!/usr/bin/env python3
"""Kinesis: PutRecords of 500 records of 1 KiB by 16 clients, fsynced, and the time from a put to who reads it.

Told are records/s, MiB/s, the latency of a call, the server's CPU a record; then, with one record at a time, put to
GetRecords (asked again at once) and put to SubscribeToShard. Peers: Kafka on one node by its own tool (one producer of
batches as large; its tool is Java and shares the machine), with and without fsync, and kinesalite by our clients.
Then Firehose (deliveries.py): PutRecordBatch of the same size, JSON into an Iceberg table at 50,000 records/s, and what
idle streams cost.
"""
import argparse
import base64
import json
import os
import statistics
import threading
import time

import deliveries
from load import replay
from servers import ACCESS_KEY, SECRET_KEY, Tarn
from stream_peers import Kafka, Kinesalite

CLIENTS = 16
RECORDS = 500
RECORD_BYTES = 1024
SHARDS = 16


def put_request(signer, number):
    data = base64.b64encode(os.urandom(RECORD_BYTES)).decode()
    body = json.dumps({"StreamName": "bench", "Records": [
        {"Data": data, "PartitionKey": f"{number} {i}"} for i in range(RECORDS)]}).encode()
    return signer.request("POST", "/", body=body, headers={
        "content-type": "application/x-amz-json-1.1", "x-amz-target": "Kinesis_20131202.PutRecords"}), 0


def client(server):
    import boto3
    return boto3.client("kinesis", endpoint_url=f"http://127.0.0.1:{server.port}", region_name="us-east-1",
                        aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY)


def throughput(server, seconds):
    signer = server.signer("kinesis")
    before = server.cpu()
    outcome = replay(signer, [put_request(signer, i) for i in range(32)], CLIENTS, seconds)
    cpu = server.cpu() - before
    calls = max(outcome.tallies.values(), key=lambda one: one.count)
    records = calls.count * RECORDS
    print(f"  {server.name:10} PutRecords 500 x 1 KiB, {CLIENTS} clients: {outcome.rate * RECORDS:9,.0f} records/s "
          f"{outcome.rate * RECORDS * RECORD_BYTES / 2**20:7.1f} MiB/s  p50 {calls.p50:6.2f}  p99 {calls.p99:6.2f} ms  "
          f"server CPU {cpu / records * 1e6:5.2f} us a record", flush=True)


def latency(server, count):
    kinesis = client(server)
    kinesis.create_stream(StreamName="latency", ShardCount=1, Tags={"tarn:shard-limits": "off"})
    shard = "shardId-000000000000"
    arn = kinesis.describe_stream_summary(StreamName="latency")["StreamDescriptionSummary"]["StreamARN"]
    times = []
    iterator = kinesis.get_shard_iterator(StreamName="latency", ShardId=shard,
                                          ShardIteratorType="LATEST")["ShardIterator"]
    for _ in range(count):
        began = time.perf_counter()
        kinesis.put_record(StreamName="latency", Data=b"x", PartitionKey="a")
        records = []
        while not records:
            answer = kinesis.get_records(ShardIterator=iterator)
            records, iterator = answer["Records"], answer["NextShardIterator"]
        times.append((time.perf_counter() - began) * 1e3)
    print(f"  put to GetRecords        p50 {statistics.median(times):6.2f} ms", flush=True)
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="bench")["Consumer"]["ConsumerARN"]
    events = kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard,
                                        StartingPosition={"Type": "LATEST"})["EventStream"]
    began, arrived, times = [0.0], threading.Event(), []

    def read():
        for event in events:
            if event["SubscribeToShardEvent"]["Records"]:
                times.append((time.perf_counter() - began[0]) * 1e3)
                arrived.set()
            if len(times) == count:
                return

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    producer = client(server)
    for _ in range(count):
        arrived.clear()
        began[0] = time.perf_counter()
        producer.put_record(StreamName="latency", Data=b"x", PartitionKey="a")
        arrived.wait(10)
    print(f"  put to SubscribeToShard  p50 {statistics.median(times):6.2f} ms", flush=True)


def beside(quick):
    for sync in (False, True):
        jars = Kafka.jars()
        if jars is None:
            break
        with Kafka(jars, SHARDS, sync) as kafka:
            kafka.produce(20_000, RECORD_BYTES)  # so that it has been compiled
            before = kafka.cpu()
            count = 100_000 if quick else 500_000
            rate, p99 = kafka.produce(count, RECORD_BYTES)
            print(f"  kafka      acks=all, one producer ({kafka.durability}): {rate:9,.0f} records/s "
                  f"{rate * RECORD_BYTES / 2**20:7.1f} MiB/s  p99 {p99:6.1f} ms  "
                  f"server CPU {(kafka.cpu() - before) / count * 1e6:5.2f} us a record", flush=True)
    if binary := Kinesalite.binary():
        with Kinesalite(binary) as kinesalite:
            client(kinesalite).create_stream(StreamName="bench", ShardCount=SHARDS)
            client(kinesalite).get_waiter("stream_exists").wait(StreamName="bench",
                                                                WaiterConfig={"Delay": 1, "MaxAttempts": 30})
            throughput(kinesalite, 5 if quick else 20)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["kinesis", "intake", "freshness", "idle", "peers"])
    options = parser.parse_args()
    parts = [options.only] if options.only else ["kinesis", "intake", "freshness", "idle", "peers"]
    if "kinesis" in parts:
        with Tarn() as server:
            client(server).create_stream(StreamName="bench", ShardCount=SHARDS, Tags={"tarn:shard-limits": "off"})
            throughput(server, 5 if options.quick else 20)
            latency(server, 50 if options.quick else 300)
    if "intake" in parts:
        with Tarn() as server:
            deliveries.intake(server, 5 if options.quick else 20)
    if "freshness" in parts:
        with Tarn() as server:
            deliveries.make_place(server)
            deliveries.freshness(server, 10 if options.quick else 60)
    if "idle" in parts:
        deliveries.idle(check=True)
    if "peers" in parts:
        beside(options.quick)


if __name__ == "__main__":
    main()
