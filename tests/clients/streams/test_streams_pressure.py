"""Streams under pressure: consumers and readers that take nothing, readers far behind, shards over their limits, full disks."""
import json
import os
import socket
import subprocess
import threading
import time

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from conftest import BINARY, Lake

MIB = 1 << 20
SHARD = "shardId-000000000000"


def resident(lake):
    """Bytes of the lake's memory."""
    with open(f"/proc/{lake.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def request(lake, target, body):
    """A signed call as bytes for a socket."""
    signed = AWSRequest("POST", lake.endpoint + "/", data=json.dumps(body).encode(), headers={
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Kinesis_20131202." + target})
    SigV4Auth(Credentials(lake.access_key, lake.secret_key), "kinesis", lake.region).add_auth(signed)
    head = "".join(f"{key}: {value}\r\n" for key, value in signed.headers.items())
    return f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{lake.port}\r\n{head}Content-Length: {len(signed.body)}\r\n\r\n".encode() + signed.body


def ask_and_not_read(lake, target, body):
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", lake.port))
    connection.sendall(request(lake, target, body))
    return connection


def fill(lake, stream, mib):
    """Puts so many records of a MiB, spread over the shards."""
    def put(part):
        kinesis = lake.client("kinesis")
        for i in range(part, mib, 8 * 4):
            records = [{"Data": os.urandom(MIB - 16), "PartitionKey": str(i + k)} for k in range(0, 32, 8) if i + k < mib]
            assert kinesis.put_records(StreamName=stream, Records=records)["FailedRecordCount"] == 0
    threads = [threading.Thread(target=put, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def unlimited(own_lake):
    """A stream of five shards without limits; its ARN."""
    kinesis = own_lake.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=5, Tags={"tarn:shard-limits": "off"})
    return kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]


def test_consumers_that_take_nothing_cost_little_memory(own_lake, unlimited):
    kinesis = own_lake.client("kinesis")
    consumers = [kinesis.register_stream_consumer(StreamARN=unlimited, ConsumerName=f"c{i}")["Consumer"]["ConsumerARN"]
                 for i in range(20)]
    fill(own_lake, "s", 64)
    before = resident(own_lake)
    sessions = [ask_and_not_read(own_lake, "SubscribeToShard", {
        "ConsumerARN": consumer, "ShardId": f"shardId-{shard:012}", "StartingPosition": {"Type": "TRIM_HORIZON"}})
        for consumer in consumers for shard in range(5)]
    time.sleep(2)
    fill(own_lake, "s", 32)
    grown = resident(own_lake) - before
    print(f"100 sessions that take nothing: {grown / MIB:.0f} MiB")
    assert all(session.recv(12) == b"HTTP/1.1 200" for session in sessions)
    assert grown < 400 * MIB
    for session in sessions:
        session.close()


def test_readers_that_take_nothing_cost_bounded_memory(own_lake, unlimited):
    kinesis = own_lake.client("kinesis")
    fill(own_lake, "s", 64)
    before = resident(own_lake)
    readers = []
    for i in range(100):
        iterator = kinesis.get_shard_iterator(StreamName="s", ShardId=f"shardId-{i % 5:012}", ShardIteratorType="TRIM_HORIZON")
        readers.append(ask_and_not_read(own_lake, "GetRecords", {"ShardIterator": iterator["ShardIterator"]}))
    time.sleep(3)
    grown = resident(own_lake) - before
    print(f"100 answers of 10 MiB that nobody takes: {grown / MIB:.0f} MiB")
    assert grown < 1200 * MIB
    for reader in readers:
        reader.close()


def test_a_reader_far_behind_costs_bounded_memory(own_lake, unlimited):
    kinesis = own_lake.client("kinesis")
    fill(own_lake, "s", 96)

    def read_all():
        read = 0
        for shard in range(5):
            iterator = kinesis.get_shard_iterator(StreamName="s", ShardId=f"shardId-{shard:012}",
                                                  ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
            behind = 1
            while behind:
                answer = kinesis.get_records(ShardIterator=iterator)
                iterator, behind = answer["NextShardIterator"], answer["MillisBehindLatest"]
                assert sum(len(record["Data"]) for record in answer["Records"]) <= 10 * MIB
                read += len(answer["Records"])
        return read
    assert read_all() == 96
    before = resident(own_lake)
    assert read_all() == read_all() == 96
    grown = resident(own_lake) - before
    print(f"192 MiB read again from the first record: {before / MIB:.0f} MiB and {grown / MIB:.0f} MiB more")
    assert before < 1200 * MIB and grown < 200 * MIB


def test_a_shard_gives_what_kinesis_lets_it_give(lake, name):
    kinesis = lake.client("kinesis", config=Config(retries={"max_attempts": 0}))
    kinesis.create_stream(StreamName=name, ShardCount=1)
    iterator = kinesis.get_shard_iterator(StreamName=name, ShardId=SHARD, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    refused = []
    for _ in range(30):
        try:
            kinesis.get_records(ShardIterator=iterator)
        except ClientError as error:
            refused.append(error.response["Error"])
    assert refused and all(error == {
        "Code": "ProvisionedThroughputExceededException",
        "Message": f"Rate exceeded for shard {SHARD} in stream {name} under account {lake.account}."} for error in refused)


@pytest.fixture
def small_disk(tmp_path):
    """A lake on a disk of its own of 120 MB, of which a file `ballast` has a half: (lake, remove the ballast)."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    holder = subprocess.Popen(
        ["unshare", "-rm", "sh", "-c", f"mount -t tmpfs -o size=120m none {mounted} && head -c 60000000 /dev/zero "
         f"> {mounted}/ballast && echo mounted && exec sleep 600"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if holder.stdout.readline() != "mounted\n":
        pytest.skip(f"no file system can be mounted here: {holder.stderr.read()}")
    inside = ["nsenter", "-t", str(holder.pid), "-U", "-m", "--preserve-credentials"]
    wrapper = tmp_path / "tarn"
    wrapper.write_text(f"#!/bin/sh\nexec {' '.join(inside)} {BINARY} \"$@\"\n")
    wrapper.chmod(0o755)

    class Small(Lake):
        binary = wrapper
    running = Small(mounted / "data")
    yield running, lambda: subprocess.run([*inside, "rm", str(mounted / "ballast")], check=True)
    running.stop()
    holder.kill()
    holder.wait()


def test_a_full_disk_refuses_puts_and_loses_none(small_disk):
    lake, make_room = small_disk
    kinesis = lake.client("kinesis", config=Config(retries={"max_attempts": 0}))
    kinesis.create_stream(StreamName="s", ShardCount=1, Tags={"tarn:shard-limits": "off"})
    answered, refused, number = {}, [], 0

    def put():
        nonlocal number
        data = [f"{number + i}:".encode() + os.urandom(200_000) for i in range(4)]
        number += 4
        try:
            told = kinesis.put_records(StreamName="s", Records=[{"Data": d, "PartitionKey": "k"} for d in data])
        except ClientError as error:
            refused.append(error.response)
            return False
        assert told["FailedRecordCount"] == 0
        answered.update({told["Records"][i]["SequenceNumber"]: data[i] for i in range(4)})
        return True

    def there():
        found, iterator = {}, kinesis.get_shard_iterator(StreamName="s", ShardId=SHARD, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while True:
            answer = kinesis.get_records(ShardIterator=iterator)
            iterator = answer["NextShardIterator"]
            found.update({record["SequenceNumber"]: record["Data"] for record in answer["Records"]})
            if not answer["Records"] and not answer["MillisBehindLatest"]:
                return found
    while put():
        assert number < 2000, "the disk never filled"
    for _ in range(5):
        assert not put()
    assert all(r["ResponseMetadata"]["HTTPStatusCode"] >= 500 and r["Error"]["Message"] == "The lake's disk is full." for r in refused), refused[-1]
    assert there() == answered, "reads go on, and nothing refused is there"
    lake.restart(kill=True)
    assert there() == answered
    make_room()
    deadline = time.monotonic() + 20
    while not put():
        assert time.monotonic() < deadline, "there is room again"
        time.sleep(0.2)
    assert there() == answered
