"""kill -9 under load: what was acknowledged is there and whole, what was not is whole or absent."""
import hashlib
import os
import random
import threading

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

WRITERS = 6
ROUNDS = 3


class Writer(threading.Thread):
    """Puts, overwrites, copies and deletes keys of its own until the server is gone; remembers what was answered."""

    def __init__(self, lake, number, known):
        super().__init__(daemon=True)
        self.s3 = lake.client("s3", config=Config(max_pool_connections=1, connect_timeout=5, read_timeout=10))
        self.number = number
        self.known = known  # key → the digests that it may have now; None for absent
        self.random = random.Random(number)
        self.done = 0

    def run(self):
        while True:
            key = f"w{self.number}/{self.random.randrange(40)}"
            before = self.known.get(key, {None})
            body = os.urandom(self.random.choice([0, 100, 4096, 70_000, 600_000]))
            delete = self.random.random() < 0.2
            after = None if delete else hashlib.md5(body).hexdigest()
            self.known[key] = before | {after}  # in flight: either
            try:
                if delete:
                    self.s3.delete_object(Bucket="crash", Key=key)
                else:
                    self.s3.put_object(Bucket="crash", Key=key, Body=body)
            except (BotoCoreError, ClientError):
                return
            self.known[key] = {after}
            self.done += 1


def test_nothing_acknowledged_is_lost(own_lake):
    own_lake.client("s3").create_bucket(Bucket="crash")
    known = [{} for _ in range(WRITERS)]
    for _ in range(ROUNDS):
        writers = [Writer(own_lake, i, known[i]) for i in range(WRITERS)]
        for writer in writers:
            writer.start()
        while sum(w.done for w in writers) < 150:  # under load, at an arbitrary instant
            assert all(w.is_alive() for w in writers)
            threading.Event().wait(0.001)
        own_lake.stop(kill=True)
        for writer in writers:
            writer.join(30)
        own_lake.start()
        s3 = own_lake.client("s3")
        listed = {}
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket="crash"):
            listed.update({o["Key"]: (o["ETag"].strip('"'), o["Size"]) for o in page.get("Contents", [])})
        for keys in known:
            for key, allowed in keys.items():
                found, size = listed.get(key, (None, 0))
                assert found in allowed, key
                if found is not None:
                    body = s3.get_object(Bucket="crash", Key=key)["Body"].read()
                    assert len(body) == size and hashlib.md5(body).hexdigest() == found
                keys[key] = {found}
        assert set(listed) <= {key for keys in known for key in keys}
