"""S3 at 16 and 64 connections: 4 KiB PUT (durable) and GET, HEAD, LIST, multi-delete, a mix, 10 MiB PUT and GET, 64 MiB
parts; beside peers, in turns. CPU is the server process's. Then what encryption at rest costs a 10 MiB GET.

  --quick        a fifth of the requests, at 64 connections only
  --only NAME    small, list, mixed, large, parts or encryption; may be given several times
"""
import argparse
import base64
import hashlib
import random
import re

from load import replay
from servers import Tarn, peers

PART = 64 << 20
LARGE = 10 << 20
NAMES = ("small", "list", "mixed", "large", "parts", "encryption")


def show(label, server, outcome, cpu, unit=1, of="op"):
    """`unit` operations in each request: LIST and multi-delete are told by the key."""
    count = outcome.count * unit
    tallies = list(outcome.tallies.values())
    moved = sum(one.sent + (one.received if one.received > 2048 * one.count else 0) for one in tallies)
    mib = f"{moved / outcome.seconds / 2**20:8,.0f} MiB/s" if moved > count * 1024 else " " * 14
    times = max(tallies, key=lambda one: one.count)
    print(f"  {label:<24} {server.name:<10} {count / outcome.seconds:11,.0f} {of}s/s {mib}  p50 {times.p50:7.2f}  "
          f"p99 {times.p99:7.2f}  p99.9 {times.p999:7.2f} ms  server CPU {cpu / count * 1e6:9,.1f} us/{of}", flush=True)


def measured(server, requests, connections, seconds=None):
    before = server.cpu()
    outcome = replay(server.signer(), requests, connections, seconds)
    return outcome, server.cpu() - before


def key(number, i):
    return f"/bench/small/{number}/{i % 97:02d}/{i:07d}"


def small(servers, connections, count):
    """4 KiB objects: put, got, asked for, deleted."""
    for server in servers:
        signer = server.signer()
        run = measured(server, [(signer.request("PUT", key(connections, i), length=4096), 4096) for i in range(count)],
                       connections)
        show(f"PUT 4 KiB, c{connections}", server, *run)
    for method in ("GET", "HEAD"):
        for server in servers:
            signer = server.signer()
            order = random.Random(1).sample(range(count), count)
            run = measured(server, [(signer.request(method, key(connections, i)), 0) for i in order], connections)
            show(f"{method}{' 4 KiB' if method == 'GET' else ''}, c{connections}", server, *run)
    for server in servers:
        signer, requests = server.signer(), []
        for first in range(0, count, 1000):
            names = "".join(f"<Object><Key>{key(connections, i)[7:]}</Key></Object>"
                            for i in range(first, min(count, first + 1000)))
            body = f"<Delete><Quiet>true</Quiet>{names}</Delete>".encode()
            digest = base64.b64encode(hashlib.md5(body).digest()).decode()
            requests.append((signer.request("POST", "/bench", query={"delete": ""}, body=body,
                                            headers={"content-md5": digest}), 0))
        run = measured(server, requests, connections)
        show(f"DELETE 1,000 at once, c{connections}", server, *run, unit=1000, of="key")
        left = server.client().call("GET", "/bench", query={"list-type": "2", "prefix": f"small/{connections}/"})
        if b"<Contents>" in left:
            raise RuntimeError(f"{server.name} did not delete what it was told to")


def listing(servers, connections, keys):
    """Whole pages of 1,000 keys, from 97 places of the bucket."""
    for server in servers:
        signer = server.signer()
        if "listed" not in server.filled:
            server.client().call("PUT", "/listed")
            replay(signer, [(signer.request("PUT", f"/listed/day={i // 1000:04d}/{i:07d}", length=0), 0)
                            for i in range(keys)], 64)
            server.filled.add("listed")
        pages = keys // 1000 - 1
        requests = [(signer.request("GET", "/listed", query={
            "list-type": "2", "prefix": "day=", "start-after": f"day={i * 37 % pages:04d}/"}), 0) for i in range(97)]
        run = measured(server, requests * (5 if pages > 50 else 2), connections)
        show(f"LIST, c{connections}", server, *run, unit=1000, of="key")


def mixed(servers, connections, seconds):
    """64 KiB objects: 45 % GET, 15 % PUT, 10 % DELETE, 30 % HEAD, from a fixed seed."""
    for server in servers:
        signer, dice, requests = server.signer(), random.Random(2), []
        path = "/bench/mixed/{:05d}".format
        replay(signer, [(signer.request("PUT", path(i), length=65536), 65536) for i in range(2000)], connections)
        for i in range(4000):
            roll, which = dice.random(), dice.randrange(2000)
            if roll < .45:
                requests.append((signer.request("GET", path(which)), 0, 0))
            elif roll < .60:
                requests.append((signer.request("PUT", path(2000 + i), length=65536), 65536, 1))
            elif roll < .70:
                requests.append((signer.request("DELETE", path(2000 + dice.randrange(4000))), 0, 2))
            else:
                requests.append((signer.request("HEAD", path(which)), 0, 3))
        outcome, cpu = measured(server, requests, connections, seconds)
        show(f"mixed 64 KiB, c{connections}", server, outcome, cpu)
        for kind, name in enumerate(("GET", "PUT", "DELETE", "HEAD")):
            one = outcome.tallies[kind]
            print(f"    {name:<22} {server.name:<10} {one.count / outcome.seconds:11,.0f} ops/s {'':>14}  p50 "
                  f"{one.p50:7.2f}  p99 {one.p99:7.2f}  p99.9 {one.p999:7.2f} ms", flush=True)


def large(servers, connections, count):
    for server in servers:
        signer = server.signer()
        puts = [(signer.request("PUT", f"/bench/large/{i % 32}", length=LARGE), LARGE) for i in range(count)]
        show(f"PUT 10 MiB, c{connections}", server, *measured(server, puts, connections))
    for server in servers:
        signer = server.signer()
        gets = [(signer.request("GET", f"/bench/large/{i % 32}"), 0) for i in range(2 * count)]
        show(f"GET 10 MiB, c{connections}", server, *measured(server, gets, connections))


def parts(servers, connections, count):
    """One multipart upload of 64 MiB parts, then the object read in ranges of a part."""
    for server in servers:
        signer, client = server.signer(), server.client()
        answer = client.call("POST", "/bench/parts", query={"uploads": ""}).decode()
        upload = re.search("<UploadId>(.*?)</UploadId>", answer)[1]
        puts = [(signer.request("PUT", "/bench/parts", query={"partNumber": n + 1, "uploadId": upload}, length=PART),
                 PART) for n in range(count)]
        show(f"PUT 64 MiB parts, c{connections}", server, *measured(server, puts, connections))
        listed = client.call("GET", "/bench/parts", query={"uploadId": upload}).decode()
        tags = re.findall("<ETag>(.*?)</ETag>", listed)
        body = "".join(f"<Part><PartNumber>{n + 1}</PartNumber><ETag>{tag}</ETag></Part>" for n, tag in enumerate(tags))
        client.call("POST", "/bench/parts", query={"uploadId": upload},
                    body=f"<CompleteMultipartUpload>{body}</CompleteMultipartUpload>".encode())
        gets = [(signer.request("GET", "/bench/parts", headers={"range": f"bytes={n * PART}-{(n + 1) * PART - 1}"}), 0)
                for n in range(len(tags))]
        show(f"GET 64 MiB ranges, c{connections}", server, *measured(server, gets * 2, connections))
        print(f"    peak memory of {server.name} so far: {server.peak_memory() / 2**20:.0f} MiB", flush=True)


def encryption(count, others):
    """Two lakes in turns, with encryption at rest and without (checksums are verified by both), and the peers."""
    with Tarn() as sealed, Tarn("--encryption", "off") as plain:
        plain.name = "tarn plain"
        servers = [sealed, plain, *others]
        try:
            for server in servers:
                server.client().call("PUT", "/bench")
            for _ in range(2):
                large(servers, 16, count)
        finally:
            for server in others:
                server.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", choices=NAMES)
    parser.add_argument("--alone", action="store_true", help="without peers")
    options = parser.parse_args()
    chosen, scale = options.only or NAMES, 1 if options.quick else 5
    servers = [Tarn(), *([] if options.alone else peers())] if set(chosen) != {"encryption"} else []
    try:
        for server in servers:
            server.filled = set()
            print(f"  {server.name}: {server.durability}")
            server.client().call("PUT", "/bench")
        for connections in (64,) if options.quick else (16, 64):
            if "small" in chosen:
                small(servers, connections, 8_000 * scale)
            if "list" in chosen:
                listing(servers, connections, 20_000 * scale)
            if "mixed" in chosen:
                mixed(servers, connections, 2 * scale)
            if "large" in chosen:
                large(servers, connections, 64 * scale)
            if "parts" in chosen:
                parts(servers, connections, 8 * scale)
    finally:
        for server in servers:
            server.close()
    if "encryption" in chosen:
        encryption(32 * scale, [] if options.alone else peers())


if __name__ == "__main__":
    main()
