"""Commits and kill -9: what was acknowledged is there, what was not is there whole or not at all, asking again is safe."""
import http.client
import json
import pathlib
import random
import sys
import threading
import time
import urllib.parse

import pytest
from pyiceberg.catalog.rest import RestCatalog

BENCH = str(pathlib.Path(__file__).resolve().parents[3] / "bench")
sys.path.append(BENCH)
from iceberg_commits import PROPERTIES, ROWS, SCHEMA, Append  # noqa: E402  (prepared appends as plain requests)

sys.path.remove(BENCH)  # its s3.py would hide the tests' folder of that name

LOST = (OSError, http.client.HTTPException)


class Writer:
    """One client: appends prepared on the table's first state, told once; what got no answer is kept to be told again."""

    def __init__(self, lake, s3, table, number):
        self.lake, self.s3, self.table, self.number = lake, s3, table, number
        self.token, self.made, self.acknowledged, self.open, self.wrong = None, 0, [], [], []

    def post(self, path, body, content_type="application/json"):
        address = urllib.parse.urlparse(self.lake.endpoint)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        headers = {"Content-Type": content_type} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        connection.request("POST", "/iceberg" + path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def log_in(self):
        self.token = None
        form = {"grant_type": "client_credentials", "client_id": self.lake.access_key,
                "client_secret": self.lake.secret_key}
        self.token = json.loads(self.post("/v1/oauth/tokens", urllib.parse.urlencode(form),
                                          "application/x-www-form-urlencoded")[1])["access_token"]

    def store(self, append):
        for path, content in ((append.manifest, append.manifest_bytes), (append.list, append.list_bytes)):
            bucket, key = path[len("s3://"):].split("/", 1)
            self.s3.put_object(Bucket=bucket, Key=key, Body=content)

    def tell(self, append):
        return self.post(f"/v1/namespaces/crash/tables/{self.table['name']}", append.body)

    def run(self, stopped):
        while not stopped.is_set():
            append = Append(self.table, self.number * 100_000 + self.made)
            self.made += 1
            try:
                self.store(append)
            except Exception:  # nothing was asked of the catalog yet
                continue
            try:
                status, text = self.tell(append)
            except LOST:
                self.open.append(append)
                continue
            if status == 200:
                self.acknowledged.append(append)
            elif status in (500, 503):
                self.open.append(append)
            else:
                self.wrong.append((status, text))


def history(lake, table):
    catalog = RestCatalog("rest", uri=lake.endpoint + "/iceberg", credential=f"{lake.access_key}:{lake.secret_key}",
                          **{"s3.endpoint": lake.endpoint, "s3.access-key-id": lake.access_key,
                             "s3.secret-access-key": lake.secret_key, "s3.region": "us-east-1"})
    return catalog.load_table(("crash", table))


@pytest.mark.parametrize("tables", [1, 3])
def test_kills_lose_no_commit_and_leave_no_file_behind(own_lake, tables):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket="crash")
    first = Writer(own_lake, s3, None, 0)
    first.log_in()
    assert first.post("/v1/namespaces", json.dumps(
        {"namespace": ["crash"], "properties": {"location": "s3://crash/t"}}))[0] == 200
    writers = []
    for number in range(6):
        name = f"t{number % tables}"
        if number < tables:
            properties = {k: v for k, v in PROPERTIES.items() if k != "tarn.history.snapshots-max"}
            properties |= {"commit.manifest.min-count-to-merge": "20"}
            body = json.dumps({"name": name, "schema": SCHEMA, "properties": properties})
            status, answer = first.post("/v1/namespaces/crash/tables", body)
            assert status == 200
            made = json.loads(answer)["metadata"]
        else:
            made = next(w.made_from for w in writers if w.table["name"] == name)
        writer = Writer(own_lake, s3, {"name": name, "location": made["location"], "uuid": made["table-uuid"]}, number)
        writer.made_from = made
        writers.append(writer)
    chooser = random.Random(tables)
    for _ in range(4):
        before = sum(len(w.acknowledged) for w in writers)
        stopped = threading.Event()
        for writer in writers:
            writer.s3 = own_lake.client("s3")
            writer.log_in()
        threads = [threading.Thread(target=w.run, args=(stopped,)) for w in writers]
        for thread in threads:
            thread.start()
        while sum(len(w.acknowledged) for w in writers) < before + 25:
            time.sleep(0.01)
        time.sleep(chooser.random() * 0.1)  # any moment of a commit
        own_lake.stop(kill=True)
        stopped.set()
        for thread in threads:
            thread.join()
        own_lake.start()
        assert not [w.wrong for w in writers if w.wrong]
        for name in {w.table["name"] for w in writers}:
            mine = [w for w in writers if w.table["name"] == name]
            table = history(own_lake, name)
            held = {snapshot.snapshot_id for snapshot in table.metadata.snapshots}
            assert held >= {a.id for w in mine for a in w.acknowledged}
            assert held <= {a.id for w in mine for a in w.acknowledged + w.open}
    for writer in writers:
        writer.s3 = own_lake.client("s3")
        writer.log_in()
        for append in writer.open:
            writer.store(append)
            assert writer.tell(append)[0] == 200
    for name in {w.table["name"] for w in writers}:
        mine = [w for w in writers if w.table["name"] == name]
        want = sorted(a.id for w in mine for a in w.acknowledged + w.open)
        table = history(own_lake, name)
        assert sorted(s.snapshot_id for s in table.metadata.snapshots) == want
        assert table.current_snapshot().summary["total-records"] == str(len(want) * ROWS)
        paths = [task.file.file_path for task in table.scan().plan_files()]
        assert len(paths) == len(set(paths)) == len(want)
        # Nothing of the server's own is without an owner: not even after a kill amid a commit.
        page = own_lake.client("s3").get_paginator("list_objects_v2").paginate(
            Bucket="crash", Prefix=table.location()[len("s3://crash/"):] + "/metadata/")
        there = {f"s3://crash/{o['Key']}" for p in page for o in p.get("Contents", [])}
        files = {p for p in there if p.endswith(".metadata.json")}
        assert files == {table.metadata_location} | {entry.metadata_file for entry in table.metadata.metadata_log}
        sent = {a.list for w in mine for a in w.acknowledged + w.open}
        lists = {p for p in there if "/snap-" in p} - sent
        known = {a.id for w in mine for a in w.acknowledged + w.open}
        strays = {p for p in lists - {s.manifest_list for s in table.metadata.snapshots}
                  if int(p.rsplit("/snap-", 1)[1].split("-")[0].split(".")[0]) in known}
        assert not strays
