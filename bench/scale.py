"""Ten million objects in one bucket: listing at its start, middle and end, listing by delimiter, hot and spread prefixes,
deleting a tenth of it and listing at once, starting, memory. The filling puts each object by a call of its own to the
object store within one process (tool/fill.cc), not over HTTP.

  --quick        a million objects
  --prefixes N   how many prefixes of 100,000 keys (100)
  --bytes N      of each object (100)
  --keep DIR     the lake to use again: filled when it is empty
"""
import argparse
import base64
import hashlib
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

from load import replay
from servers import ROOT, Tarn

KEYS = 100_000
FILL = os.environ.get("TARN_BENCH_FILL", str(ROOT / "build/bench/tool/bench_fill"))


def prefix(number):
    return f"p{number:04d}/"


def name(number, i):
    return f"{prefix(number)}{i:08d}"


def timed(server, label, requests, connections=1, of="request", unit=1):
    before = server.cpu()
    outcome = replay(server.signer(), requests, connections)
    cpu, tally = server.cpu() - before, outcome.tallies[0]
    print(f"  {label:<44} p50 {tally.p50:8.2f}  p99 {tally.p99:8.2f}  worst {tally.longest:8.2f} ms  "
          f"{outcome.count * unit / outcome.seconds:10,.0f} {of}s/s  CPU {cpu / outcome.count / unit * 1e6:8.1f} us/{of}",
          flush=True)
    return outcome


def pages(server, label, places, times=50, **query):
    signer = server.signer()
    query = {"list-type": "2", **{k.replace("_", "-"): v for k, v in query.items()}}
    timed(server, label, [(signer.request("GET", "/scale", query={
        **query, **({"start-after": place} if place else {})}), 0) for place in places * times], of="page")


def listing(server, count):
    pages(server, "LIST 1,000 keys, start of the bucket", [""])
    pages(server, "LIST 1,000 keys, middle", [name(count // 2, KEYS // 2)])
    pages(server, "LIST 1,000 keys, end", [name(count - 1, KEYS - 1_001)])
    pages(server, "LIST 1,000 keys, everywhere", [name(n * 7 % count, n * 977 % KEYS) for n in range(100)], times=2)
    pages(server, f"LIST by delimiter: {count} prefixes of {KEYS:,}", [""], delimiter="/", times=20)
    pages(server, "the same, from its last prefix", [prefix(count - 2) + "~"], delimiter="/", times=20)


def putting(server, count):
    signer = server.signer()
    for label, where in (("one prefix", lambda i: f"hot/{i:08d}"), ("spread", lambda i: prefix(i % count) + f"new{i}")):
        timed(server, f"PUT 4 KiB, {label}", [
            (signer.request("PUT", f"/scale/{where(i)}", length=4096), 4096) for i in range(10_000)], 64, of="op")
    for label, where in (("one prefix", lambda i: name(0, i)), ("spread", lambda i: name(i % count, i * 37 % KEYS))):
        timed(server, f"GET, {label}", [(signer.request("GET", f"/scale/{where(i)}"), 0) for i in range(10_000)], 64,
              of="op")


def deleting(server, count):
    """A tenth of the bucket, in calls of 1,000; then the listings that must pass what is gone."""
    signer, requests, gone = server.signer(), [], max(1, count // 10)
    for number in range(gone):
        for first in range(0, KEYS, 1000):
            names = "".join(f"<Object><Key>{name(number, i)}</Key></Object>" for i in range(first, first + 1000))
            body = f"<Delete><Quiet>true</Quiet>{names}</Delete>".encode()
            digest = base64.b64encode(hashlib.md5(body).digest()).decode()
            requests.append((signer.request("POST", "/scale", query={"delete": ""}, body=body,
                                            headers={"content-md5": digest}), 0))
    timed(server, f"DELETE {gone * KEYS:,} keys, 1,000 at once", requests, 16, of="key", unit=1000)
    pages(server, "LIST 1,000 keys past them, at once", [""])
    pages(server, "LIST of a prefix that is gone", [""], prefix=prefix(0))
    pages(server, "LIST by delimiter past them", [""], delimiter="/", times=20)
    pages(server, "LIST 1,000 keys, middle", [name(count // 2, KEYS // 2)])


def starting(server, label):
    for kill in (False, True):
        times = []
        for _ in range(3):
            server.stop(kill)
            times.append(server.start() * 1e3)
        print(f"  {label + ': start after ' + ('kill -9' if kill else 'SIGTERM'):<44} median "
              f"{statistics.median(times):.0f}, worst {max(times):.0f} ms; resident {server.memory()[0] / 2**20:.0f} MiB",
              flush=True)


def fill(folder, count, size):
    if (folder / "kv").exists():
        return
    done = subprocess.run([FILL, str(folder), "scale", str(count), str(KEYS), str(size)], check=True,
                          capture_output=True, text=True)
    used = sum(f.stat().st_blocks * 512 for f in (folder / "kv").iterdir())
    print(f"  filled: {done.stdout.strip()}; metadata {used / 2**20:,.0f} MiB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--prefixes", type=int)
    parser.add_argument("--bytes", type=int, default=100)
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    count = options.prefixes or (10 if options.quick else 100)
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="tarn-scale-", dir=os.environ.get("TARN_BENCH_DIR")))
    try:
        fill(folder, count, options.bytes)
        with Tarn(data=folder) as server:
            starting(server, f"{count * KEYS:,} objects")
            listing(server, count)
            putting(server, count)
            deleting(server, count)
            print(f"  peak memory {server.peak_memory() / 2**20:.0f} MiB", flush=True)
            starting(server, "afterwards")
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
