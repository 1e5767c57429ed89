#!/usr/bin/env python3
"""`./do demo`: a lake in a temporary directory, filled with real data from this machine, asked three questions.

The data is Debian's package index as this machine's apt has it (or, without one, the list of installed packages). It goes
the way data goes in a lake: JSON lines into the raw zone by date, a crawl that finds their schema, SQL that makes
partitioned zstd Parquet of it (processed) and a small table for readers (curated), then questions.

On a terminal the lake stays up until Ctrl-C (so does it with --stay); otherwise it is stopped at the end, its data kept.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

import boto3
from botocore.config import Config

FIELDS = {"Package": "package", "Version": "version", "Architecture": "architecture", "Section": "section",
          "Priority": "priority", "Maintainer": "maintainer", "Source": "source", "Homepage": "homepage"}
NUMBERS = {"Installed-Size": "installed_kib", "Size": "archive_bytes"}
RECORDS_PER_FILE = 20_000


def step(text):
    print(f"  {text}", flush=True)


def package_stanzas():
    """The stanzas of apt's package index; of the installed packages where apt has none."""
    index = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True)
    text = index.stdout if index.returncode == 0 else ""
    if text.count("\nPackage: ") < 1000:
        installed = pathlib.Path("/var/lib/dpkg/status")
        text = max(text, installed.read_text() if installed.exists() else "", key=len)
    return re.split(r"\n\n+", text.strip())


def record_of(stanza):
    fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", stanza, re.M))
    if "Package" not in fields:
        return None
    record = {name: fields.get(field) for field, name in FIELDS.items()}
    record.update({name: int(fields[field]) if fields.get(field, "").isdigit() else None
                   for field, name in NUMBERS.items()})
    record["section"] = (record["section"] or "unknown").split("/")[-1]
    # "libc6 (>= 2.34), a | b" → ["libc6", "a"]
    record["depends"] = [part.split("|")[0].split("(")[0].split(":")[0].strip()
                         for part in fields.get("Depends", "").split(",") if part.strip()]
    return record


class Lake:
    """The running server and its clients."""

    def __init__(self, binary, folder):
        self.folder = folder
        self.log = open(folder / "tarn.log", "w")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("TARN_", "AWS_"))}
        self.process = subprocess.Popen([binary, "serve", "--data", str(folder / "data"), "--listen", "127.0.0.1:0",
                                         "--console", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=self.log,
                                        text=True, env=environment)
        for line in self.process.stdout:
            if ready := re.search(r"tarn ready on (\S+)", line):
                self.endpoint = ready[1]
                break
            if console := re.search(r"console.* on (\S+)", line):
                self.console = console[1]
        else:
            sys.exit(f"demo: the server did not start:\n{(folder / 'tarn.log').read_text()}")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.credentials = folder / "data/root-credentials"
        self.environment = {"AWS_SHARED_CREDENTIALS_FILE": str(self.credentials), "AWS_ENDPOINT_URL": self.endpoint,
                            "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
        os.environ.update(self.environment)
        config = Config(read_timeout=120, retries={"max_attempts": 2})
        self.s3, self.glue, self.athena = (boto3.client(s, config=config) for s in ("s3", "glue", "athena"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def crawl(self, name, path, database):
        self.glue.create_crawler(Name=name, Role="arn:aws:iam::000000000000:role/demo", DatabaseName=database,
                                 Targets={"S3Targets": [{"Path": path}]})
        self.glue.start_crawler(Name=name)
        while self.glue.get_crawler(Name=name)["Crawler"]["State"] != "READY":
            time.sleep(0.05)
        last = self.glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]
        if last["Status"] != "SUCCEEDED":
            sys.exit(f"demo: the crawl ended as {last}")

    def query(self, sql):
        """Runs one statement; returns its rows (header first) and its execution."""
        started = self.athena.start_query_execution(
            QueryString=sql, ResultConfiguration={"OutputLocation": "s3://athena-results/"})["QueryExecutionId"]
        while True:
            execution = self.athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]
            if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
                break
            time.sleep(0.02)
        if execution["Status"]["State"] != "SUCCEEDED":
            sys.exit(f"demo: {execution['Status'].get('StateChangeReason')}\n{sql}")
        rows = []
        for page in self.athena.get_paginator("get_query_results").paginate(QueryExecutionId=started):
            rows += [[cell.get("VarCharValue", "") for cell in row["Data"]] for row in page["ResultSet"]["Rows"]]
        return rows, execution


def print_table(title, rows, execution):
    statistics = execution["Statistics"]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    numeric = [all(re.fullmatch(r"-?[\d.]*", row[i]) for row in rows[1:]) for i in range(len(rows[0]))]
    print(f"\n{title}")
    for n, row in enumerate(rows):
        cells = (cell.rjust(w) if right else cell.ljust(w) for cell, w, right in zip(row, widths, numeric))
        print("   " + "  ".join(cells).rstrip())
        if n == 0:
            print("   " + "  ".join("-" * w for w in widths))
    print(f"   {statistics['TotalExecutionTimeInMillis']} ms, {statistics['DataScannedInBytes']:,} bytes scanned")


QUESTIONS = [
    ("Which sections of Debian take the most room when installed?", """
        SELECT section, count(*) AS packages, round(sum(installed_kib) / 1048576e0, 1) AS installed_gib,
               max_by(package, installed_kib) AS largest
        FROM processed.packages GROUP BY section ORDER BY sum(installed_kib) DESC LIMIT 8"""),
    ("Which packages do the most others depend on?", """
        SELECT needed, count(DISTINCT package) AS dependents
        FROM processed.packages CROSS JOIN UNNEST(depends) AS d (needed)
        GROUP BY needed ORDER BY dependents DESC, needed LIMIT 8"""),
    ("Who maintains the most packages? (curated table)", """
        SELECT maintainer, packages, sections, archive_mib
        FROM curated.maintainers ORDER BY packages DESC, maintainer LIMIT 8"""),
]


def fill(lake, folder):
    for bucket in ("raw", "processed", "curated", "athena-results"):
        lake.s3.create_bucket(Bucket=bucket)
    records = [record for record in map(record_of, package_stanzas()) if record]
    day = datetime.date.today().isoformat()
    local = folder / "upload" / f"date={day}"
    local.mkdir(parents=True)
    for first in range(0, len(records), RECORDS_PER_FILE):
        with open(local / f"part-{first // RECORDS_PER_FILE:03}.json", "w") as file:
            for record in records[first:first + RECORDS_PER_FILE]:
                file.write(json.dumps(record) + "\n")
    size = sum(path.stat().st_size for path in local.iterdir())
    step(f"raw: uploading {len(records):,} packages ({size / 1e6:.1f} MB of JSON lines) with the AWS CLI")
    aws = pathlib.Path(sys.executable).parent / "aws"
    subprocess.run([sys.executable, str(aws), "s3", "cp", "--recursive", "--only-show-errors", str(local.parent),
                    "s3://raw/packages/"], check=True)
    lake.glue.create_database(DatabaseInput={"Name": "raw"})
    lake.crawl("raw-packages", "s3://raw/packages/", "raw")
    table = lake.glue.get_table(DatabaseName="raw", Name="packages")["Table"]
    step(f"crawled: table raw.packages, {len(table['StorageDescriptor']['Columns'])} columns, "
         f"partitioned by {table['PartitionKeys'][0]['Name']}")
    return day


def refine(lake, day):
    for zone in ("processed", "curated"):
        lake.query(f"CREATE DATABASE {zone}")
    _, made = lake.query(f"""
        CREATE TABLE processed.packages
        WITH (format = 'PARQUET', write_compression = 'ZSTD', external_location = 's3://processed/packages/',
              partitioned_by = ARRAY['section'])
        AS SELECT package, version, architecture, priority, maintainer, source, homepage, installed_kib, archive_bytes,
                  depends, section
        FROM raw.packages WHERE date = '{day}'""")
    partitions = lake.glue.get_paginator("get_partitions").paginate(DatabaseName="processed", TableName="packages")
    count = sum(len(page["Partitions"]) for page in partitions)
    step(f"processed: zstd Parquet in {count} partitions, {made['Statistics']['TotalExecutionTimeInMillis']} ms")
    lake.query("""
        CREATE TABLE curated.maintainers
        WITH (format = 'PARQUET', external_location = 's3://curated/maintainers/')
        AS SELECT regexp_replace(maintainer, ' *<.*$', '') AS maintainer, count(*) AS packages,
                  count(DISTINCT section) AS sections, round(sum(archive_bytes) / 1048576e0, 1) AS archive_mib
        FROM processed.packages GROUP BY 1""")
    step("curated: one row a maintainer")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--stay", action="store_true", help="keep the lake up until Ctrl-C")
    options = parser.parse_args()
    started = time.monotonic()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tarn-demo-"))
    print(f"demo: a lake in {folder}")
    lake = Lake(options.binary, folder)
    step(f"serving on {lake.endpoint}")
    try:
        refine(lake, fill(lake, folder))
        for title, sql in QUESTIONS:
            print_table(title, *lake.query(sql))
        print(f"\nDone in {time.monotonic() - started:.0f} s.")
        stay = options.stay or sys.stdout.isatty()
        if not stay:
            print("To go on with this lake:\n"
                  f"  {options.binary} serve --data {folder / 'data'}")
        print(f"endpoint:    {lake.endpoint if stay else 'http://127.0.0.1:4566 (once it is served)'}\n"
              f"credentials: {lake.credentials}\n"
              f"  export AWS_ENDPOINT_URL={lake.endpoint if stay else 'http://127.0.0.1:4566'} "
              f"AWS_SHARED_CREDENTIALS_FILE={lake.credentials} AWS_DEFAULT_REGION=us-east-1\n"
              "  aws s3 ls s3://processed/packages/ --recursive | head\n"
              "  aws glue get-tables --database-name raw", flush=True)
        if stay:
            print("Ctrl-C stops the lake; its data stays.", flush=True)
            lake.process.wait()
    except KeyboardInterrupt:
        pass
    finally:
        lake.stop()


if __name__ == "__main__":
    main()
