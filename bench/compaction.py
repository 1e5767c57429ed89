#!/usr/bin/env python3
"""Compaction of a table of many small files while a writer commits: seconds, files and bytes before and after, and how
many of the writer's commits were refused (none may be).

  --quick      2,500 files of about 104 KiB instead of 25,000
  --files N    that many
"""
import argparse
import concurrent.futures
import io
import json
import random
import threading
import time
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.config import Config
from pyiceberg.catalog.rest import RestCatalog

from servers import ACCESS_KEY, SECRET_KEY, Tarn

ROWS_A_FILE = 13_000
SCHEMA = pa.schema([("id", pa.int64()), ("value", pa.float64())])


def small_file(number):
    chance = random.Random(number)
    first = number * ROWS_A_FILE
    body = io.BytesIO()
    pq.write_table(pa.table({"id": range(first, first + ROWS_A_FILE),
                             "value": [chance.random() for _ in range(ROWS_A_FILE)]}, SCHEMA), body,
                   compression="zstd")
    return body.getvalue()


def upkeep(server, database, table):
    url = f"http://127.0.0.1:{server.port}/_tarn/upkeep?database={database}&table={table}"
    request = botocore.awsrequest.AWSRequest("POST", url, headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
    keys = botocore.credentials.Credentials(ACCESS_KEY, SECRET_KEY)
    botocore.auth.S3SigV4Auth(keys, "s3", "us-east-1").add_auth(request)
    sent = urllib.request.Request(url, method="POST", headers=dict(request.headers))
    with urllib.request.urlopen(sent, timeout=3600) as answer:
        return {run["operation"]: run for run in json.load(answer)["runs"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--files", type=int)
    options = parser.parse_args()
    count = options.files or (2_500 if options.quick else 25_000)
    with Tarn() as server:
        s3 = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{server.port}", region_name="us-east-1",
                          aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY,
                          config=Config(max_pool_connections=16))
        connect = lambda: RestCatalog("lake", uri=f"http://127.0.0.1:{server.port}/iceberg",
                                      credential=f"{ACCESS_KEY}:{SECRET_KEY}",
                                      **{"s3.access-key-id": ACCESS_KEY,
                                         "s3.secret-access-key": SECRET_KEY,
                                         # Those handed out reach the table's own location alone.
                                         "header.X-Iceberg-Access-Delegation": ""})
        catalog = connect()
        s3.create_bucket(Bucket="bench-files")
        catalog.create_namespace("bench")
        # Upkeep leaves alone what lies outside of the table's location.
        table = catalog.create_table("bench.small", SCHEMA, "s3://bench-files/small", properties={"tarn.upkeep.expiry.enabled": "false"})
        body = small_file(0)
        put = lambda each: s3.put_object(Bucket="bench-files", Key=f"small/data/{each:06d}.parquet", Body=body)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(put, range(count)))
        table.add_files([f"s3://bench-files/small/data/{each:06d}.parquet" for each in range(count)])
        rows = count * ROWS_A_FILE
        print(f"  {count} files, {count * len(body) / 2**30:.2f} GiB, {rows} rows", flush=True)

        done, written, refused = threading.Event(), [], []

        def write():
            own = connect().load_table("bench.small")
            while not done.is_set():
                try:
                    own.append(pa.table({"id": [-1], "value": [0.0]}, SCHEMA))
                    written.append(1)
                except Exception as error:
                    refused.append(str(error))

        writer = threading.Thread(target=write)
        writer.start()
        began = time.monotonic()
        run = upkeep(server, "bench", "small")["compaction"]
        took = time.monotonic() - began
        done.set()
        writer.join()
        print(f"  compaction {run['seconds']:.1f} s (request {took:.1f} s): {run['filesRemoved']} files, "
              f"{run['bytesRemoved'] / 2**30:.2f} GiB to {run['filesAdded']} files, {run['bytesAdded'] / 2**30:.2f} GiB; "
              f"{run['groupsYielded']} groups given up", flush=True)
        print(f"  the writer committed {len(written)} times meanwhile, {len(refused)} refused", flush=True)
        found = table.refresh().scan(selected_fields=("id",)).count()
        assert found == rows + len(written), (found, rows, len(written))
        assert not refused, refused[:3]


if __name__ == "__main__":
    main()
