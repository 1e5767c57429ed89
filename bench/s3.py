"""S3: 4 KiB PUT (durable) and GET at 64 connections, LIST of 100k keys, 64 MiB parts; beside a peer, in turns.

  --quick   a tenth of the requests and keys
"""
import argparse
import os
import re
import time

from load import storm, stream
from servers import Tarn, peer

CONNECTIONS, PROCESSES = 64, 2
PART = 64 << 20


class Measure:
    """Server CPU around a piece of work."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.before = self.server.cpu()
        return self

    def __exit__(self, *_):
        self.cpu = self.server.cpu() - self.before


def line(label, server, rate, outcome, cpu, operations):
    print(f"  {label:<22} {server.name:<10} {rate:<16} p50 {outcome.percentile(.5):7.2f} ms  p99 "
          f"{outcome.percentile(.99):7.2f} ms  server CPU {cpu / operations * 1e3:6.3f} ms/op", flush=True)


def small(server, label, requests, repeat_until=None):
    with Measure(server) as measured:
        outcome = storm(server.signer(), requests, CONNECTIONS, PROCESSES, repeat_until)
    line(label, server, f"{outcome.rate:,.0f} ops/s", outcome, measured.cpu, len(outcome.latencies))


def put_and_get(servers, count, rounds):
    body = os.urandom(4096)
    for number in range(rounds):
        for server in servers:
            signer = server.signer()
            puts = [signer.request("PUT", f"/bench/small/{number}/{i % 97:02d}/{i:07d}", body=body)
                    for i in range(count)]
            small(server, f"PUT 4 KiB, round {number + 1}", puts)
        for server in servers:
            signer = server.signer()
            gets = [signer.request("GET", f"/bench/small/{number}/{i % 97:02d}/{i:07d}") for i in range(count)]
            small(server, f"GET 4 KiB, round {number + 1}", gets)


def listing(server, keys):
    signer = server.signer()
    server.client().call("PUT", "/listed")
    storm(signer, [signer.request("PUT", f"/listed/day={i // 1000:04d}/{i:07d}") for i in range(keys)], CONNECTIONS,
          PROCESSES)
    client = server.client()
    latencies, seen, token = [], 0, None
    with Measure(server) as measured:
        while True:
            query = {"list-type": "2", "prefix": "day="}
            if token:
                query["continuation-token"] = token
            began = time.perf_counter()
            text = client.call("GET", "/listed", query=query).decode()
            latencies.append(time.perf_counter() - began)
            seen += text.count("<Contents>")
            found = re.search("<NextContinuationToken>(.*?)</NextContinuationToken>", text)
            if not found:
                break
            token = found[1].replace("&amp;", "&")
    if seen != keys:
        raise RuntimeError(f"{server.name} listed {seen} of {keys} keys")
    latencies.sort()
    print(f"  {f'LIST {keys:,} keys':<22} {server.name:<10} {seen / sum(latencies):,.0f} keys/s    p50 "
          f"{latencies[len(latencies) // 2] * 1e3:7.2f} ms  p99 {latencies[int(len(latencies) * .99)] * 1e3:7.2f} ms  "
          f"server CPU {measured.cpu / len(latencies) * 1e3:6.3f} ms/page of 1,000", flush=True)


def parts(server, count):
    """One multipart upload of `count` parts over four connections, then the object read in ranges of a part."""
    signer, client = server.signer(), server.client()
    body = os.urandom(PART)
    answer = client.call("POST", "/bench/large", query={"uploads": ""}).decode()
    upload = re.search("<UploadId>(.*?)</UploadId>", answer)[1]
    with Measure(server) as measured:
        seconds, heads = stream(signer, [
            (signer.request("PUT", "/bench/large", query={"partNumber": n + 1, "uploadId": upload}, length=PART), body)
            for n in range(count)])
    print(f"  {f'PUT {count} x 64 MiB parts':<22} {server.name:<10} {count * 64 / seconds:,.0f} MiB/s      server CPU "
          f"{measured.cpu / count / 64 * 1e3:.2f} ms/MiB", flush=True)
    tags = [re.search(rb'(?i)etag: "?([^"\r]+)', head)[1].decode() for head in heads]
    listed = "".join(f"<Part><PartNumber>{n + 1}</PartNumber><ETag>&quot;{tag}&quot;</ETag></Part>"
                     for n, tag in enumerate(tags))
    began = time.perf_counter()
    client.call("POST", "/bench/large", query={"uploadId": upload},
                body=f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode())
    completed = time.perf_counter() - began
    with Measure(server) as measured:
        seconds, _ = stream(signer, [
            (signer.request("GET", "/bench/large", headers={"range": f"bytes={n * PART}-{(n + 1) * PART - 1}"}), None)
            for n in range(count)])
    print(f"  {f'GET {count} x 64 MiB ranges':<22} {server.name:<10} {count * 64 / seconds:,.0f} MiB/s      server CPU "
          f"{measured.cpu / count / 64 * 1e3:.2f} ms/MiB   (complete took {completed * 1e3:.0f} ms; peak memory so far "
          f"{server.peak_memory() / 2**20:.0f} MiB)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", help="put, list or parts")
    parser.add_argument("--parts", type=int, help="how many 64 MiB parts (80: a 5 GiB object)")
    options = parser.parse_args()
    servers = [Tarn(), *filter(None, [peer()])]
    try:
        for server in servers:
            print(f"  {server.name}: {server.durability}; {CONNECTIONS} connections, {PROCESSES} generator processes")
            server.client().call("PUT", "/bench")
        if options.only in (None, "put"):
            put_and_get(servers, 4_000 if options.quick else 40_000, 2 if options.quick else 3)
        for server in servers if options.only in (None, "list") else ():
            listing(server, 10_000 if options.quick else 100_000)
        for server in servers if options.only in (None, "parts") else ():
            parts(server, options.parts or (4 if options.quick else 16))
    finally:
        for server in servers:
            server.close()


if __name__ == "__main__":
    main()
