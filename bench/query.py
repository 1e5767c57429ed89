"""Athena: the time of a trivial query, and TPC-H's 22 queries over Parquet in S3 against the same DuckDB version on the
same local files, in turns. Answers are compared.

  --quick     scale factor 0.1, one round
  --data DIR  one folder of Parquet files per table, instead of making them
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

from load import Client, Signer, stream
from servers import ACCESS_KEY, SECRET_KEY, Tarn

QUERIES = pathlib.Path(__file__).resolve().parent / "sql/tpch/queries.sql"
HIVE = {"BIGINT": "bigint", "INTEGER": "int", "VARCHAR": "string", "DATE": "date", "DOUBLE": "double"}


class Athena:
    """One connection to the Athena API."""

    def __init__(self, server):
        self.client = Client(Signer("127.0.0.1", server.port, ACCESS_KEY, SECRET_KEY, "athena"))

    def call(self, operation, **members):
        return json.loads(self.client.call("POST", "/", body=json.dumps(members).encode(), headers={
            "content-type": "application/x-amz-json-1.1", "x-amz-target": f"AmazonAthena.{operation}"}))

    def run(self, sql, pause=0.0, **context):
        """The finished execution and the seconds from the first byte of Start to the poll that saw the end."""
        began = time.perf_counter()
        identifier = self.call("StartQueryExecution", QueryString=sql, QueryExecutionContext=context,
                               ResultConfiguration={"OutputLocation": "s3://results/"})["QueryExecutionId"]
        while True:
            execution = self.call("GetQueryExecution", QueryExecutionId=identifier)["QueryExecution"]
            state = execution["Status"]["State"]
            if state not in ("QUEUED", "RUNNING"):
                break
            time.sleep(pause)
        seconds = time.perf_counter() - began
        if state != "SUCCEEDED":
            raise RuntimeError(f"{execution['Status'].get('StateChangeReason')}\n{sql}")
        return execution, seconds

    def rows(self, execution):
        rows, token = [], None
        while True:
            page = self.call("GetQueryResults", QueryExecutionId=execution["QueryExecutionId"],
                             **({"NextToken": token} if token else {}))
            rows += [[d.get("VarCharValue") for d in row["Data"]] for row in page["ResultSet"]["Rows"]]
            token = page.get("NextToken")
            if not token:
                return rows[1:]


def trivial(athena, count):
    for _ in range(5):
        athena.run("SELECT 1")
    walls, spans = [], []
    for _ in range(count):
        execution, seconds = athena.run("SELECT 1")
        walls.append(seconds * 1e3)
        status = execution["Status"]
        spans.append((status["CompletionDateTime"] - status["SubmissionDateTime"]) * 1e3)
    for label, values in (("Start sent to SUCCEEDED seen", walls), ("Submission to Completion", spans)):
        values.sort()
        print(f"  SELECT 1, {label:<30} p50 {values[len(values) // 2]:6.2f} ms  p99 "
              f"{values[int(len(values) * .99)]:6.2f} ms  (n={count}, wanted: <= 10 ms)", flush=True)


def make_data(scale, folder):
    print(f"  making TPC-H data of scale {scale} with tpchgen-cli", flush=True)
    subprocess.run([str(pathlib.Path(sys.executable).parent / "tpchgen-cli"), "parquet", "-s", str(scale), "--parts",
                    "4", "--output-dir", str(folder)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def load(server, athena, duck, folder):
    """The files into S3 and the tables into both catalogs."""
    signer, client = server.signer(), server.client()
    client.call("PUT", "/tpch")
    athena.run("CREATE DATABASE tpch")
    for table in sorted(p for p in folder.iterdir() if p.is_dir()):
        files = sorted(table.glob("*.parquet"))
        bodies = [file.read_bytes() for file in files]
        stream(signer, [(signer.request("PUT", f"/tpch/{table.name}/{file.name}", length=len(body)), body)
                        for file, body in zip(files, bodies)])
        duck.execute(f"CREATE VIEW {table.name} AS SELECT * FROM read_parquet('{table}/*.parquet')")
        columns = ", ".join(f"{name} {HIVE.get(kind, kind.lower())}" for name, kind, *_ in
                            duck.execute(f"DESCRIBE {table.name}").fetchall())
        athena.run(f"CREATE EXTERNAL TABLE tpch.{table.name} ({columns}) STORED AS PARQUET "
                   f"LOCATION 's3://tpch/{table.name}/'")


def same(ours, theirs):
    """Equal but for the last digits of doubles."""
    if ours is None or theirs is None:
        return ours is None and theirs is None
    if ours == str(theirs):
        return True
    try:
        return math.isclose(float(ours), float(theirs), rel_tol=1e-9, abs_tol=0.005)
    except (TypeError, ValueError):
        return False


def tpch(server, athena, folder, rounds):
    import duckdb
    duck = duckdb.connect()
    load(server, athena, duck, folder)
    queries = [q.strip() for q in QUERIES.read_text().split(";") if "SELECT" in q]
    best = {}
    scanned = differing = 0
    for number in range(rounds):
        total = dict.fromkeys(("ours", "ours cpu", "duck", "duck cpu"), 0.0)
        for index, sql in enumerate(queries):
            began, cpu = time.perf_counter(), time.process_time()
            theirs = duck.execute(sql).fetchall()
            plain = (time.perf_counter() - began, time.process_time() - cpu)
            cpu = server.cpu()
            execution, wall = athena.run(sql, pause=0.005, Database="tpch")
            ours = (wall, server.cpu() - cpu)
            rows = athena.rows(execution)
            if len(rows) != len(theirs) or not all(same(a, b) for x, y in zip(rows, theirs) for a, b in zip(x, y)):
                differing += number == 0
                print(f"  q{index + 1}: our answer differs ({len(rows)} rows, DuckDB {len(theirs)}), first rows: "
                      f"{rows[:1]} {theirs[:1]}")
            scanned += execution["Statistics"]["DataScannedInBytes"] if number == 0 else 0
            for key, value in zip(total, (*ours, *plain)):
                total[key] += value
            known = best.setdefault(index, (*ours, *plain))
            best[index] = tuple(map(min, known, (*ours, *plain)))
        print(f"  TPC-H round {number + 1}: tarn wall {total['ours']:6.2f} s cpu {total['ours cpu']:6.2f} s | duckdb "
              f"wall {total['duck']:6.2f} s cpu {total['duck cpu']:6.2f} s | tarn/duckdb wall "
              f"{total['ours'] / total['duck']:.2f} cpu {total['ours cpu'] / total['duck cpu']:.2f}", flush=True)
    sums = [sum(column) for column in zip(*best.values())]
    print(f"  TPC-H best of each query: tarn {sums[0]:.2f} s, duckdb {sums[2]:.2f} s: wall ratio "
          f"{sums[0] / sums[2]:.2f} (wanted: <= 1.10), CPU ratio {sums[1] / sums[3]:.2f}; "
          f"{scanned / 1e6:,.0f} MB scanned; {differing} of {len(queries)} answers differ")
    slow = sorted(best.items(), key=lambda item: item[1][2] - item[1][0])[:5]
    print("  farthest behind: " + ", ".join(f"q{i + 1} {b[0]:.3f}/{b[2]:.3f} s" for i, b in slow))
    return differing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--only", help="trivial or tpch")
    options = parser.parse_args()
    differing = 0
    with Tarn() as server, tempfile.TemporaryDirectory(prefix="tarn-tpch-") as made:
        server.client().call("PUT", "/results")
        athena = Athena(server)
        if options.only in (None, "trivial"):
            trivial(athena, 100 if options.quick else 500)
        if options.only in (None, "tpch"):
            if not options.data:
                make_data(0.1 if options.quick else 1, made)
            differing = tpch(server, athena, options.data or pathlib.Path(made), 1 if options.quick else 3)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
