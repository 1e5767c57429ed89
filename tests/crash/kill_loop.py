#!/usr/bin/env python3
"""Kills a loaded tarn again and again and checks what is found after each restart.

Threads put, overwrite, copy, upload in parts, delete and read objects; at a random moment the server gets SIGKILL. After
the restart every object must be the last acknowledged version, or one that was in flight when the server died: whole,
with its ETag and metadata, and listed exactly when it can be read.

    python tests/crash/kill_loop.py --binary build/tarn --rounds 20 [--seconds 3] [--threads 12] [--seed 1] [--data DIR]
"""
import argparse
import hashlib
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import boto3
import botocore.config
import botocore.exceptions

BUCKET = "crash-loop"
PART = 5 << 20
SIZES = [0, 1, 100, 4096, 65_536, 65_537, 300_000, 600_000, 1_500_000, 6_000_000]
KEYS_PER_THREAD = 12
ACCESS_KEY, SECRET_KEY = "AKIACRASHLOOPTEST000", "crash-loop-secret-key-of-forty-characters"
# What a dying or absent server looks like to a client.
LOST = (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError, ConnectionError, OSError)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def content(version):
    """The bytes of a version follow from its name alone."""
    chooser = random.Random(version)
    return chooser.randbytes(chooser.choice(SIZES))


class Server:
    def __init__(self, binary, data):
        self.binary, self.data = binary, data
        self.process = None
        self.endpoint = None

    def start(self):
        port, console = free_port(), free_port()
        env = dict(os.environ, TARN_ROOT_ACCESS_KEY_ID=ACCESS_KEY, TARN_ROOT_SECRET_ACCESS_KEY=SECRET_KEY)
        command = [self.binary, "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{port}",
                   "--console", f"127.0.0.1:{console}"]
        begun = time.monotonic()
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("tarn ready on"):
                self.endpoint = re.search(r"http://\S+", line).group(0)
                # Keeps the pipe empty.
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return time.monotonic() - begun
        raise SystemExit(f"the server ended with {self.process.wait()} before it was ready")

    def client(self, retries=1):
        config = botocore.config.Config(retries={"max_attempts": retries, "mode": "standard"}, connect_timeout=5,
                                        read_timeout=30, max_pool_connections=4, s3={"addressing_style": "path"})
        return boto3.session.Session().client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY, config=config)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        if code != 0:
            raise SystemExit(f"SIGTERM ended the server with {code}, not 0")


class Keys:
    """One thread's keys. `allowed[key]` holds every version that may be found; None stands for no object."""

    def __init__(self, thread, seed):
        self.thread = thread
        self.random = random.Random(seed * 1000 + thread)
        self.allowed = {f"t{thread}/{'deep/' * (i % 3)}key-{i:02}": {None} for i in range(KEYS_PER_THREAD)}
        self.counter = 0
        self.operations = 0
        self.failures = []

    def run(self, client, stopped):
        while not stopped.is_set():
            key = self.random.choice(list(self.allowed))
            try:
                self.one(client, key)
                self.operations += 1
            except LOST:
                if stopped.is_set():
                    return
                time.sleep(0.01)
            except botocore.exceptions.ClientError as error:
                # A 5xx leaves the outcome open; everything else is a wrong answer.
                if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                    self.failures.append(f"{key}: {error}")
                    return

    def one(self, client, key):
        kind = self.random.random()
        if kind < 0.55:
            self.change(key, self.version(), lambda version: self.put(client, key, version))
        elif kind < 0.65:
            self.change(key, self.version(), lambda version: self.put_in_parts(client, key, version))
        elif kind < 0.75:
            source = self.random.choice(list(self.allowed))
            known = self.allowed[source]
            if source == key or len(known) != 1 or None in known:
                return
            (version,) = known
            self.change(key, version, lambda _: client.copy_object(
                Bucket=BUCKET, Key=key, CopySource={"Bucket": BUCKET, "Key": source}))
        elif kind < 0.85:
            self.change(key, None, lambda _: client.delete_object(Bucket=BUCKET, Key=key))
        else:
            self.failures += check_object(client, key, self.allowed[key])[1]

    def version(self):
        self.counter += 1
        return f"{self.thread}-{self.counter}-{self.random.getrandbits(32):08x}"

    def change(self, key, version, act):
        self.allowed[key] = self.allowed[key] | {version}
        act(version)
        self.allowed[key] = {version}

    @staticmethod
    def put(client, key, version):
        client.put_object(Bucket=BUCKET, Key=key, Body=content(version), Metadata={"version": version})

    @staticmethod
    def put_in_parts(client, key, version):
        body = content(version)
        upload = client.create_multipart_upload(Bucket=BUCKET, Key=key, Metadata={"version": version})["UploadId"]
        parts = []
        for number, at in enumerate(range(0, max(len(body), 1), PART), 1):
            answer = client.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=number,
                                        Body=body[at:at + PART])
            parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        client.complete_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})


def check_object(client, key, allowed):
    """Reads one object; returns its version (None: absent) and what is wrong with it."""
    try:
        answer = client.get_object(Bucket=BUCKET, Key=key)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            return None, [f"{key}: {error}"]
        return None, [] if None in allowed else [f"{key} is gone; allowed were {allowed}"]
    version = answer["Metadata"].get("version")
    body = answer["Body"].read()
    if version not in allowed:
        return version, [f"{key} has version {version}; allowed were {allowed}"]
    if body != content(version):
        return version, [f"{key} version {version} has wrong bytes ({len(body)} of {len(content(version))})"]
    etag = answer["ETag"].strip('"')
    if "-" not in etag and etag != hashlib.md5(body).hexdigest():
        return version, [f"{key} has ETag {etag} of other bytes"]
    return version, []


def verify(client, all_keys):
    failures, present = [], set()
    for keys in all_keys:
        for key, allowed in keys.allowed.items():
            version, wrong = check_object(client, key, allowed)
            failures += wrong
            keys.allowed[key] = {version}  # from now on only this
            if version is not None:
                present.add(key)
    listed = {}
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 17}):
        for entry in page.get("Contents", []):
            listed[entry["Key"]] = entry["Size"]
    if set(listed) != present:
        failures.append(f"listed but absent {set(listed) - present}, present but not listed {present - set(listed)}")
    for keys in all_keys:
        for key, allowed in keys.allowed.items():
            (version,) = allowed
            if version is not None and listed.get(key) not in (None, len(content(version))):
                failures.append(f"{key} is listed with {listed[key]} bytes, has {len(content(version))}")
    return failures, len(present)


def one_round(server, all_keys, seconds, chooser):
    stopped = threading.Event()
    threads = [threading.Thread(target=keys.run, args=(server.client(), stopped)) for keys in all_keys]
    for thread in threads:
        thread.start()
    # When the server dies is chance, not a wait for something.
    time.sleep(seconds * (0.3 + chooser.random()))
    stopped.set()
    server.kill()
    for thread in threads:
        thread.join()
    return [failure for keys in all_keys for failure in keys.failures]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=3, help="mean life of the server in a round")
    parser.add_argument("--threads", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=pathlib.Path, help="keep the lake here; default: a temporary directory")
    options = parser.parse_args()
    data = options.data or pathlib.Path(tempfile.mkdtemp(prefix="tarn-crash-"))
    server = Server(str(options.binary.resolve()), data)
    all_keys = [Keys(thread, options.seed) for thread in range(options.threads)]
    chooser = random.Random(options.seed)
    server.start()
    try:
        server.client(5).create_bucket(Bucket=BUCKET)
        for number in range(1, options.rounds + 1):
            failures = one_round(server, all_keys, options.seconds, chooser)
            started = server.start()
            wrong, present = verify(server.client(5), all_keys)
            failures += wrong
            operations = sum(keys.operations for keys in all_keys)
            print(f"round {number}: {operations} operations so far, {present} objects whole, "
                  f"ready again after {started * 1000:.0f} ms", flush=True)
            if failures:
                print("\n".join(failures[:40]), f"\n{len(failures)} failures; the lake is in {data}", sep="",
                      file=sys.stderr)
                return 1
        server.stop()
    finally:
        if server.process.poll() is None:
            server.kill()
    if options.data is None:
        shutil.rmtree(data)
    print(f"{options.rounds} kills: nothing acknowledged was lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
