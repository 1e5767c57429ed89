#!/usr/bin/env python3
"""Iceberg commits over REST, fsynced: appends by 16 clients to one table and to 100 tables.

Every commit is a PyIceberg-like fast append of one data file, its manifest and manifest list stored beforehand, made on
the table's first state: the server moves each onto the head of its time. Told are commits/s, answers other than 200,
the bytes of metadata files written a commit, and CPU a commit. The peer is PyIceberg's SQL catalog on SQLite with the
same files on the local disk, where every writer retries what it lost (--alone: without it).
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from avro_files import container, entry, listed, long, record, text
from load import replay
from servers import IcebergClient, Tarn

CLIENTS = 16
ROWS = 100
SCHEMA = {"type": "struct", "schema-id": 0, "fields": [
    {"id": 1, "name": "id", "required": False, "type": "long"},
    {"id": 2, "name": "city", "required": False, "type": "string"}]}
PROPERTIES = {"write.metadata.delete-after-commit.enabled": "true", "write.metadata.previous-versions-max": "20",
              "tarn.history.snapshots-max": "100"}


ENTRY = entry(record("r102"))
LISTED = listed()


class Append:
    """One commit: its files and the request's body."""

    def __init__(self, table, number):
        self.id = random.getrandbits(62) | 1
        base = f"{table['location']}"
        self.manifest = f"{base}/metadata/{number:06d}-m0.avro"
        self.list = f"{base}/metadata/snap-{self.id}.avro"
        row = (long(1) + long(1) + long(self.id) + long(0) + long(0) + long(0) +
               text(f"{base}/data/{number:06d}-{self.id:016x}.parquet") + text("PARQUET") + long(ROWS) + long(4096))
        self.manifest_bytes = container(ENTRY, {"schema": json.dumps(SCHEMA), "partition-spec": "[]",
                                                "partition-spec-id": "0", "format-version": "2", "content": "data"},
                                        [row])
        row = (text(self.manifest) + long(len(self.manifest_bytes)) + long(0) + long(0) + long(1) + long(1) +
               long(self.id) + long(1) + long(0) + long(0) + long(ROWS) + long(0) + long(0))
        self.list_bytes = container(LISTED, {"snapshot-id": str(self.id), "sequence-number": "1",
                                             "format-version": "2"}, [row])
        summary = {"operation": "append", "added-data-files": "1", "added-records": str(ROWS),
                   "added-files-size": "4096", "total-data-files": "1", "total-records": str(ROWS),
                   "total-files-size": "4096", "total-delete-files": "0", "total-position-deletes": "0",
                   "total-equality-deletes": "0"}
        self.body = json.dumps({
            "requirements": [{"type": "assert-table-uuid", "uuid": table["uuid"]},
                             {"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": None}],
            "updates": [{"action": "add-snapshot", "snapshot": {
                "snapshot-id": self.id, "sequence-number": 1, "timestamp-ms": int(time.time() * 1000),
                "manifest-list": self.list, "summary": summary, "schema-id": 0}},
                {"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": self.id}]}).encode()


class Catalog(IcebergClient):
    def make(self, name):
        made = self.call("POST", "/namespaces/bench/tables", {"name": name, "schema": SCHEMA, "properties": PROPERTIES})
        return {"name": name, "location": made["metadata"]["location"], "uuid": made["metadata"]["table-uuid"]}

    def load(self, name):
        return self.call("GET", f"/namespaces/bench/tables/{name}")

    def files_of(self, appends):
        signer = self.server.signer()
        for each in appends:
            for path, content in ((each.manifest, each.manifest_bytes), (each.list, each.list_bytes)):
                yield signer.request("PUT", path[len("s3:/"):], body=content), 0

    def commits_of(self, appends, names):
        signer = self.server.signer("iceberg")
        for each, name in zip(appends, names):
            yield signer.request("POST", f"/iceberg/v1/namespaces/bench/tables/{name}", body=each.body,
                                 headers={"content-type": "application/json"}), 0


def ours(server, tables, count):
    catalog = Catalog(server)
    label = f"{tables} table{'s' if tables > 1 else ''}"
    made = [catalog.make(f"t{tables}_{i}") for i in range(tables)]
    chosen = [made[i % tables] for i in range(count)]
    appends = [Append(table, i) for i, table in enumerate(chosen)]
    replay(server.signer(), catalog.files_of(appends), CLIENTS)
    before = server.cpu()
    outcome = replay(server.signer(), catalog.commits_of(appends, [t["name"] for t in chosen]), CLIENTS)
    cpu = server.cpu() - before
    rows = files = written = 0
    for table in made:
        loaded = catalog.load(table["name"])
        main = loaded["metadata"]["refs"]["main"]["snapshot-id"]
        head = next(s for s in loaded["metadata"]["snapshots"] if s["snapshot-id"] == main)
        rows += int(head["summary"]["total-records"])
        version = int(loaded["metadata-location"].rsplit("/", 1)[1].split("-")[0])
        files += version
        written += version * len(json.dumps(loaded["metadata"], separators=(",", ":")))
    if rows != count * ROWS:
        raise RuntimeError(f"{label}: {rows} rows instead of {count * ROWS}")
    times = max(outcome.tallies.values(), key=lambda one: one.count)
    print(f"  {label:<12} tarn     {outcome.rate:8,.0f} commits/s  p50 {times.p50:7.2f}  p99 {times.p99:7.2f} ms  "
          f"{count / max(1, files):5.1f} commits a metadata file, {written / count / 1024:6.1f} KiB metadata a commit  "
          f"server CPU {cpu / count * 1e3:6.3f} ms a commit  0 refused", flush=True)


PEER = r"""
import sys, time
import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import CommitFailedException
folder, names, seconds, writer = sys.argv[1], sys.argv[2].split(","), float(sys.argv[3]), int(sys.argv[4])
catalog = SqlCatalog("peer", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
rows = pa.table({"id": pa.array(range(100), pa.int64()), "city": ["oslo"] * 100})
done = refused = 0
end = time.monotonic() + seconds
number = writer
while time.monotonic() < end:
    name = names[number % len(names)]
    number += 1
    while time.monotonic() < end:
        try:
            catalog.load_table(("bench", name)).append(rows)
            done += 1
            break
        except Exception as error:
            refused += 1
print(done, refused)
"""


def peer(tables, seconds, writers=4):
    """PyIceberg writes data files too, and has no server: its figure is that of whole appends."""
    from pyiceberg.catalog.sql import SqlCatalog
    import pyarrow as pa
    with tempfile.TemporaryDirectory(dir=os.environ.get("TARN_BENCH_DIR")) as folder:
        catalog = SqlCatalog("peer", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
        catalog.create_namespace("bench")
        names = [f"t{i}" for i in range(tables)]
        schema = pa.schema([("id", pa.int64()), ("city", pa.string())])
        for name in names:
            catalog.create_table(("bench", name), schema)
        running = [subprocess.Popen([sys.executable, "-c", PEER, folder, ",".join(names), str(seconds), str(w)],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                   for w in range(writers)]
        outcomes = [tuple(map(int, (p.communicate()[0] or "0 0").split())) for p in running]
        done, refused = sum(o[0] for o in outcomes), sum(o[1] for o in outcomes)
        print(f"  {tables} table{'s' if tables > 1 else ' ':<6} PyIceberg on SQLite {done / seconds:8,.1f} appends/s by "
              f"{writers} writers, {refused} refused and tried again", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--alone", action="store_true", help="without the peer")
    options = parser.parse_args()
    with Tarn() as server:
        server.client().call("PUT", "/bench-warehouse")
        Catalog(server).call("POST", "/namespaces", {"namespace": ["bench"],
                                                     "properties": {"location": "s3://bench-warehouse/bench"}})
        ours(server, 1, 2_000 if options.quick else 20_000)
        ours(server, 100, 4_000 if options.quick else 40_000)
    if not options.alone:
        for tables in (1, 100):
            peer(tables, 5 if options.quick else 20)


if __name__ == "__main__":
    main()
