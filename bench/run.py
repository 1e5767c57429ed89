#!/usr/bin/env python3
"""./do bench [--quick] [NAME ...]: runs benchmarks and prints ours and a peer's figures of the same run.

  s3      small and large objects, listing, deleting, parts; beside versitygw and MinIO (where they can be had)
  scale   ten million objects in one bucket: listing, deleting, starting
  query   a trivial query; TPC-H through Athena beside plain DuckDB
  governed  TPC-H by a user who sees a part of the tables, beside the same filters written by hand
  iceberg_commits  over REST, to one table and to 100; beside PyIceberg's SQL catalog
  iceberg_plan  planning a table of a million files, loading one of 10,000 snapshots; beside PyIceberg
  rights  a GET by root, by a role session under 20 statements, with data events recorded
  start   start-up time and idle memory, empty and full
  streams Kinesis: PutRecords by 16 clients, put to read

Each is a program of its own in bench/ with further options (`.venv-bench/bin/python bench/s3.py --help`).
"""
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
VENV = ROOT / ".venv-bench"
NAMES = ("governed", "iceberg_commits", "iceberg_plan", "query", "rights", "s3", "scale", "start", "streams")


def ensure_tools():
    """What the benchmarks need beside the test clients, in an environment of its own."""
    wanted = (BENCH / "requirements.txt").read_text()
    stamp = VENV / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("bench: installing DuckDB for Python and tpchgen-cli into .venv-bench", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    subprocess.run([str(VENV / "bin/pip"), "install", "-q", "-r", str(BENCH / "requirements.txt")], check=True)
    (VENV / ".gitignore").write_text("*\n")
    stamp.write_text(wanted)


def main():
    arguments = sys.argv[1:]
    flags = [a for a in arguments if a.startswith("-")]
    names = [a for a in arguments if not a.startswith("-")] or list(NAMES)
    if "--help" in flags or "-h" in flags or not set(names) <= set(NAMES) or set(flags) - {"--quick"}:
        print(__doc__)
        sys.exit(0 if {"--help", "-h"} & set(flags) else 2)
    ensure_tools()
    failed = []
    for name in names:
        print(f"== {name} (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)", flush=True)
        began = time.monotonic()
        if subprocess.run([str(VENV / "bin/python"), str(BENCH / f"{name}.py"), *flags], cwd=BENCH).returncode != 0:
            failed.append(name)
        print(f"== {name}: {'FAILED' if name in failed else 'done'} in {time.monotonic() - began:.0f} s", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
