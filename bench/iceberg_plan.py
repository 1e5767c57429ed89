#!/usr/bin/env python3
"""Iceberg scan planning over REST: a table of a million data files in a hundred manifests, and loading a table of 10,000
snapshots.

Planned are: everything (as tasks, each fetched), one partition, and a range of a column that is no partition (every
manifest is decoded). Cold: the first plan after a start. The peer is PyIceberg, which plans the same table itself from
the same manifests over S3 (--alone: without it).

  --quick    100,000 files, 1,000 snapshots
  --files N  that many, in manifests of 10,000
"""
import argparse
import concurrent.futures
import json
import random
import statistics
import subprocess
import sys
import time

from avro_files import container, entry, field, listed, long, record, text
from load import replay
from servers import ACCESS_KEY, SECRET_KEY, IcebergClient, Tarn

EACH = 10_000  # files a manifest
SCHEMA = {"type": "struct", "schema-id": 0, "fields": [
    {"id": 1, "name": "id", "required": False, "type": "long"},
    {"id": 2, "name": "day", "required": False, "type": "int"},
    {"id": 3, "name": "payload", "required": False, "type": "string"}]}
SPEC = [{"source-id": 2, "field-id": 1000, "name": "day", "transform": "identity"}]


def by_column(key, value, kind):
    return ["null", {"type": "array", "logicalType": "map", "items": record(
        f"k{key}_v{value}", field("key", "int", key), field("value", kind, value))}]


ENTRY = entry(
    record("r102", field("day", ["null", "int"], 1000)), field("column_sizes", by_column(117, 118, "long"), 108),
    field("value_counts", by_column(119, 120, "long"), 109), field("null_value_counts", by_column(121, 122, "long"), 110),
    field("lower_bounds", by_column(126, 127, "bytes"), 125), field("upper_bounds", by_column(129, 130, "bytes"), 128))
SUMMARY = record("r508", field("contains_null", "boolean", 509), field("contains_nan", ["null", "boolean"], 518),
                 field("lower_bound", ["null", "bytes"], 510), field("upper_bound", ["null", "bytes"], 511))
LISTED = listed(field("partitions", ["null", {"type": "array", "items": SUMMARY, "element-id": 508}], 507))


def columns(*values):
    return long(1) + long(len(values)) + b"".join(long(i + 1) + value for i, value in enumerate(values)) + b"\0"


def manifest(base, day, snapshot):
    """10,000 files of one day; ids grow from file to file."""
    rows = []
    day_bytes = day.to_bytes(4, "little")
    head = long(1) + long(1) + long(snapshot) + long(0) + long(0) + long(0)
    path = f"{base}/data/day={day}/00000-0-"
    head += long(len(path) + len("00000000-0000000000000000.parquet"))
    middle = (text("PARQUET") + long(1) + long(day) + long(1000) + long(1 << 20) +
              columns(long(8000), long(200), long(90_000)) + columns(long(1000), long(1000), long(1000)) +
              columns(long(0), long(0), long(0)))
    path = path.encode()
    for i in range(EACH):
        low = (day * EACH + i) * 1000
        name = b"%08d-%016x.parquet" % (day * EACH + i, random.getrandbits(64))
        rows.append(b"".join((
            head, path, name, middle,
            columns(text(low.to_bytes(8, "little")), text(day_bytes), text(b"aaaaaaaa-%07d" % i)),
            columns(text((low + 999).to_bytes(8, "little")), text(day_bytes), text(b"zzzzzzzz-%07d" % i)))))
    return container(ENTRY, {"schema": json.dumps(SCHEMA), "partition-spec": json.dumps(SPEC), "partition-spec-id": "0",
                             "format-version": "2", "content": "data"}, rows, packed=True)


def fill(server, files):
    catalog = IcebergClient(server)
    made = catalog.call("POST", "/namespaces/bench/tables", {
        "name": "files", "schema": SCHEMA,
        "partition-spec": {"spec-id": 0, "fields": SPEC}})["metadata"]
    base, snapshot = made["location"], random.getrandbits(62) | 1
    signer, rows, stored = server.signer(), [], 0
    for day in range(files // EACH):
        content = manifest(base, day, snapshot)
        stored += len(content)
        where = f"{base}/metadata/m{day:05d}.avro"
        replay(signer, [(signer.request("PUT", where[len("s3:/"):], body=content), 0)], 1)
        bound = long(1) + text(day.to_bytes(4, "little"))
        rows.append(text(where) + long(len(content)) + long(0) + long(0) + long(1) + long(1) + long(snapshot) +
                    long(EACH) + long(0) + long(0) + long(EACH * 1000) + long(0) + long(0) +
                    long(1) + long(1) + b"\0" + long(1) + b"\0" + bound + bound + b"\0")
    where = f"{base}/metadata/snap-{snapshot}.avro"
    manifests = container(LISTED, {"snapshot-id": str(snapshot), "sequence-number": "1", "format-version": "2"}, rows,
                          packed=True)
    replay(signer, [(signer.request("PUT", where[len("s3:/"):], body=manifests), 0)], 1)
    # Another connection: the first one has waited too long.
    IcebergClient(server).call("POST", "/namespaces/bench/tables/files", {"requirements": [], "updates": [
        {"action": "add-snapshot", "snapshot": {
            "snapshot-id": snapshot, "sequence-number": 1, "timestamp-ms": int(time.time() * 1000),
            "manifest-list": where, "summary": {"operation": "append"}, "schema-id": 0}},
        {"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": snapshot}]})
    print(f"  {files:,} files in {files // EACH} manifests, {stored / 2**20:.0f} MiB as stored", flush=True)


def scans(files):
    """Name, filter for REST, filter for PyIceberg, files wanted."""
    day = files // EACH // 2
    low = (day * EACH + 123) * 1000
    within = {"type": "and", "left": {"type": "gt-eq", "term": "id", "value": low},
              "right": {"type": "lt", "term": "id", "value": low + 5000}}
    return [("everything", None, "", files),
            ("one partition", {"type": "eq", "term": "day", "value": day}, f"day = {day}", EACH),
            ("a range of ids", within, f"id >= {low} and id < {low + 5000}", 5)]


def plan(server, condition):
    """Files planned, requests made, bytes answered."""
    path = "/namespaces/bench/tables/files"
    first = IcebergClient(server).call("POST", path + "/plan", {"filter": condition} if condition else {})
    count, tasks = len(first["file-scan-tasks"]), first.get("plan-tasks", [])

    def fetch(task):
        request = json.dumps({"plan-task": task}).encode()
        answer = server.client("iceberg").call("POST", "/iceberg/v1" + path + "/tasks", body=request,
                                               headers={"content-type": "application/json"})
        return answer.count(b'"data-file"')

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        count += sum(pool.map(fetch, tasks))
    return count, 1 + len(tasks)


def measure_plans(server, files):
    for name, condition, _, wanted in scans(files):
        server.stop()
        server.start()
        for state in ("cold", "warm"):
            times, cpus = [], []
            for _ in range(1 if state == "cold" else 3):
                before, began = server.cpu(), time.perf_counter()
                count, requests = plan(server, condition)
                times.append(time.perf_counter() - began)
                cpus.append(server.cpu() - before)
                if count != wanted:
                    raise RuntimeError(f"{name}: {count} files instead of {wanted}")
            print(f"  {name:<15} tarn      {state}  {min(times) * 1e3:9,.0f} ms  server CPU {min(cpus) * 1e3:8,.0f} ms  "
                  f"{wanted:9,} files in {requests} answers  peak memory {server.peak_memory() / 2**20:,.0f} MiB",
                  flush=True)


PEER = r"""
import resource, sys, time, warnings
warnings.simplefilter("ignore")
from pyiceberg.catalog.rest import RestCatalog
uri, key, secret, condition = sys.argv[1:5]
catalog = RestCatalog("lake", uri=uri + "/iceberg", credential=f"{key}:{secret}",
                      **{"s3.access-key-id": key, "s3.secret-access-key": secret})
table = catalog.load_table("bench.files")
began = time.perf_counter()
scan = table.scan(row_filter=condition) if condition else table.scan()
count = sum(1 for _ in scan.plan_files())
print(count, time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
"""


def measure_peer(server, files):
    for name, _, condition, wanted in scans(files):
        done = subprocess.run([sys.executable, "-c", PEER, f"http://127.0.0.1:{server.port}", ACCESS_KEY, SECRET_KEY,
                               condition], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"  {name:<15} PyIceberg failed: {done.stderr.strip().splitlines()[-1]}", flush=True)
            continue
        count, seconds, memory = done.stdout.split()
        print(f"  {name:<15} PyIceberg       {float(seconds) * 1e3:9,.0f} ms  {int(count):9,} files, client's memory "
              f"{int(memory):,} MiB", flush=True)


def measure_loading(server, snapshots):
    """A table of many snapshots, made by its metadata file."""
    catalog = IcebergClient(server)
    made = catalog.call("POST", "/namespaces/bench/tables", {"name": "seed", "schema": SCHEMA})["metadata"]
    base, now = made["location"], int(time.time() * 1000) - snapshots
    made |= {"last-sequence-number": snapshots, "current-snapshot-id": snapshots, "last-updated-ms": now + snapshots,
             "refs": {"main": {"snapshot-id": snapshots, "type": "branch"}}}
    summary = {"operation": "append", "added-data-files": "1", "added-records": "1000", "added-files-size": "1048576",
               "changed-partition-count": "1", "total-records": "1000", "total-files-size": "1048576",
               "total-data-files": "1", "total-delete-files": "0", "total-position-deletes": "0",
               "total-equality-deletes": "0"}
    made["snapshots"] = [
        {"snapshot-id": i, "sequence-number": i, "timestamp-ms": now + i, "schema-id": 0, "summary": summary,
         "manifest-list": f"{base}/metadata/snap-{i}-1-5b6f7e6e-5d5c-4d8e-9a3b-000000000000.avro"} |
        ({"parent-snapshot-id": i - 1} if i > 1 else {}) for i in range(1, snapshots + 1)]
    made["snapshot-log"] = [{"snapshot-id": i, "timestamp-ms": now + i} for i in range(1, snapshots + 1)]
    where = f"{base}/metadata/00001-5b6f7e6e-5d5c-4d8e-9a3b-000000000000.metadata.json"
    signer = server.signer()
    content = json.dumps(made).encode()
    replay(signer, [(signer.request("PUT", where[len("s3:/"):], body=content), 0)], 1)
    catalog.call("POST", "/namespaces/bench/register", {"name": "old", "metadata-location": where})
    server.stop()
    server.start()
    path = "/iceberg/v1/namespaces/bench/tables/old"
    for mode in ("all", "refs"):
        client = server.client("iceberg")
        times, before = [], server.cpu()
        for _ in range(50):
            began = time.perf_counter()
            answer = client.call("GET", path, query={"snapshots": mode})
            times.append((time.perf_counter() - began) * 1e3)
        cpu = (server.cpu() - before) / len(times) * 1e3
        print(f"  {snapshots:,} snapshots  load, snapshots={mode:<5} first {times[0]:7.1f} ms  median "
              f"{statistics.median(times[1:]):7.2f} ms  server CPU {cpu:6.2f} ms  {len(answer) / 1024:,.0f} KiB", flush=True)
    began = time.perf_counter()
    from pyiceberg.table.metadata import TableMetadataUtil
    TableMetadataUtil.parse_raw(content.decode())
    print(f"  {snapshots:,} snapshots  PyIceberg reads the metadata file of {len(content) / 1024:,.0f} KiB in "
          f"{(time.perf_counter() - began) * 1e3:,.0f} ms", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--alone", action="store_true", help="without the peer")
    parser.add_argument("--files", type=int)
    options = parser.parse_args()
    files = options.files or (100_000 if options.quick else 1_000_000)
    with Tarn() as server:
        server.client().call("PUT", "/bench-warehouse")
        IcebergClient(server).call("POST", "/namespaces", {"namespace": ["bench"],
                                                     "properties": {"location": "s3://bench-warehouse/bench"}})
        fill(server, files)
        measure_plans(server, files)
        if not options.alone:
            measure_peer(server, files)
        measure_loading(server, 1_000 if options.quick else 10_000)


if __name__ == "__main__":
    main()
